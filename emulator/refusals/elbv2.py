"""What Elastic Load Balancing refuses."""

import json
import re
from typing import Any

from emulator.calls import Call
from emulator.refusals.network import vpc_of, zones_of
from emulator.refusals.table import Table

TABLE = Table("elbv2")
LONGEST = 32
CONDITION_VALUES, MOST_RULES, MOST_TARGET_GROUPS = 5, 100, 100
HOST_VALUE = r"(?=.{1,128}\Z)[A-Za-z0-9_*?-]*(\.[A-Za-z0-9_*?-]*)*\.[A-Za-z*?]+"
PATH_VALUE = r"""[A-Za-z0-9_.$/"'~@:+;&*?-]{1,128}"""
"""What a host and a path of a rule may be (Application Load Balancers guide, Add a rule)."""
LOG_WRITERS = ("logdelivery.elasticloadbalancing.amazonaws.com", "logdelivery.elb.amazonaws.com")
"""Who writes access logs (Application Load Balancers guide, Enable access logs)."""


def _subnets(call: Call) -> list[str]:
    mapped = [one.get("SubnetId", "") for one in call.get("SubnetMappings", ())]
    return [*call.get("Subnets", ()), *mapped]


def _application(call: Call) -> bool:
    found = call.backend("elbv2").load_balancers.get(call.get("LoadBalancerArn", ""))
    kind = getattr(found, "loadbalancer_type", None) or call.get("Type", "application")
    return bool(kind == "application")


def _arns(call: Call) -> list[str]:
    return [
        one["CertificateArn"] for one in call.get("Certificates", ()) if "CertificateArn" in one
    ]


@TABLE.row(
    "CreateLoadBalancer",
    code="ValidationError",
    source="botocore 1.44.5, CreateLoadBalancer Name; provider 5.100.0 refuses it as well",
)
def reserved_name(call: Call) -> str | None:
    name = call.get("Name", "")
    if name.startswith("internal-"):
        return f"The load balancer name '{name}' cannot begin with the reserved prefix 'internal-'"
    return None


@TABLE.row(
    "CreateLoadBalancer",
    code="ValidationError",
    source="botocore 1.44.5, CreateLoadBalancer Name; aws/copilot-cli issue 1123: words believed",
)
def name_that_is_none(call: Call) -> str | None:
    name = call.get("Name", "")
    if len(name) > LONGEST:
        return f"The load balancer name '{name}' cannot be longer than '{LONGEST}' characters"
    if not re.fullmatch(r"[A-Za-z0-9-]+", name):
        return (
            f"The load balancer name '{name}' can only contain characters that are alphanumeric "
            "characters and hyphens(-)"
        )
    if name.startswith("-") or name.endswith("-"):
        return f"The load balancer name '{name}' cannot begin or end with a hyphen(-)"
    return None


@TABLE.row(
    "CreateLoadBalancer",
    "SetSubnets",
    code="SubnetNotFound",
    source="botocore 1.44.5, SubnetNotFoundException",
)
def subnet_that_does_not_exist(call: Call) -> str | None:
    wanted = _subnets(call)
    known = {name for zone in call.backend("ec2").subnets.values() for name in zone}
    missing = [one for one in wanted if one not in known]
    return f"The subnet ID '{missing[0]}' does not exist" if missing else None


@TABLE.row(
    "CreateLoadBalancer",
    "SetSubnets",
    code="InvalidConfigurationRequest",
    source="robertdebock/terraform-aws-vault issue 5, 2022-02-17",
)
def two_subnets_of_one_zone(call: Call) -> str | None:
    zones = zones_of(call, _subnets(call))
    if len(zones) != len(set(zones)):
        return (
            "A load balancer cannot be attached to multiple subnets in the same Availability Zone"
        )
    return None


@TABLE.row(
    "CreateLoadBalancer",
    "SetSubnets",
    code="ValidationError",
    source="kasmtech/terraform issue 5, 2023-09-15",
)
def one_zone(call: Call) -> str | None:
    if _application(call) and len(set(zones_of(call, _subnets(call)))) < 2:
        return "At least two subnets in two different Availability Zones must be specified"
    return None


@TABLE.row(
    "CreateLoadBalancer",
    code="InvalidSubnet",
    source="botocore 1.44.5, InvalidSubnetException; Application Load Balancers guide, "
    "Troubleshooting, 2026-11",
)
def vpc_without_internet_gateway(call: Call) -> str | None:
    vpcs = vpc_of(call, _subnets(call))
    gateways = call.backend("ec2").internet_gateways.values()
    attached = {one.vpc.id for one in gateways if one.vpc}
    if call.get("Scheme") != "internal" and vpcs - attached:
        return f"VPC {min(vpcs - attached)} has no internet gateway"
    return None


