"""IAM policies as data: their statements, and which of their lists AWS reads as sets.

The order of statements, actions, resources, principals and condition values means nothing, nor does
a repeated value, nor whether a single value is in a list (IAM User Guide, grammar of the JSON
policy language; the AWS provider compares policies the same way).
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from strata.documents import Json

SETS = ("Action", "NotAction", "Resource", "NotResource")
PRINCIPALS = ("Principal", "NotPrincipal")


@dataclass(frozen=True)
class Names:
    """The names in a statement; with `but`, everything except those names, as in `NotAction`."""

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

    def tests(self) -> Iterator[tuple[str, str, tuple[str, ...]]]:
        """(operator, key in lower case, values) of its conditions."""
        for operator, tests in self.condition.items():
            for key, expected in tests.items() if isinstance(tests, dict) else ():
                yield operator, str(key).lower(), tuple(_texts(expected))


def statements(policy: object) -> list[Statement]:
    """The statements of a policy, as JSON text or parsed; ValueError if it is not a policy."""
    document: Any = json.loads(policy) if isinstance(policy, str) else policy
    if not is_policy(document):
        raise ValueError("it is no IAM policy")
    listed = _listed(document["Statement"])
    if not all(
        isinstance(statement, dict) and isinstance(statement.get("Effect"), str)
        for statement in listed
    ):
        raise ValueError("a statement of the IAM policy has no effect")
    return [_parsed(statement) for statement in listed]


def _parsed(statement: Json) -> Statement:
    return Statement(
        effect=statement["Effect"],
        actions=_names(statement, "Action"),
        resources=_names(statement, "Resource"),
        principals=_names(statement, "Principal"),
        condition=statement["Condition"] if isinstance(statement.get("Condition"), dict) else {},
    )


def _names(statement: Json, element: str) -> Names:
    but = f"Not{element}" in statement
    value = statement.get(f"Not{element}" if but else element)
    if isinstance(value, dict):
        return Names(tuple(f"{kind} {name}" for kind in value for name in _texts(value[kind])), but)
    return Names(tuple(_texts(value)), but)


def _texts(value: Any) -> list[str]:
    return [] if value is None else [str(item) for item in _listed(value)]


def is_policy(document: Any) -> bool:
    """Whether parsed JSON is an IAM policy."""
    return isinstance(document, dict) and "Statement" in document


def as_sets(document: Any) -> Any:
    """A policy in the same form for all orders that AWS treats alike; other values as they are."""
    if not is_policy(document):
        return document
    return {**document, "Statement": _set(map(_statement, _listed(document["Statement"])))}


def same(first: Any, second: Any) -> bool:
    """Whether two documents are policies that say the same."""
    return is_policy(first) and is_policy(second) and bool(as_sets(first) == as_sets(second))


def _statement(statement: Any) -> Any:
    if not isinstance(statement, dict):
        return statement
    in_sets = dict(statement)
    for key in SETS:
        if key in in_sets:
            in_sets[key] = _set(_listed(in_sets[key]))
    for key in PRINCIPALS:
        if isinstance(in_sets.get(key), dict):
            in_sets[key] = _values(in_sets[key])
    if isinstance(in_sets.get("Condition"), dict):
        in_sets["Condition"] = {
            operator: _values(tests) if isinstance(tests, dict) else tests
            for operator, tests in in_sets["Condition"].items()
        }
    return in_sets


def _values(values: dict[str, Any]) -> dict[str, Any]:
    return {key: _set(_listed(value)) for key, value in values.items()}


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _set(values: Iterable[Any]) -> list[Any]:
    """The values without duplicates, in an order that depends on the values only."""
    return [
        json.loads(text) for text in sorted({json.dumps(value, sort_keys=True) for value in values})
    ]
