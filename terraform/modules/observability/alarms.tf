# docs/runbook.md has a section for each of these: test/runbook.spec.ts holds the two together.

locals {
  # A line every minute, and one late.
  dead_letters_period_seconds = 300
  # Two rounds must be missing, not one that took long.
  reconcile_period_seconds = max(300, 60 * ceil(2 * var.reconcile_interval_seconds / 60))

  actions = [aws_sns_topic.operations.arn]
}

resource "aws_cloudwatch_metric_alarm" "open_dead_letters" {
  alarm_name          = "${var.name}-open-dead-letters"
  alarm_description   = "Messages wait for a person to redrive or discard them, or no worker counts them."
  namespace           = local.metric_namespace
  metric_name         = aws_cloudwatch_log_metric_filter.open_dead_letters.metric_transformation[0].name
  statistic           = "Maximum"
  period              = local.dead_letters_period_seconds
  evaluation_periods  = 1
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  treat_missing_data  = "breaching"
  alarm_actions       = local.actions
  ok_actions          = local.actions
}

resource "aws_cloudwatch_metric_alarm" "stock_invariant" {
  alarm_name          = "${var.name}-stock-invariant"
  alarm_description   = "The warehouse does not agree with itself, or no worker compares."
  namespace           = local.metric_namespace
  metric_name         = aws_cloudwatch_log_metric_filter.reconcile_differences.metric_transformation[0].name
  statistic           = "Maximum"
  period              = local.reconcile_period_seconds
  evaluation_periods  = 1
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  treat_missing_data  = "breaching"
  alarm_actions       = local.actions
  ok_actions          = local.actions
}

# Visible messages, not sent ones: SQS does not count a move to a dead-letter queue as sent.
resource "aws_cloudwatch_metric_alarm" "dead_letter_queue_not_drained" {
  for_each = var.queues

  alarm_name          = "${var.name}-${each.key}-dlq-not-drained"
  alarm_description   = "Messages stay in the dead-letter queue, from which the worker takes them at once."
  namespace           = "AWS/SQS"
  metric_name         = "ApproximateNumberOfMessagesVisible"
  dimensions          = { QueueName = each.value.dead_letter_physical_name }
  statistic           = "Minimum"
  period              = 60
  evaluation_periods  = 5
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  treat_missing_data  = "notBreaching"
  alarm_actions       = local.actions
  ok_actions          = local.actions
}

resource "aws_cloudwatch_metric_alarm" "message_age" {
  for_each = var.queues

  alarm_name          = "${var.name}-${each.key}-message-age"
  alarm_description   = "A message waits for longer than its attempts should take."
  namespace           = "AWS/SQS"
  metric_name         = "ApproximateAgeOfOldestMessage"
  dimensions          = { QueueName = each.value.physical_name }
  statistic           = "Maximum"
  period              = 60
  evaluation_periods  = 3
  comparison_operator = "GreaterThanThreshold"
  threshold           = each.value.max_age_seconds
  treat_missing_data  = "notBreaching"
  alarm_actions       = local.actions
  ok_actions          = local.actions
}

