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
"""Addresses that are written in that node; all of them stand in its details."""
ORDER: Sequence[Mark] = ("replaced", "destroyed", "added", "changed")
"""Of several instances of one resource, the first of these is shown."""


def planned(plan: Plan) -> dict[str, Planned]:
    """Address, without the key of an instance -> what happens to it."""
    found: dict[str, Planned] = {}
    for change in plan.changes:
        address = change.address.partition("[")[0].partition(" ")[0]
        one = Planned(_mark(change), change.changed if change.actions == ("update",) else ())
        old = found.get(address)
        if old is None or ORDER.index(one.mark) < ORDER.index(old.mark):
            found[address] = one
    return found


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
    found = [with_plan(one, changes, belongs) for one in pictures]
    known = {**stack.resources, **stack.data}
    gone = [
        address
        for address, one in changes.items()
        if one.mark == "destroyed" and address not in known
    ]
    network = [one for one in gone if layer_of(one) == "network"]
    rest = [one for one in gone if one not in network]
    return [
        replace(picture, nodes=(*picture.nodes, _gone(picture, addresses)))
        if addresses
        else picture
        for picture, addresses in zip(found, (network, rest), strict=True)
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
