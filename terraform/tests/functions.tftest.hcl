# The serverless variant: the same network, database, queues and mail, with functions in place of services.

mock_provider "aws" {
  source          = "./tests/mocks"
  override_during = plan
}

variables {
  name     = "test"
  archives = "./tests/archives"
  network = {
    task_subnet_ids             = ["subnet-3", "subnet-4"]
    tasks_have_public_addresses = false
    security_group_ids          = { sales = "sg-2", worker = "sg-3" }
  }
  log_groups = {
    sales     = { name = "log-sales", arn = "arn:aws:logs:ap-northeast-2:123456789012:log-group:log-sales" }
    worker    = { name = "log-worker", arn = "arn:aws:logs:ap-northeast-2:123456789012:log-group:log-worker" }
    scheduled = { name = "log-scheduled", arn = "arn:aws:logs:ap-northeast-2:123456789012:log-group:log-scheduled" }
    migrate   = { name = "log-migrate", arn = "arn:aws:logs:ap-northeast-2:123456789012:log-group:log-migrate" }
    api       = { name = "log-api", arn = "arn:aws:logs:ap-northeast-2:123456789012:log-group:log-api" }
  }
  database    = { url = "mysql://warehouse@database.example:3306/donut_states", secret_arn = "arn:aws:secretsmanager:ap-northeast-2:123456789012:secret:rds-1" }
  secret_arns = { operations-api-key = "arn:operations-api-key", callback-signing-key = "arn:callback-signing-key", sale-token-key = "arn:sale-token-key" }
  queues = {
    url_prefix = "https://sqs.example/1/test-"
    arns = {
      restock            = "arn:aws:sqs:ap-northeast-2:123456789012:test-restock"
      goods-receipts     = "arn:aws:sqs:ap-northeast-2:123456789012:test-goods-receipts"
      notifications      = "arn:aws:sqs:ap-northeast-2:123456789012:test-notifications"
      webhooks           = "arn:aws:sqs:ap-northeast-2:123456789012:test-webhooks"
      probe              = "arn:aws:sqs:ap-northeast-2:123456789012:test-probe"
      restock-dlq        = "arn:aws:sqs:ap-northeast-2:123456789012:test-restock-dlq"
      goods-receipts-dlq = "arn:aws:sqs:ap-northeast-2:123456789012:test-goods-receipts-dlq"
      notifications-dlq  = "arn:aws:sqs:ap-northeast-2:123456789012:test-notifications-dlq"
      webhooks-dlq       = "arn:aws:sqs:ap-northeast-2:123456789012:test-webhooks-dlq"
      probe-dlq          = "arn:aws:sqs:ap-northeast-2:123456789012:test-probe-dlq"
    }
  }
  mail                = { from = "shop@example.com", operations_email = "operations@example.com", arns = ["arn:identity"] }
  memory_mib          = { sales = 1769, worker = 512, scheduled = 512 }
  sales_concurrency   = 10
  worker_concurrency  = 4
  requests_per_second = 100
  log_level           = "log"
  hidden_paths        = ["/metrics", "/health/*", "/hello", "/produce"]
  factory             = { api_url = "https://factory.example", lead_time_seconds = 3600, overdue_after_seconds = 7200, concurrency_limit = 2 }
}

run "functions" {
  command = plan

  module {
    source = "./modules/functions"
  }

  assert {
    condition     = aws_lambda_function.this["sales"].reserved_concurrent_executions == 10 && aws_lambda_function.this["worker"].reserved_concurrent_executions == -1
    error_message = "Sales has as many environments as the database has connections for. A limit of the worker would use up receives: its event sources have theirs."
  }

  assert {
    condition = alltrue([
      for source in values(aws_lambda_event_source_mapping.this) :
      contains(source.function_response_types, "ReportBatchItemFailures") && source.scaling_config[0].maximum_concurrency >= 2
    ]) && toset(keys(aws_lambda_event_source_mapping.this)) == toset(keys(var.queues.arns))
    error_message = "Each queue and dead-letter queue has an event source that takes partial answers, and a limit."
  }

  assert {
    condition     = aws_lambda_event_source_mapping.this["restock"].batch_size == 1 && aws_lambda_event_source_mapping.this["restock"].scaling_config[0].maximum_concurrency == 4
    error_message = "One order an event, and no more events at a time than were asked for."
  }

  assert {
    condition     = aws_lambda_function.this["worker"].timeout < 36 && aws_lambda_function.this["sales"].timeout < 30
    error_message = "A batch is done before its messages come back after 36 s, and an answer is there before the API gives up after 30 s."
  }

  assert {
    condition     = !contains(keys(aws_lambda_function.this["sales"].environment[0].variables), "OPERATIONS_API_KEY") && jsondecode(aws_lambda_function.this["sales"].environment[0].variables["SECRETS"])["DATABASE_PASSWORD"] == "arn:aws:secretsmanager:ap-northeast-2:123456789012:secret:rds-1:password"
    error_message = "A function's variables name its secrets, and have none."
  }

  assert {
    condition     = toset(keys(jsondecode(aws_lambda_function.this["sales"].environment[0].variables["SECRETS"]))) == toset(["CALLBACK_SIGNING_KEY", "DATABASE_PASSWORD", "OPERATIONS_API_KEY", "SALE_TOKEN_KEY"])
    error_message = "A function is told of a secret that there is not."
  }

  assert {
    condition     = !contains(keys(aws_apigatewayv2_route.this), "$default") && length([for route in keys(aws_apigatewayv2_route.this) : route if strcontains(route, "/metrics") || strcontains(route, "/health") || strcontains(route, "/hello")]) == 0 && contains(keys(aws_apigatewayv2_route.this), "ANY /goods-receipts/{proxy+}")
    error_message = "The API has routes for what the public needs, and for nothing else."
  }

  assert {
    condition = toset([
      for statement in jsondecode(aws_iam_role_policy.this["sales"].policy).Statement : statement.Sid
    ]) == toset(["WriteTheLog", "JoinTheNetwork", "ButNotFromWithin", "ReadItsSecrets", "RelayTheOutbox", "AskWhetherTheQueueIsThere"])
    error_message = "Sales sends no mail, receives no message, and pauses nothing."
  }

  assert {
    condition = alltrue([
      for role in values(aws_iam_role_policy.this) : alltrue([
        for statement in jsondecode(role.policy).Statement :
        statement.Effect == "Deny" || !contains(statement.Resource, "*") || contains(["JoinTheNetwork", "FindWhatToPause"], statement.Sid)
      ])
    ])
    error_message = "Only what AWS knows no resource for may be done anywhere."
  }

  assert {
    condition     = aws_scheduler_schedule.minute.schedule_expression == "rate(1 minute)"
    error_message = "The schedule is what looks into the outbox."
  }

  assert {
    condition     = output.most_connections == 4 * 10 + 2 * (4 + 4 + 2 + 4 + 2 + 5 * 2 + 1)
    error_message = "Each environment that may be there has its connections: two, and one that sells four."
  }
}

