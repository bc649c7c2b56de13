output "by_use" {
  description = "Names of secrets by what they are for, whatever the generation"
  value = merge(
    {
      operations-api-key   = "operations-api-key"
      callback-signing-key = local.callback_keys[var.callback_keys.current]
      sale-token-key       = local.sale_token_keys[var.sale_token_keys.current]
    },
    var.customer_tokens ? { customer-signing-key = "customer-signing-key" } : {},
    var.callback_keys.previous == null ? {} : { callback-signing-key-previous = local.callback_keys[var.callback_keys.previous] },
    var.sale_token_keys.previous == null ? {} : { sale-token-key-previous = local.sale_token_keys[var.sale_token_keys.previous] },
  )
}
