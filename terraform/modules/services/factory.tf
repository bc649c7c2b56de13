# The simulated factory, for environments that must not order from a real one. It keeps nothing over a restart.

resource "aws_service_discovery_private_dns_namespace" "this" {
  count = var.factory_simulator ? 1 : 0

  name        = local.internal_domain
  description = "Where the simulated factory and sales find each other"
  vpc         = var.network.vpc_id
}

resource "aws_service_discovery_service" "internal" {
  for_each = var.factory_simulator ? toset(["factory", "sales"]) : []

  name = each.key

  dns_config {
    namespace_id   = aws_service_discovery_private_dns_namespace.this[0].id
    routing_policy = "MULTIVALUE"

    dns_records {
      type = "A"
      ttl  = 10
    }
  }
}

resource "aws_ecs_service" "factory" {
  count = var.factory_simulator ? 1 : 0

  name            = "factory"
  cluster         = aws_ecs_cluster.this.id
  task_definition = aws_ecs_task_definition.this["factory"].arn
  desired_count   = 1
  propagate_tags  = "SERVICE"

  # One at a time: each knows only the orders that it was given itself.
  deployment_minimum_healthy_percent = 0
  deployment_maximum_percent         = 100

  deployment_circuit_breaker {
    enable   = true
    rollback = true
  }

  capacity_provider_strategy {
    capacity_provider = "FARGATE_SPOT"
    weight            = 1
  }

  network_configuration {
    subnets          = var.network.task_subnet_ids
    security_groups  = [var.network.security_group_ids["factory"]]
    assign_public_ip = var.network.tasks_have_public_addresses
  }

  service_registries {
    registry_arn = aws_service_discovery_service.internal["factory"].arn
  }

  lifecycle {
    ignore_changes = [task_definition]
  }

  depends_on = [aws_ecs_cluster_capacity_providers.this, aws_iam_role_policy.execution]
}
