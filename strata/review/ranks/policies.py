"""What IAM policies allow, and whether that is more than before."""

import contextlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from strata.documents.templates import has_expression
from strata.plan_file.differences import may_be
from strata.resources.iam import Names, Statement, statements

EVERYBODY = ("*", "AWS *")


def broader(
    before: str | None,
    after: str | None,
    beside_before: Iterable[str] = (),
    beside_after: Iterable[str] = (),
) -> list[str]:
    """What an IAM policy allows after that it did not before, as `action on resource`.

    A denial that is removed or forbids less counts too, since other policies may allow the action.
    `beside_before` and `beside_after` are the other policies of the same role or bucket: what one
    of them allowed before is not new, and what one of them denies after is not lost.
    `after` may contain `${...}` where a value is known after the apply: it counts as a value of
    before that no other reference counts as, since only the same reference can have made it.
    """
    try:
        old, new = _statements(before), _statements(after)
    except ValueError:
        return ["a policy that is no JSON"] if before != after else []
    all_before, all_after = [*old, *_beside(beside_before)], [*new, *_beside(beside_after)]
    words = [
        " on ".join(part for part in (grant.action, grant.resource) if part)
        + (f" for {grant.principal}" if grant.principal else "")
        for grant in _uncovered(_granted(all_before, "Allow"), _granted(new, "Allow"))
    ]
    words += [
        f"what a Deny statement forbade: {grant.action}"
        + (f" on {grant.resource}" if grant.resource else "")
        for grant in _undenied(_granted(old, "Deny"), _granted(all_after, "Deny"))
    ]
    return list(dict.fromkeys(words))


def _beside(others: Iterable[str]) -> Iterator[Statement]:
    for policy in others:
        with contextlib.suppress(ValueError):
            yield from _statements(policy)


def denies(policy: Any) -> bool:
    """Whether a policy has a Deny statement."""
    try:
        return bool(_granted(_statements(policy), "Deny"))
    except ValueError:
        return False


@dataclass(frozen=True)
class _Grant:
    """One action on one resource for one principal; each may begin with `not `."""

    action: str
    resource: str
    principal: str
    condition: str


def _uncovered(allowed: list[_Grant], wanted_grants: list[_Grant]) -> Iterator[_Grant]:
    """The wanted grants that no allowed grant covers."""
    # Grant of before -> the one resource after that it is, with or without a reference in it.
    resource_of = {grant: grant.resource for grant in allowed if grant in wanted_grants}
    for wanted_grant in wanted_grants:
        if not any(
            _pattern(wanted_grant.resource, grant.resource)
            or not has_expression(wanted_grant.resource)
            or resource_of.setdefault(grant, wanted_grant.resource) == wanted_grant.resource
            for grant in allowed
            if _covers(grant, wanted_grant)
        ):
            yield wanted_grant


def _undenied(denied: list[_Grant], denials: list[_Grant]) -> Iterator[_Grant]:
    """What was denied and is no longer denied."""
    for lost in denied:
        if not any(
            _covers(denial, lost) or _covers_by_reference(denial, lost) for denial in denials
        ):
            yield lost


def _covers_by_reference(now: _Grant, was: _Grant) -> bool:
    """Whether a denial with `${...}` in it may be the one of before."""
    same = _Grant(now.action, was.resource, was.principal, was.condition)
    return (
        _covers(same, was)
        and may_be(now.resource, was.resource)
        and (now.principal in EVERYBODY or may_be(now.principal, was.principal))
        and (_no_narrower(now.condition, was.condition) or may_be(now.condition, was.condition))
    )


def _statements(policy: str | None) -> list[Statement]:
    return statements(policy) if policy else []


def _granted(statements_read: list[Statement], effect: str) -> list[_Grant]:
    return [
        grant
        for statement in statements_read
        if statement.effect == effect
        for grant in _grants(statement)
    ]


def _grants(statement: Statement) -> Iterator[_Grant]:
    condition = json.dumps(statement.condition, sort_keys=True)
    for action in _listed(statement.actions):
        for resource in _listed(statement.resources):
            for principal in _listed(statement.principals):
                yield _Grant(action, resource, principal, condition)


def _listed(names: Names) -> list[str]:
    """The names, or a single `not [...]` for all but the names."""
    if names.but:
        return [f"not {json.dumps(sorted(names.names))}"]
    return list(names.names) or [""]


def _covers(wide: _Grant, narrow: _Grant) -> bool:
    return (
        _pattern(narrow.action.lower(), wide.action.lower())
        and (_pattern(narrow.resource, wide.resource) or may_be(narrow.resource, wide.resource))
        and _everybody(narrow.principal, wide.principal)
        and (
            _no_narrower(wide.condition, narrow.condition)
            or may_be(narrow.condition, wide.condition)
        )
    )


def _pattern(inner: str, outer: str) -> bool:
    """Whether a name or pattern lies within another; `not [...]` is all but what it lists."""
    if outer.startswith("not "):
        left_out = json.loads(outer[4:])
        if inner.startswith("not "):
            inner_out = json.loads(inner[4:])
            return all(
                any(_pattern(name, inner_name) for inner_name in inner_out) for name in left_out
            )
        return not any(_pattern(inner, name) or _pattern(name, inner) for name in left_out)
    return outer == "*" if inner.startswith("not ") else fnmatchcase(inner, outer)


def _everybody(narrow: str, wide: str) -> bool:
    if wide.startswith("not ") or narrow.startswith("not "):
        return _pattern(narrow, wide) or wide in EVERYBODY
    return wide in EVERYBODY or may_be(narrow, wide)


def _no_narrower(wide: str, narrow: str) -> bool:
    """Whether everything that meets the second condition also meets the first.

    Every operator and key must match; a key matches with any of its values, and under
    `StringNotEquals` and its like with none of them (IAM User Guide, conditions with several keys
    or values).
    """
    outer, inner = json.loads(wide), json.loads(narrow)
    for operator, keys in outer.items():
        for key, values in keys.items():
            values_inside = inner.get(operator, {}).get(key)
            if values_inside is None:
                return False
            outer_values, inner_values = set(_texts(values)), set(_texts(values_inside))
            if not (
                outer_values <= inner_values if "Not" in operator else inner_values <= outer_values
            ):
                return False
    return True


def _texts(values: Any) -> list[str]:
    return [str(value) for value in (values if isinstance(values, list) else [values])]
