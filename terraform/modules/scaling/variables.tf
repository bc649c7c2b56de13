variable "name" {
  description = "Begins the name of every policy"
  type        = string
}

variable "cluster_name" {
  description = "The ECS cluster"
  type        = string
}

variable "sales" {
  description = "Number of sales tasks, and the load that keeps one busy"
  type = object({
    service_name                = string
    min                         = number
    max                         = number
    requests_per_task_in_minute = number
    cpu_percent                 = number
    load_balancer_suffix        = string
    target_group_suffix         = string
  })
}

variable "worker" {
  description = "How many workers there may be, and how many messages may wait for each"
  type = object({
    service_name     = string
    min              = number
    max              = number
    backlog_per_task = number
  })
}

variable "backlog_queues" {
  description = "Queues whose messages count as backlog, as SQS names them, by the name that the metric math gives them"
  type        = map(string)

  validation {
    condition     = alltrue([for id in keys(var.backlog_queues) : can(regex("^[a-z][a-z0-9_]*$", id))])
    error_message = "An id of metric math is a small letter, then small letters, digits and underscores."
  }
}
