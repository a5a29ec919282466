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
    """What is gone for good after the change."""
    before, after = change.before or {}, change.settled
    if change.destroys and change.type in STATEFUL:
        what = f"{STATEFUL[change.type]}{_saved(change.type, before)}"
        yield Reason("lost", what, change.forcing)
        return
    if change.before is None or change.after is None:
        return
    for attribute, what in KEPT.get(change.type, ()):
        old, new = (_days(change.type, value_at(body, attribute)) for body in (before, after))
        if new < old:
            yield Reason("lost", f"{what} older than {new:g} days are deleted", (attribute,))
    if change.type == "aws_ecr_lifecycle_policy":
        kept, keeps = _images(before.get("policy")), _images(after.get("policy"))
        if keeps < kept:
            yield Reason("lost", f"images beyond the last {keeps:g} are deleted", ("policy",))


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


def _days(type_: str, value: Any) -> float:
    """CloudWatch Logs keeps for ever what has 0 days; a bucket without a rule keeps it too."""
    if value is None or (value == 0 and type_ == "aws_cloudwatch_log_group"):
        return float("inf")
    return float(value)


def _images(policy: Any) -> float:
    """How many images a lifecycle policy keeps; without a number, all."""
    try:
        return float(json.loads(policy)["rules"][0]["selection"]["countNumber"])
    except (ValueError, TypeError, KeyError, IndexError):
        return float("inf")
