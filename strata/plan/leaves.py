"""What differs between two values, as small as it can be told."""

import json
from collections.abc import Iterator
from typing import Any

from strata.plan.changes import UNKNOWN, Change, Path, any_unknown, dotted

Leaf = tuple[str, Any, Any]
"""(path, before, after) of a value; UNKNOWN as the value after."""

REPEATS = {"tags_all": "tags"}
"""Attributes that say again what another says."""


def leaves(change: Change, configured: set[str]) -> list[Leaf]:
    """What a change does to the attributes that are written, and to others as far as it is known.

    Of a resource that is made anew AWS computes much anew; it says nothing that is not computed by
    itself from what is written.
    """
    found: list[Leaf] = []
    for name in change.changed:
        if REPEATS.get(name) in change.changed:
            continue
        written = name in configured or name in {str(path[0]) for path in change.replace_paths}
        unknown = change.unknown.get(name)
        if any_unknown(unknown) and not written:
            continue
        if (change.replaces or change.before is None) and not written:
            continue
        before, after = (change.before or {}).get(name), (change.after or {}).get(name)
        found += differing((name,), before, after, unknown)
    return found


def differing(path: Path, before: Any, after: Any, unknown: Any = None) -> Iterator[Leaf]:
    """Where two values differ: down to single arguments of blocks, and into JSON text."""
    if unknown is True:
        yield dotted(path), before, UNKNOWN
        return
    before, after = _data(before), _data(after)
    if isinstance(before, dict) and isinstance(after, dict):
        below = unknown if isinstance(unknown, dict) else {}
        for key in sorted({*before, *after, *below}):
            yield from differing((*path, key), before.get(key), after.get(key), below.get(key))
    elif _listed(before) and _listed(after) and len(before) == len(after):
        places = unknown if isinstance(unknown, list) else []
        for index, pair in enumerate(zip(before, after, strict=True)):
            open_ = places[index] if index < len(places) else None
            yield from differing((*path, index), *pair, open_)
    elif before != after or any_unknown(unknown):
        yield dotted(path), before, UNKNOWN if any_unknown(unknown) and after is None else after


def _listed(value: Any) -> bool:
    """Whether it is a list of blocks; a list of plain values is told as one."""
    return isinstance(value, list) and all(isinstance(one, dict) for one in value)


def _data(value: Any) -> Any:
    """JSON text, as policies and container definitions are, as data."""
    if isinstance(value, str) and value[:1] in "{[":
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value
