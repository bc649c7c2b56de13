provider "aws" {
  region = var.region

  default_tags {
    tags = merge(
      {
        Project     = "donut-states"
        Environment = var.environment
        ManagedBy   = "terraform"
      },
      var.tags,
    )
  }
}
