variable "environment" {
  description = "Begins, after donut-states-, the name of everything: several can live in one account"
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9]{1,11}$", var.environment))
    error_message = "environment is 2 to 12 small letters and digits: it is part of names that AWS keeps short."
  }
}

variable "region" {
  description = "The region of everything"
  type        = string
  default     = "ap-northeast-2"
}

variable "tags" {
  description = "Tags of everything, besides Project, Environment and ManagedBy"
  type        = map(string)
  default     = {}
}

# Network

variable "vpc_cidr" {
  description = "Addresses of the network"
  type        = string
  default     = "10.20.0.0/16"
}

variable "zone_count" {
  description = "Availability zones that are used"
  type        = number
  default     = 2
}

variable "egress" {
  description = "How tasks reach the internet: public, nat, nat-per-zone or none"
  type        = string
}

variable "interface_endpoints" {
  description = "AWS services that are reached inside of the network"
  type        = list(string)
  default     = []
}

variable "public_cidrs" {
  description = "Who may reach the load balancer"
  type        = list(string)
  default     = ["0.0.0.0/0"]
}

variable "factory_ports" {
  description = "Ports at which factories on the internet listen, besides 443"
  type        = list(number)
  default     = []
}

# Names and certificates

variable "domain_name" {
  description = "Where buyers reach the shop, as shop.example.com; null: at the load balancer's own name"
  type        = string
  default     = null
}

variable "hosted_zone_id" {
  description = "Route 53 zone of domain_name: its records and its certificate are made"
  type        = string
  default     = null
}

variable "certificate_arn" {
  description = "Certificate in ACM, where none is to be made"
  type        = string
  default     = null
}

# Mail

variable "operations_email" {
  description = "The address for mails of the worker and for alarms, which need a person"
  type        = string
}

variable "mail_from" {
  description = "The sender of mails"
  type        = string
}

variable "mail_identity" {
  description = "What SES verifies: the sender's domain; null: the sender's address"
  type        = string
  default     = null
}

variable "manage_mail" {
  description = "Whether the identity is made here. A domain that something else sends from as well is made there"
  type        = bool
  default     = true
}

# Database

variable "database" {
  description = "Size and safety of the database"
  type = object({
    instance_class        = string
    storage_gib           = number
    max_storage_gib       = number
    multi_az              = bool
    backup_retention_days = number
    performance_insights  = bool
    apply_immediately     = optional(bool, false)
  })
}

variable "password_rotation" {
  description = "When the database's password changes, and when the services are restarted for it, in UTC; null: RDS changes it every 7 days at any hour, and the services are not restarted"
  type = object({
    schedule         = string
    window           = string
    restart_schedule = string
  })
  default = null
}

variable "deletion_protection" {
  description = "Whether database, load balancer, logs of requests, images and secrets are kept from a destroy"
  type        = bool
}

# Services, or functions

variable "compute" {
  description = "fargate: sales and worker are services of ECS. lambda: they are functions. docs/serverless.md says when to choose which"
  type        = string
  default     = "fargate"

  validation {
    condition     = contains(["fargate", "lambda"], var.compute)
    error_message = "compute is fargate or lambda."
  }

  # What keeps people out must not fall away in silence.
  validation {
    condition     = var.compute == "fargate" || (toset(var.public_cidrs) == toset(["0.0.0.0/0"]) && !var.waf && try(var.sales.rate_limit_per_minute, 0) == 0)
    error_message = "An HTTP API has no public_cidrs, no waf and no limit for each client: with compute = \"lambda\", leave them at their defaults."
  }
}

variable "functions" {
  description = "Functions: memory, how many sell and receive at a time, and how many requests a second are let in"
  type = object({
    memory_mib = optional(object({
      sales     = number
      worker    = number
      scheduled = number
    }), { sales = 1769, worker = 512, scheduled = 512 })
    sales_concurrency   = optional(number, 5)
    worker_concurrency  = optional(number, 2)
    requests_per_second = optional(number, 100)
  })
  default = {}
}

variable "archives" {
  description = "The folder of the functions' archives; null: where npm run bundle puts them"
  type        = string
  default     = null
}

variable "image_tag" {
  description = "Images of the first deployment. Those after it are the pipeline's. null: there are none, with compute = lambda"
  type        = string
  default     = null

  validation {
    condition     = var.image_tag != null || var.compute == "lambda"
    error_message = "image_tag is needed: services run images."
  }
}

variable "cpu_architecture" {
  description = "X86_64 or ARM64: that of the images"
  type        = string
  default     = "X86_64"
}

variable "sales" {
  description = "Sales tasks: size, number, and the load that keeps one busy"
  type = object({
    cpu                         = number
    memory_mib                  = number
    min                         = number
    max                         = number
    requests_per_task_in_minute = number
    cpu_percent                 = optional(number, 60)
    rate_limit_per_minute       = optional(number, 0)
  })
}

variable "worker" {
  description = "Workers: size, how many, and how many messages may wait for each"
  type = object({
    cpu              = number
    memory_mib       = number
    min              = number
    max              = number
    backlog_per_task = number
    on_spot          = bool
  })
}

variable "database_pool_size" {
  description = "Connections of a task to the database"
  type        = number
  default     = 10
}

variable "log_level" {
  description = "The least severe level that is logged: log, debug or verbose"
  type        = string
  default     = "log"
}

variable "container_insights" {
  description = "disabled, enabled or enhanced"
  type        = string
  default     = "disabled"
}

variable "hidden_paths" {
  description = "What the load balancer keeps from the public"
  type        = list(string)
}

variable "access_log_days" {
  description = "How long the load balancer's log of requests is kept; 0: there is none"
  type        = number
}

variable "waf" {
  description = "Whether a web application firewall stands before the load balancer"
  type        = bool
}

variable "waf_requests_per_5_minutes" {
  description = "Requests of one address above which the firewall blocks it"
  type        = number
  default     = 2000
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

# Factory

variable "factory_simulator" {
  description = "Whether the simulated factory runs beside the shop, and is the one that is ordered from"
  type        = bool
  default     = false
}

variable "factory" {
  description = "The first factory: where it is reached, how long it takes, when its goods are missed, and how many requests it bears at once, from all workers together"
  type = object({
    api_url               = optional(string)
    lead_time_seconds     = optional(number, 10)
    overdue_after_seconds = optional(number, 120)
    concurrency_limit     = optional(number, 2)
  })
  default = {}

  validation {
    condition     = var.factory.concurrency_limit >= 1 && var.factory.concurrency_limit <= 10
    error_message = "factory.concurrency_limit is one of 1 to 10."
  }
}

# Watching

variable "log_retention_days" {
  description = "How long logs are kept"
  type        = number
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

# Pipeline

variable "github_repository" {
  description = "The repository that deploys by .github/workflows/deploy.yml, as owner/name; null: none may"
  type        = string
  default     = null
}

variable "github_oidc_provider_arn" {
  description = "GitHub's OIDC provider, where the account has it already"
  type        = string
  default     = null
}
