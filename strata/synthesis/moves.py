"""Which constructs were renamed or moved, and what a resource was called before."""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from strata.documents.layers import LAYERS, logical_id
from strata.documents.stacks import Stack
from strata.errors import UsageError
from strata.machine.files import Unreadable, text_of, toml
from strata.machine.folders import project

FILE = Path("modules", "moves.toml")
"""Below the project."""


class Move(BaseModel):
    """One entry: a construct path below the environment, as it was and as it is."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    old: str = Field(alias="from", pattern=r"^[^/\s]+(/[^/\s]+)+$")
    new: str = Field(alias="to", pattern=r"^[^/\s]+(/[^/\s]+)+$")
    since: datetime.date
    reason: str = Field(min_length=10)


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
    """The declared moves in their order; raises UsageError for what is no such declaration.

    They stand in `modules/moves.toml`, or else in `file`.
    """
    where = file or FILE
    file = file or project() / FILE
    try:
        found = toml(text_of(file))
    except Unreadable as error:
        line = f":{error.line}" if error.line else ""
        raise UsageError(f"{where}{line}: {error.why}") from None
    unknown = sorted(set(found) - {"move"})
    if unknown:
        raise UsageError(f"{where}: {unknown[0]} is not known", "entries are [[move]]")
    entries = found.get("move", [])
    if not (isinstance(entries, list) and all(isinstance(one, dict) for one in entries)):
        raise UsageError(f"{where}: move is no list of tables", "entries are [[move]]")
    moves = []
    for number, entry in enumerate(entries, 1):
        try:
            moves.append(Move.model_validate(entry))
        except ValidationError as error:
            fault = error.errors()[0]
            key = ".".join(map(str, fault["loc"]))
            raise UsageError(
                f"{where}: move {number}: {key}: {fault['msg']}",
                'from = "database/instance", to = "database/mysql", since = 2026-11-24, reason',
            ) from None
    for number, one in enumerate(moves, 1):
        if one.old == one.new:
            raise UsageError(f"{where}: move {number}: {one.old} has not moved")
        if one.old in [other.old for other in moves[: number - 1]]:
            raise UsageError(
                f"{where}: move {number}: {one.old} has moved before",
                "write where it went on from there",
            )
    return tuple(moves)


def histories(layers: Mapping[str, Stack], moves: Sequence[Move]) -> list[History]:
    """The resources that have a past, of the stacks of an environment by layer.

    Raises UsageError when a moved construct is still built under its old path.
    """
    built = [one.path for stack in layers.values() for one in stack.resources.values()]
    for move in moves:
        still = [
            path
            for path in built
            if _below(path, move.old) is not None and _below(path, move.new) is None
        ]
        if still:
            raise UsageError(
                f"modules/moves.toml: {move.old} became {move.new}, and {still[0]} is still built",
                "take the entry out, or finish the renaming",
            )
    found = []
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
                found.append(History(Place(layer, address), tuple(before)))
    return found


def _below(path: str, construct: str) -> str | None:
    """What of a path is below a construct, `/x` or nothing; None when it is elsewhere."""
    if path == construct:
        return ""
    return path.removeprefix(construct) if path.startswith(f"{construct}/") else None


def _place(kind: str, path: str, layer: str) -> Place:
    """A layer's own construct is named as the layer; one that is not was renamed with it."""
    first = path.partition("/")[0]
    return Place(first if first in LAYERS else layer, f"{kind}.{logical_id(path)}")
