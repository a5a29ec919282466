"""Candidates for `strata completion`. Nothing here raises, since a shell calls it."""

from strata.documents.layers import ALL_LAYERS
from strata.errors import StrataError
from strata.machine import folders

VARIABLE = "_STRATA_COMPLETE"
"""Set by the scripts of `strata completion` when they ask for candidates."""


def environments(incomplete: str) -> list[str]:
    """Names in `envs/` of the project."""
    try:
        files = (folders.project() / "envs").glob("*.toml")
        return sorted(file.stem for file in files if file.stem.startswith(incomplete))
    except (StrataError, OSError):
        return []


def layers(incomplete: str) -> list[str]:
    """Layers, in their order."""
    return [layer for layer in ALL_LAYERS if layer.startswith(incomplete)]


def sources(incomplete: str) -> list[str]:
    """Endpoints of `strata reach` that can be a source."""
    from strata.reach.model import NAMES  # noqa: PLC0415 - takes its time

    return [name for name in NAMES[:-1] if name.startswith(incomplete)]


def targets(incomplete: str) -> list[str]:
    """Endpoints of `strata reach` that can be a target."""
    from strata.reach.model import NAMES  # noqa: PLC0415 - takes its time

    return [name for name in NAMES if name.startswith(incomplete)]
