"""Names and tags that every layer gives its resources."""

import hashlib
from dataclasses import dataclass

from strata.settings.models import Settings

HASH_LENGTH = 6


def shorten(name: str, limit: int) -> str:
    """`name` when it fits into `limit` characters, else its beginning and a hash of the whole.

    The same name is shortened the same way each time, and two names with the same beginning stay
    different.
    """
    if len(name) <= limit:
        return name
    digest = hashlib.sha256(name.encode()).hexdigest()[:HASH_LENGTH]
    return f"{name[: limit - HASH_LENGTH - 1].rstrip('-')}-{digest}"


def kept(beginning: str, limit: int) -> str:
    """What `shorten` leaves of `beginning` in every name that begins with it."""
    return beginning[: limit - HASH_LENGTH - 1].rstrip("-")


ROLE_NAME = 64
"""Characters that IAM allows for the name of a role."""


@dataclass(frozen=True)
class Names:
    """Names and tags of one layer in one environment."""

    settings: Settings
    layer: str

    @property
    def base(self) -> str:
        """`<project>-<environment>`, the beginning of every name."""
        return f"{self.settings.environment.project}-{self.settings.environment.name}"

    def name(self, suffix: str = "", limit: int = 64) -> str:
        """A name of at most `limit` characters, the length that AWS allows for the resource."""
        return shorten(f"{self.base}-{suffix}" if suffix else self.base, limit)

    def path(self, suffix: str) -> str:
        """A name in the form of a path, as log groups have."""
        environment = self.settings.environment
        return f"/{environment.project}/{environment.name}/{suffix}"

    def tags(self, suffix: str = "") -> dict[str, str]:
        """The tags of a resource: the user's own, ours, and `Name`."""
        return {
            **self.settings.tags,
            **self.settings.environment.tags,
            "Layer": self.layer,
            "Name": f"{self.base}-{suffix}" if suffix else self.base,
        }
