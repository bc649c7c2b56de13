data "aws_region" "current" {}
data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}

locals {
  # Of the newest that the provider knows; the course's serverless.yml has a newer one.
  runtime = "nodejs22.x"

  # An API waits for 30 s at most. A batch must be done before its messages come back after 36 s.
  timeout_seconds = { sales = 29, worker = 30, scheduled = 300, migrate = 300 }

  memory_mib = merge({ migrate = 512 }, var.memory_mib)

  previous_callback_key   = lookup(var.secret_arns, "callback-signing-key-previous", "")
  previous_sale_token_key = lookup(var.secret_arns, "sale-token-key-previous", "")

  # The shop need not sign the ids of its customers.
  customer_signing_key = lookup(var.secret_arns, "customer-signing-key", "")

  # Held to the schemas of the applications by test/environment.spec.ts.
  settings = jsondecode(templatefile("${path.module}/environment.json", {
    database_url                  = var.database.url
    log_level                     = var.log_level
    queue_url_prefix              = var.queues.url_prefix
    callback_base_url             = local.public_url
    factory_concurrency           = var.factory.concurrency_limit
    mail_from                     = var.mail.from
    operations_email              = var.mail.operations_email
    worker_function_name          = "${var.name}-worker"
    factory_api_url               = var.factory.api_url
    factory_lead_time_seconds     = var.factory.lead_time_seconds
    factory_overdue_after_seconds = var.factory.overdue_after_seconds

    # A key of a JSON secret; the function reads it again while it lives.
    database_password    = "${var.database.secret_arn}:password"
    operations_api_key   = var.secret_arns["operations-api-key"]
    callback_signing_key = var.secret_arns["callback-signing-key"]
    sale_token_key       = var.secret_arns["sale-token-key"]

    # Empty where there is none: then the variable is left out.
    customer_signing_key          = local.customer_signing_key
    callback_signing_key_previous = local.previous_callback_key
    sale_token_key_previous       = local.previous_sale_token_key
  }))

  # What runs is the worker in two of them.
  settings_of = {
    sales     = local.settings.sales
    worker    = local.settings.worker
    scheduled = local.settings.worker
    migrate   = local.settings.migrate
  }

  security_group_of = { sales = "sales", worker = "worker", scheduled = "worker", migrate = "worker" }

  archives = { for function in keys(local.settings_of) : function => "${var.archives}/${function}.zip" }
}

resource "aws_lambda_function" "this" {
  for_each = { for function, settings in local.settings_of : function => settings if function != "migrate" }

  function_name    = "${var.name}-${each.key}"
  role             = aws_iam_role.this[each.key].arn
  filename         = local.archives[each.key]
  source_code_hash = try(filebase64sha256(local.archives[each.key]), null)
  runtime          = local.runtime
  architectures    = ["arm64"]
  handler          = "index.${each.key}"
  timeout          = local.timeout_seconds[each.key]
  memory_size      = local.memory_mib[each.key]

  # Of sales alone: each environment has its connections, and the database takes so many. A limit of the worker would have
  # its messages come back without a try, and use up their receives; its event sources have one.
  reserved_concurrent_executions = each.key == "sales" ? var.sales_concurrency : -1

  vpc_config {
    subnet_ids         = var.network.task_subnet_ids
    security_group_ids = [var.network.security_group_ids[local.security_group_of[each.key]]]
  }

  environment {
    variables = merge(each.value.environment, { NODE_ENV = "production", SECRETS = jsonencode({ for name, reference in each.value.secrets : name => reference if reference != "" }) })
  }

  logging_config {
    log_format = "Text"
    log_group  = var.log_groups[each.key].name
  }

  lifecycle {
    precondition {
      condition     = fileexists(local.archives[each.key])
      error_message = "${local.archives[each.key]} is missing: run npm run bundle."
    }
  }

  # The schema first, then those who use it.
  depends_on = [aws_iam_role_policy.this, aws_lambda_invocation.migrate]
}

resource "aws_lambda_function" "migrate" {
  function_name    = "${var.name}-migrate"
  role             = aws_iam_role.this["migrate"].arn
  filename         = local.archives.migrate
  source_code_hash = try(filebase64sha256(local.archives.migrate), null)
  runtime          = local.runtime
  architectures    = ["arm64"]
  handler          = "index.migrate"
  timeout          = local.timeout_seconds.migrate
  memory_size      = local.memory_mib.migrate

  vpc_config {
    subnet_ids         = var.network.task_subnet_ids
    security_group_ids = [var.network.security_group_ids[local.security_group_of.migrate]]
  }

  environment {
    variables = merge(local.settings.migrate.environment, { NODE_ENV = "production", SECRETS = jsonencode(local.settings.migrate.secrets) })
  }

  logging_config {
    log_format = "Text"
    log_group  = var.log_groups["migrate"].name
  }

  lifecycle {
    precondition {
      condition     = fileexists(local.archives.migrate)
      error_message = "${local.archives.migrate} is missing: run npm run bundle."
    }
  }

  depends_on = [aws_iam_role_policy.this]
}

# The next call comes in a minute: a repeat of one that failed would only run beside it.
resource "aws_lambda_function_event_invoke_config" "scheduled" {
  function_name                = aws_lambda_function.this["scheduled"].function_name
  maximum_retry_attempts       = 0
  maximum_event_age_in_seconds = 60
}

# At each new archive.
resource "aws_lambda_invocation" "migrate" {
  function_name = aws_lambda_function.migrate.function_name
  input         = jsonencode({})
  triggers      = { archive = coalesce(aws_lambda_function.migrate.source_code_hash, "none") }
}
