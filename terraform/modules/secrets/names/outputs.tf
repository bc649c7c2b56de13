output "by_use" {
  description = "Names of secrets by what they are for, whatever the generation"
  value = merge(
    { operations-api-key = "operations-api-key", callback-signing-key = local.callback_keys[var.callback_keys.current] },
    var.callback_keys.previous == null ? {} : { callback-signing-key-previous = local.callback_keys[var.callback_keys.previous] },
  )
}
