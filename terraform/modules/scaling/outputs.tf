output "backlog_per_task_expression" {
  description = "The metric math that the worker is scaled by"
  value       = local.backlog_per_task
}
