"""What IAM policies allow, and whether that is more than before."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from strata.plan.leaves import may_be

Json = dict[str, Any]


def broader(before: str | None, after: str | None) -> list[str]:
    """What an IAM policy allows after that it did not before, as `action on resource`.

    `after` may hold `${...}` where a value is known after the apply: it stands for a value of
    before that nothing else stands for, since only the same reference can have made it.
    """
    try:
        old, new = _statements(before), _statements(after)
    except (ValueError, AttributeError, TypeError):
        return ["a policy that is no JSON"] if before != after else []
    allowed, wanted = _allowed(old), _allowed(new)
    # Grant of before -> the one resource after that it is, with or without a reference in it.
    stands = {one: one.resource for one in allowed if one in wanted}
    found = []
    for what in wanted:
        if not any(
            fnmatchcase(what.resource, one.resource)
            or "${" not in what.resource
            or stands.setdefault(one, what.resource) == what.resource
            for one in allowed
            if _covers(one, what)
        ):
            found.append(
                " on ".join(part for part in (what.action, what.resource) if part)
                + (f" for {what.principal}" if what.principal else "")
            )
    denied = [_plain(one) for one in new if one["Effect"] == "Deny"]
    found += [
        "what a Deny statement forbade"
        for one in old
        if one["Effect"] == "Deny" and not any(may_be(kept, _plain(one)) for kept in denied)
    ]
    return list(dict.fromkeys(found))


@dataclass(frozen=True)
class _Grant:
    action: str
    resource: str
    principal: str
    condition: str


def _statements(policy: str | None) -> list[Json]:
    if not policy:
        return []
    found = json.loads(policy)["Statement"]
    return [found] if isinstance(found, dict) else list(found)


def _allowed(statements: list[Json]) -> list[_Grant]:
    return [one for each in statements if each["Effect"] == "Allow" for one in _grants(each)]


def _grants(statement: Json) -> Iterator[_Grant]:
    condition = json.dumps(statement.get("Condition") or {}, sort_keys=True)
    # Of all but a list: whatever is not named. It is compared as one thing.
    actions = _listed(statement.get("Action")) or [f"not {statement.get('NotAction')}"]
    resources = _listed(statement.get("Resource")) or (
        [f"not {statement['NotResource']}"] if "NotResource" in statement else [""]
    )
    for action in actions:
        for resource in resources:
            for principal in _principals(statement.get("Principal")):
                yield _Grant(action, resource, principal, condition)


def _principals(found: Any) -> list[str]:
    if isinstance(found, dict):
        return [f"{kind} {one}" for kind, named in found.items() for one in _listed(named)]
    return _listed(found) or [""]


def _listed(found: Any) -> list[str]:
    return found if isinstance(found, list) else [found] if isinstance(found, str) else []


def _covers(wide: _Grant, narrow: _Grant) -> bool:
    return (
        fnmatchcase(narrow.action.lower(), wide.action.lower())
        and _matches(narrow.resource, wide.resource)
        and (wide.principal in ("*", "AWS *") or may_be(narrow.principal, wide.principal))
        and (wide.condition == "{}" or may_be(narrow.condition, wide.condition))
    )


def _matches(resource: str, pattern: str) -> bool:
    return fnmatchcase(resource, pattern) or may_be(resource, pattern)


def _plain(statement: Json) -> str:
    return json.dumps({k: v for k, v in statement.items() if k != "Sid"}, sort_keys=True)
