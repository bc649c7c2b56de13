output "urls" {
  description = "Where images are pushed to, by application"
  value       = { for name, repository in aws_ecr_repository.this : name => repository.repository_url }
}

output "arns" {
  description = "By application"
  value       = { for name, repository in aws_ecr_repository.this : name => repository.arn }
}
