# The callback signing key is replaced with two valid at a time.

run "usually" {
  command = plan

  module {
    source = "./modules/secrets/names"
  }

  variables {
    callback_keys = {}
  }

  assert {
    condition     = output.by_use == { operations-api-key = "operations-api-key", callback-signing-key = "callback-signing-key" }
    error_message = "There is one callback signing key, under the name that it always had."
  }
}

run "both_are_believed" {
  command = plan

  module {
    source = "./modules/secrets/names"
  }

  variables {
    callback_keys = { current = 1, previous = 2 }
  }

  assert {
    condition     = output.by_use == { operations-api-key = "operations-api-key", callback-signing-key = "callback-signing-key", callback-signing-key-previous = "callback-signing-key-2" }
    error_message = "The first step makes a second key, and signs as before."
  }
}

run "swapped" {
  command = plan

  module {
    source = "./modules/secrets/names"
  }

  variables {
    callback_keys = { current = 2, previous = 1 }
  }

  assert {
    condition     = output.by_use == { operations-api-key = "operations-api-key", callback-signing-key = "callback-signing-key-2", callback-signing-key-previous = "callback-signing-key" }
    error_message = "The second step swaps the two, and makes and deletes none."
  }
}

run "the_old_one_is_gone" {
  command = plan

  module {
    source = "./modules/secrets/names"
  }

  variables {
    callback_keys = { current = 2 }
  }

  assert {
    condition     = output.by_use == { operations-api-key = "operations-api-key", callback-signing-key = "callback-signing-key-2" }
    error_message = "The last step deletes the old key."
  }
}

run "the_same_twice_is_refused" {
  command = plan

  module {
    source = "./modules/secrets/names"
  }

  variables {
    callback_keys = { current = 2, previous = 2 }
  }

  expect_failures = [var.callback_keys]
}
