mock_provider "aws" {
  source          = "./tests/mocks"
  override_during = plan
}

run "scaling" {
  command = plan

  module {
    source = "./modules/scaling"
  }

  variables {
    name           = "test"
    cluster_name   = "test"
    sales          = { service_name = "sales", min = 2, max = 12, requests_per_task_in_minute = 30000, cpu_percent = 60, load_balancer_suffix = "app/shop/1", target_group_suffix = "targetgroup/sales/2" }
    worker         = { service_name = "worker", min = 1, max = 4, backlog_per_task = 200 }
    backlog_queues = { goods_receipts = "test-goods-receipts", notifications = "test-notifications" }
  }

  assert {
    condition     = output.backlog_per_task_expression == "(FILL(goods_receipts, 0) + FILL(notifications, 0)) / IF(FILL(tasks, 1) > 0, FILL(tasks, 1), 1)"
    error_message = "The worker is scaled by what waits, divided by the tasks that work on it, also when a queue was silent or no task runs."
  }

  assert {
    condition = toset([
      for metric in aws_appautoscaling_policy.worker_backlog.target_tracking_scaling_policy_configuration[0].customized_metric_specification[0].metrics : metric.id
    ]) == toset(["goods_receipts", "notifications", "tasks", "backlog_per_task"])
    error_message = "The expression names a metric that is not there."
  }

  assert {
    condition = [
      for metric in aws_appautoscaling_policy.worker_backlog.target_tracking_scaling_policy_configuration[0].customized_metric_specification[0].metrics : metric.id if metric.return_data
    ] == ["backlog_per_task"]
    error_message = "One metric is returned: the backlog of a task."
  }

  assert {
    condition     = aws_appautoscaling_policy.sales_requests.target_tracking_scaling_policy_configuration[0].predefined_metric_specification[0].resource_label == "app/shop/1/targetgroup/sales/2"
    error_message = "Sales is scaled by the requests that the load balancer sends to each task."
  }

  assert {
    condition     = aws_appautoscaling_policy.sales_cpu.target_tracking_scaling_policy_configuration[0].predefined_metric_specification[0].predefined_metric_type == "ECSServiceAverageCPUUtilization"
    error_message = "Sales is scaled by CPU as well."
  }

  assert {
    condition     = aws_appautoscaling_target.worker.resource_id == "service/test/worker" && aws_appautoscaling_target.worker.max_capacity == 4
    error_message = "The target is the service of the worker."
  }
}
