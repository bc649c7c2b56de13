# The callback signing key and the sale token key are replaced with two valid at a time.

run "usually" {
  command = plan

  module {
    source = "./modules/secrets/names"
  }

  variables {
    callback_keys   = {}
    sale_token_keys = {}
    customer_tokens = false
  }

  assert {
    condition     = output.by_use == { operations-api-key = "operations-api-key", callback-signing-key = "callback-signing-key", sale-token-key = "sale-token-key" }
    error_message = "There is one key of each kind, and the callback signing key has the name that it always had."
  }
}

run "customers_are_signed_for" {
  command = plan

  module {
    source = "./modules/secrets/names"
  }

  variables {
    callback_keys   = {}
    sale_token_keys = {}
    customer_tokens = true
  }

  assert {
    condition     = output.by_use["customer-signing-key"] == "customer-signing-key" && length(output.by_use) == 4
    error_message = "There is a key for the shop's own back end."
  }
}

run "both_are_believed" {
  command = plan

  module {
    source = "./modules/secrets/names"
  }

  variables {
    callback_keys   = { current = 1, previous = 2 }
    sale_token_keys = { current = 1, previous = 2 }
    customer_tokens = false
  }

  assert {
    condition     = output.by_use == { operations-api-key = "operations-api-key", callback-signing-key = "callback-signing-key", callback-signing-key-previous = "callback-signing-key-2", sale-token-key = "sale-token-key", sale-token-key-previous = "sale-token-key-2" }
    error_message = "The first step makes a second key, and signs as before."
  }
}

run "swapped" {
  command = plan

  module {
    source = "./modules/secrets/names"
  }

  variables {
    callback_keys   = { current = 2, previous = 1 }
    sale_token_keys = { current = 2, previous = 1 }
    customer_tokens = false
  }

  assert {
    condition     = output.by_use == { operations-api-key = "operations-api-key", callback-signing-key = "callback-signing-key-2", callback-signing-key-previous = "callback-signing-key", sale-token-key = "sale-token-key-2", sale-token-key-previous = "sale-token-key" }
    error_message = "The second step swaps the two, and makes and deletes none."
  }
}

run "the_old_one_is_gone" {
  command = plan

  module {
    source = "./modules/secrets/names"
  }

  variables {
    callback_keys   = { current = 2 }
    sale_token_keys = { current = 2 }
    customer_tokens = false
  }

  assert {
    condition     = output.by_use == { operations-api-key = "operations-api-key", callback-signing-key = "callback-signing-key-2", sale-token-key = "sale-token-key-2" }
    error_message = "The last step deletes the old key."
  }
}

run "the_same_twice_is_refused" {
  command = plan

  module {
    source = "./modules/secrets/names"
  }

  variables {
    callback_keys   = { current = 2, previous = 2 }
    sale_token_keys = { current = 2, previous = 2 }
    customer_tokens = false
  }

  expect_failures = [var.callback_keys, var.sale_token_keys]
}
