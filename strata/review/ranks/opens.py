"""What opens up: more access, encryption turned off, broader policies, less protection."""

from collections.abc import Iterator

from strata.documents import Json
from strata.plan_file.changes import Change, base
from strata.review.ranks import guards, listeners, parameters, policies
from strata.review.ranks.admits import admits
from strata.review.ranks.network import Network
from strata.review.ranks.reason import Reason

POLICIES = {
    "aws_iam_role_policy": ("policy", "role"),
    "aws_iam_user_policy": ("policy", "user"),
    "aws_iam_group_policy": ("policy", "group"),
    "aws_iam_policy": ("policy", ""),
    "aws_iam_role": ("assume_role_policy", ""),
    "aws_s3_bucket_policy": ("policy", "bucket"),
    "aws_ecr_repository_policy": ("policy", "repository"),
    "aws_secretsmanager_secret_policy": ("policy", "secret_arn"),
    "aws_secretsmanager_secret": ("policy", ""),
    "aws_kms_key": ("policy", ""),
    "aws_kms_key_policy": ("policy", "key_id"),
    "aws_sns_topic_policy": ("policy", "arn"),
    "aws_sqs_queue_policy": ("policy", "queue_url"),
    "aws_cloudwatch_log_resource_policy": ("policy_document", ""),
    "aws_efs_file_system_policy": ("policy", "file_system_id"),
    "aws_vpc_endpoint": ("policy", ""),
}
"""Resource type -> (attribute with its IAM policy, attribute that names the resource it is for)."""

ATTACHMENTS = {
    "aws_iam_role_policy_attachment": "role",
    "aws_iam_user_policy_attachment": "user",
    "aws_iam_group_policy_attachment": "group",
}
"""Resource type -> the attribute that names who gets the managed policy."""

HELD = {
    **{type_: holder for type_, (_, holder) in POLICIES.items() if holder},
    "aws_s3_bucket_public_access_block": "bucket",
    "aws_s3_bucket_server_side_encryption_configuration": "bucket",
    "aws_s3_bucket_ownership_controls": "bucket",
    "aws_s3_bucket_logging": "bucket",
    "aws_flow_log": "vpc_id",
    "aws_wafv2_web_acl_association": "resource_arn",
    "aws_secretsmanager_secret_rotation": "secret_id",
}
"""Resource type -> the attribute that names what it protects; the two may be deleted together."""

NAMED_BY = ("id", "arn", "name", "url", "bucket", "repository", "key_id")
"""Attributes of a resource by which its policies and protections name it."""


def opens(change: Change, network: Network) -> Iterator[Reason]:
    """Where more access or less protection comes with the change."""
    yield from admits(change, network)
    yield from listeners.opens(change, network)
    yield from parameters.opens(change, network)
    if change.actions == ("delete",):
        yield from _gone(change, network)
        return
    yield from _opened_policy(change, network)
    if change.before is None:
        yield from _created(change)
        return
    before, after = change.before, change.settled
    for attribute, words in guards.weaker(change.type, before, after):
        yield Reason("opens", words, (attribute,))
    yield from _within_a_role(change, before, after)
    if change.type == "aws_ecs_task_definition":
        texts = before.get("container_definitions"), _text(
            change, network, "container_definitions"
        )  # fmt: skip
        for words in guards.containers(*texts):
            yield Reason("opens", words, ("container_definitions",))


def _within_a_role(change: Change, before: Json, after: Json) -> Iterator[Reason]:
    """The policies in a role's own attributes: inline blocks and the list of managed policies."""
    if change.type != "aws_iam_role":
        return
    more = sorted(
        set(after.get("managed_policy_arns") or []) - set(before.get("managed_policy_arns") or [])
    )
    if more:
        yield Reason("opens", f"an existing role gets {', '.join(more)}", ("managed_policy_arns",))
    if "inline_policy" in change.changed:
        was, will = (
            [str(policy.get("policy") or "") for policy in body.get("inline_policy") or []]
            for body in (before, after)
        )
        permissions = [
            permission for policy in will for permission in policies.broader(None, policy, was)
        ]
        permissions += [
            permission for policy in was for permission in policies.broader(policy, None, (), will)
        ]
        yield from _policy_reasons(permissions, "inline_policy")


