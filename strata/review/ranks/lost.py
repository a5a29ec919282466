"""What can be lost: data of a deleted resource, data kept for fewer days or less safely."""

import json
from collections.abc import Callable, Iterator
from typing import Any

from strata.documents import Json
from strata.plan_file.changes import Change, value_at
from strata.review.ranks.network import Network
from strata.review.ranks.reason import Reason

STATEFUL = {
    "aws_db_instance": "the database and all that is in it",
    "aws_elasticache_replication_group": "every key in Redis",
    "aws_route53_zone": "the zone and its records; a new one has other name servers",
    "aws_ecr_repository": "the repository and its images",
    "aws_s3_bucket": "the bucket and its objects",
    "aws_cloudwatch_log_group": "the log group and its events",
    "aws_secretsmanager_secret": "the secret's value",
    "aws_kms_key": "whatever is encrypted with the key",
    "aws_ebs_volume": "the volume and all that is on it",
    "aws_efs_file_system": "the file system and its files",
    "aws_rds_cluster": "the database and all that is in it",
}
"""Resource type -> what is lost with such a resource."""

KEPT: dict[str, tuple[tuple[str, str], ...]] = {
    "aws_db_instance": (("backup_retention_period", "backups"),),
    "aws_elasticache_replication_group": (("snapshot_retention_limit", "snapshots"),),
    "aws_cloudwatch_log_group": (("retention_in_days", "log events"),),
}
"""Resource type -> (attribute in days, what is deleted when it falls)."""

KEPT_SAFE: dict[str, tuple[tuple[str, Any, str], ...]] = {
    "aws_db_instance": (
        ("deletion_protection", True, "a deletion by mistake is no longer refused"),
        ("skip_final_snapshot", False, "no last snapshot is taken once it goes"),
        ("delete_automated_backups", False, "its automated backups go with it"),
    ),
    "aws_rds_cluster": (
        ("deletion_protection", True, "a deletion by mistake is no longer refused"),
        ("skip_final_snapshot", False, "no last snapshot is taken once it goes"),
    ),
    "aws_ecr_repository": (
        ("force_delete", False, "a deletion by mistake takes its images along"),
    ),
    "aws_s3_bucket": (("force_destroy", False, "a deletion by mistake takes its objects along"),),
    "aws_route53_zone": (
        ("force_destroy", False, "a deletion by mistake takes its records along"),
    ),
}
"""Resource type -> (attribute, the value that protects its content, what any other value means)."""


def lost(change: Change, network: Network) -> Iterator[Reason]:
    """What the change deletes for good, or leaves one step away from that."""
    before, after = change.before or {}, change.settled
    if change.destroys and change.type in STATEFUL:
        words = f"{STATEFUL[change.type]}{_saved(change.type, before)}"
        yield Reason("lost", words, change.forcing)
        return
    yield from _versions(change, network)
    yield from _expiry(change, network)
    if change.before is None or change.after is None:
        return
    for attribute, words in KEPT.get(change.type, ()):
        old, new = (_days(change.type, value_at(body, attribute)) for body in (before, after))
        if new < old:
            yield Reason("lost", f"{words} older than {new:g} days are deleted", (attribute,))
    for attribute, safe_value, words in KEPT_SAFE.get(change.type, ()):
        was, will = (_or_false(body.get(attribute)) for body in (before, after))
        if was == safe_value and will != safe_value:
            yield Reason("lost", words, (attribute,))
    yield from _last_copies(change.type, before, after)


def _last_copies(type_: str, before: Json, after: Json) -> Iterator[Reason]:
    """What stays of a resource after its deletion."""
    name = "final_snapshot_identifier"
    if type_ == "aws_elasticache_replication_group" and before.get(name) and not after.get(name):
        yield Reason("lost", "no last snapshot is taken once it goes", (name,))
    old, new = (body.get("recovery_window_in_days") for body in (before, after))
    if isinstance(old, int) and isinstance(new, int) and new < old:
        words = f"once deleted it can be had back for {new} days, not {old}"
        yield Reason("lost", words, ("recovery_window_in_days",))


def _or_false(value: Any) -> bool:
    """A switch that is not written is off."""
    return value is True


