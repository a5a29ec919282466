"""Synthesized Terraform JSON as data: its resources, and which of them refer to which."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from strata.documents import Json
from strata.documents.existing import exists
from strata.documents.layers import ALL_LAYERS, LAYERS, layer_of
from strata.documents.templates import expressions

STAGE = "stage"
"""The key of the `stage` of the environment in the `//` of a stack."""

_REFERENCE = re.compile(r"(?<![\w.])((?:data\.)?aws_\w+)\.([A-Za-z_][\w-]*)((?:\.\w+|\[\d+\])*)")


@dataclass(frozen=True)
class Resource:
    """A managed resource or a data source.

    `body` holds its arguments as written, without CDKTF's `//`; `path` is its construct path below
    the stack, such as `network/vpc`.
    """

    address: str
    body: Json
    path: str

    @cached_property
    def type(self) -> str:
        """`aws_vpc` of `aws_vpc.network_vpc`, and of `data.aws_vpc.network_vpc`."""
        return self.address.removeprefix("data.").partition(".")[0]

    @property
    def layer(self) -> str:
        """The layer that holds it."""
        return self.path.partition("/")[0]


@dataclass(frozen=True)
class Reference:
    """`${aws_vpc.network_vpc.id}` names the attribute `id` of a resource; it may be empty."""

    address: str
    attribute: str


@dataclass(frozen=True)
class Stack:
    """The resources and data sources of one stack by address, in the order of the file."""

    resources: Mapping[str, Resource]
    data: Mapping[str, Resource]

    def of(self, *types: str) -> list[Resource]:
        """The managed resources of these types."""
        return [resource for resource in self.resources.values() if resource.type in types]

    @property
    def existing_vpc(self) -> str:
        """The id of the VPC that the stack looks up and does not make; empty if it makes one."""
        looked_up = [source for source in self.data.values() if source.type == "aws_vpc"]
        return "" if self.of("aws_vpc") or not looked_up else id_sought(looked_up[0].body)

    def targets(self, value: object) -> list[Resource]:
        """The resources and data sources that a value, however deep, refers to; no duplicates."""
        known = {**self.resources, **self.data}
        addresses = dict.fromkeys(reference.address for reference in references(value))
        return [known[address] for address in addresses if address in known]

    def target(self, value: object) -> Resource | None:
        """The resource that a value refers to; the first when it names several."""
        return next(iter(self.targets(value)), None)


def id_sought(body: Json) -> str:
    """The id by which a data source looks up one thing of EC2; empty if it looks by more, or by
    anything else."""
    filters = body.get("filter")
    entries = filters if isinstance(filters, list) else [filters]
    if len(entries) != 1 or not isinstance(entries[0], dict):
        return ""
    values = entries[0].get("values")
    if not str(entries[0].get("name")).endswith("-id") or not isinstance(values, list):
        return ""
    return str(values[0]) if len(values) == 1 else ""


def stack(document: Json) -> Stack:
    """A parsed `cdk.tf.json`, without blocks that create nothing, such as one with `count = 0`.

    Raises AttributeError or TypeError if the document is not a stack.
    """
    return Stack(
        {
            address: _resource(address, body)
            for address, body in blocks(document).items()
            if exists(body)
        },
        {
            f"data.{address}": _resource(f"data.{address}", body)
            for address, body in blocks(document, "data").items()
            if exists(body)
        },
    )


def _resource(address: str, body: Json) -> Resource:
    plain = {key: value for key, value in body.items() if key != "//"}
    return Resource(address, plain, construct_path(body) or address)


def layers(composed: Json) -> list[str]:
    """The layers of an environment, by its composed stack."""
    found = {
        layer_of(address) for kind in ("resource", "data") for address in blocks(composed, kind)
    }
    return [layer for layer in ALL_LAYERS if layer in LAYERS or layer in found]


def blocks(document: Json, kind: str = "resource") -> dict[str, Json]:
    """`type.name` -> its block, of all `resource` or all `data` blocks."""
    return {
        f"{type_}.{name}": body[0] if isinstance(body, list) and len(body) == 1 else body
        for type_, blocks_of_type in merged(document.get(kind)).items()
        for name, body in merged(blocks_of_type).items()
    }


def merged(value: Any) -> Json:
    """Blocks that Terraform JSON writes as an object, or as a list of objects, as one object."""
    result: Json = {}
    for block in value if isinstance(value, list) else [value or {}]:
        for key, inner in block.items():
            old = result.get(key)
            result[key] = {**merged(old), **merged(inner)} if old is not None else inner
    result.pop("//", None)
    return result


def construct_path(body: Json) -> str:
    """The construct path below the stack that CDKTF notes in a block; empty without the note."""
    metadata = body.get("//", {}).get("metadata", {})
    return str(metadata.get("path", "")).partition("/")[2]


def references(value: object) -> Iterator[Reference]:
    """Every reference to a resource or data source in a value, however deep."""
    for text in texts(value):
        for expression in expressions(text):
            for kind, name, attribute in _REFERENCE.findall(expression):
                yield Reference(f"{kind}.{name}", attribute.lstrip("."))


def is_on(value: object) -> bool:
    """Whether a boolean argument is true; CDKTF and the provider write some of them as text."""
    return str(value).lower() == "true"


def texts(value: object) -> Iterator[str]:
    """Every string in a value, however deep, but for CDKTF's `//`."""
    found: list[str] = []
    _collect(value, found)
    return iter(found)


def _collect(value: object, found: list[str]) -> None:
    # Not by generators within generators, which take twice as long.
    if isinstance(value, str):
        found.append(value)
    elif isinstance(value, dict):
        for key, inner in value.items():
            if key != "//":
                _collect(inner, found)
    elif isinstance(value, list):
        for inner in value:
            _collect(inner, found)
