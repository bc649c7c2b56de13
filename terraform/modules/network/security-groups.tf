locals {
  groups = merge(
    {
      sales    = "The sales tasks"
      worker   = "The worker tasks, and the migration"
      database = "The warehouse"
    },
    var.has_load_balancer ? { load-balancer = "Whom the internet reaches" } : {},
    var.factory_simulator ? { factory = "The simulated factory" } : {},
    length(var.interface_endpoints) > 0 ? { endpoints = "Services of AWS inside of the network" } : {},
  )

  tasks = [for group in ["sales", "worker", "factory"] : group if contains(keys(local.groups), group)]

  # The allowed connections: source and target. Each line is one rule on either side.
  connections = merge(
    {
      sales-to-database  = { from = "sales", to = "database", port = var.ports.database }
      worker-to-database = { from = "worker", to = "database", port = var.ports.database }
    },
    var.has_load_balancer ? {
      load-balancer-to-sales = { from = "load-balancer", to = "sales", port = var.ports.sales }
    } : {},
    var.factory_simulator ? {
      worker-to-factory = { from = "worker", to = "factory", port = var.ports.factory }
      factory-to-sales  = { from = "factory", to = "sales", port = var.ports.sales }
    } : {},
    length(var.interface_endpoints) > 0 ? {
      for task in local.tasks : "${task}-to-endpoints" => { from = task, to = "endpoints", port = 443 }
    } : {},
  )

  # HTTPS to the services of AWS, and the worker to factories besides.
  internet = merge(
    { for task in local.tasks : "${task}-443" => { from = task, port = 443 } },
    { for port in var.factory_ports : "worker-${port}" => { from = "worker", port = port } if port != 443 },
  )
}

resource "aws_security_group" "this" {
  for_each = local.groups

  name        = "${var.name}-${each.key}"
  description = each.value
  vpc_id      = aws_vpc.this.id

  tags = { Name = "${var.name}-${each.key}" }
}

resource "aws_vpc_security_group_ingress_rule" "public" {
  for_each = { for pair in setproduct(var.has_load_balancer ? [80, 443] : [], var.public_cidrs) : "${pair[0]} ${pair[1]}" => { port = pair[0], cidr = pair[1] } }

  security_group_id = aws_security_group.this["load-balancer"].id
  description       = each.value.port == 80 ? "Is sent on to HTTPS" : "Buyers, operators and factories"
  ip_protocol       = "tcp"
  from_port         = each.value.port
  to_port           = each.value.port
  cidr_ipv4         = each.value.cidr
}

resource "aws_vpc_security_group_ingress_rule" "between" {
  for_each = local.connections

  security_group_id            = aws_security_group.this[each.value.to].id
  referenced_security_group_id = aws_security_group.this[each.value.from].id
  description                  = "From ${each.value.from}"
  ip_protocol                  = "tcp"
  from_port                    = each.value.port
  to_port                      = each.value.port
}

resource "aws_vpc_security_group_egress_rule" "between" {
  for_each = local.connections

  security_group_id            = aws_security_group.this[each.value.from].id
  referenced_security_group_id = aws_security_group.this[each.value.to].id
  description                  = "To ${each.value.to}"
  ip_protocol                  = "tcp"
  from_port                    = each.value.port
  to_port                      = each.value.port
}

# AWS gives no fixed addresses for its services, nor do factories.
resource "aws_vpc_security_group_egress_rule" "internet" {
  for_each = local.internet

  security_group_id = aws_security_group.this[each.value.from].id
  description       = each.value.port == 443 ? "AWS and other services" : "Factories"
  ip_protocol       = "tcp"
  from_port         = each.value.port
  to_port           = each.value.port
  cidr_ipv4         = "0.0.0.0/0"
}
