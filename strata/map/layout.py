"""Places for boxes and arrows, by the Eclipse Layout Kernel (elkjs) in one Node process."""

import json
import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from strata.documents import Json
from strata.errors import StrataError
from strata.machine.folders import project
from strata.machine.node import find
from strata.map.measure import width
from strata.map.model import Edge, Node, Picture

Point = tuple[float, float]

Head = Literal["top", "left", "bottom"]
"""Where a group has its label, title and lines."""

SCRIPT = Path(__file__).with_name("layout.js")

LABEL, TITLE, LINE = 11.0, 14.0, 12.0
"""Font sizes, in pixels."""
SPACED = 1.04
"""What the letter spacing of labels adds to their width."""
STEP = 16.0
"""From one line to the next."""
PAD = 10.0
LOCK = 19.0
"""Room of a lock, its distance to the text included."""
MARKS = {
    "added": "+ added",
    "changed": "~ changed",
    "replaced": "-/+ replaced",
    "destroyed": "- destroyed",
}
"""The text on a node that a plan changes."""
ALIKE = ({"public", "private"}, {"table"}, {"acl"}, {"gateway"})
"""Kinds of boxes that are drawn equally wide."""

OPTIONS = {
    "elk.algorithm": "layered",
    "elk.hierarchyHandling": "INCLUDE_CHILDREN",
    "elk.edgeRouting": "ORTHOGONAL",
    "elk.partitioning.activate": "true",
    "elk.randomSeed": "1",
    # The order of the picture is the order on paper, so that a change of one thing moves little.
    # Below groups `considerModelOrder` fails in elkjs 0.12.1; a given `elk.position` does the same.
    "elk.layered.crossingMinimization.semiInteractive": "true",
    "elk.layered.cycleBreaking.strategy": "MODEL_ORDER",
    "elk.layered.nodePlacement.strategy": "NETWORK_SIMPLEX",
    "elk.layered.spacing.nodeNodeBetweenLayers": "34",
    "elk.layered.spacing.edgeNodeBetweenLayers": "14",
    "elk.layered.spacing.edgeEdgeBetweenLayers": "10",
    "elk.spacing.nodeNode": "16",
    "elk.spacing.edgeNode": "14",
    "elk.spacing.edgeEdge": "10",
    "elk.spacing.edgeLabel": "3",
    "elk.padding": "[top=2,left=2,bottom=2,right=2]",
    "elk.json.shapeCoords": "ROOT",
    "elk.json.edgeCoords": "ROOT",
}


@dataclass(frozen=True)
class Box:
    """A node with its place, its upper left corner and its size."""

    node: Node
    x: float
    y: float
    width: float
    height: float
    head: Head | None = None
    """None for a box that is not a group."""

    @property
    def group(self) -> bool:
        """Whether it holds others."""
        return self.head is not None


@dataclass(frozen=True)
class Arrow:
    """An edge with its points, and the middle of its label."""

    edge: Edge
    points: tuple[Point, ...]
    label: Point | None


@dataclass(frozen=True)
class Placed:
    """A picture with everything in its place."""

    picture: Picture
    width: float
    height: float
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]


def place(pictures: Sequence[Picture], root: Path | None = None) -> list[Placed]:
    """Places for every picture; raises StrataError when Node or elkjs is not there."""
    packages = (root or project()) / "node_modules"
    if not (packages / "elkjs").is_dir():
        raise StrataError(f"{packages / 'elkjs'} is missing", "make setup")
    try:
        result = subprocess.run(
            [find(), SCRIPT],
            input=json.dumps([graph(picture) for picture in pictures]),
            env={"NODE_PATH": str(packages), "PATH": os.environ.get("PATH", "")},
            capture_output=True,
            text=True,
            check=True,
        )
    except subprocess.CalledProcessError as error:
        raise StrataError(f"the map could not be laid out: {error.stderr.strip()}") from None
    return [
        read(picture, laid)
        for picture, laid in zip(pictures, json.loads(result.stdout), strict=True)
    ]


def node_size(node: Node, *, across: bool = False) -> tuple[float, float]:
    """The least width and height of a box, or of the head of a group."""
    label = width(node.label.upper(), LABEL, bold=True) * SPACED
    title = width(node.title, TITLE, bold=True)
    if node.mark:
        label += width(MARKS[node.mark], LABEL, bold=True) + 24
    texts = [width(line, LINE) for line in node.lines]
    locks = [width(lock.text, LINE) + LOCK for lock in node.locks]
    if across:
        # The head of a group: label and title in one line, the rest below.
        first = label + 8 + title
        rows = 1 + len(node.lines) + len(node.locks)
        return max([first, *texts, *locks]) + 2 * PAD, 8 + STEP * rows + 6
    rows = len(texts) + len(locks)
    wide = max([label, title, *texts, *locks]) + 2 * PAD + 4
    return wide, PAD + LABEL + 4 + TITLE + 3 + STEP * rows + PAD - 2


def head_of(picture: Picture, group: str) -> Head:
    """Where to put the head of a group, so that no arrow crosses it."""
    if picture.direction == "RIGHT":
        return "top"
    inner = {group, *(node.id for node in picture.nodes if node.parent == group)}
    return (
        "left"
        if any(edge.source in inner for edge in (*picture.edges, *picture.not_drawn))
        else "bottom"
    )


