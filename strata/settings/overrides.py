"""How large what a task runs in place of its definition may be."""

import json
from collections.abc import Mapping, Sequence

OVERRIDES = 8192
"""Characters of all overrides of a task, those of their JSON too (ECS API reference, RunTask)."""
OURS = 192
"""Characters reserved for what stands around them: the container's name, and the sizes."""
MOST = OVERRIDES - OURS


def characters(command: Sequence[str], variables: Mapping[str, str] | None = None) -> int:
    """Characters of a command and its variables as the JSON of an override has them."""
    environment = [{"name": name, "value": value} for name, value in (variables or {}).items()]
    parts = [[*command], *([environment] if environment else [])]
    return sum(len(json.dumps(part, separators=(",", ":"), ensure_ascii=False)) for part in parts)
