# Who reaches whom, in either kind of environment.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  name     = "test"
  vpc_cidr = "10.20.0.0/16"
}

run "production" {
  command = apply

  module {
    source = "./modules/network"
  }

  variables {
    zone_count          = 3
    egress              = "nat-per-zone"
    interface_endpoints = ["sqs"]
    factory_ports       = [8080]
  }

  assert {
    condition = (
      { for key, rule in aws_vpc_security_group_ingress_rule.public : key => rule.from_port } == { "80 0.0.0.0/0" = 80, "443 0.0.0.0/0" = 443 } &&
      alltrue([for rule in aws_vpc_security_group_ingress_rule.public : rule.from_port == rule.to_port && rule.security_group_id == aws_security_group.this["load-balancer"].id])
    )
    error_message = "The internet reaches ports 80 and 443 of the load balancer, and nothing else."
  }

  assert {
    condition     = alltrue([for rule in aws_vpc_security_group_ingress_rule.between : rule.cidr_ipv4 == null && rule.cidr_ipv6 == null && rule.referenced_security_group_id != null])
    error_message = "Inside of the network a rule names a security group, never addresses."
  }

  assert {
    condition = toset(keys(aws_vpc_security_group_ingress_rule.between)) == toset([
      "load-balancer-to-sales", "sales-to-database", "worker-to-database",
      "sales-to-endpoints", "worker-to-endpoints",
    ])
    error_message = "There is a connection too many, or one is missing."
  }

  assert {
    condition     = toset([for key, rule in aws_vpc_security_group_egress_rule.internet : key]) == toset(["sales-443", "worker-443", "worker-8080"])
    error_message = "Tasks reach HTTPS on the internet, and the worker its factories' ports. The database reaches nothing."
  }

  assert {
    condition     = length(aws_nat_gateway.this) == 3 && length(aws_route.private_internet) == 3
    error_message = "Each zone has a NAT gateway of its own."
  }

  assert {
    condition     = alltrue([for association in aws_route_table_association.database : association.route_table_id == aws_route_table.database.id])
    error_message = "The database's subnets have no way out."
  }

  assert {
    condition     = length(distinct(concat([for s in aws_subnet.public : s.cidr_block], [for s in aws_subnet.private : s.cidr_block], [for s in aws_subnet.database : s.cidr_block]))) == 9
    error_message = "Two subnets have the same addresses."
  }

  assert {
    condition     = output.tasks_have_public_addresses == false
    error_message = "With a NAT gateway tasks need no public address."
  }
}

run "development" {
  command = apply

  module {
    source = "./modules/network"
  }

  variables {
    zone_count        = 2
    egress            = "public"
    factory_simulator = true
  }

  assert {
    condition     = length(aws_nat_gateway.this) == 0 && length(aws_vpc_endpoint.interface) == 0 && output.tasks_have_public_addresses
    error_message = "Without NAT gateway and endpoints, tasks have public addresses."
  }

  assert {
    condition = toset(keys(aws_vpc_security_group_ingress_rule.between)) == toset([
      "load-balancer-to-sales", "sales-to-database", "worker-to-database",
      "worker-to-factory", "factory-to-sales",
    ])
    error_message = "The simulated factory is reached by the worker, and reaches sales."
  }
}

run "tasks_without_a_way_to_their_images_are_refused" {
  command = plan

  module {
    source = "./modules/network"
  }

  variables {
    zone_count          = 2
    egress              = "none"
    interface_endpoints = ["sqs"]
  }

  expect_failures = [aws_vpc.this]
}
