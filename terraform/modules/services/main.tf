data "aws_region" "current" {}
data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}

locals {
  ports = { sales = 3000, worker = 3001, factory = 3002 }

  internal_domain = "${var.name}.internal"
  public_url      = "https://${var.domain_name != null ? var.domain_name : aws_lb.this.dns_name}"

  # The simulated factory calls back inside of the network: it need not trust the load balancer's certificate.
  callback_base_url = var.factory_simulator ? "http://sales.${local.internal_domain}:${local.ports.sales}" : local.public_url
  factory_api_url   = var.factory_simulator ? "http://factory.${local.internal_domain}:${local.ports.factory}" : var.factory.api_url
}

resource "aws_ecs_cluster" "this" {
  name = var.name

  setting {
    name  = "containerInsights"
    value = var.container_insights
  }
}

resource "aws_ecs_cluster_capacity_providers" "this" {
  cluster_name       = aws_ecs_cluster.this.name
  capacity_providers = ["FARGATE", "FARGATE_SPOT"]

  default_capacity_provider_strategy {
    capacity_provider = "FARGATE"
    weight            = 1
  }
}

resource "aws_ecs_service" "sales" {
  name            = "sales"
  cluster         = aws_ecs_cluster.this.id
  task_definition = aws_ecs_task_definition.this["sales"].arn
  desired_count   = var.initial_count.sales
  propagate_tags  = "SERVICE"

  # A new task listens only once it has reached the database.
  health_check_grace_period_seconds = 60

  deployment_minimum_healthy_percent = 100
  deployment_maximum_percent         = 200

  deployment_circuit_breaker {
    enable   = true
    rollback = true
  }

  capacity_provider_strategy {
    capacity_provider = "FARGATE"
    weight            = 1
  }

  network_configuration {
    subnets          = var.network.task_subnet_ids
    security_groups  = [var.network.security_group_ids["sales"]]
    assign_public_ip = var.network.tasks_have_public_addresses
  }

  load_balancer {
    target_group_arn = aws_lb_target_group.sales.arn
    container_name   = "sales"
    container_port   = local.ports.sales
  }

  dynamic "service_registries" {
    for_each = var.factory_simulator ? [aws_service_discovery_service.internal["sales"].arn] : []

    content {
      registry_arn = service_registries.value
    }
  }

  lifecycle {
    # A deployment chooses the revision, and scaling the count.
    ignore_changes = [task_definition, desired_count]
  }

  depends_on = [aws_lb_listener.https, aws_ecs_cluster_capacity_providers.this, aws_iam_role_policy.execution, aws_iam_role_policy.task]
}

resource "aws_ecs_service" "worker" {
  name            = "worker"
  cluster         = aws_ecs_cluster.this.id
  task_definition = aws_ecs_task_definition.this["worker"].arn
  desired_count   = var.initial_count.worker
  propagate_tags  = "SERVICE"

  deployment_minimum_healthy_percent = 100
  deployment_maximum_percent         = 200

  deployment_circuit_breaker {
    enable   = true
    rollback = true
  }

  capacity_provider_strategy {
    capacity_provider = var.worker_on_spot ? "FARGATE_SPOT" : "FARGATE"
    weight            = 1
  }

  network_configuration {
    subnets          = var.network.task_subnet_ids
    security_groups  = [var.network.security_group_ids["worker"]]
    assign_public_ip = var.network.tasks_have_public_addresses
  }

  lifecycle {
    ignore_changes = [task_definition, desired_count]
  }

  depends_on = [aws_ecs_cluster_capacity_providers.this, aws_iam_role_policy.execution, aws_iam_role_policy.task]
}
