data "aws_region" "current" {}
data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}

locals {
  account = data.aws_caller_identity.current.account_id

  # Where the numbers go that are read from the worker's log.
  metric_namespace = "DonutStates/${var.name}"
}

resource "aws_cloudwatch_log_group" "this" {
  for_each = var.tasks

  name              = "${var.log_prefix}/${var.name}/${each.key}"
  retention_in_days = var.log_retention_days
}

# The worker counts both now and then and writes a line, also when there is nothing: silence means that no worker counts.
resource "aws_cloudwatch_log_metric_filter" "open_dead_letters" {
  name           = "${var.name}-open-dead-letters"
  log_group_name = aws_cloudwatch_log_group.this[var.counting_task].name
  pattern        = "{ $.context = \"OpenDeadLettersTask\" && $.params.open >= 0 }"

  metric_transformation {
    namespace = local.metric_namespace
    name      = "OpenDeadLetters"
    value     = "$.params.open"
    unit      = "Count"
  }
}

resource "aws_cloudwatch_log_metric_filter" "reconcile_differences" {
  name           = "${var.name}-reconcile-differences"
  log_group_name = aws_cloudwatch_log_group.this[var.counting_task].name
  pattern        = "{ $.context = \"ReconciliationTask\" && $.params.differences >= 0 }"

  metric_transformation {
    namespace = local.metric_namespace
    name      = "ReconcileDifferences"
    value     = "$.params.differences"
    unit      = "Count"
  }
}

# AWS's own key for topics lets neither CloudWatch nor SES publish.
resource "aws_kms_key" "operations" {
  description             = "Messages to the operators of ${var.name}"
  enable_key_rotation     = true
  deletion_window_in_days = 7

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "AccountDecidesByRoles"
        Effect    = "Allow"
        Principal = { AWS = "arn:${data.aws_partition.current.partition}:iam::${local.account}:root" }
        Action    = "kms:*"
        Resource  = "*"
      },
      {
        Sid       = "AlarmsAndMailPublish"
        Effect    = "Allow"
        Principal = { Service = ["cloudwatch.amazonaws.com", "ses.amazonaws.com"] }
        Action    = ["kms:Decrypt", "kms:GenerateDataKey"]
        Resource  = "*"
        Condition = { StringEquals = { "aws:SourceAccount" = local.account } }
      },
    ]
  })
}

resource "aws_sns_topic" "operations" {
  name              = "${var.name}-operations"
  kms_master_key_id = aws_kms_key.operations.arn
}

resource "aws_sns_topic_policy" "operations" {
  arn = aws_sns_topic.operations.arn

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "AlarmsAndMailPublish"
        Effect    = "Allow"
        Principal = { Service = ["cloudwatch.amazonaws.com", "ses.amazonaws.com"] }
        Action    = "sns:Publish"
        Resource  = aws_sns_topic.operations.arn
        Condition = { StringEquals = { "aws:SourceAccount" = local.account } }
      },
      {
        Sid       = "DenyWithoutTls"
        Effect    = "Deny"
        Principal = "*"
        Action    = "sns:Publish"
        Resource  = aws_sns_topic.operations.arn
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
    ]
  })
}

resource "aws_sns_topic_subscription" "operations" {
  topic_arn = aws_sns_topic.operations.arn
  protocol  = "email"
  endpoint  = var.operations_email
}
