variable "name" {
  description = "Name of the instance, and the begin of all other names"
  type        = string
}

variable "subnet_ids" {
  description = "Two subnets or more, in different zones"
  type        = list(string)
}

variable "security_group_id" {
  description = "Who may connect"
  type        = string
}

variable "instance_class" {
  description = "Size of the instance, as db.m7g.large"
  type        = string
}

variable "storage_gib" {
  description = "Storage at the start"
  type        = number
}

variable "max_storage_gib" {
  description = "Up to where storage grows by itself"
  type        = number
}

variable "multi_az" {
  description = "Whether a second instance in another zone takes over when the first is lost"
  type        = bool
}

variable "backup_retention_days" {
  description = "How far back the database can be restored to any second, 1 to 35"
  type        = number

  validation {
    condition     = var.backup_retention_days >= 1 && var.backup_retention_days <= 35
    error_message = "backup_retention_days is 1 to 35: without backups a lost database is a lost shop."
  }
}

variable "deletion_protection" {
  description = "Whether the instance cannot be deleted. If not, it is deleted without a last snapshot"
  type        = bool
}

variable "performance_insights" {
  description = "Keeps the load by statement for 7 days, free of charge. Not for the smallest classes"
  type        = bool
}

variable "log_retention_days" {
  description = "How long the error and slow query logs are kept"
  type        = number
}

variable "password_rotation" {
  description = "When the password changes, in UTC. null leaves it to RDS: every 7 days, at any hour"
  type = object({
    schedule = string
    window   = string
  })
  default = null
}

variable "apply_immediately" {
  description = "Whether changes come at once, not in the maintenance window"
  type        = bool
  default     = false
}
