locals {
  # Messages of an event, and events at a time. One order an event: those of other factories do not wait for it, nor come back
  # with it. The factory itself is spared by the limit that the workers share through the database.
  sources = {
    restock        = { batch_size = 1, maximum_concurrency = var.worker_concurrency }
    goods-receipts = { batch_size = 5, maximum_concurrency = var.worker_concurrency }
    notifications  = { batch_size = 5, maximum_concurrency = 2 }
    webhooks       = { batch_size = 1, maximum_concurrency = var.worker_concurrency }
    probe          = { batch_size = 10, maximum_concurrency = 2 }
  }

  dead_letter_sources = { for queue in keys(local.sources) : "${queue}-dlq" => { batch_size = 5, maximum_concurrency = 2 } }
}

resource "aws_lambda_event_source_mapping" "this" {
  for_each = merge(local.sources, local.dead_letter_sources)

  event_source_arn        = var.queues.arns[each.key]
  function_name           = aws_lambda_function.this["worker"].arn
  batch_size              = each.value.batch_size
  function_response_types = ["ReportBatchItemFailures"]

  scaling_config {
    maximum_concurrency = each.value.maximum_concurrency
  }

  lifecycle {
    # The worker pauses it while the database is away.
    ignore_changes = [enabled]
  }
}

resource "aws_scheduler_schedule" "minute" {
  name                = "${var.name}-scheduled"
  description         = "The outbox, and everything that the worker does without a message"
  schedule_expression = "rate(1 minute)"

  flexible_time_window {
    mode = "OFF"
  }

  target {
    arn      = aws_lambda_function.this["scheduled"].arn
    role_arn = aws_iam_role.scheduler.arn

    retry_policy {
      maximum_retry_attempts = 0
    }
  }
}
