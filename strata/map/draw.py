"""SVG of a placed picture."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from strata.map.layout import (
    LABEL,
    LINE,
    LOCK,
    MARKS,
    PAD,
    SPACED,
    STEP,
    TITLE,
    Arrow,
    Box,
    Placed,
    Point,
    node_size,
)
from strata.map.measure import width
from strata.map.model import EdgeKind, Lock

TEMPLATES = Path(__file__).with_name("templates")
RADIUS = 6.0
"""Of the corners of arrows."""
MARGIN = 12.0
HEAD = 40.0
"""Room for the picture's title."""


@dataclass(frozen=True)
class Text:
    """A line of text: its left end and its baseline, and the lock before it."""

    x: float
    y: float
    text: str
    css: str
    lock: Lock | None = None


@cache
def templates() -> Any:
    """The Jinja environment; everything is escaped."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # noqa: PLC0415

    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def texts(box: Box) -> list[Text]:
    """The lines of text in a box."""
    node, x = box.node, box.x + PAD
    if box.head == "top":
        y = box.y + 8 + 12
        label = node.label.upper()
        beside = x + width(label, LABEL, bold=True) * SPACED + 8
        lines = [Text(x, y, label, "label"), Text(beside, y, node.title, "title")]
    else:
        x += 4
        top = box.y
        if box.head == "bottom":
            top += box.height - node_size(node)[1]
        y = top + PAD + LABEL
        lines = [Text(x, y, node.label.upper(), "label")]
        y += TITLE + 4
        lines.append(Text(x, y, node.title, "title"))
        y += 2
    for line in node.lines:
        y += STEP
        lines.append(Text(x, y, line, "line"))
    for lock in node.locks:
        y += STEP
        lines.append(Text(x + LOCK, y, lock.text, "line", lock))
    return [Text(round(t.x, 1), round(t.y, 1), t.text, t.css, t.lock) for t in lines]


def path(points: tuple[Point, ...]) -> str:
    """An SVG path through the points, its corners rounded."""
    parts = [f"M{points[0][0]:g} {points[0][1]:g}"]
    for before, at, after in zip(points, points[1:], points[2:], strict=False):
        near, far = _towards(at, before), _towards(at, after)
        parts.append(f"L{near[0]:g} {near[1]:g}Q{at[0]:g} {at[1]:g} {far[0]:g} {far[1]:g}")
    parts.append(f"L{points[-1][0]:g} {points[-1][1]:g}")
    return "".join(parts)


def _towards(corner: Point, other: Point) -> Point:
    dx, dy = other[0] - corner[0], other[1] - corner[1]
    length = abs(dx) + abs(dy)
    part = min(RADIUS, length / 2) / length if length else 0
    return round(corner[0] + dx * part, 1), round(corner[1] + dy * part, 1)


@dataclass(frozen=True)
class Label:
    """The label of an arrow: its middle, its size, its lines with their baselines."""

    x: float
    y: float
    width: float
    height: float
    lines: tuple[tuple[float, str], ...]


def label(arrow: Arrow) -> Label | None:
    """Where the label of an arrow is drawn."""
    if arrow.label is None:
        return None
    x, y = arrow.label
    lines = arrow.edge.lines
    wide = max(width(line, LABEL) for line in lines) + 8
    high = len(lines) * (LABEL + 3) + 2
    top = y - high / 2 + LABEL
    return Label(
        round(x, 1), round(y, 1), round(wide, 1), high,
        tuple((round(top + index * (LABEL + 3), 1), line) for index, line in enumerate(lines)),
    )  # fmt: skip


def svg(
    placed: Placed,
    *,
    alone: bool,
    lit: Mapping[str, str] | None = None,
    ids: Mapping[str, str] | None = None,
) -> str:
    """The picture as SVG: a file of its own, or a part of a page whose nodes react to the pointer.

    `ids` are the HTML ids of nodes and edges, `lit` the ids that light up with a node.
    """
    picture = placed.picture
    groups = [box for box in placed.boxes if box.group]
    leaves = [box for box in placed.boxes if not box.group]
    legend = _legend(placed)
    return str(
        templates()
        .get_template("picture.svg.jinja")
        .render(
            picture=picture,
            alone=alone,
            width=round(placed.width + 2 * MARGIN),
            height=round(
                placed.height + HEAD + MARGIN + 34 + max((key.y for key in legend), default=0)
            ),
            margin=MARGIN,
            head=HEAD,
            legend=legend,
            legend_y=round(placed.height + HEAD + 28),
            groups=groups,
            leaves=leaves,
            arrows=placed.arrows,
            texts=texts,
            path=path,
            label=label,
            marks=MARKS,
            tag=tag,
            lit=lit or {},
            ids=ids or {},
            style=(TEMPLATES / "picture.css").read_text(encoding="utf-8"),
        )
    )


def tag(box: Box) -> tuple[float, float, float]:
    """Left end, middle and width of the mark of a plan, beside a box's label."""
    first = texts(box)[0]
    x = first.x + width(first.text, LABEL, bold=True) * SPACED + 8
    if box.head == "top":
        x += width(box.node.title, TITLE, bold=True) + 8
    mark = width(MARKS[box.node.mark], LABEL, bold=True) if box.node.mark else 0
    return round(x, 1), round(first.y - 4, 1), round(mark + 12, 1)


@dataclass(frozen=True)
class Key:
    """An entry of the legend: its place and what it shows."""

    x: float
    y: float
    kind: str
    text: str


def _legend(placed: Placed) -> list[Key]:
    """An entry for each symbol in the picture that needs an explanation."""
    kinds = {arrow.edge.kind for arrow in placed.arrows}
    network = placed.picture.name == "network"
    words: dict[EdgeKind, str] = {
        "traffic": "traffic that is let through",
        "part": "on some paths only, or not known",
        "route": "route",
        "relation": "guards" if network else "refers to",
    }
    entries: list[tuple[str, str]] = [(kind, text) for kind, text in words.items() if kind in kinds]
    locks = {lock.on for box in placed.boxes for lock in box.node.locks}
    entries += [("locked", "encrypted")] * (True in locks)
    entries += [("open", "not encrypted")] * (False in locks)
    marks = [box.node.mark for box in placed.boxes if box.node.mark]
    entries += [(mark, MARKS[mark]) for mark in MARKS if mark in marks]
    keys: list[Key] = []
    x = y = 0.0
    for kind, text in entries:
        wide = 40 + width(text, LINE) + 18
        if x and x + wide > placed.width:
            x, y = 0.0, y + 22
        keys.append(Key(round(x, 1), y, kind, text))
        x += wide
    return keys
