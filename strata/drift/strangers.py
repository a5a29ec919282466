"""Which of the resources that AWS lists no state knows."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from strata.drift.report import Stranger

Json = dict[str, Any]

MADE_BY_SERVICES = (
    r":ecs:.*:(task|container-instance)/",
    r":rds:.*:(snapshot:rds:|auto-backup:)",
    r":elasticache:.*:snapshot:automatic\.",
)
"""ARNs of what a service of ours makes with our tags and takes away again itself: tasks and
container instances, automatic backups and snapshots."""


@dataclass(frozen=True)
class Listed:
    """A resource that AWS lists; `made_by` identifies what made it, if something did."""

    kind: str
    identifier: str
    found_by: str
    name: str = ""
    made_by: str = ""


def known(resources: Iterable[tuple[str, Json]]) -> frozenset[str]:
    """Every identifier that resources of ours have or name, of (address, values)."""
    return frozenset(one for _, values in resources for one in _identifiers(values))


def _identifiers(values: Any) -> Iterator[str]:
    if isinstance(values, list):
        for one in values:
            yield from _identifiers(one)
    elif isinstance(values, dict):
        for key, value in values.items():
            # Plurals are left out: a hand may have put a stranger on a list of ours.
            if isinstance(value, str) and value and re.search(r"(^|_)(id|arn|name|suffix|revision)$", key):
                yield value
            elif key == "member_clusters":
                yield from value or []
            else:
                yield from _identifiers(value)


def strangers(listed: Sequence[Listed], ours: frozenset[str]) -> list[Stranger]:
    """Those that no state knows and that nothing else accounts for, each once."""
    identifiers = {_short(one.identifier) for one in listed}
    found: dict[str, Stranger] = {}
    for one in listed:
        short = _short(one.identifier)
        accounted = (
            one.identifier in ours
            or short in ours
            # What made it is of ours, or is listed itself.
            or (one.made_by and (one.made_by in ours or _short(one.made_by) in identifiers))
            or any(re.search(pattern, one.identifier) for pattern in MADE_BY_SERVICES)
            or _revision(one.identifier) in ours
        )
        if not accounted and short not in found:
            found[short] = Stranger(
                kind=one.kind, identifier=one.identifier, name=one.name, found_by=one.found_by
            )
    return sorted(found.values(), key=lambda one: (one.kind, one.identifier))


def _short(identifier: str) -> str:
    """EC2's own identifier in an ARN of EC2, `sg-1` of `arn:aws:ec2:...:security-group/sg-1`; else
    the name of a cache cluster, else the identifier."""
    match = re.fullmatch(r"arn:[^:]*:(?:ec2:.*/|elasticache:.*:cluster:)(.+)", identifier)
    return match[1] if match else identifier.removesuffix(":*")


def _revision(identifier: str) -> str:
    """A task definition without its revision: others of a family of ours are its history."""
    return identifier.rpartition(":")[0] if ":task-definition/" in identifier else identifier
