variable "name" {
  description = "Name of the configuration set"
  type        = string
}

variable "identity" {
  description = "Who sends: a domain, or one address"
  type        = string
}

variable "hosted_zone_id" {
  description = "Route 53 zone of the domain, for its DKIM records; null: they are managed elsewhere"
  type        = string
  default     = null
}

variable "events_topic_arn" {
  description = "The topic for bounces, complaints and refusals"
  type        = string
}
