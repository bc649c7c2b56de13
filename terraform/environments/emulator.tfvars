# For an emulator of AWS, as LocalStack or moto: dev, without what emulators do not have. terraform/verify uses it.

environment = "verify"

# SES v2: its configuration sets carry tags that emulators cannot list.
manage_mail = false

operations_email = "operations@example.com"
mail_from        = "donut-states@example.com"
image_tag        = "verify"
