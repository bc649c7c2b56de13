variable "name_prefix" {
  description = "Begins the name of every queue, with its dash"
  type        = string
}

variable "queues" {
  description = "The queues by name. Each gets a dead-letter queue: its name and -dlq"
  type = map(object({
    visibility_timeout_seconds = optional(number, 36)
    max_receive_count          = optional(number, 3)
    message_retention_seconds  = optional(number, 345600)
  }))
}
