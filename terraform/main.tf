locals {
  name = "donut-states-${var.environment}"

  # Sales and worker are services or functions, over the same network, database, queues and mail.
  is_fargate = var.compute == "fargate"

  applications = var.factory_simulator ? ["sales", "worker", "factory"] : ["sales", "worker"]
  tasks        = var.factory_simulator ? ["sales", "worker", "migrate", "factory"] : ["sales", "worker", "migrate"]
  functions    = ["sales", "worker", "scheduled", "migrate"]

  # The queues of libs/queues: test/terraform.spec.ts compares them. A failed message comes back after
  # up to 10 minutes, so one that the factory sends away is old without anything being wrong with the worker.
  queues = {
    restock        = { max_age_seconds = 2400 }
    goods-receipts = { max_age_seconds = 600 }
    notifications  = { max_age_seconds = 900 }
    webhooks       = { max_age_seconds = 900 }
    probe          = { max_age_seconds = 600 }
  }

  # More workers do not make the factory quicker: its queue is no reason to start one.
  backlog_queues = { for queue in keys(local.queues) : replace(queue, "-", "_") => queue if queue != "restock" }

  mail_identity = coalesce(var.mail_identity, var.mail_from)

  mail = {
    from             = var.mail_from
    operations_email = var.operations_email
    arns = var.manage_mail ? [module.mail[0].identity_arn, module.mail[0].configuration_set_arn] : [
      "arn:${data.aws_partition.current.partition}:ses:${var.region}:${data.aws_caller_identity.current.account_id}:identity/${local.mail_identity}",
    ]
  }
}

data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}

module "network" {
  source = "./modules/network"

  name                = local.name
  vpc_cidr            = var.vpc_cidr
  zone_count          = var.zone_count
  egress              = var.egress
  interface_endpoints = var.interface_endpoints
  public_cidrs        = var.public_cidrs
  factory_ports       = var.factory_ports
  factory_simulator   = var.factory_simulator
  has_load_balancer   = local.is_fargate
}

module "database" {
  source = "./modules/database"

  name                  = local.name
  subnet_ids            = module.network.database_subnet_ids
  security_group_id     = module.network.security_group_ids["database"]
  instance_class        = var.database.instance_class
  storage_gib           = var.database.storage_gib
  max_storage_gib       = var.database.max_storage_gib
  multi_az              = var.database.multi_az
  backup_retention_days = var.database.backup_retention_days
  performance_insights  = var.database.performance_insights
  apply_immediately     = var.database.apply_immediately
  deletion_protection   = var.deletion_protection
  log_retention_days    = var.log_retention_days
  password_rotation     = var.password_rotation
}

module "queues" {
  source = "./modules/queues"

  name_prefix = "${local.name}-"
  queues      = { for queue in keys(local.queues) : queue => {} }
}

module "mail" {
  source = "./modules/mail"
  count  = var.manage_mail ? 1 : 0

  name             = local.name
  identity         = local.mail_identity
  hosted_zone_id   = var.hosted_zone_id
  events_topic_arn = module.observability.topic_arn
}

module "registry" {
  source = "./modules/registry"
  count  = local.is_fargate ? 1 : 0

  name         = local.name
  repositories = toset(local.applications)
  deletable    = !var.deletion_protection
}

module "secrets" {
  source = "./modules/secrets"

  name            = local.name
  secret_version  = var.secret_version
  callback_keys   = var.callback_keys
  sale_token_keys = var.sale_token_keys
  customer_tokens = var.customer_tokens
  recovery_days   = var.deletion_protection ? 30 : 0
}

module "services" {
  source = "./modules/services"
  count  = local.is_fargate ? 1 : 0

  name             = local.name
  network          = module.network
  images           = { for application in local.applications : application => "${module.registry[0].urls[application]}:${var.image_tag}" }
  repository_arns  = module.registry[0].arns
  log_groups       = module.observability.log_groups
  database         = module.database
  secret_arns      = module.secrets.arns
  queues           = module.queues
  cpu_architecture = var.cpu_architecture

  mail = local.mail

  size = {
    sales   = { cpu = var.sales.cpu, memory_mib = var.sales.memory_mib }
    worker  = { cpu = var.worker.cpu, memory_mib = var.worker.memory_mib }
    migrate = { cpu = 256, memory_mib = 512 }
    factory = { cpu = 256, memory_mib = 512 }
  }

  initial_count      = { sales = var.sales.min, worker = var.worker.min }
  worker_on_spot     = var.worker.on_spot
  container_insights = var.container_insights

  certificate_arn            = var.certificate_arn
  domain_name                = var.domain_name
  hosted_zone_id             = var.hosted_zone_id
  hidden_paths               = var.hidden_paths
  load_balancer_protected    = var.deletion_protection
  access_logs                = var.access_log_days
  waf                        = var.waf
  waf_requests_per_5_minutes = var.waf_requests_per_5_minutes

