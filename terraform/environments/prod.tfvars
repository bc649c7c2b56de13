# Three zones, a standby for the database, and nothing that a wrong command can delete.

environment = "prod"

zone_count = 3
egress     = "nat-per-zone"

# What the tasks say to these all day does not go through the NAT gateways.
interface_endpoints = ["ecr.api", "ecr.dkr", "logs", "secretsmanager", "sqs"]

database = {
  instance_class        = "db.m7g.large"
  storage_gib           = 400
  max_storage_gib       = 2000
  multi_az              = true
  backup_retention_days = 14
  performance_insights  = true
}

# Monday, 3 to 4 in the morning in Seoul, and a restart after it.
password_rotation = {
  schedule         = "cron(0 18 ? * SUN *)"
  window           = "1h"
  restart_schedule = "cron(5 19 ? * SUN *)"
}

deletion_protection = true

sales = {
  cpu                         = 1024
  memory_mib                  = 2048
  min                         = 3
  max                         = 12
  requests_per_task_in_minute = 30000
}

worker = {
  cpu              = 512
  memory_mib       = 1024
  min              = 2
  max              = 4
  backlog_per_task = 200
  on_spot          = false
}

# As the factory's own people say.
factory = {
  lead_time_seconds     = 3600
  overdue_after_seconds = 14400
  concurrency_limit     = 4
}

container_insights = "enabled"

hidden_paths    = ["/metrics", "/health/*", "/hello", "/produce", "/docs", "/docs/*", "/openapi.json"]
access_log_days = 90
waf             = true

log_retention_days = 90

thresholds = {
  failed_percent       = 1
  latency_p99_seconds  = 1
  database_connections = 480
  database_free_gib    = 40
  database_cpu_percent = 75
}
