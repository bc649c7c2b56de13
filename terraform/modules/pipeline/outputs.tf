output "role_arn" {
  description = "AWS_ROLE of the environment at GitHub"
  value       = aws_iam_role.deploy.arn
}
