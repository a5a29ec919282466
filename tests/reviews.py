"""Reviews as `strata plan --out` leaves them, of changes that nobody planned."""

from pathlib import Path
from typing import Any

from strata.review.record import Basis, Code, Tools, settings_digest, write
from strata.settings import Settings

Json = dict[str, Any]


def write_review(folder: Path, settings: Settings, *changes: Json) -> Path:
    """A review of these settings, with the `resource_changes` of Terraform's plan."""
    basis = Basis(
        environment=settings.environment.name,
        settings=settings_digest(settings),
        code=Code(digest="0", commit=None),
        tools=Tools(terraform="1.11.4", provider="5.100.0", cdktf="0.21.0"),
        states={},
    )
    write(folder, basis, {"format_version": "1.2", "resource_changes": list(changes)}, {})
    return folder
