"""What a plan does, on the map."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from strata.documents.layers import layer_of
from strata.documents.stacks import Stack
from strata.map.details import Planned, owners, with_plan
from strata.map.model import Mark, Node, Picture
from strata.plan_file.changes import Change, Plan
from strata.text.words import counted

GONE = "gone"
"""Id of the node that stands for what the plan destroys and the stack no longer has."""
SHOWN = 12
"""Addresses that are written in that node; its details list all of them."""
ORDER: Sequence[Mark] = ("replaced", "destroyed", "added", "changed")
"""Of several instances of one resource, the first of these is shown."""


def planned(plan: Plan) -> dict[str, Planned]:
    """Address, without the key of an instance -> what happens to it."""
    by_address: dict[str, Planned] = {}
    for change in plan.changes:
        address = change.address.partition("[")[0].partition(" ")[0]
        planned_change = Planned(
            _mark(change), change.changed if change.actions == ("update",) else ()
        )
        old = by_address.get(address)
        if old is None or ORDER.index(planned_change.mark) < ORDER.index(old.mark):
            by_address[address] = planned_change
    return by_address


def _mark(change: Change) -> Mark:
    if change.replaces:
        return "replaced"
    if change.destroys:
        return "destroyed"
    return "added" if change.actions == ("create",) else "changed"


def marked(
    stack: Stack, pictures: Sequence[Picture], changes: Mapping[str, Planned]
) -> list[Picture]:
    """The pictures with a mark on what changes, and with what is destroyed."""
    belongs = owners(stack, pictures)
    marked_pictures = [with_plan(picture, changes, belongs) for picture in pictures]
    known = {**stack.resources, **stack.data}
    gone = [
        address
        for address, change in changes.items()
        if change.mark == "destroyed" and address not in known
    ]
    network = [address for address in gone if layer_of(address) == "network"]
    others = [address for address in gone if address not in network]
    return [
        replace(picture, nodes=(*picture.nodes, _gone(picture, addresses)))
        if addresses
        else picture
        for picture, addresses in zip(marked_pictures, (network, others), strict=True)
    ]


def _gone(picture: Picture, addresses: Sequence[str]) -> Node:
    lines = tuple(addresses[:SHOWN])
    if len(addresses) > SHOWN:
        lines += (f"and {len(addresses) - SHOWN} more",)
    return Node(
        f"{GONE} {picture.name}",
        GONE,
        "No longer in the stack",
        counted(len(addresses), "resource"),
        lines,
        mark="destroyed",
        holds=tuple(addresses),
    )
