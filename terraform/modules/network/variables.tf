variable "name" {
  description = "Begins the name of everything here"
  type        = string
}

variable "vpc_cidr" {
  description = "Addresses of the network, a /16 to /20"
  type        = string
}

variable "zone_count" {
  description = "Availability zones that are used, 2 to 4. A load balancer and a Multi-AZ database want two at least"
  type        = number

  validation {
    condition     = var.zone_count >= 2 && var.zone_count <= 4
    error_message = "zone_count is 2, 3 or 4."
  }
}

variable "egress" {
  description = "How tasks reach the internet, where mail and most factories are: public (addresses of their own), nat (one gateway), nat-per-zone, or none"
  type        = string

  validation {
    condition     = contains(["public", "nat", "nat-per-zone", "none"], var.egress)
    error_message = "egress is public, nat, nat-per-zone or none."
  }
}

variable "interface_endpoints" {
  description = "AWS services that are reached inside of the network, as ecr.api, ecr.dkr, logs, sqs, secretsmanager. S3 always is, free of charge"
  type        = list(string)
  default     = []
}

variable "public_cidrs" {
  description = "Who may reach the load balancer"
  type        = list(string)
  default     = ["0.0.0.0/0"]
}

variable "factory_ports" {
  description = "Ports at which factories on the internet listen. 443 is open anyway, for AWS"
  type        = list(number)
  default     = []
}

variable "ports" {
  description = "Where the parts listen"
  type = object({
    sales    = number
    factory  = number
    database = number
  })
  default = {
    sales    = 3000
    factory  = 3002
    database = 3306
  }
}

variable "has_load_balancer" {
  description = "Whether a load balancer is what the internet reaches"
  type        = bool
  default     = true
}

variable "factory_simulator" {
  description = "Whether the simulated factory runs in this network"
  type        = bool
  default     = false
}
