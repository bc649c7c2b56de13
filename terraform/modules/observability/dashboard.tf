locals {
  region     = data.aws_region.current.name
  balancer   = ["LoadBalancer", try(var.services.load_balancer_suffix, "")]
  api        = ["ApiId", try(var.functions.api_id, "")]
  queue_list = sort(keys(var.queues))

  requests = var.functions == null ? [
    concat(["AWS/ApplicationELB", "RequestCount"], local.balancer),
    concat(["AWS/ApplicationELB", "HTTPCode_Target_4XX_Count"], local.balancer),
    concat(["AWS/ApplicationELB", "HTTPCode_Target_5XX_Count"], local.balancer),
    concat(["AWS/ApplicationELB", "HTTPCode_ELB_5XX_Count"], local.balancer),
  ] : [for metric in ["Count", "4xx", "5xx"] : concat(["AWS/ApiGateway", metric], local.api)]

  # The load balancer counts in seconds, the API in ms.
  answer_times = [for stat in ["p50", "p99"] : jsondecode(var.functions == null ?
    jsonencode(concat(["AWS/ApplicationELB", "TargetResponseTime"], local.balancer, [{ stat = stat }])) :
    jsonencode(concat(["AWS/ApiGateway", "Latency"], local.api, [{ stat = stat }]))
  )]

  processors   = [for service in var.services == null ? [] : ["sales", "worker"] : ["AWS/ECS", "CPUUtilization", "ClusterName", var.services.cluster_name, "ServiceName", service]]
  environments = [for name in values(try(var.functions.names, {})) : ["AWS/Lambda", "ConcurrentExecutions", "FunctionName", name]]

  graphs = [
    {
      title   = "Requests in a minute"
      stat    = "Sum"
      metrics = local.requests
    },
    {
      title   = var.functions == null ? "Time until the answer, in seconds" : "Time until the answer, in ms"
      stat    = "p99"
      metrics = local.answer_times
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
      title   = var.functions == null ? "Running tasks" : "Environments of functions"
      stat    = var.functions == null ? "SampleCount" : "Maximum"
      metrics = concat(local.processors, local.environments)
    },
    {
      title   = "CPU, in percent"
      stat    = "Average"
      metrics = concat(local.processors, [["AWS/RDS", "CPUUtilization", "DBInstanceIdentifier", var.database_identifier]])
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