def graph(picture: Picture) -> Json:
    """A picture in ELK's JSON (https://eclipse.dev/elk/documentation/tooldevelopers/graphdatastructure/jsonformat.html)."""
    groups = picture.groups
    heads = {name: head_of(picture, name) for name in groups}
    sizes = {node.id: node_size(node, across=heads.get(node.id) == "top") for node in picture.nodes}
    for kinds in ALIKE:
        alike = [node.id for node in picture.nodes if node.kind in kinds and node.id not in groups]
        widest = max((sizes[name][0] for name in alike), default=0)
        sizes |= {name: (widest, sizes[name][1]) for name in alike}
    children_of: dict[str | None, list[Json]] = {}
    for index, node in reversed([*enumerate(picture.nodes)]):
        # Groups come before what they hold, so that from the end their children are complete.
        elk = _elk(node, sizes[node.id], children_of.get(node.id), heads.get(node.id))
        elk["layoutOptions"]["elk.position"] = f"({index},{index})"
        children_of.setdefault(node.parent, []).insert(0, elk)
    return {
        "id": picture.name,
        "layoutOptions": {**OPTIONS, "elk.direction": picture.direction},
        "children": children_of.get(None, []),
        "edges": [
            {
                "id": edge.id,
                "sources": [edge.source],
                "targets": [edge.target],
                "labels": [_label(edge)] if edge.lines else [],
            }
            for edge in (*picture.edges, *picture.not_drawn)
        ]
        + [
            {"id": f"hold {before} {after}", "sources": [before], "targets": [after]}
            for before, after in _holds(picture)
        ],
    }


def _holds(picture: Picture) -> Iterator[tuple[str, str]]:
    """Edges that are not drawn and keep nodes without incoming arrows in their column."""
    reached = {edge.target for edge in (*picture.edges, *picture.not_drawn)}
    for node in picture.nodes:
        inner = {node.id, *(child.id for child in picture.nodes if child.parent == node.id)}
        if node.column and not inner & reached:
            before = [
                other
                for other in picture.nodes
                if other.parent == node.parent and (other.column or 0) < node.column
            ]
            if before:
                yield max(before, key=lambda other: other.column or 0).id, node.id


def _elk(
    node: Node, size: tuple[float, float], children: list[Json] | None, head: Head | None
) -> Json:
    options: dict[str, str] = {}
    if node.column is not None:
        options["elk.partitioning.partition"] = str(node.column)
    if children is None:
        return {"id": node.id, "width": size[0], "height": size[1], "layoutOptions": options}
    wide, high = size
    room = {"top": 12.0, "left": 12.0, "bottom": 12.0, "right": 12.0}
    room[head or "top"] = wide if head == "left" else high + 4
    padding = ",".join(f"{side}={size}" for side, size in room.items())
    if head != "top":
        # To lay a picture out downwards ELK turns it, and the least size, though not the padding.
        wide, high = high, wide
    options |= {
        "elk.layered.crossingMinimization.semiInteractive": "true",
        "elk.padding": f"[{padding}]",
        "elk.nodeSize.constraints": "MINIMUM_SIZE",
        "elk.nodeSize.minimum": f"({wide},{high})",
    }
    return {"id": node.id, "children": children, "layoutOptions": options}


def _label(edge: Edge) -> Json:
    return {
        "text": "\n".join(edge.lines),
        "width": max(width(line, LABEL) for line in edge.lines) + 8,
        "height": len(edge.lines) * (LABEL + 3) + 2,
        "layoutOptions": {"elk.edgeLabels.inline": "true"},
    }


def read(picture: Picture, laid: Json) -> Placed:
    """A picture with the places in ELK's output."""
    places: dict[str, Json] = {}
    _collect(laid, places)
    groups = picture.groups
    edges = {edge["id"]: edge for edge in laid["edges"]}
    return Placed(
        picture,
        laid["width"],
        laid["height"],
        tuple(
            _box(node, places[node.id], head_of(picture, node.id) if node.id in groups else None)
            for node in picture.nodes
        ),
        tuple(_arrow(edge, edges[edge.id]) for edge in picture.edges),
    )


def _box(node: Node, laid: Json, head: Head | None) -> Box:
    x, y, wide, high = (round(laid[key], 1) for key in ("x", "y", "width", "height"))
    return Box(node, x, y, wide, high, head)


def _collect(laid: Json, places: dict[str, Json]) -> None:
    for child in laid.get("children", ()):
        places[child["id"]] = child
        _collect(child, places)


def _arrow(edge: Edge, laid: Mapping[str, Any]) -> Arrow:
    (section,) = laid["sections"]
    points = [section["startPoint"], *section.get("bendPoints", ()), section["endPoint"]]
    label = next(iter(laid.get("labels", ())), None)
    middle = (
        (round(label["x"] + label["width"] / 2, 1), round(label["y"] + label["height"] / 2, 1))
        if label
        else None
    )
    return Arrow(
        edge, tuple((round(point["x"], 1), round(point["y"], 1)) for point in points), middle
    )
