"""Attributes that protect, and whether they do so less after a change."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from strata.plan.changes import value_at

Json = dict[str, Any]

TLS_AGE = {
    "ELBSecurityPolicy-TLS-1-0": 0,
    "ELBSecurityPolicy-2016-08": 0,
    "ELBSecurityPolicy-TLS-1-1": 1,
    "ELBSecurityPolicy-TLS-1-2": 2,
    "ELBSecurityPolicy-TLS13-1-0": 0,
    "ELBSecurityPolicy-TLS13-1-1": 1,
    "ELBSecurityPolicy-TLS13-1-2": 2,
    "ELBSecurityPolicy-TLS13-1-3": 3,
    "ELBSecurityPolicy-FS-1-1": 1,
    "ELBSecurityPolicy-FS-1-2": 2,
    "ELBSecurityPolicy-FS-2018": 0,
}
"""Beginning of a policy's name -> the minor TLS version it starts at (ELB User Guide, security
policies)."""


@dataclass(frozen=True)
class Guard:
    """An attribute that protects; `safe` are its values from the safest to the least safe."""

    attribute: str
    safe: tuple[str, ...]
    words: str


def _on(attribute: str, words: str) -> Guard:
    return Guard(attribute, ("true", "false"), words)


def _off(attribute: str, words: str) -> Guard:
    return Guard(attribute, ("false", "true"), words)


GUARDS: Mapping[str, tuple[Guard, ...]] = {
    "aws_db_instance": (
        _on("storage_encrypted", "encryption of the storage goes off"),
        _off("publicly_accessible", "the database gets a public address"),
        _on("deletion_protection", "deletion is no longer refused"),
        _off("skip_final_snapshot", "no last snapshot is taken when it goes"),
        _on("manage_master_user_password", "the password is no longer kept by Secrets Manager"),
        _on("iam_database_authentication_enabled", "IAM authentication goes off"),
    ),
    "aws_elasticache_replication_group": (
        _on("at_rest_encryption_enabled", "encryption at rest goes off"),
        _on("transit_encryption_enabled", "encryption in transit goes off"),
        Guard(
            "transit_encryption_mode", ("required", "preferred"), "connections without TLS pass"
        ),
    ),
    "aws_ecr_repository": (
        Guard("image_tag_mutability", ("IMMUTABLE", "MUTABLE"), "a tag can be pushed over"),
        _on("image_scanning_configuration[0].scan_on_push", "images are no longer scanned"),
        _off("force_delete", "the repository can go with images in it"),
    ),
    "aws_launch_template": (
        Guard("metadata_options[0].http_tokens", ("required", "optional"),
              "instance metadata answers without a session token (IMDSv1)"),
        _on("block_device_mappings[0].ebs[0].encrypted", "encryption of root volumes goes off"),
    ),
    "aws_lb": (
        _on("internal", "the load balancer becomes public"),
        _on("enable_deletion_protection", "deletion is no longer refused"),
        _on("drop_invalid_header_fields", "invalid headers reach the application"),
        _on("access_logs[0].enabled", "requests are no longer logged"),
    ),
    "aws_subnet": (
        _off("map_public_ip_on_launch", "what starts in the subnet gets a public address"),
    ),
    "aws_s3_bucket": (_off("force_destroy", "the bucket can go with objects in it"),),
    "aws_s3_bucket_public_access_block": tuple(
        _on(name, f"{name} goes off: public access is no longer blocked")
        for name in (
            "block_public_acls",
            "block_public_policy",
            "ignore_public_acls",
            "restrict_public_buckets",
        )
    ),
    "aws_route53_zone": (_off("force_destroy", "the zone can go with records in it"),),
    "aws_autoscaling_group": (
        _on("protect_from_scale_in", "instances with tasks are no longer protected"),
    ),
}  # fmt: skip
"""Resource type -> the attributes of it that protect."""

GONE = {
    "aws_s3_bucket_public_access_block": "public access to the bucket is no longer blocked",
    "aws_s3_bucket_server_side_encryption_configuration": "the bucket's own encryption rule goes",
    "aws_flow_log": "traffic is no longer recorded",
}
"""Resource type -> what its end opens."""

WHOLE_NUMBERS = {
    "aws_launch_template": (
        ("metadata_options[0].http_put_response_hop_limit",
         "containers come nearer to the instance's credentials"),
    ),
}  # fmt: skip
"""Resource type -> (attribute, what a larger number of it opens)."""


def weaker(type_: str, before: Json, after: Json) -> Iterator[tuple[str, str]]:
    """(attribute, words) of the protections that are weaker after."""
    for guard in GUARDS.get(type_, ()):
        old, new = (_word(value_at(body, guard.attribute)) for body in (before, after))
        # A block that is left out is as good as off.
        new = new or ("false" if guard.safe[0] == "true" else new)
        known = old in guard.safe and new in guard.safe
        if known and guard.safe.index(new) > guard.safe.index(old):
            yield guard.attribute, guard.words
    for attribute, words in WHOLE_NUMBERS.get(type_, ()):
        counts = value_at(before, attribute), value_at(after, attribute)
        if all(isinstance(one, int) for one in counts) and counts[1] > counts[0]:
            yield attribute, words


def _word(value: Any) -> str:
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def tls_version(policy: str) -> int | None:
    """The minor version of TLS 1 that a listener's security policy starts at; None: not known."""
    matching = [begin for begin in TLS_AGE if policy.startswith(begin)]
    return TLS_AGE[max(matching, key=len)] if matching else None


def containers(before: str | None, after: str | None) -> Iterator[str]:
    """What the containers of a task definition may do after and not before."""
    try:
        olds = {one["name"]: one for one in json.loads(before or "[]")}
        news = {one["name"]: one for one in json.loads(after or "[]")}
    except (ValueError, KeyError, TypeError):
        return
    for name, new in news.items():
        old = olds.get(name)
        if old is None:
            continue
        if new.get("privileged") and not old.get("privileged"):
            yield f"the container {name} becomes privileged"
        if old.get("readonlyRootFilesystem") and not new.get("readonlyRootFilesystem"):
            yield f"the container {name} can write to its root filesystem"
        root = {"", "0", "root"}
        if str(new.get("user", "")).split(":")[0] in root and (
            str(old.get("user", "")).split(":")[0] not in root
        ):
            yield f"the container {name} runs as root"