resource "aws_cloudwatch_metric_alarm" "sales_failures" {
  count = var.services == null ? 0 : 1

  alarm_name          = "${var.name}-sales-failures"
  alarm_description   = "Too many requests are answered 5xx, by the tasks or by the load balancer for want of one."
  evaluation_periods  = 3
  datapoints_to_alarm = 2
  comparison_operator = "GreaterThanThreshold"
  threshold           = var.thresholds.failed_percent
  treat_missing_data  = "notBreaching"
  alarm_actions       = local.actions
  ok_actions          = local.actions

  metric_query {
    id          = "failed_percent"
    label       = "Answers 5xx, in percent"
    expression  = "IF(requests > 0, 100 * (FILL(tasks_failed, 0) + FILL(balancer_failed, 0)) / requests, 0)"
    return_data = true
  }

  dynamic "metric_query" {
    for_each = {
      requests        = "RequestCount"
      tasks_failed    = "HTTPCode_Target_5XX_Count"
      balancer_failed = "HTTPCode_ELB_5XX_Count"
    }

    content {
      id = metric_query.key

      metric {
        namespace   = "AWS/ApplicationELB"
        metric_name = metric_query.value
        dimensions  = { LoadBalancer = var.services.load_balancer_suffix }
        stat        = "Sum"
        period      = 60
      }
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "sales_latency" {
  count = var.services == null ? 0 : 1

  alarm_name          = "${var.name}-sales-latency"
  alarm_description   = "One request in a hundred waits too long for its answer."
  namespace           = "AWS/ApplicationELB"
  metric_name         = "TargetResponseTime"
  dimensions          = { LoadBalancer = var.services.load_balancer_suffix, TargetGroup = var.services.target_group_suffix }
  extended_statistic  = "p99"
  period              = 60
  evaluation_periods  = 3
  comparison_operator = "GreaterThanThreshold"
  threshold           = var.thresholds.latency_p99_seconds
  treat_missing_data  = "notBreaching"
  # A handful of requests at night has no 99th percentile worth a call.
  evaluate_low_sample_count_percentiles = "ignore"
  alarm_actions                         = local.actions
  ok_actions                            = local.actions
}

resource "aws_cloudwatch_metric_alarm" "sales_without_tasks" {
  count = var.services == null ? 0 : 1

  alarm_name          = "${var.name}-sales-without-tasks"
  alarm_description   = "No task of sales answers the load balancer."
  namespace           = "AWS/ApplicationELB"
  metric_name         = "HealthyHostCount"
  dimensions          = { LoadBalancer = var.services.load_balancer_suffix, TargetGroup = var.services.target_group_suffix }
  statistic           = "Minimum"
  period              = 60
  evaluation_periods  = 2
  comparison_operator = "LessThanThreshold"
  threshold           = 1
  treat_missing_data  = "breaching"
  alarm_actions       = local.actions
  ok_actions          = local.actions
}

# The functions: the same questions, asked of the API and of Lambda.

resource "aws_cloudwatch_metric_alarm" "api_failures" {
  count = var.functions == null ? 0 : 1

  alarm_name          = "${var.name}-api-failures"
  alarm_description   = "Too many requests are answered 5xx, by the sales function or for want of an environment."
  evaluation_periods  = 3
  datapoints_to_alarm = 2
  comparison_operator = "GreaterThanThreshold"
  threshold           = var.thresholds.failed_percent
  treat_missing_data  = "notBreaching"
  alarm_actions       = local.actions
  ok_actions          = local.actions

  metric_query {
    id          = "failed_percent"
    label       = "Answers 5xx, in percent"
    expression  = "IF(requests > 0, 100 * FILL(failed, 0) / requests, 0)"
    return_data = true
  }

  dynamic "metric_query" {
    for_each = { requests = "Count", failed = "5xx" }

    content {
      id = metric_query.key

      metric {
        namespace   = "AWS/ApiGateway"
        metric_name = metric_query.value
        dimensions  = { ApiId = var.functions.api_id }
        stat        = "Sum"
        period      = 60
      }
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "api_latency" {
  count = var.functions == null ? 0 : 1

  alarm_name                            = "${var.name}-api-latency"
  alarm_description                     = "One request in a hundred waits too long for its answer."
  namespace                             = "AWS/ApiGateway"
  metric_name                           = "Latency"
  dimensions                            = { ApiId = var.functions.api_id }
  extended_statistic                    = "p99"
  period                                = 60
  evaluation_periods                    = 3
  comparison_operator                   = "GreaterThanThreshold"
  threshold                             = 1000 * var.thresholds.latency_p99_seconds
  treat_missing_data                    = "notBreaching"
  evaluate_low_sample_count_percentiles = "ignore"
  alarm_actions                         = local.actions
  ok_actions                            = local.actions
}

resource "aws_cloudwatch_metric_alarm" "function_errors" {
  for_each = try(var.functions.names, {})

  alarm_name          = "${var.name}-${each.key}-function-errors"
  alarm_description   = "Invocations of a function failed as a whole, or took longer than its time limit."
  namespace           = "AWS/Lambda"
  metric_name         = "Errors"
  dimensions          = { FunctionName = each.value }
  statistic           = "Sum"
  period              = 60
  evaluation_periods  = 5
  datapoints_to_alarm = 3
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  treat_missing_data  = "notBreaching"
  alarm_actions       = local.actions
  ok_actions          = local.actions
}

resource "aws_cloudwatch_metric_alarm" "function_throttles" {
  for_each = try(var.functions.names, {})

  alarm_name          = "${var.name}-${each.key}-function-throttles"
  alarm_description   = "A function has too few environments for what it is asked."
  namespace           = "AWS/Lambda"
  metric_name         = "Throttles"
  dimensions          = { FunctionName = each.value }
  statistic           = "Sum"
  period              = 60
  evaluation_periods  = 3
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  treat_missing_data  = "notBreaching"
  alarm_actions       = local.actions
  ok_actions          = local.actions
}

resource "aws_cloudwatch_metric_alarm" "schedule_silent" {
  count = var.functions == null ? 0 : 1

  alarm_name          = "${var.name}-schedule-silent"
  alarm_description   = "Nothing calls the scheduled function: the outbox and all waits stand still."
  namespace           = "AWS/Lambda"
  metric_name         = "Invocations"
  dimensions          = { FunctionName = var.functions.names["scheduled"] }
  statistic           = "Sum"
  period              = 60
  evaluation_periods  = 5
  comparison_operator = "LessThanThreshold"
  threshold           = 1
  treat_missing_data  = "breaching"
  alarm_actions       = local.actions
  ok_actions          = local.actions
}

resource "aws_cloudwatch_metric_alarm" "database_connections" {
  alarm_name          = "${var.name}-database-connections"
  alarm_description   = "The database is about to refuse connections."
  namespace           = "AWS/RDS"
  metric_name         = "DatabaseConnections"
  dimensions          = { DBInstanceIdentifier = var.database_identifier }
  statistic           = "Maximum"
  period              = 60
  evaluation_periods  = 3
  comparison_operator = "GreaterThanThreshold"
  threshold           = var.thresholds.database_connections
  treat_missing_data  = "notBreaching"
  alarm_actions       = local.actions
  ok_actions          = local.actions
}

resource "aws_cloudwatch_metric_alarm" "database_storage" {
  alarm_name          = "${var.name}-database-storage"
  alarm_description   = "The database's storage is nearly full, and has not grown by itself."
  namespace           = "AWS/RDS"
  metric_name         = "FreeStorageSpace"
  dimensions          = { DBInstanceIdentifier = var.database_identifier }
  statistic           = "Minimum"
  period              = 300
  evaluation_periods  = 2
  comparison_operator = "LessThanThreshold"
  threshold           = var.thresholds.database_free_gib * pow(1024, 3)
  treat_missing_data  = "breaching"
  alarm_actions       = local.actions
  ok_actions          = local.actions
}

resource "aws_cloudwatch_metric_alarm" "database_cpu" {
  alarm_name          = "${var.name}-database-cpu"
  alarm_description   = "The database is busy: commits take longer, and sales are turned away soon."
  namespace           = "AWS/RDS"
  metric_name         = "CPUUtilization"
  dimensions          = { DBInstanceIdentifier = var.database_identifier }
  statistic           = "Average"
  period              = 60
  evaluation_periods  = 10
  comparison_operator = "GreaterThanThreshold"
  threshold           = var.thresholds.database_cpu_percent
  treat_missing_data  = "breaching"
  alarm_actions       = local.actions
  ok_actions          = local.actions
}

# Of the whole account: SES puts one under review at 5 %, and pauses it at 10 %.
resource "aws_cloudwatch_metric_alarm" "mail_bounces" {
  alarm_name          = "${var.name}-mail-bounces"
  alarm_description   = "So many mails bounce that SES may stop sending any."
  namespace           = "AWS/SES"
  metric_name         = "Reputation.BounceRate"
  statistic           = "Maximum"
  period              = 3600
  evaluation_periods  = 1
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0.04
  treat_missing_data  = "ignore"
  alarm_actions       = local.actions
  ok_actions          = local.actions
}

# Under review at 0.1 %, paused at 0.5 %.
resource "aws_cloudwatch_metric_alarm" "mail_complaints" {
  alarm_name          = "${var.name}-mail-complaints"
  alarm_description   = "So many receivers complain that SES may stop sending any mail."
  namespace           = "AWS/SES"
  metric_name         = "Reputation.ComplaintRate"
  statistic           = "Maximum"
  period              = 3600
  evaluation_periods  = 1
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0.0008
  treat_missing_data  = "ignore"
  alarm_actions       = local.actions
  ok_actions          = local.actions
}