@TABLE.row(
    "CreateLoadBalancer",
    "SetSecurityGroups",
    code="InvalidConfigurationRequest",
    source="botocore 1.44.5, InvalidSecurityGroupException and CreateLoadBalancer: words believed",
)
def group_of_another_vpc(call: Call) -> str | None:
    found = call.backend("elbv2").load_balancers.get(call.get("LoadBalancerArn", ""))
    vpcs = {found.vpc_id} if found else vpc_of(call, _subnets(call))
    for name in call.get("SecurityGroups", ()):
        group = call.backend("ec2").get_security_group_from_id(name)
        if group is None or group.vpc_id not in vpcs:
            return "One or more security groups are invalid"
    return None


@TABLE.row(
    "DeleteLoadBalancer",
    code="OperationNotPermitted",
    source="botocore 1.44.5, OperationNotPermittedException; Application Load Balancers guide, "
    "Deletion protection",
)
def protected_load_balancer(call: Call) -> str | None:
    arn = call.get("LoadBalancerArn", "")
    found = call.backend("elbv2").load_balancers.get(arn)
    if found is not None and found.attrs.get("deletion_protection.enabled") == "true":
        return f"Load balancer '{arn}' cannot be deleted because deletion protection is enabled"
    return None


@TABLE.row(
    "ModifyLoadBalancerAttributes",
    code="InvalidConfigurationRequest",
    source="cn-terraform/terraform-aws-ecs-alb PR 4, 2020-11-28; "
    "terraform-aws-modules/terraform-aws-s3-bucket issue 185, 2022-09-21",
)
def bucket_that_takes_no_logs(call: Call) -> str | None:
    wanted = {one["Key"]: one.get("Value") for one in call.get("Attributes", ())}
    found = call.backend("elbv2").load_balancers.get(call.get("LoadBalancerArn", ""))
    merged = {**(found.attrs if found else {}), **wanted}
    name = merged.get("access_logs.s3.bucket")
    if merged.get("access_logs.s3.enabled") == "true" and not _takes_logs(call, str(name)):
        return f"Access Denied for bucket: {name}. Please check S3bucket permission"
    return None


def _takes_logs(call: Call, name: str) -> bool:
    bucket = call.backend("s3").buckets.get(name)
    if bucket is None or bucket.policy is None:
        return False
    statements = json.loads(bucket.policy).get("Statement", [])
    every = statements if isinstance(statements, list) else [statements]
    return any(one.get("Effect") == "Allow" and _lets_write(one) for one in every)


def _lets_write(statement: dict[str, Any]) -> bool:
    principal = json.dumps(statement.get("Principal"))
    actions = json.dumps(statement.get("Action"))
    writer = any(one in principal for one in LOG_WRITERS) or ":root" in principal
    return writer and any(one in actions for one in ("s3:PutObject", "s3:*", '"*"'))


@TABLE.row(
    "CreateListener",
    "ModifyListener",
    "AddListenerCertificates",
    code="CertificateNotFound",
    source="botocore 1.44.5, CertificateNotFoundException",
)
def certificate_that_does_not_exist(call: Call) -> str | None:
    known = call.backend("acm")._certificates
    for arn in _arns(call):
        if ":acm:" in arn and arn not in known:
            return f"Certificate '{arn}' not found"
    return None


@TABLE.row(
    "CreateListener",
    "ModifyListener",
    "AddListenerCertificates",
    code="UnsupportedCertificate",
    source="hashicorp/terraform-provider-aws issue 41789, 2025-03-12",
)
def certificate_that_is_not_issued(call: Call) -> str | None:
    known = call.backend("acm")._certificates
    for arn in _arns(call):
        if arn in known and known[arn].status != "ISSUED":
            return (
                f"The certificate '{arn}' must have a fully-qualified domain name, a supported "
                "signature, and a supported key size."
            )
    return None


@TABLE.row(
    "CreateListener",
    code="ValidationError",
    source="pulumi/pulumi issue 15712, 2024-03-16",
)
def tls_without_certificate(call: Call) -> str | None:
    if call.get("Protocol") == "HTTPS" and not _arns(call):
        return "A certificate must be specified for HTTPS listeners"
    return None


@TABLE.row(
    "CreateListener",
    "ModifyListener",
    "CreateRule",
    "ModifyRule",
    code="TargetGroupNotFound",
    source="botocore 1.44.5, TargetGroupNotFoundException",
)
def target_group_that_does_not_exist(call: Call) -> str | None:
    known = call.backend("elbv2").target_groups
    for arn in _forwarded(call):
        if arn not in known:
            return f"Target groups '{arn}' not found"
    return None


def _forwarded(call: Call) -> list[str]:
    """The target groups of a listener or rule that is written."""
    actions = [*call.get("DefaultActions", ()), *call.get("Actions", ())]
    weighed = [
        group for one in actions for group in one.get("ForwardConfig", {}).get("TargetGroups", ())
    ]
    return [one["TargetGroupArn"] for one in (*actions, *weighed) if "TargetGroupArn" in one]


