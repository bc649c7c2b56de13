locals {
  # How long libs/runtime lets a shutdown take after the drain delay before it gives up.
  shutdown_deadline_seconds = 60

  # ECS kills a task that has not ended by then: later than the task gives up by itself, or its message would be cut.
  stop_timeout_seconds = {
    for task, drain_delay_ms in { sales = var.drain_delay_ms.sales, worker = var.drain_delay_ms.worker, migrate = 0, factory = 0 } :
    task => ceil(drain_delay_ms / 1000) + local.shutdown_deadline_seconds + 5
  }

  previous_callback_key   = lookup(var.secret_arns, "callback-signing-key-previous", "")
  previous_sale_token_key = lookup(var.secret_arns, "sale-token-key-previous", "")

  # The shop need not sign the ids of its customers.
  customer_signing_key = lookup(var.secret_arns, "customer-signing-key", "")

  # Held to the schemas of the applications by test/environment.spec.ts.
  environment = jsondecode(templatefile("${path.module}/environment.json", {
    region                        = data.aws_region.current.name
    database_pool_size            = var.database_pool_size
    database_url                  = var.database.url
    sales_drain_delay_ms          = var.drain_delay_ms.sales
    worker_drain_delay_ms         = var.drain_delay_ms.worker
    log_level                     = var.log_level
    queue_url_prefix              = var.queues.url_prefix
    rate_limit_per_minute         = var.rate_limit_per_minute
    sales_port                    = local.ports.sales
    worker_port                   = local.ports.worker
    factory_port                  = local.ports.factory
    vpc_cidr                      = var.network.vpc_cidr
    callback_base_url             = local.callback_base_url
    factory_concurrency           = var.factory.concurrency_limit
    mail_from                     = var.mail.from
    operations_email              = var.mail.operations_email
    factory_api_url               = local.factory_api_url
    factory_lead_time_seconds     = var.factory.lead_time_seconds
    factory_overdue_after_seconds = var.factory.overdue_after_seconds

    # RDS changes the password in place: its own key of the JSON is read at each start of a task.
    database_password    = "${var.database.secret_arn}:password::"
    operations_api_key   = var.secret_arns["operations-api-key"]
    callback_signing_key = var.secret_arns["callback-signing-key"]
    sale_token_key       = var.secret_arns["sale-token-key"]

    # Empty where there is none: then the variable is left out.
    customer_signing_key          = local.customer_signing_key
    callback_signing_key_previous = local.previous_callback_key
    sale_token_key_previous       = local.previous_sale_token_key
  }))

  tasks = merge(
    {
      sales = {
        image   = var.images.sales
        port    = local.ports.sales
        command = null
      }
      worker = {
        image   = var.images.worker
        port    = local.ports.worker
        command = null
      }
      # Fills an empty warehouse, and sets the factory's address in a filled one.
      migrate = {
        image   = var.images.sales
        port    = null
        command = ["node", "dist/libs/inventory/src/migrate.main.js", "--seed"]
      }
    },
    var.factory_simulator ? {
      factory = {
        image   = var.images.factory
        port    = local.ports.factory
        command = null
      }
    } : {},
  )

  repository_of = { sales = "sales", worker = "worker", migrate = "sales", factory = "factory" }

  # As the image has it, and with more patience: a database that fails over takes two minutes, and no task is to be
  # replaced for that. A task that stays unready for five minutes is.
  health_check = {
    interval    = 30
    timeout     = 5
    retries     = 10
    startPeriod = 60
  }
}

resource "aws_ecs_task_definition" "this" {
  for_each = local.tasks

  family                   = "${var.name}-${each.key}"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = var.size[each.key].cpu
  memory                   = var.size[each.key].memory_mib
  execution_role_arn       = aws_iam_role.execution[each.key].arn
  task_role_arn            = aws_iam_role.task[each.key].arn

  runtime_platform {
    operating_system_family = "LINUX"
    cpu_architecture        = var.cpu_architecture
  }

  container_definitions = jsonencode([merge(
    {
      name                   = each.key
      image                  = each.value.image
      essential              = true
      readonlyRootFilesystem = true
      linuxParameters        = { initProcessEnabled = true }
      stopTimeout            = local.stop_timeout_seconds[each.key]

      environment = [for name, value in local.environment[each.key].environment : { name = name, value = value }]
      secrets     = [for name, value in local.environment[each.key].secrets : { name = name, valueFrom = value } if value != ""]

      logConfiguration = {
        logDriver = "awslogs"
        options = {
          awslogs-group         = var.log_groups[each.key].name
          awslogs-region        = data.aws_region.current.name
          awslogs-stream-prefix = each.key
          # A log that is slow to take lines must not hold up sales.
          mode            = "non-blocking"
          max-buffer-size = "10m"
        }
      }
    },
    {
      for key, value in {
        command      = each.value.command
        portMappings = each.value.port == null ? null : [{ containerPort = each.value.port, hostPort = each.value.port, protocol = "tcp" }]
        healthCheck  = each.value.port == null ? null : merge(local.health_check, { command = ["CMD", "node", "health-check.mjs", "${upper(each.key)}_PORT"] })
      } : key => value if value != null
    },
  )])

  lifecycle {
    precondition {
      condition     = local.stop_timeout_seconds[each.key] <= 120
      error_message = "Fargate kills after 120 s: drain_delay_ms.${each.key} leaves ${local.stop_timeout_seconds[each.key]} s to stop in."
    }
  }
}
