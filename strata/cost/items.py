"""Resources as pricing sees them, whether they come from a composed stack or from a plan."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from strata.documents import Json
from strata.documents.layers import layer_of
from strata.documents.stacks import Stack, is_on, references
from strata.documents.templates import escaped

OTHER = "other"
"""The layer of a resource that is in none of ours."""

NAMES = ("id", "arn", "name", "bucket")
"""Attributes by whose value one applied resource names another."""


@dataclass(frozen=True)
class Item:
    """A managed resource. `values` name others by a reference `${type.name.id}` or by their id."""

    address: str
    layer: str
    values: Json

    @property
    def type(self) -> str:
        """`aws_vpc` of `aws_vpc.network_vpc`."""
        return self.address.partition(".")[0]

    def blocks(self, name: str) -> list[Json]:
        """The blocks of this name: alone, Terraform JSON writes an object and a plan a list."""
        return blocks(self.values, name)

    def block(self, name: str) -> Json:
        """The only block of this name; empty when there is none."""
        return next(iter(self.blocks(name)), {})

    def is_on(self, name: str) -> bool:
        """Whether a boolean argument is true."""
        return is_on(self.values.get(name))


def blocks(values: Json, name: str) -> list[Json]:
    """The blocks of this name in a resource or in a block of it."""
    found = values.get(name) or []
    return [one for one in (found if isinstance(found, list) else [found]) if isinstance(one, dict)]


class Items:
    """All resources of an environment, in the order of their source."""

    def __init__(self, items: Iterable[Item]) -> None:
        self._items = tuple(items)

    def __iter__(self) -> Iterator[Item]:
        return iter(self._items)

    def of(self, type_: str) -> list[Item]:
        """Those of a type."""
        return [one for one in self._items if one.type == type_]

    def targets(self, value: object, type_: str) -> list[Item]:
        """Those of a type that a value names, by a reference or by what identifies them."""
        addresses = {one.address for one in references(value)}
        texts = set(_texts(value))
        return [
            one
            for one in self.of(type_)
            if one.address in addresses or any(one.values.get(name) in texts for name in NAMES)
        ]

    def target(self, value: object, type_: str) -> Item | None:
        """The one that a value names; what is not known yet can only mean the only one there is."""
        every = self.of(type_)
        return next(iter(self.targets(value, type_) or (every if len(every) == 1 else [])), None)


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)


def of_stack(stack: Stack) -> Items:
    """The managed resources of a composed stack."""
    return Items(
        Item(one.address, layer(one.address), one.body) for one in stack.resources.values()
    )


def of_plan(plan: Json, side: str) -> Items:
    """The managed resources of a plan, `before` it or `after` it.

    What is known after the apply only stands there as the references that the plan's configuration
    has in its place; what is known, written as in a stack.
    """
    written = {
        one["address"]: one.get("expressions", {})
        for one in plan.get("configuration", {}).get("root_module", {}).get("resources", [])
    }
    return Items(
        Item(address, layer(address), _with_references(values, written.get(address, {})))
        for address, values in _sides(plan, side)
    )


def _sides(plan: Json, side: str) -> Iterator[tuple[str, Json]]:
    for one in plan.get("resource_changes", []):
        values = one["change"].get(side)
        if one.get("mode", "managed") == "managed" and values is not None:
            yield one["address"], escaped(values)


def layer(address: str) -> str:
    """The layer of a resource; OTHER for one that is none of ours."""
    return layer_of(address) or OTHER


def label(address: str) -> str:
    """The name of a resource without its layer: `nat_gateway_0`."""
    return address.partition(".")[2].removeprefix(f"{layer(address)}_")


def _with_references(values: Json, expressions: Json) -> Json:
    """Values with `${...}` wherever nothing is known and the configuration refers to something."""
    whole = dict(values)
    for name, expression in expressions.items():
        inner = whole.get(name)
        if isinstance(expression, dict):
            if expression.get("references") and not inner:
                whole[name] = _referred(expression)
        elif isinstance(expression, list):
            old = blocks(whole, name) or [{} for _ in expression]
            whole[name] = [
                _with_references(one, block) if isinstance(block, dict) else one
                for one, block in zip(old, expression, strict=False)
            ]
    return whole


def _referred(expression: Json) -> Any:
    """What an expression refers to: as JSON has it, or from the references that HCL leaves.

    Those name an attribute and then the resource of it; only the first counts.
    """
    if "constant_value" in expression:
        return expression["constant_value"]
    found = expression["references"]
    return [
        f"${{{one}}}" for one in found if not any(other.startswith(f"{one}.") for other in found)
    ]
