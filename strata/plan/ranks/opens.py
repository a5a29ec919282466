"""What opens up: wider rules, encryption off, public access, broader policies, less protection."""

from collections.abc import Iterator
from typing import Any

from strata.plan.changes import Change, Plan, base, value_at
from strata.plan.ranks import guards, policies, rules
from strata.plan.ranks.reason import Reason
from strata.stacks import Stack

Json = dict[str, Any]

RULES = (
    "aws_vpc_security_group_ingress_rule",
    "aws_vpc_security_group_egress_rule",
    "aws_network_acl_rule",
)
POLICIES = {
    "aws_iam_role_policy": ("policy", "role"),
    "aws_iam_policy": ("policy", ""),
    "aws_iam_role": ("assume_role_policy", ""),
    "aws_s3_bucket_policy": ("policy", "bucket"),
    "aws_ecr_repository_policy": ("policy", "repository"),
}
"""Resource type -> (attribute with its IAM policy, attribute that names what it is put on)."""


def opens(change: Change, plan: Plan, stack: Stack) -> Iterator[Reason]:
    """Where more gets in, or less protects, after the change."""
    if change.actions == ("delete",):
        yield from _gone(change, plan)
        return
    if change.type in RULES:
        yield from _opened_rule(change, plan, stack)
    elif change.type == "aws_route":
        yield from _opened_route(change, plan, stack)
    yield from _opened_policy(change, plan, stack)
    if change.before is None:
        return
    before, after = change.before, change.settled
    for attribute, words in guards.weaker(change.type, before, after):
        yield Reason("opens", words, (attribute,))
    if change.type in ("aws_security_group", "aws_default_security_group"):
        yield from _opened_group(change, before, after)
    elif change.type == "aws_lb_listener":
        yield from _opened_listener(before, after)
    elif change.type == "aws_ecs_task_definition":
        texts = before.get("container_definitions"), after.get("container_definitions")
        for said in guards.containers(*texts):
            yield Reason("opens", said, ("container_definitions",))
    elif _requires_tls(change.type, before) and not _requires_tls(change.type, after):
        yield Reason("opens", "connections to MySQL without TLS pass", ("parameter",))


def _gone(change: Change, plan: Plan) -> Iterator[Reason]:
    if change.type in guards.GONE and not _holder_goes(change, plan):
        yield Reason("opens", guards.GONE[change.type])
    if change.type == "aws_network_acl_rule" and (change.before or {}).get("rule_action") == "deny":
        yield Reason("opens", "a rule that denied goes")


def _holder_goes(change: Change, plan: Plan) -> bool:
    """Whether the bucket, say, that a deleted protection stood on goes as well."""
    bucket = (change.before or {}).get("bucket")
    return any(
        one.destroys and one.type == "aws_s3_bucket" and (one.before or {}).get("id") == bucket
        for one in plan.changes
    )


def _opened_route(change: Change, plan: Plan, stack: Stack) -> Iterator[Reason]:
    """A new table's way to the internet is its purpose; one for an old table is not."""
    resource = stack.resources.get(change.address)
    gateway = resource.body.get("gateway_id") if resource else None
    if not gateway or _new(stack, plan, change, "route_table_id"):
        return
    was = (change.before or {}).get("gateway_id")
    if not was and change.settled.get("destination_cidr_block") in rules.ANYWHERE:
        yield Reason("opens", "an existing route table leads to the internet", ("gateway_id",))


def _opened_group(change: Change, before: Json, after: Json) -> Iterator[Reason]:
    for attribute in ("ingress", "egress"):
        olds, news = (rules.inline_rules(one.get(attribute)) for one in (before, after))
        for rule in rules.wider(olds, news) if attribute in change.changed else ():
            yield Reason("opens", f"the group admits more: {rule}", (attribute,))


def _opened_rule(change: Change, plan: Plan, stack: Stack) -> Iterator[Reason]:
    before, after = change.before, change.settled
    acl = change.type == "aws_network_acl_rule"
    inwards = not after.get("egress") if acl else "ingress" in change.type
    new = rules.rules(change.type, after)
    found = rules.wider(rules.rules(change.type, before), new)
    if not found:
        return
    whose = "network ACL" if acl else "security group"
    direction = "lets in" if inwards else "lets out"
    if before is None and _new(stack, plan, change, "network_acl_id", "security_group_id"):
        # With a new group all of its rules are new: what counts is the whole internet.
        if inwards and found[0].cidr in rules.ANYWHERE:
            yield Reason("opens", f"a new {whose} lets in {found[0]}", ("cidr_ipv4", "cidr_block"))
        return
    names = ("cidr_ipv4", "cidr_ipv6", "cidr_block", "from_port", "to_port", "ip_protocol",
             "protocol", "referenced_security_group_id", "rule_action")  # fmt: skip
    changed = tuple(name for name in names if name in change.changed and after.get(name))
    yield Reason("opens", f"the {whose} {direction} more: {found[0]}", changed)


def _new(stack: Stack, plan: Plan, change: Change, *attributes: str) -> bool:
    """Whether what the resource is put on is created in the same plan."""
    created = {one.address for one in plan.changes if one.before is None and one.after is not None}
    resource = stack.resources.get(base(change.address))
    targets = stack.targets([resource.body.get(a) for a in attributes]) if resource else []
    return any(one.address in created for one in targets)


def _opened_policy(change: Change, plan: Plan, stack: Stack) -> Iterator[Reason]:
    if change.type == "aws_iam_role_policy_attachment":
        arn = change.settled.get("policy_arn")
        if arn != (change.before or {}).get("policy_arn") and not _new(stack, plan, change, "role"):
            yield Reason("opens", f"an existing role gets {arn}", ("policy_arn",))
        return
    attribute, holder = POLICIES.get(change.type, ("", ""))
    if not attribute or (attribute not in change.changed):
        return
    before = (change.before or {}).get(attribute)
    after = (change.after or {}).get(attribute)
    if change.unknown.get(attribute):
        resource = stack.resources.get(change.address)
        after = resource.body.get(attribute) if resource else None
    if change.before is None and (not holder or _new(stack, plan, change, holder)):
        return
    more = policies.broader(before, after)
    if more:
        listed = ", ".join(more[:3]) + (f" and {len(more) - 3} more" if len(more) > 3 else "")
        yield Reason("opens", f"the policy allows more: {listed}", (attribute,))


def _opened_listener(before: Json, after: Json) -> Iterator[Reason]:
    encrypted = [body.get("protocol") in ("HTTPS", "TLS") for body in (before, after)]
    if encrypted == [True, False]:
        yield Reason("opens", "the listener serves without encryption", ("protocol",))
    actions = [value_at(body, "default_action[0].type") for body in (before, after)]
    if actions == ["redirect", "forward"] and not encrypted[1]:
        yield Reason("opens", "requests are served without encryption", ("default_action[0].type",))
    old, new = (guards.tls_version(body.get("ssl_policy") or "") for body in (before, after))
    if old is not None and new is not None and new < old:
        yield Reason("opens", f"the listener accepts TLS 1.{new}", ("ssl_policy",))


def _requires_tls(type_: str, body: Json) -> bool:
    return type_ == "aws_db_parameter_group" and any(
        one.get("name") == "require_secure_transport" and one.get("value") == "1"
        for one in body.get("parameter") or []
    )
