"""What can be lost: what is kept in a resource that goes, or for fewer days."""

import json
from collections.abc import Iterator
from typing import Any

from strata.plan.changes import Change, value_at
from strata.plan.ranks.reason import Reason

Json = dict[str, Any]

STATEFUL = {
    "aws_db_instance": "the database and all that is in it",
    "aws_elasticache_replication_group": "every key in Redis",
    "aws_route53_zone": "the zone and its records; a new one has other name servers",
    "aws_ecr_repository": "the repository and its images",
    "aws_s3_bucket": "the bucket and its objects",
    "aws_cloudwatch_log_group": "the log group and its events",
    "aws_secretsmanager_secret": "the secret's value",
}
"""Resource type -> what goes with a resource of it."""

KEPT: dict[str, tuple[tuple[str, str], ...]] = {
    "aws_db_instance": (("backup_retention_period", "backups"),),
    "aws_elasticache_replication_group": (("snapshot_retention_limit", "snapshots"),),
    "aws_cloudwatch_log_group": (("retention_in_days", "log events"),),
    "aws_s3_bucket_lifecycle_configuration": (("rule[0].expiration[0].days", "objects"),),
}
"""Resource type -> (attribute in days, what is deleted when it falls)."""


def lost(change: Change) -> Iterator[Reason]:
    before = change.before or {}
    forced = change.forcing
    if change.destroys and change.type in STATEFUL:
        what = STATEFUL[change.type]
        goes = "is destroyed, and a new one made" if change.replaces else "is destroyed"
        yield Reason("lost", f"{what}: it {goes}{_saved(change.type, before)}", forced)
    if change.destroys:
        return
    after = change.settled
    for attribute, what in KEPT.get(change.type, ()):
        old, new = value_at(before, attribute), value_at(after, attribute)
        # CloudWatch keeps for ever what is kept for 0 days; S3 without a rule.
        forever = change.type in ("aws_cloudwatch_log_group",)
        if _days(new, forever=forever) < _days(old, forever=forever):
            yield Reason("lost", f"{what} older than {new} days are deleted", (attribute,))
    if change.type == "aws_ecr_lifecycle_policy":
        old, new = _images(before.get("policy")), _images(after.get("policy"))
        if old is not None and new is not None and new < old:
            yield Reason("lost", f"images beyond the last {new} are deleted", ("policy",))


def _saved(type_: str, before: Json) -> str:
    if type_ == "aws_db_instance":
        if before.get("skip_final_snapshot"):
            return "; no last snapshot is taken"
        return f"; the snapshot {before.get('final_snapshot_identifier')} stays"
    if type_ == "aws_elasticache_replication_group" and before.get("final_snapshot_identifier"):
        return f"; the snapshot {before['final_snapshot_identifier']} stays"
    if type_ == "aws_ecr_repository" and not before.get("force_delete"):
        return "; AWS refuses while images are in it"
    if type_ == "aws_s3_bucket" and not before.get("force_destroy"):
        return "; AWS refuses while objects are in it"
    return ""


def _days(value: Any, *, forever: bool) -> float:
    if value is None or (forever and value == 0):
        return float("inf")
    return float(value)


def _images(policy: Any) -> int | None:
    try:
        return int(json.loads(policy)["rules"][0]["selection"]["countNumber"])
    except (ValueError, TypeError, KeyError, IndexError):
        return None
