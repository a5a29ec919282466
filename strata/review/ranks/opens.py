"""What opens up: who gets in, encryption that goes off, broader policies, less protection."""

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
"""Resource type -> (attribute with its IAM policy, attribute that names what it is put on)."""

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
"""Resource type -> the attribute that names what it protects: with that it may go."""

NAMED_BY = ("id", "arn", "name", "url", "bucket", "repository", "key_id")
"""Attributes of a resource by which what is put on it names it."""


def opens(change: Change, network: Network) -> Iterator[Reason]:
    """Where more gets in, or less protects, after the change."""
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
        for said in guards.containers(*texts):
            yield Reason("opens", said, ("container_definitions",))


def _within_a_role(change: Change, before: Json, after: Json) -> Iterator[Reason]:
    """The policies that a role has as blocks and as a list of its own."""
    if change.type != "aws_iam_role":
        return
    more = sorted(
        set(after.get("managed_policy_arns") or []) - set(before.get("managed_policy_arns") or [])
    )
    if more:
        yield Reason("opens", f"an existing role gets {', '.join(more)}", ("managed_policy_arns",))
    if "inline_policy" in change.changed:
        was, will = (
            [str(one.get("policy") or "") for one in body.get("inline_policy") or []]
            for body in (before, after)
        )
        found = [each for one in will for each in policies.broader(None, one, was)]
        found += [each for one in was for each in policies.broader(one, None, (), will)]
        yield from _told(found, "inline_policy")


def _created(change: Change) -> Iterator[Reason]:
    """What is unsafe however new it is, since it may be beside what stands."""
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
        yield from _told(more, attribute)
    if change.type in ATTACHMENTS and _denying(change, network):
        yield Reason("opens", "what its policy denied is no longer denied", ("policy_arn",))


def _holder_goes(change: Change, network: Network) -> bool:
    """Whether the bucket, say, that a deleted protection stood on goes as well."""
    attribute = HELD.get(change.type) or ATTACHMENTS.get(change.type) or ""
    named = (change.before or {}).get(attribute)
    return bool(named) and any(
        one.destroys
        and one.address != change.address
        and one.type not in HELD
        and any((one.before or {}).get(name) == named for name in NAMED_BY)
        for one in network.plan.changes
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
    """Whether what the resource is put on is created in the same plan."""
    created = {
        one.address
        for one in network.plan.changes
        if one.before is None and one.after is not None
    }  # fmt: skip
    resource = network.stack.resources.get(base(change.address))
    named = [resource.body.get(one) for one in attributes] if resource else []
    return any(one.address in created for one in network.stack.targets(named))


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
    yield from _told(
        _broader(change, network, attribute, _text(change, network, attribute)), attribute
    )


def _text(change: Change, network: Network, attribute: str) -> str | None:
    """An attribute after; as it is written in the stack, with `${...}`, where it is not known."""
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
    beside: dict[str, list[str]] = {"before": [], "after": []}
    mine = {network.key(change, holder, "before"), network.key(change, holder, "after")}
    for other, body, _ in network.of(change.type, side="before"):
        if other.address != change.address and network.key(other, holder, "before") in mine:
            beside["before"].append(str(body.get(attribute) or ""))
    for other, _, _ in network.of(change.type, side="after"):
        if other.address != change.address and network.key(other, holder, "after") in mine:
            beside["after"].append(str(_text(other, network, attribute) or ""))
    return policies.broader(before, after, beside["before"], beside["after"])


def _told(more: list[str], attribute: str) -> Iterator[Reason]:
    if more:
        listed = ", ".join(more[:3]) + (f" and {len(more) - 3} more" if len(more) > 3 else "")
        yield Reason("opens", f"the policy allows more: {listed}", (attribute,))
