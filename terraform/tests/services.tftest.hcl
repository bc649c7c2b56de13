# Tasks: what they are told, what they may do, and how long they have to stop.

mock_provider "aws" {
  source          = "./tests/mocks"
  override_during = plan
}

variables {
  name = "test"
  network = {
    vpc_id                      = "vpc-1"
    vpc_cidr                    = "10.20.0.0/16"
    public_subnet_ids           = ["subnet-1", "subnet-2"]
    task_subnet_ids             = ["subnet-3", "subnet-4"]
    tasks_have_public_addresses = false
    security_group_ids          = { load-balancer = "sg-1", sales = "sg-2", worker = "sg-3", factory = "sg-4" }
  }
  images          = { sales = "registry/sales:v1", worker = "registry/worker:v1", factory = "registry/factory:v1" }
  repository_arns = { sales = "arn:repository/sales", worker = "arn:repository/worker", factory = "arn:repository/factory" }
  log_groups = {
    sales   = { name = "log-sales", arn = "arn:log-sales" }
    worker  = { name = "log-worker", arn = "arn:log-worker" }
    migrate = { name = "log-migrate", arn = "arn:log-migrate" }
    factory = { name = "log-factory", arn = "arn:log-factory" }
  }
  database    = { url = "mysql://warehouse@database.example:3306/donut_states", secret_arn = "arn:password" }
  secret_arns = { operations-api-key = "arn:operations-api-key", callback-signing-key = "arn:callback-signing-key", sale-token-key = "arn:sale-token-key" }
  queues = {
    url_prefix = "https://sqs.example/1/test-"
    arns = {
      restock            = "arn:restock"
      goods-receipts     = "arn:goods-receipts"
      notifications      = "arn:notifications"
      webhooks           = "arn:webhooks"
      probe              = "arn:probe"
      restock-dlq        = "arn:restock-dlq"
      goods-receipts-dlq = "arn:goods-receipts-dlq"
      notifications-dlq  = "arn:notifications-dlq"
      webhooks-dlq       = "arn:webhooks-dlq"
      probe-dlq          = "arn:probe-dlq"
    }
  }
  mail = { from = "shop@example.com", operations_email = "operations@example.com", arns = ["arn:identity", "arn:configuration-set"] }
  size = {
    sales   = { cpu = 1024, memory_mib = 2048 }
    worker  = { cpu = 512, memory_mib = 1024 }
    migrate = { cpu = 256, memory_mib = 512 }
    factory = { cpu = 256, memory_mib = 512 }
  }
  initial_count           = { sales = 2, worker = 1 }
  worker_on_spot          = false
  container_insights      = "enabled"
  certificate_arn         = "arn:aws:acm:ap-northeast-2:123456789012:certificate/1"
  hidden_paths            = ["/metrics", "/health/*", "/hello", "/produce", "/docs", "/docs/*", "/openapi.json"]
  load_balancer_protected = true
  access_logs             = 90
  waf                     = true
  factory                 = { api_url = "https://factory.example", lead_time_seconds = 3600, overdue_after_seconds = 7200, concurrency_limit = 1 }
}

