"""The map as a self-contained HTML file."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from strata.map.details import Thing
from strata.map.draw import TEMPLATES, svg, templates
from strata.map.layout import MARKS, Placed


@dataclass(frozen=True)
class Heading:
    """What the page is about."""

    name: str
    region: str
    resources: int
    planned: bool


def page(heading: Heading, pictures: Sequence[Placed], things: Sequence[Thing]) -> str:
    """Both pictures, the details of each node, and a search."""
    ids = anchors(
        [thing.id for thing in things]
        + [arrow.edge.id for placed in pictures for arrow in placed.arrows]
    )
    lit = {thing.id: " ".join(ids[name] for name in thing.lit) for thing in things}
    drawn = {box.node.id for placed in pictures for box in placed.boxes}
    return str(
        templates()
        .get_template("page.html.jinja")
        .render(
            heading=heading,
            pictures=[(placed, svg(placed, alone=False, lit=lit, ids=ids)) for placed in pictures],
            things=things,
            drawn=drawn,
            ids=ids,
            marks=MARKS,
            **{
                name.replace(".", "_"): (TEMPLATES / name).read_text(encoding="utf-8")
                for name in ("picture.css", "page.css", "page.js")
            },
        )
    )


def anchors(names: Iterable[str]) -> dict[str, str]:
    """Name -> a valid HTML id, the same for the same names."""
    ids: dict[str, str] = {}
    used: set[str] = set()
    for name in names:
        plain = re.sub(r"[^a-z0-9_]+", "-", name.lower()).strip("-")
        anchor, count = plain, 1
        while anchor in used:
            count += 1
            anchor = f"{plain}-{count}"
        if name not in ids:
            used.add(anchor)
            ids[name] = anchor
    return ids
