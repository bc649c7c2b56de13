variable "name" {
  description = "Begins the name of every alarm, and is the dashboard's"
  type        = string
}

variable "operations_email" {
  description = "The address that gets the alarms. It first gets a mail with a link to confirm"
  type        = string
}

variable "tasks" {
  description = "What writes a log"
  type        = set(string)
}

variable "log_retention_days" {
  description = "How long logs are kept"
  type        = number
}

variable "log_prefix" {
  description = "Begins the names of the logs"
  type        = string
  default     = "/ecs"
}

variable "counting_task" {
  description = "What counts dead letters and compares the books, and writes a line of both"
  type        = string
  default     = "worker"
}

variable "services" {
  description = "The ECS cluster; the load balancer, and the tasks of sales behind it, as their metrics name them. null where functions sell"
  type = object({
    cluster_name         = string
    load_balancer_suffix = string
    target_group_suffix  = string
  })
  default = null
}

variable "functions" {
  description = "The API as its metrics name it, and the names of the functions. null where services sell"
  type = object({
    api_id = string
    names  = map(string)
  })
  default = null
}

variable "database_identifier" {
  description = "The RDS instance"
  type        = string
}

variable "queues" {
  description = "By name: the SQS names of the queue and its dead-letter queue, and the maximum age of a message"
  type = map(object({
    physical_name             = string
    dead_letter_physical_name = string
    max_age_seconds           = number
  }))
}

variable "thresholds" {
  description = "When an alarm goes off"
  type = object({
    failed_percent       = number
    latency_p99_seconds  = number
    database_connections = number
    database_free_gib    = number
    database_cpu_percent = number
  })
}

variable "reconcile_interval_seconds" {
  description = "RECONCILE_INTERVAL_SECONDS of the worker, whose lines the alarms read"
  type        = number
  default     = 300
}
