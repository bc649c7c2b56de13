output "public_url" {
  description = "Where the shop is"
  value       = local.is_fargate ? module.services[0].public_url : module.functions[0].public_url
}

output "load_balancer_dns_name" {
  description = "What domain_name must point to where no zone is given"
  value       = local.is_fargate ? module.services[0].load_balancer_dns_name : module.functions[0].api_dns_name
}

output "repository_urls" {
  description = "Where images are pushed to"
  value       = one(module.registry[*].urls)
}

output "secret_names" {
  description = "Where OPERATIONS_API_KEY, CALLBACK_SIGNING_KEY, SALE_TOKEN_KEY and CUSTOMER_SIGNING_KEY are"
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
  value = local.is_fargate ? {
    cluster       = module.services[0].cluster_name
    services      = module.services[0].service_names
    task_families = module.services[0].task_families
  } : null
}

output "queue_url_prefix" {
  description = "A queue has this and its name as its URL"
  value       = module.queues.url_prefix
}

output "functions" {
  description = "Names of the functions, with compute = lambda"
  value       = one(module.functions[*].function_names)
}
