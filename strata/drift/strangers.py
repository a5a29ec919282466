"""Which of the resources that AWS lists no state knows."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from strata.documents import Json
from strata.drift.report import Stranger

MADE_BY_SERVICES = (
    r":ecs:.*:(task|container-instance)/",
    r":rds:.*:(snapshot:rds:|auto-backup:)",
    r":elasticache:.*:snapshot:automatic\.",
)
"""ARNs of what a service of ours makes with our tags and takes away again itself: tasks and
container instances, automatic backups and snapshots."""


IDENTIFIES = r"(^|_)(id|arn|suffix|revision)$"
"""Attributes that identify a resource, their own or another."""


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
    return frozenset(one for address, values in resources for one in _known(address, values))


def _known(address: str, values: Json) -> Iterator[str]:
    yield from _identifiers(values)
    kind = address.partition(".")[0]
    if kind == "aws_autoscaling_group":
        yield scaling_group(values["name"])
    elif kind == "aws_elasticache_replication_group":
        yield from (cache_cluster(one) for one in values.get("member_clusters") or [])
    elif kind == "aws_db_instance" and values.get("final_snapshot_identifier"):
        # A replacement or a destroy left it; it is all that there is of the database before.
        yield database_snapshot(values["final_snapshot_identifier"])


def _identifiers(values: Any) -> Iterator[str]:
    if isinstance(values, list):
        for one in values:
            yield from _identifiers(one)
    elif isinstance(values, dict):
        for key, value in values.items():
            # Plurals are left out: a hand may have put a stranger on a list of ours.
            if isinstance(value, str) and value and re.search(IDENTIFIES, key):
                yield value
            else:
                yield from _identifiers(value)


def scaling_group(name: str | None) -> str:
    """What identifies an auto scaling group by its name, which others may have too."""
    return f"auto scaling group {name}" if name else ""


def cache_cluster(name: str) -> str:
    """What identifies a cache cluster by its name."""
    return f"cache cluster {name}"


def database_snapshot(name: str) -> str:
    """What identifies a database snapshot by its name."""
    return f"database snapshot {name}"


def strangers(listed: Sequence[Listed], ours: frozenset[str]) -> list[Stranger]:
    """Those that no state knows and that nothing else accounts for, each once.

    One that is listed twice is accounted for when either listing is: the tags of a volume do not
    say whose it is.
    """
    identifiers = {_short(one.identifier) for one in listed}

    def accounted(one: Listed) -> bool:
        return bool(
            one.identifier in ours
            or _short(one.identifier) in ours
            # What made it is of ours, or is listed itself.
            or (one.made_by and (one.made_by in ours or _short(one.made_by) in identifiers))
            or any(re.search(pattern, one.identifier) for pattern in MADE_BY_SERVICES)
            or _revision(one.identifier) in ours
        )

    known_as = {_short(one.identifier) for one in listed if accounted(one)}
    found: dict[str, Stranger] = {}
    for one in listed:
        short = _short(one.identifier)
        if short not in known_as and short not in found:
            found[short] = Stranger(
                kind=one.kind, identifier=one.identifier, name=one.name, found_by=one.found_by
            )
    return sorted(found.values(), key=lambda one: (one.kind, one.identifier))


def _short(identifier: str) -> str:
    """`sg-1` of an ARN of EC2, which EC2 itself does not answer; so too where a name identifies."""
    if match := re.fullmatch(r"arn:[^:]*:ec2:.*/(.+)", identifier):
        return match[1]
    if match := re.fullmatch(r"arn:[^:]*:elasticache:.*:cluster:(.+)", identifier):
        return cache_cluster(match[1])
    if match := re.fullmatch(r"arn:[^:]*:rds:.*:snapshot:(.+)", identifier):
        return database_snapshot(match[1])
    return identifier.removesuffix(":*")


def _revision(identifier: str) -> str:
    """A task definition without its revision: others of a family of ours are its history."""
    return identifier.rpartition(":")[0] if ":task-definition/" in identifier else identifier
