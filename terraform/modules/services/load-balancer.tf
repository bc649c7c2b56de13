locals {
  # Longer than a task goes on serving (its drain delay and 10 s for slow clients), whichever of the two gets the signal first.
  deregistration_delay_seconds = ceil(var.drain_delay_ms.sales / 1000) + 15

  makes_certificate = var.certificate_arn == null
}

resource "aws_lb" "this" {
  name                       = var.name
  load_balancer_type         = "application"
  subnets                    = var.network.public_subnet_ids
  security_groups            = [var.network.security_group_ids["load-balancer"]]
  enable_deletion_protection = var.load_balancer_protected
  drop_invalid_header_fields = true

  # Below the 72 s after which Fastify closes an idle connection: the other way round the load balancer would send a
  # request into a connection that is just being closed, and answer 502.
  idle_timeout = 60

  dynamic "access_logs" {
    for_each = aws_s3_bucket_policy.access_logs

    content {
      bucket  = access_logs.value.bucket
      enabled = true
    }
  }
}

resource "aws_lb_target_group" "sales" {
  name                 = "${var.name}-sales"
  port                 = local.ports.sales
  protocol             = "HTTP"
  target_type          = "ip"
  vpc_id               = var.network.vpc_id
  deregistration_delay = local.deregistration_delay_seconds

  # Liveness, not readiness: ECS replaces tasks that fail here, and a lost database must not get every task replaced. They
  # still take callbacks, which need the queue alone.
  health_check {
    path                = "/health/live"
    matcher             = "200"
    interval            = 10
    timeout             = 5
    healthy_threshold   = 2
    unhealthy_threshold = 3
  }
}

resource "aws_lb_listener" "https" {
  load_balancer_arn = aws_lb.this.arn
  port              = 443
  protocol          = "HTTPS"
  ssl_policy        = "ELBSecurityPolicy-TLS13-1-2-2021-06"
  certificate_arn   = local.makes_certificate ? aws_acm_certificate_validation.this[0].certificate_arn : var.certificate_arn

  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.sales.arn
  }
}

resource "aws_lb_listener" "http" {
  load_balancer_arn = aws_lb.this.arn
  port              = 80
  protocol          = "HTTP"

  default_action {
    type = "redirect"

    redirect {
      port        = "443"
      protocol    = "HTTPS"
      status_code = "HTTP_301"
    }
  }
}

# A rule takes five values.
resource "aws_lb_listener_rule" "hidden" {
  for_each = { for index, paths in chunklist(var.hidden_paths, 5) : index => paths }

  listener_arn = aws_lb_listener.https.arn
  priority     = each.key + 1

  condition {
    path_pattern {
      values = each.value
    }
  }

  action {
    type = "fixed-response"

    fixed_response {
      status_code  = "404"
      content_type = "application/json"
      message_body = jsonencode({ status = 404, title = "Not Found" })
    }
  }
}

resource "aws_acm_certificate" "this" {
  count = local.makes_certificate ? 1 : 0

  domain_name       = var.domain_name
  validation_method = "DNS"

  lifecycle {
    create_before_destroy = true

    precondition {
      condition     = var.domain_name != null && var.hosted_zone_id != null
      error_message = "HTTPS needs a certificate: set certificate_arn, or domain_name and hosted_zone_id for one to be made."
    }
  }
}

resource "aws_route53_record" "validation" {
  count = local.makes_certificate ? 1 : 0

  zone_id         = var.hosted_zone_id
  name            = one(aws_acm_certificate.this[0].domain_validation_options).resource_record_name
  type            = one(aws_acm_certificate.this[0].domain_validation_options).resource_record_type
  records         = [one(aws_acm_certificate.this[0].domain_validation_options).resource_record_value]
  ttl             = 60
  allow_overwrite = true
}

resource "aws_acm_certificate_validation" "this" {
  count = local.makes_certificate ? 1 : 0

  certificate_arn         = aws_acm_certificate.this[0].arn
  validation_record_fqdns = [aws_route53_record.validation[0].fqdn]
}

resource "aws_route53_record" "shop" {
  count = var.domain_name != null && var.hosted_zone_id != null ? 1 : 0

  zone_id = var.hosted_zone_id
  name    = var.domain_name
  type    = "A"

  alias {
    name                   = aws_lb.this.dns_name
    zone_id                = aws_lb.this.zone_id
    evaluate_target_health = false
  }
}
