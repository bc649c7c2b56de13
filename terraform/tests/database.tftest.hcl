# What the code relies on, and what keeps a production database.

mock_provider "aws" {
  source          = "./tests/mocks"
  override_during = plan
}

variables {
  name                  = "test"
  subnet_ids            = ["subnet-1", "subnet-2"]
  security_group_id     = "sg-1"
  instance_class        = "db.m7g.large"
  storage_gib           = 400
  max_storage_gib       = 2000
  backup_retention_days = 14
  performance_insights  = true
  log_retention_days    = 30
}

run "protected" {
  command = plan

  module {
    source = "./modules/database"
  }

  variables {
    multi_az            = true
    deletion_protection = true
    password_rotation   = { schedule = "cron(0 18 ? * SUN *)", window = "1h" }
  }

  assert {
    condition     = aws_db_instance.this.deletion_protection && !aws_db_instance.this.skip_final_snapshot && !aws_db_instance.this.delete_automated_backups
    error_message = "A protected database cannot be deleted, and never without a snapshot."
  }

  assert {
    condition     = aws_db_instance.this.multi_az && aws_db_instance.this.storage_encrypted && !aws_db_instance.this.publicly_accessible && aws_db_instance.this.backup_retention_period == 14
    error_message = "It has a standby and backups, is encrypted, and nobody reaches it from outside."
  }

  assert {
    condition     = aws_db_instance.this.engine == "mysql" && aws_db_instance.this.engine_version == "8.4" && aws_db_parameter_group.this.family == "mysql8.4"
    error_message = "It is MySQL 8.4."
  }

  assert {
    condition     = aws_db_instance.this.manage_master_user_password && aws_db_instance.this.password == null
    error_message = "RDS keeps the password; Terraform never sees it."
  }

  assert {
    condition = { for parameter in aws_db_parameter_group.this.parameter : parameter.name => parameter.value } == {
      require_secure_transport       = "1"
      tls_version                    = "TLSv1.2,TLSv1.3"
      innodb_flush_log_at_trx_commit = "1"
      sync_binlog                    = "1"
      binlog_cache_size              = "1048576"
      max_allowed_packet             = "67108864"
      character_set_server           = "utf8mb4"
      time_zone                      = "UTC"
      slow_query_log                 = "1"
      long_query_time                = "1"
      log_output                     = "FILE"
    }
    error_message = "A setting that the code relies on is missing: TLS, or that a confirmed sale is on disk."
  }

  assert {
    condition     = output.url == "mysql://warehouse@database.example:3306/donut_states"
    error_message = "DATABASE_URL has user, host and database, and no password."
  }

  assert {
    condition     = aws_secretsmanager_secret_rotation.password[0].rotate_immediately == false && aws_secretsmanager_secret_rotation.password[0].secret_id == output.secret_arn
    error_message = "The password changes at its hour, not when Terraform runs."
  }
}

run "disposable" {
  command = plan

  module {
    source = "./modules/database"
  }

  variables {
    multi_az            = false
    deletion_protection = false
  }

  assert {
    condition     = !aws_db_instance.this.deletion_protection && aws_db_instance.this.skip_final_snapshot && aws_db_instance.this.delete_automated_backups
    error_message = "A disposable database leaves nothing behind."
  }

  assert {
    condition     = aws_db_instance.this.storage_encrypted && length(aws_secretsmanager_secret_rotation.password) == 0
    error_message = "It is encrypted all the same."
  }
}
