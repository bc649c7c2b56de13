output "arns" {
  description = "By name"
  value       = { for name, secret in aws_secretsmanager_secret.this : name => secret.arn }
}

output "names" {
  description = "As Secrets Manager calls them, by name"
  value       = { for name, secret in aws_secretsmanager_secret.this : name => secret.name }
}
