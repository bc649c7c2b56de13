variable "name" {
  description = "The begin of all names"
  type        = string
}

variable "archives" {
  description = "The folder of the functions' archives, which npm run bundle makes"
  type        = string
}

variable "network" {
  description = "What module network puts out"
  type = object({
    task_subnet_ids             = list(string)
    tasks_have_public_addresses = bool
    security_group_ids          = map(string)
  })

  validation {
    condition     = !var.network.tasks_have_public_addresses
    error_message = "A function has no public address: with compute = \"lambda\", egress is nat or nat-per-zone."
  }
}

variable "log_groups" {
  description = "Where each function writes its log: sales, worker, scheduled, migrate; and api, the log of requests"
  type        = map(object({ name = string, arn = string }))
}

variable "database" {
  description = "What module database puts out"
  type = object({
    url        = string
    secret_arn = string
  })
}

variable "secret_arns" {
  description = "What module secrets puts out: operations-api-key, callback-signing-key, sale-token-key, and the -previous of the last two where there is one"
  type        = map(string)
}

variable "queues" {
  description = "What module queues puts out"
  type = object({
    url_prefix = string
    arns       = map(string)
  })
}

variable "mail" {
  description = "From whom and to whom the worker writes. The ARNs are of the SES identity and its configuration set"
  type = object({
    from             = string
    operations_email = string
    arns             = list(string)
  })
}

variable "memory_mib" {
  description = "Memory of the functions sales, worker and scheduled. The processor's share grows with it: a whole one at 1769"
  type = object({
    sales     = number
    worker    = number
    scheduled = number
  })
}

variable "sales_concurrency" {
  description = "Environments of sales: each sells one request at a time, and has four connections to the database at most"
  type        = number
}

variable "worker_concurrency" {
  description = "Events of the queues restock and goods-receipts that are handled at a time, of each"
  type        = number

  validation {
    condition     = var.worker_concurrency >= 2 && var.worker_concurrency <= 1000
    error_message = "worker_concurrency is 2 to 1000, as AWS has it."
  }
}

variable "requests_per_second" {
  description = "Requests above which the API answers 429"
  type        = number
}

variable "log_level" {
  description = "LOG_LEVEL of each function"
  type        = string
}

variable "certificate_arn" {
  description = "Certificate of domain_name"
  type        = string
  default     = null
}

variable "domain_name" {
  description = "Where buyers reach the shop; null: at the API's own name"
  type        = string
  default     = null
}

variable "hosted_zone_id" {
  description = "Route 53 zone of domain_name; null: its record is managed elsewhere"
  type        = string
  default     = null
}

variable "hidden_paths" {
  description = "What the public has no business with"
  type        = list(string)
}

variable "factory" {
  description = "Where the first factory is reached, how long it takes, and when its goods are missed"
  type = object({
    api_url               = optional(string)
    lead_time_seconds     = number
    overdue_after_seconds = number
    concurrency_limit     = number
  })

  validation {
    condition     = var.factory.api_url != null
    error_message = "The warehouse needs a factory: set factory.api_url. The simulated factory is a service, and not with compute = \"lambda\"."
  }
}
