locals {
  region     = data.aws_region.current.name
  balancer   = ["LoadBalancer", var.load_balancer_suffix]
  queue_list = sort(keys(var.queues))

  graphs = [
    {
      title = "Requests in a minute"
      stat  = "Sum"
      metrics = [
        concat(["AWS/ApplicationELB", "RequestCount"], local.balancer),
        concat(["AWS/ApplicationELB", "HTTPCode_Target_4XX_Count"], local.balancer),
        concat(["AWS/ApplicationELB", "HTTPCode_Target_5XX_Count"], local.balancer),
        concat(["AWS/ApplicationELB", "HTTPCode_ELB_5XX_Count"], local.balancer),
      ]
    },
    {
      title = "Time until the answer, in seconds"
      stat  = "p99"
      metrics = [
        concat(["AWS/ApplicationELB", "TargetResponseTime"], local.balancer, [{ stat = "p50" }]),
        concat(["AWS/ApplicationELB", "TargetResponseTime"], local.balancer, [{ stat = "p99" }]),
      ]
    },
    {
      title = "Open dead letters, and what does not agree in the warehouse"
      stat  = "Maximum"
      metrics = [
        [local.metric_namespace, "OpenDeadLetters"],
        [local.metric_namespace, "ReconcileDifferences"],
      ]
    },
    {
      title   = "Messages that wait"
      stat    = "Maximum"
      metrics = [for queue in local.queue_list : ["AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", var.queues[queue].physical_name]]
    },
    {
      title   = "Messages in dead-letter queues"
      stat    = "Maximum"
      metrics = [for queue in local.queue_list : ["AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", var.queues[queue].dead_letter_physical_name]]
    },
    {
      title   = "Age of the oldest message, in seconds"
      stat    = "Maximum"
      metrics = [for queue in local.queue_list : ["AWS/SQS", "ApproximateAgeOfOldestMessage", "QueueName", var.queues[queue].physical_name]]
    },
    {
      title   = "Running tasks"
      stat    = "SampleCount"
      metrics = [for service in ["sales", "worker"] : ["AWS/ECS", "CPUUtilization", "ClusterName", var.cluster_name, "ServiceName", service]]
    },
    {
      title = "CPU, in percent"
      stat  = "Average"
      metrics = concat(
        [for service in ["sales", "worker"] : ["AWS/ECS", "CPUUtilization", "ClusterName", var.cluster_name, "ServiceName", service]],
        [["AWS/RDS", "CPUUtilization", "DBInstanceIdentifier", var.database_identifier]],
      )
    },
    {
      title = "Database"
      stat  = "Average"
      metrics = [
        ["AWS/RDS", "DatabaseConnections", "DBInstanceIdentifier", var.database_identifier],
        ["AWS/RDS", "WriteIOPS", "DBInstanceIdentifier", var.database_identifier],
        ["AWS/RDS", "WriteLatency", "DBInstanceIdentifier", var.database_identifier, { yAxis = "right" }],
      ]
    },
  ]
}

resource "aws_cloudwatch_dashboard" "this" {
  dashboard_name = var.name

  dashboard_body = jsonencode({
    widgets = [
      for index, graph in local.graphs : {
        type   = "metric"
        x      = 8 * (index % 3)
        y      = 6 * floor(index / 3)
        width  = 8
        height = 6
        properties = {
          title   = graph.title
          region  = local.region
          view    = "timeSeries"
          period  = 60
          stat    = graph.stat
          metrics = graph.metrics
        }
      }
    ]
  })
}
