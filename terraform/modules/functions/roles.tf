locals {
  functions = keys(local.settings_of)

  assumed_by = {
    for service in ["lambda", "scheduler"] : service => jsonencode({
      Version = "2012-10-17"
      Statement = [{
        Effect    = "Allow"
        Principal = { Service = "${service}.amazonaws.com" }
        Action    = "sts:AssumeRole"
        Condition = { StringEquals = { "aws:SourceAccount" = data.aws_caller_identity.current.account_id } }
      }]
    })
  }

  work_queues = [for name, arn in var.queues.arns : arn if !endswith(name, "-dlq")]

  relay_the_outbox = {
    Sid      = "RelayTheOutbox"
    Effect   = "Allow"
    Action   = ["sqs:SendMessage"]
    Resource = local.work_queues
  }

  pause_in_an_outage = [
    {
      Sid      = "PauseInAnOutage"
      Effect   = "Allow"
      Action   = ["lambda:UpdateEventSourceMapping"]
      Resource = ["arn:${data.aws_partition.current.partition}:lambda:${data.aws_region.current.name}:${data.aws_caller_identity.current.account_id}:event-source-mapping:*"]
      Condition = {
        ArnEquals = { "lambda:FunctionArn" = "arn:${data.aws_partition.current.partition}:lambda:${data.aws_region.current.name}:${data.aws_caller_identity.current.account_id}:function:${var.name}-worker" }
      }
    },
    {
      # Names no resource: AWS knows none for it.
      Sid      = "FindWhatToPause"
      Effect   = "Allow"
      Action   = ["lambda:ListEventSourceMappings"]
      Resource = ["*"]
    },
  ]

  send_mail = {
    Sid       = "SendMail"
    Effect    = "Allow"
    Action    = ["ses:SendEmail"]
    Resource  = var.mail.arns
    Condition = { StringEquals = { "ses:FromAddress" = var.mail.from } }
  }

  # What the application itself may do.
  statements_of = {
    sales = [
      local.relay_the_outbox,
      {
        Sid      = "AskWhetherTheQueueIsThere"
        Effect   = "Allow"
        Action   = ["sqs:GetQueueAttributes"]
        Resource = [var.queues.arns["probe"]]
      },
    ]
    worker = concat(
      [
        {
          Sid      = "Consume"
          Effect   = "Allow"
          Action   = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility", "sqs:GetQueueAttributes"]
          Resource = values(var.queues.arns)
        },
        local.relay_the_outbox,
        local.send_mail,
      ],
      local.pause_in_an_outage,
    )
    scheduled = concat([local.relay_the_outbox], local.pause_in_an_outage)
    migrate   = []
  }

  # While the key is replaced, an environment of the version before may start: it reads the same keys in another order.
  callback_keys   = [for use, arn in var.secret_arns : arn if startswith(use, "callback-signing-key")]
  customer_keys   = [for use, arn in var.secret_arns : arn if use == "customer-signing-key"]
  sale_token_keys = [for use, arn in var.secret_arns : arn if startswith(use, "sale-token-key")]

  secrets_of = {
    sales     = concat([var.database.secret_arn, var.secret_arns["operations-api-key"]], local.callback_keys, local.customer_keys, local.sale_token_keys)
    worker    = concat([var.database.secret_arn], local.callback_keys)
    scheduled = concat([var.database.secret_arn], local.callback_keys)
    migrate   = [var.database.secret_arn]
  }
}

resource "aws_iam_role" "this" {
  for_each = toset(local.functions)

  name               = "${var.name}-${each.key}-function"
  description        = "What the function ${each.key} may do"
  assume_role_policy = local.assumed_by.lambda
}

resource "aws_iam_role_policy" "this" {
  for_each = toset(local.functions)

  name = "work"
  role = aws_iam_role.this[each.key].id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [
        {
          Sid      = "WriteTheLog"
          Effect   = "Allow"
          Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
          Resource = ["${var.log_groups[each.key].arn}:*"]
        },
        {
          # Lambda makes its interfaces in the network by this role, and asks for it without a resource.
          Sid      = "JoinTheNetwork"
          Effect   = "Allow"
          Action   = ["ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface", "ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets", "ec2:AssignPrivateIpAddresses", "ec2:UnassignPrivateIpAddresses"]
          Resource = ["*"]
        },
        {
          # The code that runs by this role has no business with the network.
          Sid       = "ButNotFromWithin"
          Effect    = "Deny"
          Action    = ["ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface", "ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets", "ec2:AssignPrivateIpAddresses", "ec2:UnassignPrivateIpAddresses"]
          Resource  = ["*"]
          Condition = { ArnLike = { "lambda:SourceFunctionArn" = ["arn:${data.aws_partition.current.partition}:lambda:${data.aws_region.current.name}:${data.aws_caller_identity.current.account_id}:function:${var.name}-*"] } }
        },
        {
          Sid      = "ReadItsSecrets"
          Effect   = "Allow"
          Action   = ["secretsmanager:GetSecretValue"]
          Resource = local.secrets_of[each.key]
        },
      ],
      local.statements_of[each.key],
    )
  })
}

resource "aws_iam_role" "scheduler" {
  name               = "${var.name}-scheduler"
  description        = "Calls the scheduled function"
  assume_role_policy = local.assumed_by.scheduler
}

resource "aws_iam_role_policy" "scheduler" {
  name = "call"
  role = aws_iam_role.scheduler.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = ["lambda:InvokeFunction"]
      Resource = [aws_lambda_function.this["scheduled"].arn]
    }]
  })
}