def _versions(change: Change, network: Network) -> Iterator[Reason]:
    """Without versions, overwritten or deleted objects are gone (S3 User Guide, versioning)."""
    if change.type != "aws_s3_bucket_versioning":
        return
    path = "versioning_configuration[0].status"
    was, will = value_at(change.before, path), value_at(change.settled, path)
    # The provider suspends versioning when the resource is deleted.
    off = was == "Enabled" and (change.after is None or will != "Enabled")
    if off and not _goes_with(change, network, "bucket", "aws_s3_bucket"):
        words = "what is written over or deleted is gone: no earlier version is kept"
        yield Reason("lost", words, ("versioning_configuration",))


def _expiry(change: Change, network: Network) -> Iterator[Reason]:
    """What lifecycle rules delete and did not before; compares all rules before and after."""
    expiry = EXPIRY.get(change.type)
    if expiry is None or change.after is None:
        return
    read_rules, attribute, holder = expiry
    if change.before is None and _holder_is_new(change, network, holder):
        return
    was, will = read_rules(change.before or {}), read_rules(change.settled)
    for words, keeps in will.items():
        if keeps < was.get(words, float("inf")):
            yield Reason("lost", words.format(f"{keeps:g}"), (attribute,))


def _objects(body: Json) -> dict[str, float]:
    """What a bucket's lifecycle rules delete -> after how many days at the least."""
    days_by_words: dict[str, float] = {}
    for rule in body.get("rule") or []:
        if rule.get("status") == "Disabled":
            continue
        where = value_at(rule, "filter[0].prefix") or rule.get("prefix") or ""
        below = f" below {where}" if where else ""
        for path, words in (
            ("expiration[0].days", "objects{} older than {{}} days are deleted"),
            ("noncurrent_version_expiration[0].noncurrent_days",
             "earlier versions of objects{} are deleted after {{}} days"),
        ):  # fmt: skip
            days = value_at(rule, path)
            if isinstance(days, int | float) and days > 0:
                deleted = words.format(below)
                days_by_words[deleted] = min(float(days), days_by_words.get(deleted, float("inf")))
    return days_by_words


def _images(body: Json) -> dict[str, float]:
    """What a repository's lifecycle policy deletes -> the days or the number of images it keeps."""
    numbers_by_words: dict[str, float] = {}
    try:
        rules = json.loads(body.get("policy") or "{}").get("rules", [])
        for rule in rules:
            selection = rule["selection"]
            tags = selection.get("tagPrefixList") or selection.get("tagPatternList") or []
            status = "" if selection.get("tagStatus") == "any" else f"{selection.get('tagStatus')} "
            of = f" with {', '.join(map(str, tags))}" if tags else ""
            if selection.get("countType") == "sinceImagePushed":
                deleted = f"{status}images{of} older than {{}} days are deleted"
            else:
                deleted = f"{status}images{of} beyond the last {{}} are deleted"
            numbers_by_words[deleted] = min(
                float(selection["countNumber"]), numbers_by_words.get(deleted, float("inf"))
            )
    except (ValueError, TypeError, KeyError, AttributeError):
        return {}
    return numbers_by_words


Expiry = tuple[Callable[[Json], dict[str, float]], str, str]
EXPIRY: dict[str, Expiry] = {
    "aws_s3_bucket_lifecycle_configuration": (_objects, "rule", "bucket"),
    "aws_ecr_lifecycle_policy": (_images, "policy", "repository"),
}
"""Resource type -> (function that reads its rules, the attribute with the rules, the attribute that
names the bucket or repository)."""


def _holder_is_new(change: Change, network: Network, attribute: str) -> bool:
    """Whether the bucket or repository of a rule is new as well."""
    holder = network.addresses.get(network.key(change, attribute, "after"))
    return holder is not None and holder.before is None


def _goes_with(change: Change, network: Network, attribute: str, type_: str) -> bool:
    name = (change.before or {}).get(attribute)
    return any(
        other.destroys and other.type == type_ and (other.before or {}).get("id") == name
        for other in network.plan.changes
    )


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
    """Days as a number; CloudWatch Logs keeps events for ever at 0, a bucket without a rule too."""
    if value is None or (value == 0 and type_ == "aws_cloudwatch_log_group"):
        return float("inf")
    return float(value)