run "a_network_of_public_addresses_is_refused" {
  command = plan

  module {
    source = "./modules/functions"
  }

  variables {
    network = {
      task_subnet_ids             = ["subnet-3", "subnet-4"]
      tasks_have_public_addresses = true
      security_group_ids          = { sales = "sg-2", worker = "sg-3" }
    }
  }

  expect_failures = [var.network]
}

run "a_warehouse_without_factory_is_refused" {
  command = plan

  module {
    source = "./modules/functions"
  }

  variables {
    factory = { lead_time_seconds = 3600, overdue_after_seconds = 7200, concurrency_limit = 2 }
  }

  expect_failures = [var.factory]
}

run "alarms" {
  command = plan

  module {
    source = "./modules/observability"
  }

  variables {
    name                = "test"
    operations_email    = "operations@example.com"
    tasks               = ["sales", "worker", "scheduled", "migrate", "api"]
    log_prefix          = "/aws/lambda"
    counting_task       = "scheduled"
    log_retention_days  = 7
    database_identifier = "warehouse"
    queues              = { restock = { physical_name = "test-restock", dead_letter_physical_name = "test-restock-dlq", max_age_seconds = 2400 } }
    thresholds          = { failed_percent = 5, latency_p99_seconds = 2, database_connections = 80, database_free_gib = 4, database_cpu_percent = 80 }
    functions           = { api_id = "api-1", names = { sales = "test-sales", worker = "test-worker", scheduled = "test-scheduled" } }
  }

  assert {
    condition     = length([for name in output.alarm_names : name if strcontains(name, "-api-") || strcontains(name, "-function-") || strcontains(name, "-schedule-")]) == 9
    error_message = "The API, each function and the schedule have their alarms."
  }

  assert {
    condition     = length(aws_cloudwatch_metric_alarm.sales_without_tasks) == 0 && length(aws_cloudwatch_metric_alarm.sales_failures) == 0
    error_message = "An alarm of a load balancer that is not there would never go off, or always."
  }

  assert {
    condition     = aws_cloudwatch_log_metric_filter.open_dead_letters.log_group_name == "/aws/lambda/test/scheduled" && aws_cloudwatch_metric_alarm.api_latency[0].threshold == 2000
    error_message = "The scheduled function counts dead letters. The API tells times in ms."
  }
}

run "a_key_is_replaced" {
  command = plan

  module {
    source = "./modules/functions"
  }

  variables {
    secret_arns = { operations-api-key = "arn:operations-api-key", callback-signing-key = "arn:callback-signing-key-2", callback-signing-key-previous = "arn:callback-signing-key", sale-token-key = "arn:sale-token-key-2", sale-token-key-previous = "arn:sale-token-key" }
  }

  assert {
    condition = {
      for function in ["sales", "worker", "scheduled"] : function =>
      { for name, reference in jsondecode(aws_lambda_function.this[function].environment[0].variables["SECRETS"]) : name => reference if strcontains(name, "CALLBACK") || strcontains(name, "TOKEN") }
      } == {
      sales     = { CALLBACK_SIGNING_KEY = "arn:callback-signing-key-2", CALLBACK_SIGNING_KEY_PREVIOUS = "arn:callback-signing-key", SALE_TOKEN_KEY = "arn:sale-token-key-2", SALE_TOKEN_KEY_PREVIOUS = "arn:sale-token-key" }
      worker    = { CALLBACK_SIGNING_KEY = "arn:callback-signing-key-2" }
      scheduled = { CALLBACK_SIGNING_KEY = "arn:callback-signing-key-2" }
    }
    error_message = "Sales believes both keys, and the worker signs with the current one."
  }
}

run "customers_are_signed_for" {
  command = plan

  module {
    source = "./modules/functions"
  }

  variables {
    secret_arns = { operations-api-key = "arn:operations-api-key", callback-signing-key = "arn:callback-signing-key", customer-signing-key = "arn:customer-signing-key", sale-token-key = "arn:sale-token-key" }
  }

  assert {
    condition = {
      for function in ["sales", "worker", "scheduled"] : function =>
      lookup(jsondecode(aws_lambda_function.this[function].environment[0].variables["SECRETS"]), "CUSTOMER_SIGNING_KEY", "")
    } == { sales = "arn:customer-signing-key", worker = "", scheduled = "" }
    error_message = "Sales alone gets the key of the customers' tokens."
  }
}
