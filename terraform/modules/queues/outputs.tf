output "url_prefix" {
  description = "QUEUE_URL_PREFIX: a queue has this and its name as its URL"
  value       = local.url_prefix
}

output "arns" {
  description = "By name, dead-letter queues among them"
  value       = { for name, queue in local.all : name => queue.arn }
}

output "physical_names" {
  description = "What SQS calls them, by name, dead-letter queues among them"
  value       = { for name, queue in local.all : name => queue.name }
}
