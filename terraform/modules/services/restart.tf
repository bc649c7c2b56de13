# A task reads the database's password when it starts. After RDS has changed it, a task keeps the connections that it
# has and can open no other: so every task is replaced, one after the other, when the change is due.

locals {
  restarted = var.restart_schedule == null ? {} : {
    sales  = aws_ecs_service.sales.id
    worker = aws_ecs_service.worker.id
  }
}

resource "aws_iam_role" "restart" {
  count = var.restart_schedule == null ? 0 : 1

  name        = "${var.name}-restart"
  description = "Replaces the tasks of the services after a change of the password"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "scheduler.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = { StringEquals = { "aws:SourceAccount" = data.aws_caller_identity.current.account_id } }
    }]
  })
}

resource "aws_iam_role_policy" "restart" {
  count = var.restart_schedule == null ? 0 : 1

  name = "restart"
  role = aws_iam_role.restart[0].id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid      = "ReplaceTheTasks"
      Effect   = "Allow"
      Action   = ["ecs:UpdateService"]
      Resource = values(local.restarted)
    }]
  })
}

resource "aws_scheduler_schedule" "restart" {
  for_each = local.restarted

  name                         = "${var.name}-restart-${each.key}"
  description                  = "After the database's password has changed"
  schedule_expression          = var.restart_schedule
  schedule_expression_timezone = "UTC"

  flexible_time_window {
    mode = "OFF"
  }

  target {
    arn      = "arn:${data.aws_partition.current.partition}:scheduler:::aws-sdk:ecs:updateService"
    role_arn = aws_iam_role.restart[0].arn

    input = jsonencode({
      Cluster            = aws_ecs_cluster.this.name
      Service            = each.key
      ForceNewDeployment = true
    })
  }
}
