variable "name" {
  description = "Begins the name of every repository, before a slash"
  type        = string
}

variable "repositories" {
  description = "One for each application"
  type        = set(string)
}

variable "kept_images" {
  description = "Tagged images that are kept: how far back a rollback reaches"
  type        = number
  default     = 30
}

variable "deletable" {
  description = "Whether a repository that holds images may be destroyed"
  type        = bool
  default     = false
}
