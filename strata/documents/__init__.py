"""Terraform's JSON documents as data: stacks, templates, the layers they belong to."""

from typing import Any

Json = dict[str, Any]
"""A JSON object as it was read: any keys, values of any form."""
