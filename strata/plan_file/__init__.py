"""Terraform's plan JSON as data: changes, differences, and the secrets in it."""
