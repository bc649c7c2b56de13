output "identifier" {
  description = "Name of the instance, as alarms want it"
  value       = aws_db_instance.this.identifier
}

output "url" {
  description = "DATABASE_URL without the password: that is in the secret, and changes"
  value       = "mysql://${local.username}@${aws_db_instance.this.address}:${local.port}/${local.database_name}"
}

output "secret_arn" {
  description = "The secret that RDS keeps: JSON with username and password"
  value       = aws_db_instance.this.master_user_secret[0].secret_arn
}
