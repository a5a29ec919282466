"""Terraform's JSON documents as data: stacks, templates, the layers they belong to."""
