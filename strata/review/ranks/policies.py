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

    A denial that goes or forbids less counts too: whatever allows it elsewhere holds from then on.
    `beside_before` and `beside_after` are the other policies of the same role or bucket: what one
    of them allowed before is not new, and what one of them denies after is not lost.
    `after` may hold `${...}` where a value is known after the apply: it stands for a value of
    before that nothing else stands for, since only the same reference can have made it.
    """
    try:
        old, new = _statements(before), _statements(after)
    except ValueError:
        return ["a policy that is no JSON"] if before != after else []
    stood, stands = [*old, *_beside(beside_before)], [*new, *_beside(beside_after)]
    found = [
        " on ".join(part for part in (what.action, what.resource) if part)
        + (f" for {what.principal}" if what.principal else "")
        for what in _uncovered(_granted(stood, "Allow"), _granted(new, "Allow"))
    ]
    found += [
        f"what a Deny statement forbade: {what.action}"
        + (f" on {what.resource}" if what.resource else "")
        for what in _undenied(_granted(old, "Deny"), _granted(stands, "Deny"))
    ]
    return list(dict.fromkeys(found))


def _beside(others: Iterable[str]) -> Iterator[Statement]:
    for one in others:
        with contextlib.suppress(ValueError):
            yield from _statements(one)


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


def _uncovered(allowed: list[_Grant], wanted: list[_Grant]) -> Iterator[_Grant]:
    """What is wanted and nothing allows."""
    # Grant of before -> the one resource after that it is, with or without a reference in it.
    stands = {one: one.resource for one in allowed if one in wanted}
    for what in wanted:
        if not any(
            _pattern(what.resource, one.resource)
            or not has_expression(what.resource)
            or stands.setdefault(one, what.resource) == what.resource
            for one in allowed
            if _covers(one, what)
        ):
            yield what


def _undenied(denied: list[_Grant], still: list[_Grant]) -> Iterator[_Grant]:
    """What was denied and is denied no more."""
    for was in denied:
        if not any(_covers(one, was) or _covers_by_reference(one, was) for one in still):
            yield was


def _covers_by_reference(now: _Grant, was: _Grant) -> bool:
    """Whether a denial with `${...}` in it may be the one that stood."""
    same = _Grant(now.action, was.resource, was.principal, was.condition)
    return (
        _covers(same, was)
        and may_be(now.resource, was.resource)
        and (now.principal in EVERYBODY or may_be(now.principal, was.principal))
        and (_no_narrower(now.condition, was.condition) or may_be(now.condition, was.condition))
    )


def _statements(policy: str | None) -> list[Statement]:
    return statements(policy) if policy else []


def _granted(found: list[Statement], effect: str) -> list[_Grant]:
    return [one for each in found if each.effect == effect for one in _grants(each)]


def _grants(statement: Statement) -> Iterator[_Grant]:
    condition = json.dumps(statement.condition, sort_keys=True)
    for action in _each(statement.actions):
        for resource in _each(statement.resources):
            for principal in _each(statement.principals):
                yield _Grant(action, resource, principal, condition)


def _each(found: Names) -> list[str]:
    """What is named, or `not [...]` for all but what is: that is one thing."""
    if found.but:
        return [f"not {json.dumps(sorted(found.names))}"]
    return list(found.names) or [""]


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
            mine = json.loads(inner[4:])
            return all(any(_pattern(one, other) for other in mine) for one in left_out)
        return not any(_pattern(inner, one) or _pattern(one, inner) for one in left_out)
    return outer == "*" if inner.startswith("not ") else fnmatchcase(inner, outer)


def _everybody(narrow: str, wide: str) -> bool:
    if wide.startswith("not ") or narrow.startswith("not "):
        return _pattern(narrow, wide) or wide in EVERYBODY
    return wide in EVERYBODY or may_be(narrow, wide)


def _no_narrower(wide: str, narrow: str) -> bool:
    """Whether all that meets the second condition meets the first.

    Every operator and key must hold, of the values of one any (IAM User Guide, conditions with
    several keys or values); of `StringNotEquals` and its like none.
    """
    outer, inner = json.loads(wide), json.loads(narrow)
    for operator, keys in outer.items():
        for key, values in keys.items():
            own = inner.get(operator, {}).get(key)
            if own is None:
                return False
            wanted, had = set(_texts(values)), set(_texts(own))
            if not (wanted <= had if "Not" in operator else had <= wanted):
                return False
    return True


def _texts(values: Any) -> list[str]:
    return [str(one) for one in (values if isinstance(values, list) else [values])]
