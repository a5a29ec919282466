"""The name of the repository."""

import re
from collections.abc import Iterator

from strata.settings.models import Settings
from strata.settings.rules.finding import Finding

PART = r"[a-z0-9]+([._-][a-z0-9]+)*"
LENGTHS = range(2, 257)
"""Characters of a repository's name (ECR API reference, CreateRepository)."""


def check(settings: Settings) -> Iterator[Finding]:
    """Judge `[registry]`."""
    name = settings.registry.repository
    key = ("registry", "repository")
    if name and len(name) not in LENGTHS:
        yield Finding(key, f"has {len(name)} characters", "2 to 256 characters")
    elif name and not re.fullmatch(rf"{PART}(/{PART})*", name):
        yield Finding(
            key,
            "is no name of a repository",
            "lower-case letters and digits, with single . _ - or / between, such as shop/api",
        )
