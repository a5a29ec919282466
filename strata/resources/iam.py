"""IAM policies as data: their statements, and which of their lists AWS reads as sets.

The order of statements, actions, resources, principals and condition values means nothing, nor
does a value twice, nor whether one value stands in a list of its own (IAM User Guide, grammar of
the JSON policy language; the AWS provider compares policies the same way).
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from strata.documents import Json

SETS = ("Action", "NotAction", "Resource", "NotResource")
PRINCIPALS = ("Principal", "NotPrincipal")


@dataclass(frozen=True)
class Names:
    """What a statement names; with `but`, all that it does not name, as `NotAction` has it."""

    names: tuple[str, ...]
    but: bool = False


@dataclass(frozen=True)
class Statement:
    """One statement. A principal is `AWS arn`, its kind before it, or `*`; `condition` is as it is
    written."""

    effect: str
    actions: Names
    resources: Names
    principals: Names
    condition: Json


def statements(policy: object) -> list[Statement]:
    """The statements of a policy, as JSON text or as it was read; ValueError for what is none."""
    document: Any = json.loads(policy) if isinstance(policy, str) else policy
    if not is_policy(document):
        raise ValueError("it is no IAM policy")
    listed = _listed(document["Statement"])
    if not all(isinstance(one, dict) and isinstance(one.get("Effect"), str) for one in listed):
        raise ValueError("a statement of the IAM policy has no effect")
    return [_read(one) for one in listed]


def _read(statement: Json) -> Statement:
    return Statement(
        effect=statement["Effect"],
        actions=_names(statement, "Action"),
        resources=_names(statement, "Resource"),
        principals=_names(statement, "Principal"),
        condition=statement.get("Condition") or {},
    )


def _names(statement: Json, element: str) -> Names:
    but = f"Not{element}" in statement
    found = statement.get(f"Not{element}" if but else element)
    if isinstance(found, dict):
        return Names(tuple(f"{kind} {one}" for kind in found for one in _texts(found[kind])), but)
    return Names(tuple(_texts(found)), but)


def _texts(found: Any) -> list[str]:
    return [] if found is None else [str(one) for one in _listed(found)]


def is_policy(document: Any) -> bool:
    """Whether parsed JSON is an IAM policy."""
    return isinstance(document, dict) and "Statement" in document


def as_sets(document: Any) -> Any:
    """A policy in one form for all orders that AWS reads alike; anything else as it is."""
    if not is_policy(document):
        return document
    return {**document, "Statement": _set(map(_statement, _listed(document["Statement"])))}


def same(one: Any, other: Any) -> bool:
    """Whether two documents are policies that say the same."""
    return is_policy(one) and is_policy(other) and bool(as_sets(one) == as_sets(other))


def _statement(statement: Any) -> Any:
    if not isinstance(statement, dict):
        return statement
    found = dict(statement)
    for key in SETS:
        if key in found:
            found[key] = _set(_listed(found[key]))
    for key in PRINCIPALS:
        if isinstance(found.get(key), dict):
            found[key] = _values(found[key])
    if isinstance(found.get("Condition"), dict):
        found["Condition"] = {
            operator: _values(tests) if isinstance(tests, dict) else tests
            for operator, tests in found["Condition"].items()
        }
    return found


def _values(found: dict[str, Any]) -> dict[str, Any]:
    return {key: _set(_listed(value)) for key, value in found.items()}


def _listed(found: Any) -> list[Any]:
    return found if isinstance(found, list) else [found]


def _set(found: Iterable[Any]) -> list[Any]:
    """Each value once, in an order that rests on nothing but the values."""
    return [json.loads(text) for text in sorted({json.dumps(one, sort_keys=True) for one in found})]