def _created(change: Change) -> Iterator[Reason]:
    """What is unsafe even when new, since it may be added to existing resources."""
    if change.type == "aws_ebs_volume" and not (change.after or {}).get("encrypted"):
        yield Reason("opens", "a disk without encryption", ("encrypted",))


def _gone(change: Change, network: Network) -> Iterator[Reason]:
    if _holder_goes(change, network):
        return
    if change.type in guards.GONE:
        yield Reason("opens", guards.GONE[change.type])
    attribute, _ = POLICIES.get(change.type, ("", ""))
    if attribute and change.type in HELD:
        more = _broader(change, network, attribute, None)
        yield from _policy_reasons(more, attribute)
    if change.type in ATTACHMENTS and _denying(change, network):
        yield Reason("opens", "what its policy denied is no longer denied", ("policy_arn",))


def _holder_goes(change: Change, network: Network) -> bool:
    """Whether the resource that a deleted protection was for, such as a bucket, goes as well."""
    attribute = HELD.get(change.type) or ATTACHMENTS.get(change.type) or ""
    holder = (change.before or {}).get(attribute)
    return bool(holder) and any(
        other.destroys
        and other.address != change.address
        and other.type not in HELD
        and any((other.before or {}).get(name) == holder for name in NAMED_BY)
        for other in network.plan.changes
    )


def _denying(change: Change, network: Network) -> bool:
    """Whether a managed policy that is detached denies anything."""
    arn = (change.before or {}).get("policy_arn")
    return any(
        policies.denies(body.get("policy"))
        for _, body, _ in network.of("aws_iam_policy", side="before")
        if body.get("arn") == arn
    )


def is_new(network: Network, change: Change, *attributes: str) -> bool:
    """Whether the resource that one of these attributes names is created in the same plan."""
    created = {
        other.address
        for other in network.plan.changes
        if other.before is None and other.after is not None
    }  # fmt: skip
    resource = network.stack.resources.get(base(change.address))
    written = [resource.body.get(attribute) for attribute in attributes] if resource else []
    return any(target.address in created for target in network.stack.targets(written))


def _opened_policy(change: Change, network: Network) -> Iterator[Reason]:
    holder = ATTACHMENTS.get(change.type)
    if holder:
        arn = change.settled.get("policy_arn")
        if arn != (change.before or {}).get("policy_arn") and not is_new(network, change, holder):
            yield Reason("opens", f"an existing {holder} gets {arn}", ("policy_arn",))
        return
    attribute, holder = POLICIES.get(change.type, ("", ""))
    if not attribute or (attribute not in change.changed):
        return
    if change.before is None and (not holder or is_new(network, change, holder)):
        return
    yield from _policy_reasons(
        _broader(change, network, attribute, _text(change, network, attribute)), attribute
    )


def _text(change: Change, network: Network, attribute: str) -> str | None:
    """An attribute after; where it is not known, its text in the stack, with `${...}`."""
    if change.unknown.get(attribute):
        resource = network.stack.resources.get(base(change.address))
        return resource.body.get(attribute) if resource else None
    return (change.after or {}).get(attribute)


def _broader(
    change: Change, network: Network, attribute: str, after: str | None
) -> list[str]:  # fmt: skip
    before = (change.before or {}).get(attribute)
    holder = HELD.get(change.type)
    if not holder:
        return policies.broader(before, after)
    others: dict[str, list[str]] = {"before": [], "after": []}
    holders = {network.key(change, holder, "before"), network.key(change, holder, "after")}
    for other, body, _ in network.of(change.type, side="before"):
        if other.address != change.address and network.key(other, holder, "before") in holders:
            others["before"].append(str(body.get(attribute) or ""))
    for other, _, _ in network.of(change.type, side="after"):
        if other.address != change.address and network.key(other, holder, "after") in holders:
            others["after"].append(str(_text(other, network, attribute) or ""))
    return policies.broader(before, after, others["before"], others["after"])


def _policy_reasons(more: list[str], attribute: str) -> Iterator[Reason]:
    if more:
        listed = ", ".join(more[:3]) + (f" and {len(more) - 3} more" if len(more) > 3 else "")
        yield Reason("opens", f"the policy allows more: {listed}", (attribute,))
