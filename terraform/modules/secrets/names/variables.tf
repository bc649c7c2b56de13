variable "callback_keys" {
  description = "Generations of the callback signing key: current signs and is believed, previous is believed as well"
  type = object({
    current  = optional(number, 1)
    previous = optional(number)
  })

  validation {
    condition     = alltrue([for generation in compact([var.callback_keys.current, var.callback_keys.previous]) : can(regex("^[1-9][0-9]*$", generation))])
    error_message = "A generation is a whole number, from 1 on."
  }

  validation {
    condition     = var.callback_keys.previous == null || var.callback_keys.previous != var.callback_keys.current
    error_message = "The previous key is another generation than the current one."
  }
}

variable "sale_token_keys" {
  description = "Generations of the sale token key: current makes tokens and is believed, previous is believed as well"
  type = object({
    current  = optional(number, 1)
    previous = optional(number)
  })

  validation {
    condition     = alltrue([for generation in compact([var.sale_token_keys.current, var.sale_token_keys.previous]) : can(regex("^[1-9][0-9]*$", generation))])
    error_message = "A generation is a whole number, from 1 on."
  }

  validation {
    condition     = var.sale_token_keys.previous == null || var.sale_token_keys.previous != var.sale_token_keys.current
    error_message = "The previous key is another generation than the current one."
  }
}

variable "customer_tokens" {
  description = "Whether the shop's own back end signs the ids of its customers, with a key that it reads here"
  type        = bool
}