run "tasks" {
  command = plan

  module {
    source = "./modules/services"
  }

  assert {
    condition     = toset(keys(aws_ecs_task_definition.this)) == toset(["sales", "worker", "migrate"]) && aws_ecs_task_definition.this["sales"].family == "test-sales"
    error_message = "There are sales, worker and the migration; the simulated factory is for those who ask for it."
  }

  assert {
    condition = alltrue([
      for task, definition in aws_ecs_task_definition.this : (
        jsondecode(definition.container_definitions)[0].readonlyRootFilesystem &&
        jsondecode(definition.container_definitions)[0].essential &&
        jsondecode(definition.container_definitions)[0].logConfiguration.options.awslogs-group == "log-${task}"
      )
    ])
    error_message = "A task writes to its log alone."
  }

  # 60 s is what libs/runtime allows a shutdown after the drain delay.
  assert {
    condition = alltrue([
      for task, drain_delay_ms in { sales = var.drain_delay_ms.sales, worker = var.drain_delay_ms.worker, migrate = 0 } :
      jsondecode(aws_ecs_task_definition.this[task].container_definitions)[0].stopTimeout > drain_delay_ms / 1000 + 60 &&
      jsondecode(aws_ecs_task_definition.this[task].container_definitions)[0].stopTimeout <= 120
    ])
    error_message = "A task is killed before it has drained."
  }

  assert {
    condition     = aws_lb_target_group.sales.deregistration_delay > var.drain_delay_ms.sales / 1000 + 10
    error_message = "The load balancer cuts what a draining task still serves."
  }

  assert {
    condition     = aws_lb_target_group.sales.health_check[0].path == "/health/live" && var.drain_delay_ms.sales / 1000 >= aws_lb_target_group.sales.health_check[0].interval
    error_message = "The load balancer asks for liveness, and a task serves for a whole interval of it after it was told to stop."
  }

  assert {
    condition     = jsondecode(aws_ecs_task_definition.this["sales"].container_definitions)[0].healthCheck.command == ["CMD", "node", "health-check.mjs", "SALES_PORT"]
    error_message = "The health check is the image's own."
  }

  assert {
    condition     = jsondecode(aws_ecs_task_definition.this["worker"].container_definitions)[0].healthCheck.interval * jsondecode(aws_ecs_task_definition.this["worker"].container_definitions)[0].healthCheck.retries >= 300
    error_message = "A database that fails over for two minutes must not get tasks replaced."
  }

  assert {
    condition = (
      jsondecode(aws_ecs_task_definition.this["migrate"].container_definitions)[0].image == jsondecode(aws_ecs_task_definition.this["sales"].container_definitions)[0].image &&
      jsondecode(aws_ecs_task_definition.this["migrate"].container_definitions)[0].command == ["node", "dist/libs/inventory/src/migrate.main.js", "--seed"]
    )
    error_message = "The migration is the image of sales with another command."
  }

  assert {
    condition = { for secret in jsondecode(aws_ecs_task_definition.this["sales"].container_definitions)[0].secrets : secret.name => secret.valueFrom } == {
      DATABASE_PASSWORD    = "arn:password:password::"
      OPERATIONS_API_KEY   = "arn:operations-api-key"
      CALLBACK_SIGNING_KEY = "arn:callback-signing-key"
      SALE_TOKEN_KEY       = "arn:sale-token-key"
    }
    error_message = "Sales gets its four secrets, the password out of the JSON that RDS keeps."
  }

  assert {
    condition = alltrue([
      for definition in aws_ecs_task_definition.this :
      one([for variable in jsondecode(definition.container_definitions)[0].environment : variable.value if variable.name == "DATABASE_TLS_CA"]) == "amazon-rds"
    ])
    error_message = "Every task talks to the database by TLS, and checks that it is the database."
  }

  assert {
    condition = alltrue([
      for definition in aws_ecs_task_definition.this :
      length(setintersection([for variable in jsondecode(definition.container_definitions)[0].environment : variable.name], ["DATABASE_PASSWORD", "OPERATIONS_API_KEY", "CALLBACK_SIGNING_KEY", "CALLBACK_SIGNING_KEY_PREVIOUS", "SALE_TOKEN_KEY", "SALE_TOKEN_KEY_PREVIOUS"])) == 0
    ])
    error_message = "A secret stands in clear text in a task definition."
  }

  assert {
    condition     = one([for variable in jsondecode(aws_ecs_task_definition.this["worker"].container_definitions)[0].environment : variable.value if variable.name == "CALLBACK_BASE_URL"]) == "https://shop.elb.example"
    error_message = "The factory calls back at the load balancer."
  }
}

