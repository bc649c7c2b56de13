output "arns" {
  description = "By what they are for: operations-api-key, callback-signing-key, sale-token-key, and the -previous of the last two where there is one"
  value       = { for use, name in module.names.by_use : use => aws_secretsmanager_secret.this[name].arn }
}

output "names" {
  description = "As Secrets Manager calls them, by what they are for"
  value       = { for use, name in module.names.by_use : use => aws_secretsmanager_secret.this[name].name }
}
