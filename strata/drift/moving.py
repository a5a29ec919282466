"""What moves by itself, and so is no drift.

Most of it the constructs name: what their `ignore_changes` holds is set by somebody else from the
first day, such as the scaler. The rest is this list: values that AWS keeps up to date, and that no
hand can set.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from strata.documents.stacks import Resource

IGNORED = "its construct leaves it to somebody else (ignore_changes)"


def _always(_: Any, __: Any) -> bool:
    return True


@dataclass(frozen=True)
class Moving:
    """An attribute that moves by itself; where `when` is given, only if the new value meets it."""

    type: str
    attribute: str
    reason: str
    when: Callable[[Any, Any], bool] = _always


def _grew(before: Any, now: Any) -> bool:
    return isinstance(before, int) and isinstance(now, int) and now > before


def _in_force(_: Any, now: Any) -> bool:
    return bool(now == "ISSUED")


def _secret_status(before: Any, now: Any) -> bool:
    """Whether nothing but the status of the secret that RDS keeps differs."""
    kept = [
        [{key: value for key, value in one.items() if key != "secret_status"} for one in held]
        for held in (before or [], now or [])
    ]
    return kept[0] == kept[1]


def _managed_tag(before: Any, now: Any) -> bool:
    """Whether ECS wrote its own tag over ours: still there, and every other tag as it was."""
    was, is_ = before or [], now or []
    return _others(was) == _others(is_) and any(one["key"] == ECS_TAG for one in is_)


def _others(tags: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    return sorted(
        (one["key"], one["value"], one["propagate_at_launch"])
        for one in tags
        if one["key"] != ECS_TAG
    )


ECS_TAG = "AmazonECSManaged"
"""The tag that ECS sets on the group of a capacity provider, and on its instances."""

MOVING = (
    Moving("aws_acm_certificate", "status", "ACM issues it after its validation", _in_force),
    Moving("aws_acm_certificate", "not_after", "ACM renews it"),
    Moving("aws_acm_certificate", "not_before", "ACM renews it"),
    Moving("aws_acm_certificate", "pending_renewal", "ACM renews it"),
    Moving("aws_acm_certificate", "renewal_eligibility", "ACM renews it"),
    Moving("aws_acm_certificate", "renewal_summary", "ACM renews it"),
    Moving("aws_appautoscaling_policy", "alarm_arns", "the scaler makes its alarms itself"),
    # Whoever changes the subnets changes an attribute of their own, which is drift.
    Moving("aws_autoscaling_group", "availability_zones", "the zones of its subnets"),
    Moving(
        "aws_autoscaling_group", "tag", f"ECS sets {ECS_TAG} itself", _managed_tag,
    ),
    Moving("aws_db_instance", "availability_zone", "RDS fails over to the other zone"),
    Moving("aws_db_instance", "allocated_storage", "RDS lets storage grow", _grew),
    Moving("aws_db_instance", "engine_version_actual", "RDS upgrades minor versions"),
    Moving("aws_db_instance", "latest_restorable_time", "backups go on"),
    Moving("aws_db_instance", "master_user_secret", "RDS rotates the password", _secret_status),
    Moving("aws_db_instance", "status", "RDS backs up and maintains it"),
    Moving(
        "aws_elasticache_replication_group", "engine_version_actual",
        "ElastiCache upgrades minor versions",
    ),
    # Buckets: what resources of their own hold shows there too, and drifts there.
    Moving("aws_s3_bucket", "lifecycle_rule", "a resource of its own holds it"),
    Moving("aws_s3_bucket", "policy", "a resource of its own holds it"),
    Moving(
        "aws_s3_bucket", "server_side_encryption_configuration", "a resource of its own holds it"
    ),
    Moving("aws_s3_bucket", "versioning", "a resource of its own holds it"),
)  # fmt: skip


def why_moving(
    resource: Resource | None, kind: str, attribute: str, before: Any, now: Any
) -> str | None:
    """Why a change of an attribute is no drift; None when it is.

    `resource` is the construct's own, None when the code no longer has it.
    """
    lifecycle = resource.body.get("lifecycle", {}) if resource else {}
    ignored = lifecycle.get("ignore_changes", [])
    if ignored == "all" or attribute in ignored:
        return IGNORED
    for one in MOVING:
        if (one.type, one.attribute) == (kind, attribute) and one.when(before, now):
            return one.reason
    return None
