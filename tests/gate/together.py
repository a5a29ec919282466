"""Changes that are judged together: a verdict takes as long for ten changes as for one."""

from collections.abc import Callable, Iterator, Mapping

from strata.documents.stacks import merged
from tests.gate.changes import Change, Json, Stacks

KINDS = {"resource": "", "data": "data."}
NAMED = {"variable": "variable", "locals": "local", "output": "output"}
"""Sections of named values, and what a failure calls one of them."""
ALL = "*"


def groups(
    changes: Mapping[str, Change], stacks: Callable[..., Stacks]
) -> list[dict[str, frozenset[str]]]:
    """Changes of different blocks, each with the places that it writes; `stacks` makes new ones
    with these changes."""
    found: list[dict[str, frozenset[str]]] = []
    unchanged = stacks()
    for name, change in changes.items():
        written = _written(unchanged, stacks(change))
        fitting = (group for group in found if not _overlap(written, *group.values()))
        group = next(fitting, None)
        if group is None:
            found.append(group := {})
        group[name] = written
    return found


def _written(before: Stacks, after: Stacks) -> frozenset[str]:
    """The places that differ, as failures name them, and the sections they are in."""
    places = set(_differing("composed", before.composed, after.composed))
    for name, layer in before.layers.items():
        places |= set(_differing(name, layer, after.layers[name]))
    return frozenset(places)


def _differing(stack: str, before: Json, after: Json) -> Iterator[str]:
    for section in {*before, *after}:
        old, new = before.get(section, {}), after.get(section, {})
        if old == new:
            continue
        if section in ("terraform", "provider"):
            # A failure names the layer whose backend or provider it is.
            yield stack
        elif section not in KINDS:
            yield section
            for name in {*merged(old), *merged(new)} if section in NAMED else ():
                yield f"{NAMED[section]} {name}"
        elif isinstance(new, dict):
            for kind in {*old, *new}:
                olds, news = old.get(kind, {}), new.get(kind, {})
                for name in {*olds, *news}:
                    if olds.get(name) != news.get(name):
                        yield f"{KINDS[section]}{kind}.{name}"
        else:
            yield ALL


def _overlap(written: frozenset[str], *others: frozenset[str]) -> bool:
    taken = frozenset().union(*others)
    return bool(written & taken) or (ALL in written and bool(others)) or ALL in taken
