variable "name" {
  description = "Begins the name of every secret, before a slash"
  type        = string
}

variable "secret_version" {
  description = "Raise it to make new keys. See docs/running.md, Keys, first"
  type        = number
  default     = 1
}

variable "callback_keys" {
  description = "Generations of the callback signing key: current signs and is believed, previous is believed as well. See docs/operations.md, Keys"
  type = object({
    current  = optional(number, 1)
    previous = optional(number)
  })
  default = {}
}

variable "sale_token_keys" {
  description = "Generations of the sale token key: current makes tokens and is believed, previous is believed as well. See docs/running.md, Keys"
  type = object({
    current  = optional(number, 1)
    previous = optional(number)
  })
  default = {}
}

variable "customer_tokens" {
  description = "Whether the shop's own back end signs the ids of its customers, with a key that it reads here"
  type        = bool
  default     = false
}

variable "recovery_days" {
  description = "How long a deleted secret can be brought back: 7 to 30; 0: not at all"
  type        = number
  default     = 30
}
