"""Names and tags that every layer gives its resources."""

from dataclasses import dataclass

from strata.settings.models import Settings
from strata.settings.resource_names import HASH_LENGTH, base, shorten

__all__ = ["ROLE_NAME", "Names", "kept", "shorten"]


ROLE_NAME = 64
"""Characters that IAM allows for the name of a role."""


def kept(beginning: str, limit: int) -> str:
    """The part of `beginning` that `shorten` keeps in every name that begins with it."""
    return beginning[: limit - HASH_LENGTH - 1].rstrip("-")


@dataclass(frozen=True)
class Names:
    """Names and tags of a layer in an environment."""

    settings: Settings
    layer: str

    @property
    def base(self) -> str:
        """`<project>-<environment>`, the beginning of every name."""
        return base(self.settings.environment)

    def name(self, suffix: str = "", limit: int = 64) -> str:
        """A name of at most `limit` characters, the length that AWS allows for the resource."""
        return shorten(f"{self.base}-{suffix}" if suffix else self.base, limit)

    def path(self, suffix: str) -> str:
        """A name in the form of a path, as log groups have."""
        environment = self.settings.environment
        return f"/{environment.project}/{environment.name}/{suffix}"

    def tags(self, suffix: str = "") -> dict[str, str]:
        """The tags of a resource: the user's, Strata's, and `Name`."""
        return {
            **self.settings.tags,
            **self.settings.environment.tags,
            "Layer": self.layer,
            "Name": f"{self.base}-{suffix}" if suffix else self.base,
        }
