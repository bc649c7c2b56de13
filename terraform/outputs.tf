output "public_url" {
  description = "Where the shop is"
  value       = module.services.public_url
}

output "load_balancer_dns_name" {
  description = "What domain_name must point to where no zone is given"
  value       = module.services.load_balancer_dns_name
}

output "repository_urls" {
  description = "Where images are pushed to"
  value       = module.registry.urls
}

output "secret_names" {
  description = "Where OPERATIONS_API_KEY and CALLBACK_SIGNING_KEY are"
  value       = module.secrets.names
}

output "alarm_names" {
  description = "What docs/runbook.md is about"
  value       = module.observability.alarm_names
}

output "deploy_role_arn" {
  description = "Variable AWS_ROLE of the environment at GitHub"
  value       = one(module.pipeline[*].role_arn)
}

output "deployment" {
  description = "What a deployment works on"
  value = {
    cluster       = module.services.cluster_name
    services      = module.services.service_names
    task_families = module.services.task_families
  }
}

output "queue_url_prefix" {
  description = "A queue has this and its name as its URL"
  value       = module.queues.url_prefix
}
