"""Resources as pricing sees them, whether they come from a composed stack or from a plan."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from strata.documents import Json
from strata.documents.existing import instances
from strata.documents.layers import layer_of
from strata.documents.stacks import Stack, is_on, references
from strata.documents.templates import escaped

OTHER = "other"
"""The layer of a resource that belongs to no layer of Strata."""

NAMES = ("id", "arn", "name", "bucket")
"""Attributes by whose value one applied resource names another."""


@dataclass(frozen=True)
class Resource:
    """A managed resource. `values` name others by a reference `${type.name.id}` or by their id;
    `provider` names the provider's configuration, and so the region."""

    address: str
    layer: str
    values: Json
    provider: str = ""

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
    content = values.get(name) or []
    entries = content if isinstance(content, list) else [content]
    return [entry for entry in entries if isinstance(entry, dict)]


class Resources:
    """All resources of an environment, in the order of their source."""

    def __init__(self, resources: Iterable[Resource]) -> None:
        self._resources = tuple(resources)

    def __iter__(self) -> Iterator[Resource]:
        return iter(self._resources)

    def of(self, type_: str) -> list[Resource]:
        """The resources of a type."""
        return [resource for resource in self._resources if resource.type == type_]

    def targets(self, value: object, type_: str) -> list[Resource]:
        """The resources of a type that a value names, by a reference or by one of `NAMES`."""
        addresses = {reference.address for reference in references(value)}
        texts = set(_texts(value))
        return [
            resource
            for resource in self.of(type_)
            if resource.address.partition("[")[0] in addresses
            or any(resource.values.get(name) in texts for name in NAMES)
        ]

    def target(self, value: object, type_: str) -> Resource | None:
        """The resource that a value names; if it is not known yet, the only one of that type."""
        named = self.targets(value, type_)
        if named:
            return named[0]
        every = self.of(type_)
        return every[0] if len(every) == 1 else None


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)


def of_stack(stack: Stack) -> Resources:
    """The managed resources of a composed stack, each instance of `count` and `for_each` apart."""
    return Resources(
        Resource(
            f"{resource.address}{instance}",
            layer(resource.address),
            resource.body,
            str(resource.body.get("provider", "")),
        )
        for resource in stack.resources.values()
        for instance in instances(resource.body)
    )


def of_plan(plan: Json, side: str) -> Resources:
    """The managed resources of a plan, `before` it or `after` it.

    A value known only after the apply is given as the references of the plan's configuration; a
    known value is written as in a stack.
    """
    written = {
        resource["address"]: resource
        for resource in plan.get("configuration", {}).get("root_module", {}).get("resources", [])
    }
    return Resources(
        Resource(
            address,
            layer(address),
            _with_references(values, written.get(address, {}).get("expressions", {})),
            written.get(address, {}).get("provider_config_key", ""),
        )
        for address, values in _sides(plan, side)
    )


def _sides(plan: Json, side: str) -> Iterator[tuple[str, Json]]:
    for resource in plan.get("resource_changes", []):
        values = resource["change"].get(side)
        if resource.get("mode", "managed") == "managed" and values is not None:
            yield resource["address"], escaped(values)


def layer(address: str) -> str:
    """The layer of a resource; OTHER for a resource of no layer."""
    return layer_of(address) or OTHER


def label(address: str) -> str:
    """The name of a resource without its layer: `nat_gateway_0`."""
    return address.partition(".")[2].removeprefix(f"{layer(address)}_")


def _with_references(values: Json, expressions: Json) -> Json:
    """Values with `${...}` where a value is unknown and the configuration has a reference."""
    whole = dict(values)
    for name, expression in expressions.items():
        inner = whole.get(name)
        if isinstance(expression, dict):
            if expression.get("references") and not inner:
                whole[name] = _referred(expression)
        elif isinstance(expression, list):
            old = blocks(whole, name) or [{} for _ in expression]
            whole[name] = [
                _with_references(block, inner_expressions)
                if isinstance(inner_expressions, dict)
                else block
                for block, inner_expressions in zip(old, expression, strict=False)
            ]
    return whole


def _referred(expression: Json) -> Any:
    """What an expression refers to: its value in JSON, or the references that HCL leaves.

    HCL's references name an attribute and then its resource; only the attribute counts.
    """
    if "constant_value" in expression:
        return expression["constant_value"]
    names = expression["references"]
    return [
        f"${{{name}}}" for name in names if not any(other.startswith(f"{name}.") for other in names)
    ]
