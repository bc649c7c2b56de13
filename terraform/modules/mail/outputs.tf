output "identity_arn" {
  description = "What the worker may send as"
  value       = aws_sesv2_email_identity.this.arn
}

output "configuration_set_arn" {
  description = "What its mails are counted by"
  value       = aws_sesv2_configuration_set.this.arn
}
