module "names" {
  source = "./names"

  callback_keys   = var.callback_keys
  sale_token_keys = var.sale_token_keys
  customer_tokens = var.customer_tokens
}

locals {
  descriptions = {
    operations-api-key   = "OPERATIONS_API_KEY: opens the operations routes"
    callback-signing-key = "CALLBACK_SIGNING_KEY: signs the callbacks of the factory"
    sale-token-key       = "SALE_TOKEN_KEY: makes the tokens of buyers"
    customer-signing-key = "CUSTOMER_SIGNING_KEY: the shop signs the ids of its customers with it"
  }

  # By name, so that a swap of two keys changes none of them.
  secrets = {
    for use, name in module.names.by_use : name => local.descriptions[trimsuffix(use, "-previous")]
  }
}

# Made at each apply, and written only when secret_version is raised. Neither the plan nor the state has it.
ephemeral "aws_secretsmanager_random_password" "this" {
  for_each = local.secrets

  password_length     = 48
  exclude_punctuation = true
}

resource "aws_secretsmanager_secret" "this" {
  for_each = local.secrets

  name                    = "${var.name}/${each.key}"
  description             = each.value
  recovery_window_in_days = var.recovery_days
}

resource "aws_secretsmanager_secret_version" "this" {
  for_each = local.secrets

  secret_id                = aws_secretsmanager_secret.this[each.key].id
  secret_string_wo         = ephemeral.aws_secretsmanager_random_password.this[each.key].random_password
  secret_string_wo_version = var.secret_version
}
