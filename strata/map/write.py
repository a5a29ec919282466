"""Makes the files of the map from a composed stack."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from strata.documents.stacks import Stack
from strata.map.changes import marked, planned
from strata.map.details import Planned, Thing, things
from strata.map.draw import svg
from strata.map.layout import place
from strata.map.model import Picture
from strata.map.network import network_picture
from strata.map.page import Heading, page
from strata.map.system import system_picture
from strata.plan_file.changes import Plan
from strata.reach import from_stack, open_flows

PAGE = "map.html"


@dataclass(frozen=True)
class Drawn:
    """Both pictures of a stack, and the details of each node in them."""

    pictures: Sequence[Picture]
    things: Sequence[Thing]
    resources: int


def drawn(read: Stack, name: str, plan: Plan | None = None) -> Drawn:
    """The pictures of a stack, with what a plan changes if one is given."""
    network = from_stack(read)
    flows = open_flows(network)
    pictures: Sequence[Picture] = (
        network_picture(read, network, name),
        system_picture(read, flows, name),
    )
    changes: Mapping[str, Planned] = planned(plan) if plan else {}
    if plan:
        pictures = marked(read, pictures, changes)
    described = things(read, network, flows, pictures, changes)
    return Drawn(pictures, described, len(read.resources))


def files(read: Stack, name: str, region: str, plan: Plan | None = None) -> dict[str, str]:
    """File name -> content: the page, and each picture as an SVG file of its own."""
    made = drawn(read, name, plan)
    placed = place(made.pictures)
    heading = Heading(name, region, made.resources, planned=plan is not None)
    return {
        PAGE: page(heading, placed, made.things),
        **{
            f"{placed_picture.picture.name}.svg": svg(placed_picture, alone=True)
            for placed_picture in placed
        },
    }
