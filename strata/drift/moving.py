"""Attributes that change by themselves, and so are not drift.

Most of them are in the `ignore_changes` of the constructs: something else sets them from the first
day, such as the scaler. The rest is this list: values that AWS keeps up to date, and that nobody
can set by hand.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from strata.documents.stacks import Resource

IGNORED = "its construct ignores it (ignore_changes)"


def _always(_: Any, __: Any) -> bool:
    return True


@dataclass(frozen=True)
class Moving:
    """An attribute that changes by itself; with `when`, only if old and new value meet it."""

    type: str
    attribute: str
    reason: str
    when: Callable[[Any, Any], bool] = _always


def _grew(before: Any, now: Any) -> bool:
    return isinstance(before, int) and isinstance(now, int) and now > before


def _filled(before: Any, now: Any) -> bool:
    return not before and bool(now)


def _in_force(_: Any, now: Any) -> bool:
    return bool(now == "ISSUED")


def _secret_status(before: Any, now: Any) -> bool:
    """Whether nothing but the status of the secret that RDS keeps differs."""
    without_status = [
        [
            {key: value for key, value in secret.items() if key != "secret_status"}
            for secret in secrets
        ]
        for secrets in (before or [], now or [])
    ]
    return without_status[0] == without_status[1]


def _managed_tag(before: Any, now: Any) -> bool:
    """Whether ECS wrote its own tag over ours: still there, and every other tag as it was."""
    was, is_ = before or [], now or []
    return _other_tags(was) == _other_tags(is_) and any(tag["key"] == ECS_TAG for tag in is_)


def _other_tags(tags: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    return sorted(
        (tag["key"], tag["value"], tag["propagate_at_launch"])
        for tag in tags
        if tag["key"] != ECS_TAG
    )


def _only_image(before: Any, now: Any) -> bool:
    """Whether container definitions differ in nothing but images: a release."""
    return bool(_without_images(before) == _without_images(now))


def _without_images(definitions: Any) -> Any:
    try:
        return [{**one, "image": ""} for one in json.loads(definitions)]
    except (TypeError, ValueError):
        return definitions


def _same_family(before: Any, now: Any) -> bool:
    return str(before).rpartition(":")[0] == str(now).rpartition(":")[0]


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
    # A change of the subnets shows in an attribute of its own, which is drift.
    Moving("aws_autoscaling_group", "availability_zones", "the zones of its subnets"),
    Moving(
        "aws_autoscaling_group", "tag", f"ECS sets {ECS_TAG} itself", _managed_tag,
    ),
    Moving("aws_db_instance", "availability_zone", "RDS fails over to the other zone"),
    Moving("aws_db_instance", "allocated_storage", "RDS storage autoscaling", _grew),
    Moving("aws_db_instance", "engine_version_actual", "RDS upgrades minor versions"),
    Moving("aws_db_instance", "latest_restorable_time", "backups go on"),
    Moving("aws_db_instance", "master_user_secret", "RDS rotates the password", _secret_status),
    Moving("aws_db_instance", "status", "RDS backs up and maintains it"),
    # They are read before the gateway is made, and again with the next refresh. Another
    # association than the first is drift.
    *(
        Moving("aws_eip", attribute, "its NAT gateway takes it", _filled)
        for attribute in ("association_id", "network_interface", "private_dns", "private_ip")
    ),
    # Releases: who made one by other means than Strata is told apart (`releases.py`).
    Moving("aws_ecs_service", "task_definition", "a release", _same_family),
    Moving("aws_ecs_task_definition", "arn", "a release registers a revision"),
    Moving("aws_ecs_task_definition", "container_definitions", "a release", _only_image),
    Moving("aws_ecs_task_definition", "revision", "a release registers a revision"),
    Moving("aws_ssm_parameter", "version", "a release writes it"),
    Moving(
        "aws_elasticache_replication_group", "engine_version_actual",
        "ElastiCache upgrades minor versions",
    ),
    Moving(
        "aws_secretsmanager_secret_version", "version_stages",
        "strata rotate makes a newer version the current one",
    ),
    # Buckets: these attributes repeat resources of their own, whose drift shows there.
    Moving("aws_s3_bucket", "lifecycle_rule", "a separate resource manages it"),
    Moving("aws_s3_bucket", "policy", "a separate resource manages it"),
    Moving(
        "aws_s3_bucket", "server_side_encryption_configuration", "a separate resource manages it"
    ),
    Moving("aws_s3_bucket", "versioning", "a separate resource manages it"),
)  # fmt: skip


WITH_POLICY = ("aws_sns_topic", "aws_sqs_queue")
"""Types that show the policy that a resource of its own gives them."""


def why_moving(
    resource: Resource | None, kind: str, attribute: str, before: Any, now: Any
) -> str | None:
    """Why a change of an attribute is not drift; None when it is.

    `resource` is the construct's own, None when the code no longer has it.
    """
    lifecycle = resource.body.get("lifecycle", {}) if resource else {}
    ignored = lifecycle.get("ignore_changes", [])
    if ignored == "all" or attribute in ignored:
        return IGNORED
    if attribute == "policy" and kind in WITH_POLICY and resource and "policy" not in resource.body:
        return "a separate resource manages it"
    for moving in MOVING:
        if (moving.type, moving.attribute) == (kind, attribute) and moving.when(before, now):
            return moving.reason
    return None