run "privileges" {
  command = plan

  module {
    source = "./modules/services"
  }

  assert {
    condition = jsondecode(aws_iam_role_policy.task["sales"].policy).Statement == [
      { Sid = "PassOnCallbacksAndProbes", Effect = "Allow", Action = ["sqs:SendMessage"], Resource = ["arn:goods-receipts", "arn:probe"] },
      { Sid = "AskWhetherTheQueueIsThere", Effect = "Allow", Action = ["sqs:GetQueueAttributes"], Resource = ["arn:probe"] },
    ]
    error_message = "Sales sends to two queues and looks at one. It reads no message and sends no mail."
  }

  assert {
    condition = { for statement in jsondecode(aws_iam_role_policy.task["worker"].policy).Statement : statement.Sid => toset(statement.Action) } == {
      RelayTheOutbox = toset(["sqs:SendMessage"])
      Consume        = toset(["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility", "sqs:GetQueueAttributes"])
      SendMail       = toset(["ses:SendEmail"])
    }
    error_message = "The worker relays, consumes and sends mail, and does nothing else."
  }

  assert {
    condition     = one([for statement in jsondecode(aws_iam_role_policy.task["worker"].policy).Statement : statement if statement.Sid == "SendMail"]).Condition.StringEquals["ses:FromAddress"] == "shop@example.com"
    error_message = "The worker sends mail as nobody else."
  }

  assert {
    condition = toset(one([for statement in jsondecode(aws_iam_role_policy.task["worker"].policy).Statement : statement if statement.Sid == "RelayTheOutbox"]).Resource) == toset([
      "arn:restock", "arn:goods-receipts", "arn:notifications", "arn:webhooks", "arn:probe",
    ])
    error_message = "Nothing is sent to a dead-letter queue but by SQS."
  }

  assert {
    condition     = toset(keys(aws_iam_role_policy.task)) == toset(["sales", "worker"]) && length(aws_iam_role.task) == 3
    error_message = "Each task has a role of its own, and the migration's may do nothing."
  }

  assert {
    condition = alltrue(flatten([
      for policy in concat(values(aws_iam_role_policy.task), values(aws_iam_role_policy.execution)) : [
        for statement in jsondecode(policy.policy).Statement : [
          for action in statement.Action : !strcontains(action, "*")
        ]
      ]
    ]))
    error_message = "A role may do everything of a kind."
  }

  assert {
    condition = alltrue(flatten([
      for policy in concat(values(aws_iam_role_policy.task), values(aws_iam_role_policy.execution)) : [
        for statement in jsondecode(policy.policy).Statement : [
          for resource in statement.Resource : resource != "*" || statement.Action == ["ecr:GetAuthorizationToken"]
        ]
      ]
    ]))
    error_message = "A role is not limited to its own resources."
  }

  assert {
    condition = {
      for task, policy in aws_iam_role_policy.execution : task => flatten([for statement in jsondecode(policy.policy).Statement : statement.Resource if statement.Sid == "ReadItsSecrets"])
      } == {
      sales   = ["arn:password", "arn:operations-api-key", "arn:callback-signing-key", "arn:sale-token-key"]
      worker  = ["arn:password", "arn:callback-signing-key"]
      migrate = ["arn:password"]
    }
    error_message = "A task reads another's secrets."
  }

  assert {
    condition = alltrue([
      for role in concat(values(aws_iam_role.task), values(aws_iam_role.execution)) :
      jsondecode(role.assume_role_policy).Statement[0].Principal == { Service = "ecs-tasks.amazonaws.com" } &&
      jsondecode(role.assume_role_policy).Statement[0].Condition.StringEquals["aws:SourceAccount"] == "123456789012"
    ])
    error_message = "Roles are for tasks of this account."
  }
}

run "front" {
  command = plan

  module {
    source = "./modules/services"
  }

  assert {
    condition     = aws_lb_listener.https.protocol == "HTTPS" && strcontains(aws_lb_listener.https.ssl_policy, "TLS13-1-2") && aws_lb_listener.http.default_action[0].redirect[0].protocol == "HTTPS"
    error_message = "The shop is reached by TLS 1.2 or newer, and HTTP leads there."
  }

  assert {
    condition     = toset(flatten([for rule in aws_lb_listener_rule.hidden : [for condition in rule.condition : condition.path_pattern[0].values]])) == toset(var.hidden_paths) && length(aws_lb_listener_rule.hidden) == 2
    error_message = "A hidden path is not hidden."
  }

  assert {
    condition     = aws_lb.this.enable_deletion_protection && aws_lb.this.drop_invalid_header_fields && aws_lb.this.idle_timeout < 72
    error_message = "The load balancer is protected, and closes an idle connection before Fastify does (72 s)."
  }

  assert {
    condition     = length(aws_wafv2_web_acl_association.this) == 1 && length(aws_s3_bucket.access_logs) == 1 && one(values(aws_s3_bucket.access_logs)).force_destroy == false
    error_message = "There are a firewall and a log of requests, which outlives a destroy."
  }

  assert {
    condition = alltrue([for service in [aws_ecs_service.sales, aws_ecs_service.worker] :
      service.deployment_circuit_breaker[0].enable && service.deployment_circuit_breaker[0].rollback && service.deployment_minimum_healthy_percent == 100
    ])
    error_message = "A deployment that does not get well goes back by itself, and never takes the old tasks away first."
  }

  assert {
    condition     = one(aws_ecs_service.worker.capacity_provider_strategy).capacity_provider == "FARGATE" && length(aws_scheduler_schedule.restart) == 0
    error_message = "Spare capacity and restarts are for those who ask for them."
  }
}

