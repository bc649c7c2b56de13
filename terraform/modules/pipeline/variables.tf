variable "name" {
  description = "Begins the name of the role"
  type        = string
}

variable "repository" {
  description = "The repository at GitHub that deploys, as owner/name"
  type        = string
}

variable "deployment_environment" {
  description = "The environment at GitHub whose jobs may deploy. Who approves them is decided there"
  type        = string
}

variable "provider_arn" {
  description = "GitHub's OIDC provider of this account, which there can be once; null: it is made"
  type        = string
  default     = null
}

variable "cluster_name" {
  description = "The ECS cluster"
  type        = string
}

variable "service_names" {
  description = "Services that a deployment updates"
  type        = list(string)
}

variable "task_families" {
  description = "Task definitions of which a deployment registers revisions, by task"
  type        = map(string)
}

variable "passed_role_arns" {
  description = "Roles that these task definitions name"
  type        = list(string)
}

variable "image_repository_arns" {
  description = "Where images are pushed to"
  type        = list(string)
}

variable "log_group_arns" {
  description = "Logs that a deployment shows when it fails"
  type        = list(string)
}
