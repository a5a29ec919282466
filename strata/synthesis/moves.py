"""Which constructs were renamed or moved, and the former addresses of a resource."""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import Field

from strata.documents.layers import ALL_LAYERS, logical_id
from strata.documents.stacks import Stack
from strata.errors import UsageError
from strata.machine.folders import project
from strata.settings import entries
from strata.settings.entries import Entry

FILE = Path("modules", "moves.toml")
"""Below the project."""
PATH = r"^[^/\s]+(/[^/\s]+)+$"


class Move(Entry):
    """An entry: a construct path below the environment, as it was and as it is."""

    old: str = Field(
        alias="from",
        pattern=PATH,
        description='construct path below the environment as it was, such as "database/instance"',
    )
    new: str = Field(
        alias="to",
        pattern=PATH,
        description='construct path below the environment as it is, such as "database/mysql"',
    )
    since: datetime.date = Field(description="day of the change, such as 2026-11-24")
    reason: str = Field(min_length=10, description="why it moved, in at least 10 characters")


@dataclass(frozen=True)
class Place:
    """A layer's state and an address in it."""

    layer: str
    address: str


@dataclass(frozen=True)
class History:
    """Where a resource is now, and where it was before, the latest first."""

    now: Place
    before: tuple[Place, ...]


def read(file: Path | None = None) -> tuple[Move, ...]:
    """The declared moves in their order; raises UsageError for an invalid declaration.

    They are read from `modules/moves.toml`, or from `file` if it is given.
    """
    moves = entries.read(file or project() / FILE, "move", Move)
    problems = []
    for number, move in enumerate(moves):
        if move.old == move.new:
            problems.append(move.problem("to", "is where it was: it has not moved", "another path"))
        if move.old in [earlier.old for earlier in moves[:number]]:
            right = "where it went on from there"
            problems.append(move.problem("from", f"{move.old} has moved before", right))
    if problems:
        raise UsageError(entries.refusal(problems))
    return tuple(moves)


def histories(layers: Mapping[str, Stack], moves: Sequence[Move]) -> list[History]:
    """The moved resources of the stacks of an environment, by layer.

    Raises UsageError when a moved construct is still built under its old path.
    """
    built = [resource.path for stack in layers.values() for resource in stack.resources.values()]
    for move in moves:
        still = [
            path
            for path in built
            if _below(path, move.old) is not None and _below(path, move.new) is None
        ]
        if still:
            wrong = f"became {move.new}, and {still[0]} is still built"
            right = "no such entry, or a renaming that is finished"
            raise UsageError(entries.refusal([move.problem("from", wrong, right)]))
    past = []
    for layer, stack in layers.items():
        for address, resource in stack.resources.items():
            before: list[Place] = []
            path = resource.path
            for move in reversed(moves):
                rest = _below(path, move.new)
                if rest is not None:
                    path = move.old + rest
                    before.append(_place(resource.type, path, layer))
            if before:
                past.append(History(Place(layer, address), tuple(before)))
    return past


def _below(path: str, construct: str) -> str | None:
    """The part of a path below a construct, `/x` or empty; None when it is elsewhere."""
    if path == construct:
        return ""
    return path.removeprefix(construct) if path.startswith(f"{construct}/") else None


def _place(kind: str, path: str, layer: str) -> Place:
    """The first part of a path names its layer; a part that names none was renamed with `layer`."""
    first = path.partition("/")[0]
    return Place(first if first in ALL_LAYERS else layer, f"{kind}.{logical_id(path)}")