run "with_the_simulated_factory" {
  command = plan

  module {
    source = "./modules/services"
  }

  variables {
    factory_simulator = true
    worker_on_spot    = true
    restart_schedule  = "cron(5 19 ? * SUN *)"
    waf               = false
    access_logs       = 0
  }

  assert {
    condition = (
      one([for variable in jsondecode(aws_ecs_task_definition.this["worker"].container_definitions)[0].environment : variable.value if variable.name == "CALLBACK_BASE_URL"]) == "http://sales.test.internal:3000" &&
      one([for variable in jsondecode(aws_ecs_task_definition.this["migrate"].container_definitions)[0].environment : variable.value if variable.name == "FACTORY_API_URL"]) == "http://factory.test.internal:3002"
    )
    error_message = "Worker, factory and sales find each other by their names inside of the network."
  }

  assert {
    condition     = one(aws_ecs_service.worker.capacity_provider_strategy).capacity_provider == "FARGATE_SPOT"
    error_message = "The worker runs on spare capacity."
  }

  assert {
    condition     = toset(keys(aws_scheduler_schedule.restart)) == toset(["sales", "worker"]) && jsondecode(aws_scheduler_schedule.restart["sales"].target[0].input).ForceNewDeployment
    error_message = "After a change of the password both services get new tasks."
  }

  assert {
    condition     = length(aws_wafv2_web_acl.this) == 0 && length(aws_s3_bucket.access_logs) == 0
    error_message = "Firewall and log of requests can be left out."
  }
}

run "a_drain_longer_than_fargate_allows_is_refused" {
  command = plan

  module {
    source = "./modules/services"
  }

  variables {
    drain_delay_ms = { sales = 60000, worker = 0 }
  }

  expect_failures = [aws_ecs_task_definition.this]
}

run "a_warehouse_without_factory_is_refused" {
  command = plan

  module {
    source = "./modules/services"
  }

  variables {
    factory = { lead_time_seconds = 10, overdue_after_seconds = 120, concurrency_limit = 1 }
  }

  expect_failures = [var.factory]
}

run "a_key_is_replaced" {
  command = plan

  module {
    source = "./modules/services"
  }

  variables {
    secret_arns = { operations-api-key = "arn:operations-api-key", callback-signing-key = "arn:callback-signing-key-2", callback-signing-key-previous = "arn:callback-signing-key", sale-token-key = "arn:sale-token-key-2", sale-token-key-previous = "arn:sale-token-key" }
  }

  assert {
    condition = {
      for task in ["sales", "worker"] : task =>
      { for secret in jsondecode(aws_ecs_task_definition.this[task].container_definitions)[0].secrets : secret.name => secret.valueFrom if strcontains(secret.name, "CALLBACK") || strcontains(secret.name, "TOKEN") }
      } == {
      sales  = { CALLBACK_SIGNING_KEY = "arn:callback-signing-key-2", CALLBACK_SIGNING_KEY_PREVIOUS = "arn:callback-signing-key", SALE_TOKEN_KEY = "arn:sale-token-key-2", SALE_TOKEN_KEY_PREVIOUS = "arn:sale-token-key" }
      worker = { CALLBACK_SIGNING_KEY = "arn:callback-signing-key-2" }
    }
    error_message = "Sales believes both keys, and the worker signs with the current one."
  }

  assert {
    condition = alltrue([
      for task in ["sales", "worker"] :
      length(setsubtract(["arn:callback-signing-key", "arn:callback-signing-key-2"], flatten([for statement in jsondecode(aws_iam_role_policy.execution[task].policy).Statement : statement.Resource if statement.Sid == "ReadItsSecrets"]))) == 0
    ])
    error_message = "A task of the revision before cannot start: it reads the keys in another order."
  }
}

run "customers_are_signed_for" {
  command = plan

  module {
    source = "./modules/services"
  }

  variables {
    secret_arns = { operations-api-key = "arn:operations-api-key", callback-signing-key = "arn:callback-signing-key", customer-signing-key = "arn:customer-signing-key", sale-token-key = "arn:sale-token-key" }
  }

  assert {
    condition = {
      for task in ["sales", "worker"] : task =>
      [for secret in jsondecode(aws_ecs_task_definition.this[task].container_definitions)[0].secrets : secret.valueFrom if secret.name == "CUSTOMER_SIGNING_KEY"]
    } == { sales = ["arn:customer-signing-key"], worker = [] }
    error_message = "Sales alone gets the key of the customers' tokens."
  }

  assert {
    condition = {
      for task in ["sales", "worker"] : task =>
      contains(flatten([for statement in jsondecode(aws_iam_role_policy.execution[task].policy).Statement : statement.Resource if statement.Sid == "ReadItsSecrets"]), "arn:customer-signing-key")
    } == { sales = true, worker = false }
    error_message = "Sales alone may read the key of the customers' tokens."
  }
}