def _balancer_of(call: Call) -> Any | None:
    """The load balancer of the listener, or the rule, that a call names."""
    named = call.get("ListenerArn") or call.get("RuleArn", "").replace(
        ":listener-rule/", ":listener/"
    )
    for balancer in call.backend("elbv2").load_balancers.values():
        if balancer.arn == call.get("LoadBalancerArn") or any(
            named.startswith(arn) for arn in balancer.listeners
        ):
            return balancer
    return None


@TABLE.row(
    "CreateListener",
    "ModifyListener",
    "CreateRule",
    "ModifyRule",
    code="TargetGroupAssociationLimit",
    source="botocore 1.44.5, TargetGroupAssociationLimitException: words believed",
)
def target_group_of_another_load_balancer(call: Call) -> str | None:
    balancing, own = call.backend("elbv2"), _balancer_of(call)
    for arn in _forwarded(call):
        group = balancing.target_groups.get(arn)
        others = set(group.load_balancer_arns if group else ()) & balancing.load_balancers.keys()
        if own is not None and others - {own.arn} and balancing._any_listener_using(arn):
            return (
                "The following target groups cannot be associated with more than one load "
                f"balancer: {arn}"
            )
    return None


def _values(call: Call) -> list[tuple[str, str]]:
    """(field, value) of each host and path of a rule that is written."""
    fields = {"host-header": "HostHeaderConfig", "path-pattern": "PathPatternConfig"}
    return [
        (one["Field"], value)
        for one in call.get("Conditions", ())
        if one.get("Field") in fields
        for value in one.get("Values") or one.get(fields[one["Field"]], {}).get("Values", ())
    ]


@TABLE.row(
    "CreateRule",
    "ModifyRule",
    code="ValidationError",
    source="tech.quartetcom.co.jp, AWS ALB quotas, 2020-04-30",
)
def more_condition_values_than_five(call: Call) -> str | None:
    if len(_values(call)) > CONDITION_VALUES:
        return f"A rule can only have '{CONDITION_VALUES}' condition values"
    return None


@TABLE.row(
    "CreateRule",
    "ModifyRule",
    code="ValidationError",
    source="Application Load Balancers guide, Add a rule, 2026-11: words believed",
)
def condition_value_that_is_none(call: Call) -> str | None:
    for field, value in _values(call):
        allowed = HOST_VALUE if field == "host-header" else PATH_VALUE
        if not re.fullmatch(allowed, value):
            return f"Condition value '{value}' contains a character that is not valid"
    return None


@TABLE.row(
    "CreateRule",
    code="TooManyRules",
    source="botocore 1.44.5, TooManyRulesException; Application Load Balancers guide, Quotas, 2026-11: "
    "words believed",
)
def more_rules_than_a_hundred(call: Call) -> str | None:
    balancer = _balancer_of(call)
    if balancer is None:
        return None
    rules = [
        one for listener in balancer.listeners.values() for one in listener.rules.values()
        if str(one.priority) != "default"
    ]  # fmt: skip
    if len(rules) >= MOST_RULES:
        return f"The maximum number of rules on the load balancer '{balancer.arn}' has been reached"
    return None


@TABLE.row(
    "CreateListener",
    "ModifyListener",
    "CreateRule",
    "ModifyRule",
    code="TooManyUniqueTargetGroupsPerLoadBalancer",
    source="botocore 1.44.5, TooManyUniqueTargetGroupsPerLoadBalancerException; Application Load "
    "Balancers guide, Quotas, 2026-11: words believed",
)
def more_target_groups_than_a_hundred(call: Call) -> str | None:
    balancer = _balancer_of(call)
    if balancer is None:
        return None
    groups = call.backend("elbv2").target_groups
    used = {arn for arn, one in groups.items() if balancer.arn in one.load_balancer_arns}
    if len(used | set(_forwarded(call))) > MOST_TARGET_GROUPS:
        return (
            f"The maximum number of unique target groups, '{MOST_TARGET_GROUPS}', on the load "
            f"balancer '{balancer.arn}' has been reached"
        )
    return None


@TABLE.row(
    "CreateTargetGroup",
    code="ValidationError",
    source="Application Load Balancers guide, Health checks: the timeout is below the interval, 2026-11: "
    "words believed",
)
def timeout_as_long_as_the_interval(call: Call) -> str | None:
    timeout, interval = (
        call.get("HealthCheckTimeoutSeconds"),
        call.get("HealthCheckIntervalSeconds"),
    )
    if timeout and interval and timeout >= interval:
        return f"Health check timeout '{timeout}' must be smaller than or equal to the interval '{interval}'"
    return None
