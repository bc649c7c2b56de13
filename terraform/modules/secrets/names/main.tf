locals {
  # The first generation has the name that it had before there were others.
  callback_keys = {
    for generation in compact([var.callback_keys.current, var.callback_keys.previous]) :
    generation => generation == "1" ? "callback-signing-key" : "callback-signing-key-${generation}"
  }

  sale_token_keys = {
    for generation in compact([var.sale_token_keys.current, var.sale_token_keys.previous]) :
    generation => generation == "1" ? "sale-token-key" : "sale-token-key-${generation}"
  }
}
