"""Attributes that protect, and whether they do so less after a change."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from strata.documents import Json
from strata.plan_file.changes import value_at
from strata.resources.containers import Container
from strata.resources.containers import containers as read_containers


@dataclass(frozen=True)
class Guard:
    """An attribute that protects; `safe` are its values from the safest to the least safe.

    `was_out` and `left_out` are the values that count before and after when it is not written: of
    the possible ones, the one that makes the change an opening.
    """

    attribute: str
    safe: tuple[str, ...]
    words: str
    left_out: str = ""
    was_out: str = ""


def _on(attribute: str, words: str) -> Guard:
    return Guard(attribute, ("true", "false"), words, left_out="false")


def _off(attribute: str, words: str) -> Guard:
    return Guard(attribute, ("false", "true"), words, was_out="false")


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
        Guard("image_tag_mutability",
              ("IMMUTABLE", "IMMUTABLE_WITH_EXCLUSION", "MUTABLE_WITH_EXCLUSION", "MUTABLE"),
              "a tag can be pushed over", left_out="MUTABLE"),
        _on("image_scanning_configuration[0].scan_on_push", "images are no longer scanned"),
        _off("force_delete", "the repository can go with images in it"),
    ),
    "aws_ecs_service": (
        _off("enable_execute_command", "whoever may call ECS Exec gets a shell in the tasks"),
        _off("network_configuration[0].assign_public_ip", "its tasks get public addresses"),
        _on("volume_configuration[0].managed_ebs_volume[0].encrypted",
            "encryption of the tasks' volumes goes off"),
    ),
    "aws_ecs_task_definition": (
        Guard("pid_mode", ("", "task", "host"), "its containers see the processes of {word}"),
        Guard("ipc_mode", ("", "none", "task", "host"), "its containers share memory with {word}"),
    ),
    "aws_launch_template": (
        Guard("metadata_options[0].http_tokens", ("required", "optional"),
              "instance metadata answers without a session token (IMDSv1)",
              left_out="optional"),
        Guard("metadata_options[0].http_endpoint", ("disabled", "enabled"),
              "instance metadata, with the instance's credentials, is served",
              left_out="enabled"),
        Guard("metadata_options[0].instance_metadata_tags", ("disabled", "enabled"),
              "instance metadata shows the instance's tags"),
        _off("network_interfaces[0].associate_public_ip_address",
             "instances get public addresses"),
    ),
    "aws_lb": (
        _on("internal", "the load balancer becomes public"),
        _on("enable_deletion_protection", "deletion is no longer refused"),
        _on("drop_invalid_header_fields", "invalid headers reach the application"),
        _on("access_logs[0].enabled", "requests are no longer logged"),
        _on("connection_logs[0].enabled", "connections are no longer logged"),
        _off("enable_waf_fail_open", "requests pass while the firewall does not answer"),
        Guard("desync_mitigation_mode", ("strictest", "defensive", "monitor"),
              "ambiguous requests reach the application"),
    ),
    "aws_lb_listener": (
        Guard("mutual_authentication[0].mode", ("verify", "passthrough", "off"),
              "clients need no valid certificate", left_out="off"),
    ),
    "aws_subnet": (
        _off("map_public_ip_on_launch", "what starts in the subnet gets a public address"),
        _off("assign_ipv6_address_on_creation", "what starts in the subnet gets an IPv6 address"),
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
    "aws_s3_bucket_acl": (
        Guard("acl", ("private", "authenticated-read", "public-read", "public-read-write"),
              "the bucket's list of rights is {word}"),
    ),
    "aws_s3_bucket_ownership_controls": (
        Guard("rule[0].object_ownership",
              ("BucketOwnerEnforced", "BucketOwnerPreferred", "ObjectWriter"),
              "lists of rights of single objects count again"),
    ),
    "aws_route53_zone": (_off("force_destroy", "the zone can go with records in it"),),
    "aws_autoscaling_group": (
        _on("protect_from_scale_in", "instances with tasks are no longer protected"),
    ),
    "aws_ebs_volume": (_on("encrypted", "encryption of the volume goes off"),),
    "aws_efs_file_system": (_on("encrypted", "encryption of the files goes off"),),
    "aws_kms_key": (_on("enable_key_rotation", "the key is no longer rotated"),),
}  # fmt: skip
"""Resource type -> the attributes of it that protect; `{word}` stands for the value after."""

GONE = {
    "aws_s3_bucket_public_access_block": "public access to the bucket is no longer blocked",
    "aws_s3_bucket_server_side_encryption_configuration": "the bucket's own encryption rule goes",
    "aws_s3_bucket_ownership_controls": "lists of rights of single objects may count again",
    "aws_s3_bucket_logging": "requests to the bucket are no longer logged",
    "aws_flow_log": "traffic is no longer recorded",
    "aws_wafv2_web_acl_association": "requests no longer pass the firewall",
    "aws_secretsmanager_secret_rotation": "the secret is no longer rotated",
}
"""Resource type -> what its deletion opens."""

WHOLE_NUMBERS = {
    "aws_launch_template": (
        ("metadata_options[0].http_put_response_hop_limit", (1, 64),
         "containers come nearer to the instance's credentials"),
    ),
}  # fmt: skip
"""Resource type -> (attribute, the least and the most that it may be when not set, what a larger
number opens). A hop limit that is not set is the account's default, else the image's, which for
Amazon Linux 2023 is 2, else 1 (EC2 User Guide, order of precedence for instance metadata options;
Amazon Linux 2023 User Guide, IMDSv2; both read 2026-11-28)."""

LISTS = {
    "aws_db_instance": (
        ("enabled_cloudwatch_logs_exports", "the logs {gone} are no longer exported"),
    ),
}
"""Resource type -> (attribute with a list, what removing an entry means)."""

BOUNDARY = ("aws_iam_role", "aws_iam_user")
"""Resource types whose permissions a boundary limits."""


def weaker(type_: str, before: Json, after: Json) -> Iterator[tuple[str, str]]:
    """(attribute, explanation) of the protections that are weaker after."""
    for guard in GUARDS.get(type_, ()):
        old, new = (_word(value_at(body, guard.attribute)) for body in (before, after))
        old, new = old or guard.was_out, new or guard.left_out
        known = old in guard.safe and new in guard.safe
        if known and guard.safe.index(new) > guard.safe.index(old):
            yield guard.attribute, guard.words.format(word=WORDS.get(new, new))
    for attribute, (least, most), words in WHOLE_NUMBERS.get(type_, ()):
        # The provider reads what is not set as 0.
        was, will_be = (value_at(body, attribute) or 0 for body in (before, after))
        known = isinstance(was, int) and isinstance(will_be, int)
        if known and (was or will_be) and (will_be or most) > (was or least):
            yield attribute, words
    for attribute, words in LISTS.get(type_, ()):
        gone = sorted(set(before.get(attribute) or []) - set(after.get(attribute) or []))
        if gone:
            yield attribute, words.format(gone=", ".join(gone))
    asks = [body.get("auth_token") or body.get("user_group_ids") for body in (before, after)]
    if type_ == "aws_elasticache_replication_group" and asks[0] and not asks[1]:
        yield "auth_token", "connections pass without a token"
    yield from _boundary(type_, before, after)
    yield from _disks(type_, before, after)
    if type_ == "aws_ecs_task_definition":
        yield from _task(before, after)


WORDS = {"host": "the instance", "task": "each other"}
"""Modes of a task -> the words for them in a report."""


def _boundary(type_: str, before: Json, after: Json) -> Iterator[tuple[str, str]]:
    name = "permissions_boundary"
    old, new = (str(body.get(name) or "") for body in (before, after))
    if type_ in BOUNDARY and old and new != old:
        words = f"it gets another permissions boundary, {new}" if new else (
            "no permissions boundary limits it"
        )  # fmt: skip
        yield name, words


DISKS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "aws_launch_template": (("block_device_mappings", "ebs[0]."),),
    "aws_instance": (("root_block_device", ""), ("ebs_block_device", "")),
}
"""Resource type -> (blocks that are disks, the path in a block to the arguments)."""


def _disks(type_: str, before: Json, after: Json) -> Iterator[tuple[str, str]]:
    """Disks without encryption that were encrypted before, or are new."""
    for name, below in DISKS.get(type_, ()):
        was, will = (_plain_disks(body.get(name), below) for body in (before, after))
        for device in sorted(will - was):
            yield name, f"encryption of the disk {device or name} is off"


def _plain_disks(blocks: Any, below: str) -> set[str]:
    devices = set()
    for block in blocks if isinstance(blocks, list) else []:
        # A block without `ebs` is an instance store volume, or no disk at all.
        is_disk = not below or bool(value_at(block, below.rstrip(".")))
        if is_disk and _word(value_at(block, f"{below}encrypted")) != "true":
            devices.add(str(block.get("device_name") or ""))
    return devices


def _task(before: Json, after: Json) -> Iterator[tuple[str, str]]:
    if after.get("network_mode") == "host" and before.get("network_mode") != "host":
        yield "network_mode", "its containers listen on the instance's own addresses"
    was, will = (
        {str(volume["host_path"]) for volume in body.get("volume") or [] if volume.get("host_path")}
        for body in (before, after)
    )
    for path in sorted(will - was):
        yield "volume", f"its containers may be given {path} of the instance"
    old, new = (str(body.get("task_role_arn") or "") for body in (before, after))
    if new and new != old:
        yield "task_role_arn", f"the application gets the rights of {new}"


def _word(value: Any) -> str:
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def containers(before: str | None, after: str | None) -> Iterator[str]:
    """What the containers of a task definition may do after and not before.

    A new container is compared with all containers of before: a trait counts when none had it.
    """
    try:
        olds = {container.name: container for container in read_containers(before or [])}
        news = {container.name: container for container in read_containers(after or [])}
    except ValueError:
        return
    old_traits = {name: set(_traits(container)) for name, container in olds.items()}
    usual = set[str]().union(*old_traits.values()) & USUAL
    for name, new in news.items():
        for trait in _traits(new):
            if trait not in old_traits.get(name, usual):
                yield f"the container {name} {trait}"
        old = olds.get(name)
        if old is None:
            continue
        for capability in sorted(old.dropped_capabilities - new.dropped_capabilities):
            yield f"the container {name} keeps the capability {capability}, which it dropped"
        # A value that was a secret and is now in the task definition, for all to read.
        for variable in old.secrets.keys() & new.environment.keys():
            yield f"the container {name} has {variable} in plain text"


PRIVILEGED = "is privileged: it may do on the instance what root may"
WRITES, ROOT = "can write to its root filesystem", "runs as root"
USUAL = {WRITES, ROOT}
"""Traits that are not new in an added container when another had them before."""


def _traits(container: Container) -> Iterator[str]:
    """What a container may do that a safe one may not."""
    if container.privileged:
        yield PRIVILEGED
    if not container.read_only_root:
        yield WRITES
    if container.user.split(":")[0] in ("", "0", "root"):
        yield ROOT
    for capability in container.added_capabilities:
        yield f"has the capability {capability}"
    for device in container.devices:
        yield f"has the device {device}"
    for option in container.security_options:
        if option.endswith((":unconfined", ":disable")):
            yield f"runs with {option}"
    for file in container.environment_files:
        yield f"takes variables from {file}, which changes without a plan"
