# Small and cheap: no NAT gateway, one small database without a standby, the simulated factory, spare capacity. Nothing
# in it is worth keeping, and a destroy leaves nothing.

environment = "dev"

# Tasks have public addresses and let nobody in: a NAT gateway alone would cost more than all of them.
egress = "public"

database = {
  instance_class        = "db.t4g.micro"
  storage_gib           = 20
  max_storage_gib       = 50
  multi_az              = false
  backup_retention_days = 1
  performance_insights  = false
  apply_immediately     = true
}

deletion_protection = false

sales = {
  cpu                         = 256
  memory_mib                  = 512
  min                         = 1
  max                         = 2
  requests_per_task_in_minute = 3000
}

worker = {
  cpu              = 256
  memory_mib       = 512
  min              = 1
  max              = 1
  backlog_per_task = 100
  on_spot          = true
}

database_pool_size = 5

factory_simulator = true

hidden_paths    = ["/metrics", "/health/*"]
access_log_days = 0
waf             = false

log_retention_days = 7

thresholds = {
  failed_percent       = 5
  latency_p99_seconds  = 2
  database_connections = 45
  database_free_gib    = 4
  database_cpu_percent = 80
}
