# What AWS would answer, where a plan needs more than any text.

mock_data "aws_caller_identity" {
  defaults = { account_id = "123456789012" }
}

mock_data "aws_region" {
  defaults = { name = "ap-northeast-2" }
}

mock_data "aws_partition" {
  defaults = { partition = "aws", dns_suffix = "amazonaws.com" }
}

mock_data "aws_availability_zones" {
  defaults = { names = ["ap-northeast-2a", "ap-northeast-2b", "ap-northeast-2c", "ap-northeast-2d"] }
}

mock_resource "aws_vpc" {
  defaults = { id = "vpc-1", cidr_block = "10.20.0.0/16" }
}

mock_resource "aws_db_instance" {
  defaults = {
    address            = "database.example"
    master_user_secret = [{ secret_arn = "arn:aws:secretsmanager:ap-northeast-2:123456789012:secret:rds!db-1" }]
  }
}

mock_resource "aws_lb" {
  defaults = {
    arn        = "arn:aws:elasticloadbalancing:ap-northeast-2:123456789012:loadbalancer/app/shop/1"
    arn_suffix = "app/shop/1"
    dns_name   = "shop.elb.example"
  }
}

mock_resource "aws_lb_target_group" {
  defaults = {
    arn        = "arn:aws:elasticloadbalancing:ap-northeast-2:123456789012:targetgroup/sales/2"
    arn_suffix = "targetgroup/sales/2"
  }
}

mock_resource "aws_lb_listener" {
  defaults = { arn = "arn:aws:elasticloadbalancing:ap-northeast-2:123456789012:listener/app/shop/1/3" }
}

mock_resource "aws_iam_role" {
  defaults = { arn = "arn:aws:iam::123456789012:role/mocked" }
}

mock_resource "aws_ecs_task_definition" {
  defaults = { arn = "arn:aws:ecs:ap-northeast-2:123456789012:task-definition/mocked:1" }
}

mock_resource "aws_ecr_repository" {
  defaults = {
    arn            = "arn:aws:ecr:ap-northeast-2:123456789012:repository/mocked"
    repository_url = "123456789012.dkr.ecr.ap-northeast-2.amazonaws.com/mocked"
  }
}

mock_resource "aws_cloudwatch_log_group" {
  defaults = { arn = "arn:aws:logs:ap-northeast-2:123456789012:log-group:mocked" }
}

mock_resource "aws_sns_topic" {
  defaults = { arn = "arn:aws:sns:ap-northeast-2:123456789012:operations" }
}

mock_resource "aws_kms_key" {
  defaults = { arn = "arn:aws:kms:ap-northeast-2:123456789012:key/1" }
}

mock_resource "aws_s3_bucket" {
  defaults = { arn = "arn:aws:s3:::logs", id = "logs", bucket = "logs" }
}

mock_resource "aws_secretsmanager_secret" {
  defaults = { arn = "arn:aws:secretsmanager:ap-northeast-2:123456789012:secret:key-1" }
}

mock_resource "aws_wafv2_web_acl" {
  defaults = { arn = "arn:aws:wafv2:ap-northeast-2:123456789012:regional/webacl/shop/1" }
}

mock_resource "aws_sesv2_email_identity" {
  defaults = { arn = "arn:aws:ses:ap-northeast-2:123456789012:identity/example.com" }
}

mock_resource "aws_sesv2_configuration_set" {
  defaults = { arn = "arn:aws:ses:ap-northeast-2:123456789012:configuration-set/shop" }
}

mock_resource "aws_iam_openid_connect_provider" {
  defaults = { arn = "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com" }
}

mock_resource "aws_service_discovery_service" {
  defaults = { arn = "arn:aws:servicediscovery:ap-northeast-2:123456789012:service/srv-1" }
}

mock_resource "aws_lambda_function" {
  defaults = {
    arn        = "arn:aws:lambda:ap-northeast-2:123456789012:function:mocked"
    invoke_arn = "arn:aws:apigateway:ap-northeast-2:lambda:path/2015-03-31/functions/mocked/invocations"
  }
}

mock_resource "aws_apigatewayv2_api" {
  defaults = {
    id            = "api-1"
    api_endpoint  = "https://api-1.execute-api.example"
    execution_arn = "arn:aws:execute-api:ap-northeast-2:123456789012:api-1"
  }
}
