locals {
  assumed_by_tasks = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "ecs-tasks.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = {
        StringEquals = { "aws:SourceAccount" = data.aws_caller_identity.current.account_id }
        ArnLike      = { "aws:SourceArn" = "arn:${data.aws_partition.current.partition}:ecs:${data.aws_region.current.name}:${data.aws_caller_identity.current.account_id}:*" }
      }
    }]
  })

  # While the key is replaced, a task of the revision before may start: it reads the same keys in another order.
  callback_keys   = [for use, arn in var.secret_arns : arn if startswith(use, "callback-signing-key")]
  customer_keys   = [for use, arn in var.secret_arns : arn if use == "customer-signing-key"]
  sale_token_keys = [for use, arn in var.secret_arns : arn if startswith(use, "sale-token-key")]

  secrets_of = {
    sales   = concat([var.database.secret_arn, var.secret_arns["operations-api-key"]], local.callback_keys, local.customer_keys, local.sale_token_keys)
    worker  = concat([var.database.secret_arn], local.callback_keys)
    migrate = [var.database.secret_arn]
    factory = []
  }

  work_queues = [for name, arn in var.queues.arns : arn if !endswith(name, "-dlq")]
  all_queues  = values(var.queues.arns)

  # What the application itself may do. The migration and the simulated factory call no service of AWS.
  statements_of = {
    sales = [
      {
        Sid      = "PassOnCallbacksAndProbes"
        Effect   = "Allow"
        Action   = ["sqs:SendMessage"]
        Resource = [var.queues.arns["goods-receipts"], var.queues.arns["probe"]]
      },
      {
        Sid      = "AskWhetherTheQueueIsThere"
        Effect   = "Allow"
        Action   = ["sqs:GetQueueAttributes"]
        Resource = [var.queues.arns["probe"]]
      },
    ]
    worker = [
      {
        # Any of them: an operator may redrive a dead letter of each.
        Sid      = "RelayTheOutbox"
        Effect   = "Allow"
        Action   = ["sqs:SendMessage"]
        Resource = local.work_queues
      },
      {
        Sid      = "Consume"
        Effect   = "Allow"
        Action   = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility", "sqs:GetQueueAttributes"]
        Resource = local.all_queues
      },
      {
        Sid       = "SendMail"
        Effect    = "Allow"
        Action    = ["ses:SendEmail"]
        Resource  = var.mail.arns
        Condition = { StringEquals = { "ses:FromAddress" = var.mail.from } }
      },
    ]
    migrate = []
    factory = []
  }
}

# What ECS does to start a task.
resource "aws_iam_role" "execution" {
  for_each = local.tasks

  name               = "${var.name}-${each.key}-execution"
  description        = "Starts ${each.key}: image, log, secrets"
  assume_role_policy = local.assumed_by_tasks
}

resource "aws_iam_role_policy" "execution" {
  for_each = local.tasks

  name = "start"
  role = aws_iam_role.execution[each.key].id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [
        {
          # Names no resource: AWS knows none for it.
          Sid      = "LogInToTheRegistry"
          Effect   = "Allow"
          Action   = ["ecr:GetAuthorizationToken"]
          Resource = ["*"]
        },
        {
          Sid      = "PullTheImage"
          Effect   = "Allow"
          Action   = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
          Resource = [var.repository_arns[local.repository_of[each.key]]]
        },
        {
          Sid      = "WriteTheLog"
          Effect   = "Allow"
          Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
          Resource = ["${var.log_groups[each.key].arn}:*"]
        },
      ],
      length(local.secrets_of[each.key]) == 0 ? [] : [
        {
          Sid      = "ReadItsSecrets"
          Effect   = "Allow"
          Action   = ["secretsmanager:GetSecretValue"]
          Resource = local.secrets_of[each.key]
        },
      ],
    )
  })
}

# What the application may do while it runs.
resource "aws_iam_role" "task" {
  for_each = local.tasks

  name               = "${var.name}-${each.key}-task"
  description        = "What ${each.key} may do"
  assume_role_policy = local.assumed_by_tasks
}

resource "aws_iam_role_policy" "task" {
  for_each = { for task in keys(local.tasks) : task => local.statements_of[task] if length(local.statements_of[task]) > 0 }

  name = "work"
  role = aws_iam_role.task[each.key].id

  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = each.value
  })
}
