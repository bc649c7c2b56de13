locals {
  # A queue without traffic for hours has no data points, and neither has a service without tasks.
  backlog = join(" + ", [for id in sort(keys(var.backlog_queues)) : "FILL(${id}, 0)"])
  tasks   = "FILL(tasks, 1)"

  backlog_per_task = "(${local.backlog}) / IF(${local.tasks} > 0, ${local.tasks}, 1)"
}

resource "aws_appautoscaling_target" "sales" {
  service_namespace  = "ecs"
  scalable_dimension = "ecs:service:DesiredCount"
  resource_id        = "service/${var.cluster_name}/${var.sales.service_name}"
  min_capacity       = var.sales.min
  max_capacity       = var.sales.max
}

resource "aws_appautoscaling_policy" "sales_requests" {
  name               = "${var.name}-sales-requests"
  policy_type        = "TargetTrackingScaling"
  service_namespace  = aws_appautoscaling_target.sales.service_namespace
  scalable_dimension = aws_appautoscaling_target.sales.scalable_dimension
  resource_id        = aws_appautoscaling_target.sales.resource_id

  target_tracking_scaling_policy_configuration {
    target_value = var.sales.requests_per_task_in_minute

    # A surge is quick to come, and one drop follows another.
    scale_out_cooldown = 30
    scale_in_cooldown  = 300

    predefined_metric_specification {
      predefined_metric_type = "ALBRequestCountPerTarget"
      resource_label         = "${var.sales.load_balancer_suffix}/${var.sales.target_group_suffix}"
    }
  }
}

resource "aws_appautoscaling_policy" "sales_cpu" {
  name               = "${var.name}-sales-cpu"
  policy_type        = "TargetTrackingScaling"
  service_namespace  = aws_appautoscaling_target.sales.service_namespace
  scalable_dimension = aws_appautoscaling_target.sales.scalable_dimension
  resource_id        = aws_appautoscaling_target.sales.resource_id

  target_tracking_scaling_policy_configuration {
    target_value       = var.sales.cpu_percent
    scale_out_cooldown = 30
    scale_in_cooldown  = 300

    predefined_metric_specification {
      predefined_metric_type = "ECSServiceAverageCPUUtilization"
    }
  }
}

resource "aws_appautoscaling_target" "worker" {
  service_namespace  = "ecs"
  scalable_dimension = "ecs:service:DesiredCount"
  resource_id        = "service/${var.cluster_name}/${var.worker.service_name}"
  min_capacity       = var.worker.min
  max_capacity       = var.worker.max
}

# A worker that waits for a slow system uses no CPU: only the backlog shows that it has too much work.
resource "aws_appautoscaling_policy" "worker_backlog" {
  name               = "${var.name}-worker-backlog"
  policy_type        = "TargetTrackingScaling"
  service_namespace  = aws_appautoscaling_target.worker.service_namespace
  scalable_dimension = aws_appautoscaling_target.worker.scalable_dimension
  resource_id        = aws_appautoscaling_target.worker.resource_id

  target_tracking_scaling_policy_configuration {
    target_value       = var.worker.backlog_per_task
    scale_out_cooldown = 60
    scale_in_cooldown  = 300

    customized_metric_specification {
      dynamic "metrics" {
        for_each = var.backlog_queues

        content {
          id          = metrics.key
          label       = "Messages that wait in ${metrics.value}"
          return_data = false

          metric_stat {
            stat = "Average"

            metric {
              namespace   = "AWS/SQS"
              metric_name = "ApproximateNumberOfMessagesVisible"

              dimensions {
                name  = "QueueName"
                value = metrics.value
              }
            }
          }
        }
      }

      # Each running task reports its CPU once a minute: the number of reports is the number of tasks. Container
      # Insights has a metric of its own for it, at a price.
      metrics {
        id          = "tasks"
        label       = "Running tasks"
        return_data = false

        metric_stat {
          stat = "SampleCount"

          metric {
            namespace   = "AWS/ECS"
            metric_name = "CPUUtilization"

            dimensions {
              name  = "ClusterName"
              value = var.cluster_name
            }

            dimensions {
              name  = "ServiceName"
              value = var.worker.service_name
            }
          }
        }
      }

      metrics {
        id          = "backlog_per_task"
        label       = "Messages that wait, by task"
        expression  = local.backlog_per_task
        return_data = true
      }
    }
  }
}
