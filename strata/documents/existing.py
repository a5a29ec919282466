"""Which blocks of a Terraform JSON document create anything: `count`, `for_each` and `dynamic` may
create nothing.

Terraform creates no resource for a block with `count = 0` or an empty `for_each`, and no block for
an empty `dynamic` (Terraform 1.11, meta-arguments and dynamic blocks). It is not known for values
that are not written out.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

_EMPTY = re.compile(r"(?:to(?:set|map|list)\()?(?:\[\]|\{\})\)?")
_LISTED = re.compile(
    r"\$\{\s*(?:to(?:set|list)\()?\s*\[(?:\s*(?:\"[^\"$%]*\"|\d+)\s*,?)*\s*\]\s*\)?\s*\}"
)
_KEY = re.compile(r"\"([^\"]*)\"|(\d+)")
_WHOLE = re.compile(r"\$\{(.*)\}", re.DOTALL)
ITERATION = ("count", "for_each")
"""The meta-arguments that set the number of instances."""


@dataclass(frozen=True)
class Element:
    """One round of a `dynamic` block; its value is unknown where `for_each` is not written out."""

    key: Any
    value: Any
    known: bool = True


def exists(body: dict[str, Any]) -> bool:
    """Whether a resource or data block creates anything, as far as its text shows."""
    return not (_is_zero(body.get("count")) or _is_empty(body.get("for_each")))


def undetermined(body: dict[str, Any]) -> Iterator[str]:
    """The meta-arguments of a block that leave open whether it creates anything."""
    count = body.get("count")
    if count is not None and not re.fullmatch(r"\d+", _bare(count)):
        yield "count"
    over = body.get("for_each")
    if isinstance(over, str) and not (_is_empty(over) or _LISTED.fullmatch(over)):
        yield "for_each"


def instances(body: dict[str, Any]) -> list[str]:
    """The instances of a block as Terraform writes them after its address: `[0]`, `["a"]`.

    A single empty text for a block without `count` and `for_each`, and where their number is not
    known.
    """
    count, over = body.get("count"), body.get("for_each")
    if count is not None and re.fullmatch(r"\d+", _bare(count)):
        return [f"[{index}]" for index in range(int(_bare(count)))]
    if isinstance(over, dict):
        return [f'["{key}"]' for key in over]
    if isinstance(over, list) and all(isinstance(key, str | int) for key in over):
        return [f'["{key}"]' for key in dict.fromkeys(over)]
    if isinstance(over, str) and _LISTED.fullmatch(over):
        keys = [quoted or number for quoted, number in _KEY.findall(over)]
        return [f'["{key}"]' for key in dict.fromkeys(keys)]
    return [""]


def elements(over: Any) -> list[Element]:
    """The rounds of a `dynamic` block over `over`; a single unknown round if that is not known."""
    if _is_empty(over) or over is None:
        return []
    if isinstance(over, dict):
        return [Element(key, value) for key, value in over.items()]
    if isinstance(over, list):
        return [Element(index, value) for index, value in enumerate(over)]
    return [Element(None, None, known=False)]


def _is_zero(count: Any) -> bool:
    return count is not None and _bare(count) in ("0", "0.0", "-0", "length([])", "length({})")


def _is_empty(over: Any) -> bool:
    return over in ([], {}) or (isinstance(over, str) and bool(_EMPTY.fullmatch(_bare(over))))


def _bare(value: Any) -> str:
    """A value without blanks, and without the `${}` around it."""
    text = re.sub(r"\s", "", str(value))
    whole = _WHOLE.fullmatch(text)
    return whole[1] if whole else text
