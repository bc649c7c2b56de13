output "log_groups" {
  description = "Name and ARN by task"
  value       = { for task, group in aws_cloudwatch_log_group.this : task => { name = group.name, arn = group.arn } }
}

output "topic_arn" {
  description = "The topic of the alarms"
  value       = aws_sns_topic.operations.arn
}

output "alarm_names" {
  description = "All of them"
  value = sort(concat(
    [
      aws_cloudwatch_metric_alarm.open_dead_letters.alarm_name,
      aws_cloudwatch_metric_alarm.stock_invariant.alarm_name,
      aws_cloudwatch_metric_alarm.database_connections.alarm_name,
      aws_cloudwatch_metric_alarm.database_storage.alarm_name,
      aws_cloudwatch_metric_alarm.database_cpu.alarm_name,
      aws_cloudwatch_metric_alarm.mail_bounces.alarm_name,
      aws_cloudwatch_metric_alarm.mail_complaints.alarm_name,
    ],
    [
      for alarm in concat(
        aws_cloudwatch_metric_alarm.sales_failures,
        aws_cloudwatch_metric_alarm.sales_latency,
        aws_cloudwatch_metric_alarm.sales_without_tasks,
        aws_cloudwatch_metric_alarm.api_failures,
        aws_cloudwatch_metric_alarm.api_latency,
        aws_cloudwatch_metric_alarm.schedule_silent,
      ) : alarm.alarm_name
    ],
    [for alarm in aws_cloudwatch_metric_alarm.function_errors : alarm.alarm_name],
    [for alarm in aws_cloudwatch_metric_alarm.function_throttles : alarm.alarm_name],
    [for alarm in aws_cloudwatch_metric_alarm.dead_letter_queue_not_drained : alarm.alarm_name],
    [for alarm in aws_cloudwatch_metric_alarm.message_age : alarm.alarm_name],
  ))
}
