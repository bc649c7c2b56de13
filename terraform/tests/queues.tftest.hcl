# What libs/messaging relies on: every queue has its own dead-letter queue, and a message goes there after three receives.

mock_provider "aws" {
  source          = "./tests/mocks"
  override_during = plan

  override_resource {
    target          = aws_sqs_queue.this["restock"]
    override_during = plan
    values          = { arn = "arn:aws:sqs:ap-northeast-2:123456789012:test-restock", id = "restock-url" }
  }
  override_resource {
    target          = aws_sqs_queue.this["probe"]
    override_during = plan
    values          = { arn = "arn:aws:sqs:ap-northeast-2:123456789012:test-probe", id = "probe-url" }
  }
  override_resource {
    target          = aws_sqs_queue.dead_letter["restock"]
    override_during = plan
    values          = { arn = "arn:aws:sqs:ap-northeast-2:123456789012:test-restock-dlq", id = "restock-dlq-url" }
  }
  override_resource {
    target          = aws_sqs_queue.dead_letter["probe"]
    override_during = plan
    values          = { arn = "arn:aws:sqs:ap-northeast-2:123456789012:test-probe-dlq", id = "probe-dlq-url" }
  }
}

run "each_queue_has_its_own_dead_letter_queue" {
  command = plan

  module {
    source = "./modules/queues"
  }

  variables {
    name_prefix = "test-"
    queues      = { restock = {}, probe = {} }
  }

  assert {
    condition = alltrue([for name in ["restock", "probe"] :
      aws_sqs_queue.this[name].name == "test-${name}" && aws_sqs_queue.dead_letter[name].name == "test-${name}-dlq"
    ])
    error_message = "A queue is named by its prefix and its name, its dead-letter queue with -dlq after it: libs/messaging builds the URLs so."
  }

  assert {
    condition = alltrue([for name in ["restock", "probe"] :
      jsondecode(aws_sqs_queue.this[name].redrive_policy).deadLetterTargetArn == aws_sqs_queue.dead_letter[name].arn
    ])
    error_message = "A queue sends its dead letters to another queue's dead-letter queue."
  }

  assert {
    condition     = alltrue([for queue in aws_sqs_queue.this : jsondecode(queue.redrive_policy).maxReceiveCount == 3])
    error_message = "A message goes to the dead-letter queue after three receives."
  }

  assert {
    condition = alltrue([for name in ["restock", "probe"] :
      jsondecode(aws_sqs_queue_redrive_allow_policy.dead_letter[name].redrive_allow_policy) == {
        redrivePermission = "byQueue"
        sourceQueueArns   = [aws_sqs_queue.this[name].arn]
      } && aws_sqs_queue_redrive_allow_policy.dead_letter[name].queue_url == aws_sqs_queue.dead_letter[name].id
    ])
    error_message = "A dead-letter queue takes dead letters of its own queue and of no other."
  }

  assert {
    condition     = alltrue([for queue in merge(aws_sqs_queue.this, { for name, queue in aws_sqs_queue.dead_letter : "${name}-dlq" => queue }) : queue.visibility_timeout_seconds == 36])
    error_message = "A received message is hidden for 36 s."
  }

  assert {
    condition     = alltrue([for queue in aws_sqs_queue.dead_letter : queue.message_retention_seconds == 1209600])
    error_message = "A dead letter is kept for 14 days."
  }

  assert {
    condition     = alltrue([for name, queue in aws_sqs_queue.this : queue.message_retention_seconds < aws_sqs_queue.dead_letter[name].message_retention_seconds])
    error_message = "The time of a message goes on in the dead-letter queue: it must be longer there."
  }

  assert {
    condition     = alltrue([for queue in concat(values(aws_sqs_queue.this), values(aws_sqs_queue.dead_letter)) : queue.sqs_managed_sse_enabled])
    error_message = "Messages are encrypted."
  }

  assert {
    condition = toset(keys(aws_sqs_queue_policy.this)) == toset(["probe", "probe-dlq", "restock", "restock-dlq"]) && alltrue([
      for name, policy in aws_sqs_queue_policy.this : jsondecode(policy.policy).Statement[0] == {
        Sid       = "DenyWithoutTls"
        Effect    = "Deny"
        Principal = "*"
        Action    = "sqs:*"
        Resource  = "arn:aws:sqs:ap-northeast-2:123456789012:test-${name}"
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      } && policy.queue_url == "${name}-url"
    ])
    error_message = "Every queue refuses what comes without TLS."
  }

  assert {
    condition     = output.url_prefix == "https://sqs.ap-northeast-2.amazonaws.com/123456789012/test-"
    error_message = "QUEUE_URL_PREFIX and a name make the URL of a queue."
  }
}
