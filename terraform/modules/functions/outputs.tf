output "public_url" {
  description = "Where buyers, operators and factories reach the shop"
  value       = local.public_url
}

output "api_id" {
  description = "The API, as its metrics name it"
  value       = aws_apigatewayv2_api.this.id
}

output "function_names" {
  description = "By function"
  value       = merge({ for function, resource in aws_lambda_function.this : function => resource.function_name }, { migrate = aws_lambda_function.migrate.function_name })
}

output "most_connections" {
  description = "Connections to the database when every environment that may be there is there"
  # The pool of two, and of one that sells the two that a sale waits for. An event of each source, and the schedule.
  value = 4 * var.sales_concurrency + 2 * (sum([for source in merge(local.sources, local.dead_letter_sources) : source.maximum_concurrency]) + 1)
}

output "api_dns_name" {
  description = "What domain_name must point to where no zone is given"
  value       = one(aws_apigatewayv2_domain_name.this[*].domain_name_configuration[0].target_domain_name)
}
