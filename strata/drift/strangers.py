"""Which of the resources that AWS lists are in no state."""

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
"""ARNs of what an AWS service creates with our tags and deletes again itself: tasks and container
instances, automatic backups and snapshots."""


IDENTIFIES = r"(^|_)(id|arn|suffix|revision)$"
"""Attributes that identify a resource, their own or another."""


@dataclass(frozen=True)
class Listed:
    """A resource that AWS lists; `made_by` identifies the resource that created it, if any."""

    kind: str
    identifier: str
    found_by: str
    name: str = ""
    made_by: str = ""


def known(resources: Iterable[tuple[str, Json]]) -> frozenset[str]:
    """Every identifier that our resources, (address, values), have or refer to."""
    return frozenset(
        identifier
        for address, values in resources
        for identifier in _identifiers_of(address, values)
    )


def _identifiers_of(address: str, values: Json) -> Iterator[str]:
    yield from _identifiers(values)
    kind = address.partition(".")[0]
    if kind == "aws_autoscaling_group":
        yield scaling_group(values["name"])
    elif kind == "aws_elasticache_replication_group":
        yield from (cache_cluster(cluster) for cluster in values.get("member_clusters") or [])
    elif kind == "aws_db_instance" and values.get("final_snapshot_identifier"):
        # A replacement or a destroy left it; it is all that is left of the old database.
        yield database_snapshot(values["final_snapshot_identifier"])


def _identifiers(values: Any) -> Iterator[str]:
    if isinstance(values, list):
        for value in values:
            yield from _identifiers(value)
    elif isinstance(values, dict):
        for key, value in values.items():
            # Plurals are left out: somebody may have added a stranger to one of our lists by hand.
            if isinstance(value, str) and value and re.search(IDENTIFIES, key):
                yield value
            else:
                yield from _identifiers(value)


def scaling_group(name: str | None) -> str:
    """The identifier of an auto scaling group from its name, which other kinds may have too."""
    return f"auto scaling group {name}" if name else ""


def cache_cluster(name: str) -> str:
    """The identifier of a cache cluster from its name."""
    return f"cache cluster {name}"


def database_snapshot(name: str) -> str:
    """The identifier of a database snapshot from its name."""
    return f"database snapshot {name}"


def strangers(listed: Sequence[Listed], ours: frozenset[str]) -> list[Stranger]:
    """The listed resources that are in no state and that nothing else accounts for, without
    duplicates.

    A resource that is listed twice is accounted for when either entry is: the tags of a volume do
    not say which instance it belongs to.
    """
    identifiers = {_short(resource.identifier) for resource in listed}

    def accounted(resource: Listed) -> bool:
        return bool(
            resource.identifier in ours
            or _short(resource.identifier) in ours
            # Its creator is ours, or is listed itself.
            or (
                resource.made_by
                and (resource.made_by in ours or _short(resource.made_by) in identifiers)
            )
            or any(re.search(pattern, resource.identifier) for pattern in MADE_BY_SERVICES)
            or _revision(resource.identifier) in ours
            or _of_a_former_service(resource.identifier, ours)
        )

    known_as = {_short(resource.identifier) for resource in listed if accounted(resource)}
    unknown: dict[str, Stranger] = {}
    for resource in listed:
        short = _short(resource.identifier)
        if short not in known_as and short not in unknown:
            unknown[short] = Stranger(
                kind=resource.kind,
                identifier=resource.identifier,
                name=resource.name,
                found_by=resource.found_by,
            )
    return sorted(unknown.values(), key=lambda resource: (resource.kind, resource.identifier))


def _short(identifier: str) -> str:
    """`sg-1` for an ARN of EC2, since EC2 returns no ARNs; likewise for kinds known by name."""
    if match := re.fullmatch(r"arn:[^:]*:ec2:.*/(.+)", identifier):
        return match[1]
    if match := re.fullmatch(r"arn:[^:]*:elasticache:.*:cluster:(.+)", identifier):
        return cache_cluster(match[1])
    if match := re.fullmatch(r"arn:[^:]*:rds:.*:snapshot:(.+)", identifier):
        return database_snapshot(match[1])
    return identifier.removesuffix(":*")


def _of_a_former_service(identifier: str, ours: frozenset[str]) -> bool:
    """Whether it is a revision of a service that has left `[services]`.

    Terraform leaves the revisions, since a rollback may need them (skip_destroy); they run nothing,
    and `strata destroy` takes them away. Their families begin with that of the service.
    """
    family = _revision(identifier)
    return family != identifier and any(
        family.startswith(f"{one}-") for one in ours if ":task-definition/" in one
    )


def _revision(identifier: str) -> str:
    """A task definition without its revision: other revisions of our families are their history."""
    return identifier.rpartition(":")[0] if ":task-definition/" in identifier else identifier
