data "aws_region" "current" {}
data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}

locals {
  # The longest that SQS keeps a message. A move to the dead-letter queue does not begin the time anew.
  dead_letter_retention_seconds = 14 * 24 * 60 * 60

  url_prefix = "https://sqs.${data.aws_region.current.name}.${data.aws_partition.current.dns_suffix}/${data.aws_caller_identity.current.account_id}/${var.name_prefix}"

  all = merge(
    { for name, queue in aws_sqs_queue.this : name => queue },
    { for name, queue in aws_sqs_queue.dead_letter : "${name}-dlq" => queue },
  )
}

resource "aws_sqs_queue" "dead_letter" {
  for_each = var.queues

  name                       = "${var.name_prefix}${each.key}-dlq"
  message_retention_seconds  = local.dead_letter_retention_seconds
  visibility_timeout_seconds = each.value.visibility_timeout_seconds
  sqs_managed_sse_enabled    = true
}

resource "aws_sqs_queue" "this" {
  for_each = var.queues

  name                       = "${var.name_prefix}${each.key}"
  message_retention_seconds  = each.value.message_retention_seconds
  visibility_timeout_seconds = each.value.visibility_timeout_seconds
  sqs_managed_sse_enabled    = true

  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.dead_letter[each.key].arn
    maxReceiveCount     = each.value.max_receive_count
  })
}

# No other queue may use it as its dead-letter queue.
resource "aws_sqs_queue_redrive_allow_policy" "dead_letter" {
  for_each = var.queues

  queue_url = aws_sqs_queue.dead_letter[each.key].id

  redrive_allow_policy = jsonencode({
    redrivePermission = "byQueue"
    sourceQueueArns   = [aws_sqs_queue.this[each.key].arn]
  })
}

# Who may use a queue is said by the roles. This says how: never in clear text.
resource "aws_sqs_queue_policy" "this" {
  for_each = toset(concat(keys(var.queues), [for name in keys(var.queues) : "${name}-dlq"]))

  queue_url = local.all[each.key].id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "DenyWithoutTls"
      Effect    = "Deny"
      Principal = "*"
      Action    = "sqs:*"
      Resource  = local.all[each.key].arn
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }]
  })
}
