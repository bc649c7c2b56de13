variable "name" {
  description = "Name of the cluster, and the begin of all other names"
  type        = string
}

variable "network" {
  description = "What module network puts out"
  type = object({
    vpc_id                      = string
    vpc_cidr                    = string
    public_subnet_ids           = list(string)
    task_subnet_ids             = list(string)
    tasks_have_public_addresses = bool
    security_group_ids          = map(string)
  })
}

variable "images" {
  description = "The image of each application with its tag. The migration runs that of sales"
  type = object({
    sales   = string
    worker  = string
    factory = optional(string)
  })
}

variable "repository_arns" {
  description = "The registry's repository of each application"
  type        = map(string)
}

variable "log_groups" {
  description = "Where each task writes its log: sales, worker, migrate, factory"
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

variable "size" {
  description = "CPU units and memory of a task, by task"
  type = map(object({
    cpu        = number
    memory_mib = number
  }))

  validation {
    condition     = length(setsubtract(["sales", "worker", "migrate", "factory"], keys(var.size))) == 0
    error_message = "size has sales, worker, migrate and factory."
  }
}

variable "initial_count" {
  description = "Tasks of a new service. Scaling changes it from then on"
  type = object({
    sales  = number
    worker = number
  })
}

variable "cpu_architecture" {
  description = "X86_64 or ARM64: that of the images"
  type        = string
  default     = "X86_64"
}

variable "worker_on_spot" {
  description = "Whether workers run on spare capacity: 70 % cheaper, and stopped with 2 minutes' notice"
  type        = bool
}

variable "container_insights" {
  description = "disabled, enabled or enhanced"
  type        = string
}

variable "certificate_arn" {
  description = "Certificate of the load balancer; null: one is made for domain_name"
  type        = string
  default     = null
}

variable "domain_name" {
  description = "Where buyers reach the shop; null: at the load balancer's own name"
  type        = string
  default     = null
}

variable "hosted_zone_id" {
  description = "Route 53 zone of domain_name; null: its record is managed elsewhere"
  type        = string
  default     = null
}

variable "hidden_paths" {
  description = "What the load balancer answers with 404: paths that the public has no business with"
  type        = list(string)
}

variable "load_balancer_protected" {
  description = "Whether the load balancer cannot be deleted, nor its logs with it"
  type        = bool
}

variable "access_logs" {
  description = "How long the load balancer's log of requests is kept, in days; 0: there is none"
  type        = number
}

variable "waf" {
  description = "Whether a web application firewall stands before the load balancer"
  type        = bool
}

variable "waf_requests_per_5_minutes" {
  description = "Requests of one address in 5 minutes above which the firewall blocks it"
  type        = number
  default     = 2000
}

variable "rate_limit_per_minute" {
  description = "RATE_LIMIT_PER_MINUTE of sales; 0: none"
  type        = number
  default     = 0
}

variable "database_pool_size" {
  description = "DATABASE_POOL_SIZE of each task"
  type        = number
  default     = 10
}

variable "log_level" {
  description = "LOG_LEVEL of each task"
  type        = string
  default     = "log"

  validation {
    condition     = contains(["log", "debug", "verbose"], var.log_level)
    error_message = "log_level is log, debug or verbose: alarms read lines of the level log."
  }
}

variable "drain_delay_ms" {
  description = "DRAIN_DELAY_MS: how long a task still serves requests after the signal to stop. The worker serves no requests"
  type = object({
    sales  = number
    worker = number
  })
  default = {
    sales  = 15000
    worker = 0
  }
}

variable "factory" {
  description = "Where the first factory is reached, how long it takes, and when its goods are missed. With the simulated factory the URL is its own"
  type = object({
    api_url               = optional(string)
    lead_time_seconds     = number
    overdue_after_seconds = number
    concurrency_limit     = number
  })

  validation {
    condition     = var.factory.api_url != null || var.factory_simulator
    error_message = "The warehouse needs a factory: set factory.api_url, or factory_simulator."
  }
}

variable "factory_simulator" {
  description = "Whether the simulated factory runs beside the shop"
  type        = bool
  default     = false
}

variable "restart_schedule" {
  description = "When services are restarted one task after the other, in UTC: after the database's password changed. null: never"
  type        = string
  default     = null
}
