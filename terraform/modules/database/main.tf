locals {
  database_name = "donut_states"
  username      = "warehouse"
  port          = 3306

  # What the code relies on. libs/inventory sets the rest on each connection.
  parameters = {
    # A connection without TLS is refused.
    require_secure_transport = "1"
    tls_version              = "TLSv1.2,TLSv1.3"

    # A confirmed sale is on disk.
    innodb_flush_log_at_trx_commit = "1"
    sync_binlog                    = "1"

    # A group of a thousand sales does not fit into the default of 32 KiB.
    binlog_cache_size  = tostring(1024 * 1024)
    max_allowed_packet = tostring(64 * 1024 * 1024)

    character_set_server = "utf8mb4"
    time_zone            = "UTC"

    slow_query_log  = "1"
    long_query_time = "1"
    log_output      = "FILE"
  }

  logs = ["error", "slowquery"]
}

resource "aws_db_subnet_group" "this" {
  name       = var.name
  subnet_ids = var.subnet_ids
}

resource "aws_db_parameter_group" "this" {
  name_prefix = "${var.name}-"
  family      = "mysql8.4"
  description = "What Donut-States relies on"

  dynamic "parameter" {
    for_each = local.parameters

    content {
      name  = parameter.key
      value = parameter.value
      # Static ones wait for a restart.
      apply_method = contains(["tls_version"], parameter.key) ? "pending-reboot" : "immediate"
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}

# Made by RDS itself otherwise, and then kept for ever.
resource "aws_cloudwatch_log_group" "this" {
  for_each = toset(local.logs)

  name              = "/aws/rds/instance/${var.name}/${each.key}"
  retention_in_days = var.log_retention_days
}

resource "aws_db_instance" "this" {
  identifier     = var.name
  engine         = "mysql"
  engine_version = "8.4"
  instance_class = var.instance_class

  db_name                     = local.database_name
  username                    = local.username
  manage_master_user_password = true
  port                        = local.port

  storage_type          = "gp3"
  allocated_storage     = var.storage_gib
  max_allocated_storage = var.max_storage_gib
  storage_encrypted     = true

  multi_az               = var.multi_az
  db_subnet_group_name   = aws_db_subnet_group.this.name
  vpc_security_group_ids = [var.security_group_id]
  publicly_accessible    = false
  ca_cert_identifier     = "rds-ca-rsa2048-g1"

  parameter_group_name       = aws_db_parameter_group.this.name
  auto_minor_version_upgrade = true
  apply_immediately          = var.apply_immediately

  # UTC: the small hours in Seoul.
  backup_window            = "17:00-17:30"
  maintenance_window       = "sun:18:00-sun:18:30"
  backup_retention_period  = var.backup_retention_days
  copy_tags_to_snapshot    = true
  delete_automated_backups = !var.deletion_protection

  deletion_protection       = var.deletion_protection
  skip_final_snapshot       = !var.deletion_protection
  final_snapshot_identifier = "${var.name}-last"

  performance_insights_enabled    = var.performance_insights
  enabled_cloudwatch_logs_exports = local.logs

  depends_on = [aws_cloudwatch_log_group.this]
}

resource "aws_secretsmanager_secret_rotation" "password" {
  count = var.password_rotation == null ? 0 : 1

  secret_id          = aws_db_instance.this.master_user_secret[0].secret_arn
  rotate_immediately = false

  rotation_rules {
    schedule_expression = var.password_rotation.schedule
    duration            = var.password_rotation.window
  }
}
