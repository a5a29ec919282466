"""Terraform's plan JSON as data: changes, differences, and what is secret in it."""
