data "aws_region" "current" {}
data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}

locals {
  issuer = "token.actions.githubusercontent.com"
  ecs    = "arn:${data.aws_partition.current.partition}:ecs:${data.aws_region.current.name}:${data.aws_caller_identity.current.account_id}"

  provider_arn = var.provider_arn != null ? var.provider_arn : aws_iam_openid_connect_provider.github[0].arn
}

resource "aws_iam_openid_connect_provider" "github" {
  count = var.provider_arn == null ? 1 : 0

  url            = "https://${local.issuer}"
  client_id_list = ["sts.amazonaws.com"]
}

# No key is kept at GitHub: a job of this repository and this environment, and no other, gets credentials for an hour.
resource "aws_iam_role" "deploy" {
  name                 = "${var.name}-deploy"
  description          = "Deploys from ${var.repository}"
  max_session_duration = 3600

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Federated = local.provider_arn }
      Action    = "sts:AssumeRoleWithWebIdentity"
      Condition = {
        StringEquals = {
          "${local.issuer}:aud" = "sts.amazonaws.com"
          "${local.issuer}:sub" = "repo:${var.repository}:environment:${var.deployment_environment}"
        }
      }
    }]
  })
}

resource "aws_iam_role_policy" "deploy" {
  name = "deploy"
  role = aws_iam_role.deploy.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        # Not every one of these can be bound to a resource. A revision is worth no more than the roles that it may name.
        Sid      = "LogInAndRegister"
        Effect   = "Allow"
        Action   = ["ecr:GetAuthorizationToken", "ecs:DescribeTaskDefinition", "ecs:RegisterTaskDefinition"]
        Resource = ["*"]
      },
      {
        Sid    = "PushImages"
        Effect = "Allow"
        Action = [
          "ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:CompleteLayerUpload", "ecr:DescribeImages",
          "ecr:GetDownloadUrlForLayer", "ecr:InitiateLayerUpload", "ecr:PutImage", "ecr:UploadLayerPart",
        ]
        Resource = var.image_repository_arns
      },
      {
        Sid      = "TagRevisions"
        Effect   = "Allow"
        Action   = ["ecs:TagResource"]
        Resource = [for family in values(var.task_families) : "${local.ecs}:task-definition/${family}:*"]
      },
      {
        Sid       = "PassTheirRoles"
        Effect    = "Allow"
        Action    = ["iam:PassRole"]
        Resource  = var.passed_role_arns
        Condition = { StringEquals = { "iam:PassedToService" = "ecs-tasks.amazonaws.com" } }
      },
      {
        Sid      = "RunTheMigration"
        Effect   = "Allow"
        Action   = ["ecs:RunTask"]
        Resource = ["${local.ecs}:task-definition/${var.task_families["migrate"]}:*"]
      },
      {
        Sid      = "WaitForTheMigration"
        Effect   = "Allow"
        Action   = ["ecs:DescribeTasks"]
        Resource = ["${local.ecs}:task/${var.cluster_name}/*"]
      },
      {
        Sid      = "UpdateServices"
        Effect   = "Allow"
        Action   = ["ecs:DescribeServices", "ecs:UpdateService"]
        Resource = [for service in var.service_names : "${local.ecs}:service/${var.cluster_name}/${service}"]
      },
      {
        Sid      = "ShowLogs"
        Effect   = "Allow"
        Action   = ["logs:FilterLogEvents"]
        Resource = [for arn in var.log_group_arns : "${arn}:*"]
      },
    ]
  })
}
