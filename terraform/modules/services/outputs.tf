output "cluster_name" {
  description = "The ECS cluster"
  value       = aws_ecs_cluster.this.name
}

output "service_names" {
  description = "Services of the cluster, by application"
  value = merge(
    { sales = aws_ecs_service.sales.name, worker = aws_ecs_service.worker.name },
    { for service in aws_ecs_service.factory : "factory" => service.name },
  )
}

output "task_families" {
  description = "Names of the task definitions, by task"
  value       = { for task, definition in aws_ecs_task_definition.this : task => definition.family }
}

output "role_arns" {
  description = "Roles of all tasks, which a deployment must be allowed to pass on"
  value       = concat([for role in aws_iam_role.task : role.arn], [for role in aws_iam_role.execution : role.arn])
}

output "public_url" {
  description = "Where buyers, operators and factories reach the shop"
  value       = local.public_url
}

output "load_balancer_dns_name" {
  description = "What domain_name must point to where no zone is given"
  value       = aws_lb.this.dns_name
}

output "load_balancer_suffix" {
  description = "The load balancer, as its metrics name it"
  value       = aws_lb.this.arn_suffix
}

output "target_group_suffix" {
  description = "The tasks of sales behind it, as its metrics name them"
  value       = aws_lb_target_group.sales.arn_suffix
}

output "stop_timeout_seconds" {
  description = "How long ECS waits before it kills, by task"
  value       = local.stop_timeout_seconds
}
