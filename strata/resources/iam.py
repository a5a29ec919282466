"""IAM policies as data: which of their lists AWS reads as sets.

The order of statements, actions, resources, principals and condition values means nothing, nor
does a value twice, nor whether one value stands in a list of its own (IAM User Guide, grammar of
the JSON policy language; the AWS provider compares policies the same way).
"""

import json
from collections.abc import Iterable
from typing import Any

SETS = ("Action", "NotAction", "Resource", "NotResource")
PRINCIPALS = ("Principal", "NotPrincipal")


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