  rate_limit_per_minute = var.sales.rate_limit_per_minute
  database_pool_size    = var.database_pool_size
  log_level             = var.log_level

  factory_simulator = var.factory_simulator
  factory = {
    api_url               = var.factory.api_url
    lead_time_seconds     = var.factory.lead_time_seconds
    overdue_after_seconds = var.factory.overdue_after_seconds
    # The workers share it through the database, however many there are.
    concurrency_limit = var.factory.concurrency_limit
  }

  restart_schedule = try(var.password_rotation.restart_schedule, null)
}

module "functions" {
  source = "./modules/functions"
  count  = local.is_fargate ? 0 : 1

  name        = local.name
  archives    = coalesce(var.archives, "${path.root}/../apps/lambda/bundles")
  network     = module.network
  log_groups  = module.observability.log_groups
  database    = module.database
  secret_arns = module.secrets.arns
  queues      = module.queues
  mail        = local.mail

  memory_mib          = var.functions.memory_mib
  sales_concurrency   = var.functions.sales_concurrency
  worker_concurrency  = var.functions.worker_concurrency
  requests_per_second = var.functions.requests_per_second
  log_level           = var.log_level

  certificate_arn = var.certificate_arn
  domain_name     = var.domain_name
  hosted_zone_id  = var.hosted_zone_id
  hidden_paths    = var.hidden_paths

  factory = {
    api_url               = var.factory.api_url
    lead_time_seconds     = var.factory.lead_time_seconds
    overdue_after_seconds = var.factory.overdue_after_seconds
    concurrency_limit     = var.factory.concurrency_limit
  }
}

module "scaling" {
  source = "./modules/scaling"
  count  = local.is_fargate ? 1 : 0

  name         = local.name
  cluster_name = module.services[0].cluster_name

  sales = {
    service_name                = module.services[0].service_names["sales"]
    min                         = var.sales.min
    max                         = var.sales.max
    requests_per_task_in_minute = var.sales.requests_per_task_in_minute
    cpu_percent                 = var.sales.cpu_percent
    load_balancer_suffix        = module.services[0].load_balancer_suffix
    target_group_suffix         = module.services[0].target_group_suffix
  }

  worker = {
    service_name     = module.services[0].service_names["worker"]
    min              = var.worker.min
    max              = var.worker.max
    backlog_per_task = var.worker.backlog_per_task
  }

  backlog_queues = { for id, queue in local.backlog_queues : id => module.queues.physical_names[queue] }
}

module "observability" {
  source = "./modules/observability"

  name                = local.name
  operations_email    = var.operations_email
  tasks               = toset(local.is_fargate ? local.tasks : concat(local.functions, ["api"]))
  log_prefix          = local.is_fargate ? "/ecs" : "/aws/lambda"
  counting_task       = local.is_fargate ? "worker" : "scheduled"
  log_retention_days  = var.log_retention_days
  database_identifier = module.database.identifier

  services = !local.is_fargate ? null : {
    cluster_name         = module.services[0].cluster_name
    load_balancer_suffix = module.services[0].load_balancer_suffix
    target_group_suffix  = module.services[0].target_group_suffix
  }

  functions = local.is_fargate ? null : {
    api_id = module.functions[0].api_id
    names  = module.functions[0].function_names
  }

  thresholds = var.thresholds

  queues = {
    for queue, settings in local.queues : queue => {
      physical_name             = module.queues.physical_names[queue]
      dead_letter_physical_name = module.queues.physical_names["${queue}-dlq"]
      max_age_seconds           = settings.max_age_seconds
    }
  }
}

module "pipeline" {
  source = "./modules/pipeline"
  count  = local.is_fargate && var.github_repository != null ? 1 : 0

  name                   = local.name
  repository             = coalesce(var.github_repository, "none/none")
  deployment_environment = var.environment
  provider_arn           = var.github_oidc_provider_arn
  cluster_name           = module.services[0].cluster_name
  service_names          = values(module.services[0].service_names)
  task_families          = module.services[0].task_families
  passed_role_arns       = module.services[0].role_arns
  image_repository_arns  = values(module.registry[0].arns)
  log_group_arns         = [for group in values(module.observability.log_groups) : group.arn]
}

check "database_bears_the_tasks" {
  # A deployment doubles the tasks for a while. Each has its pool, and one that sells has five more connections: see
  # libs/inventory/src/database/multi-statement-runner.ts.
  assert {
    condition     = (local.is_fargate ? 2 * (var.sales.max * (var.database_pool_size + 5) + var.worker.max * var.database_pool_size) : module.functions[0].most_connections) <= var.thresholds.database_connections * 1.25
    error_message = "With all tasks that scaling allows, twice during a deployment, or all environments, there are more connections than the database takes. Choose a smaller pool, or a larger instance and threshold."
  }
}

moved {
  from = module.services
  to   = module.services[0]
}

moved {
  from = module.scaling
  to   = module.scaling[0]
}

moved {
  from = module.registry
  to   = module.registry[0]
}
