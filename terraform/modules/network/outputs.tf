output "vpc_id" {
  description = "The network"
  value       = aws_vpc.this.id
}

output "vpc_cidr" {
  description = "Its addresses"
  value       = aws_vpc.this.cidr_block
}

output "public_subnet_ids" {
  description = "Where the load balancer stands"
  value       = [for subnet in aws_subnet.public : subnet.id]
}

output "task_subnet_ids" {
  description = "Where tasks run: the private subnets, or the public ones with egress = public"
  value       = [for subnet in var.egress == "public" ? aws_subnet.public : aws_subnet.private : subnet.id]
}

output "tasks_have_public_addresses" {
  description = "Whether a task needs an address of its own to reach the internet"
  value       = var.egress == "public"
}

output "database_subnet_ids" {
  description = "Where the database stands"
  value       = [for subnet in aws_subnet.database : subnet.id]
}

output "security_group_ids" {
  description = "By part: load-balancer where there is one, sales, worker, database, and factory where it runs"
  value       = { for part, group in aws_security_group.this : part => group.id }
}
