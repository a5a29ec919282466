"""The policy of a deployer: statements of what an environment's resources and commands need.

IAM takes 6,144 characters in a managed policy, without white space (IAM User Guide, IAM and STS
quotas), so there is more than one document.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from string import ascii_uppercase

from strata.deployer.places import Places, widest
from strata.deployer.table import Use, asked, table
from strata.documents import Json
from strata.documents.stacks import Resource, Stack
from strata.resources import iam_actions
from strata.settings.models import Settings

LONGEST = 6144
"""Characters of a managed policy, white space aside."""

ROOM = 100
"""Characters of a policy beside a statement: its version, and the statement's name."""

ANYTHING = "*"

SERVICE_ROLES = {
    "aws_ecs_cluster": "ecs.amazonaws.com/AWSServiceRoleForECS",
    "aws_autoscaling_group": "autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling",
    "aws_lb": "elasticloadbalancing.amazonaws.com/AWSServiceRoleForElasticLoadBalancing",
    "aws_db_instance": "rds.amazonaws.com/AWSServiceRoleForRDS",
    "aws_elasticache_replication_group": "elasticache.amazonaws.com/AWSServiceRoleForElastiCache",
    "aws_appautoscaling_target": "ecs.application-autoscaling.amazonaws.com/"
    "AWSServiceRoleForApplicationAutoScaling_ECSService",
    "aws_nat_gateway": "nat-gateway.amazonaws.com/AWSServiceRoleForNATGateway",
}
"""Type -> the service-linked role that AWS makes with the first of it, as the caller (the guide of
each service, service-linked roles)."""

LETTERS = ("", *ascii_uppercase[1:])
"""What follows the name of a service's first statement, its second and so on: names are letters and
digits alone, and some services end with a digit."""

TASKS = "ecs-tasks.amazonaws.com"

KEY_USERS = {
    "kms:CreateGrant": ("ecr",),
    "kms:RetireGrant": ("ecr",),
    "kms:Encrypt": ("ssm",),
    "kms:Decrypt": ("secretsmanager",),
    "kms:GenerateDataKey": ("secretsmanager",),
}
"""Action -> the services through which alone a key is used."""

_TAG_KEYS = {"ssm": "ssm:resourceTag"}
"""Service -> its condition key for tags of a resource, where that is not IAM's."""

Condition = Mapping[str, Mapping[str, object]]


@dataclass
class _Group:
    """Actions that one statement allows on all of `places`."""

    places: set[str]
    condition: Condition
    actions: set[str] = field(default_factory=set)


def documents(settings: Settings, stack: Stack, use: Use) -> list[Json]:
    """The policies, each short enough for IAM."""
    statements = [*_statements(settings, stack, use), *_roles(settings, stack, use)]
    short = (part for statement in statements for part in _halved(statement))
    return [{"Version": "2012-10-17", "Statement": packed} for packed in _packed(_named(short))]


def unknown(stack: Stack) -> list[str]:
    """The types of the stack whose actions are not known, such as of a team's own resources."""
    return sorted(_types(stack) - table().types.keys())


def size(document: object) -> int:
    """The length that IAM counts. No value of ours has white space in it."""
    return len(json.dumps(document, separators=(",", ":")))


def _types(stack: Stack) -> frozenset[str]:
    data = (f"data.{resource.type}" for resource in stack.data.values())
    return frozenset({*(resource.type for resource in stack.resources.values()), *data}) - {
        "data.terraform_remote_state"
    }


def _statements(settings: Settings, stack: Stack, use: Use) -> Iterator[Json]:
    """One statement for each service and condition, and one for all that has no resource."""
    groups: dict[tuple[str, str], list[_Group]] = defaultdict(list)
    for action, places in _allowed(settings, stack, use).items():
        for condition, narrowed in _conditions(settings, stack, action, places):
            service = "" if ANYTHING in narrowed else action.partition(":")[0]
            _add(groups[service, json.dumps(condition)], action, narrowed, condition)
    for group in (group for of_service in groups.values() for group in of_service):
        yield {
            "Effect": "Allow",
            "Action": sorted(group.actions),
            "Resource": sorted(group.places),
            **({"Condition": group.condition} if group.condition else {}),
        }


def _allowed(settings: Settings, stack: Stack, use: Use) -> dict[str, tuple[str, ...]]:
    """Action -> the ARNs that it is allowed on."""
    places = Places(settings, stack)
    allowed: dict[str, set[str]] = defaultdict(set)
    for type_, row, actions in asked(_types(stack), use):
        arns = places.of(type_, row.on)
        for action in actions:
            allowed[action].update(fitting(action, arns))
    return {action: widest(arns) for action, arns in sorted(allowed.items()) if arns}


def fitting(action: str, arns: Iterable[str]) -> set[str]:
    """The ARNs of a kind that an action works on; `*` where it works on no kind."""
    known = iam_actions.action(action)
    if known is None or not known.arns:
        return {ANYTHING}
    return {arn for arn in arns if known.works_on(arn)}


def _add(groups: list[_Group], action: str, places: tuple[str, ...], condition: Condition) -> None:
    """Put an action into a group whose statement allows no action anything more by it."""
    own = set(places)
    for group in groups:
        both = group.places | own
        if fitting(action, both) == own and all(
            fitting(other, both) == fitting(other, group.places) for other in group.actions
        ):
            group.places = both
            group.actions.add(action)
            return
    groups.append(_Group(own, condition, {action}))


def _conditions(
    settings: Settings, stack: Stack, action: str, places: tuple[str, ...]
) -> Iterator[tuple[Condition, tuple[str, ...]]]:
    """(condition, ARNs) of what an action is allowed on."""
    if action in table().tagged:
        service = action.partition(":")[0]
        # A document of Systems Manager is AWS's own.
        others = tuple(place for place in places if ":document/" in place)
        if others:
            yield {}, others
        key = _TAG_KEYS.get(service, "aws:ResourceTag")
        tags = settings.environment.tags
        wanted = {f"{key}/{name}": tags[name] for name in ("Project", "Environment")}
        yield {"StringEquals": wanted}, tuple(place for place in places if place not in others)
    elif action == "route53:ChangeResourceRecordSets" and not stack.of("aws_route53_zone"):
        # Somebody else's zone: no record but those of the environment.
        key = "route53:ChangeResourceRecordSetsNormalizedRecordNames"
        yield {"ForAllValues:StringLike": {key: _records(stack)}}, places
    elif action in KEY_USERS:
        region = settings.environment.region
        through = [f"{service}.{region}.amazonaws.com" for service in KEY_USERS[action]]
        yield {"StringEquals": {"kms:ViaService": through}}, places
    elif action in ("iam:AttachRolePolicy", "iam:DetachRolePolicy"):
        attached = stack.of("aws_iam_role_policy_attachment")
        policies = sorted({str(resource.body["policy_arn"]) for resource in attached})
        if any("${" in policy for policy in policies):
            yield {}, places
        else:
            yield {"ArnEquals": {"iam:PolicyARN": policies}}, places
    else:
        yield {}, places


def _records(stack: Stack) -> list[str]:
    """The names of the records, and those that ACM asks for to validate them."""
    names = {
        str(resource.body["name"]).lower()
        for resource in stack.of("aws_route53_record")
        if "${" not in str(resource.body["name"])
    }
    return sorted(names | {f"_*.{name}" for name in names})


def _roles(settings: Settings, stack: Stack, use: Use) -> Iterator[Json]:
    """The roles that are given to services, and those that services make for themselves."""
    if use is Use.PLAN:
        return
    account = settings.environment.account_id
    given: dict[str, set[str]] = defaultdict(set)
    for role in stack.of("aws_iam_role"):
        for service in _trusted(role):
            if use is Use.APPLY or service == TASKS:
                given[service].add(f"arn:aws:iam::{account}:role/{_name(role)}")
    for service, roles in sorted(given.items()):
        yield {
            "Effect": "Allow",
            "Action": ["iam:PassRole"],
            "Resource": sorted(roles),
            "Condition": {"StringEquals": {"iam:PassedToService": service}},
        }
    if use is not Use.APPLY:
        return
    wanted = sorted({SERVICE_ROLES[type_] for type_ in _types(stack) if type_ in SERVICE_ROLES})
    yield {
        "Effect": "Allow",
        "Action": ["iam:CreateServiceLinkedRole"],
        "Resource": [f"arn:aws:iam::{account}:role/aws-service-role/{name}" for name in wanted],
        "Condition": {
            "StringEquals": {"iam:AWSServiceName": [name.partition("/")[0] for name in wanted]}
        },
    }


def _name(role: Resource) -> str:
    name = str(role.body.get("name") or f"{role.body.get('name_prefix', '')}*")
    return "*" if "${" in name else name


def _trusted(role: Resource) -> Iterator[str]:
    """The services that may take a role."""
    trust = json.loads(role.body["assume_role_policy"])
    for statement in trust["Statement"]:
        services = statement["Principal"].get("Service", [])
        yield from [services] if isinstance(services, str) else services


def _named(statements: Iterable[Json]) -> Iterator[Json]:
    """The statements with a name each, by which a reader finds them."""
    seen: dict[str, int] = defaultdict(int)
    for statement in statements:
        services = {action.partition(":")[0] for action in statement["Action"]}
        name = services.pop().replace("-", "") if len(services) == 1 else "anywhere"
        name = name.capitalize()
        yield {"Sid": f"{name}{LETTERS[seen[name]]}", **statement}
        seen[name] += 1


def _halved(statement: Json) -> Iterator[Json]:
    """A statement as often as needed for each to fit into a policy, its longer list shared out."""
    element = max(("Action", "Resource"), key=lambda name: size(statement[name]))
    listed = statement[element]
    if size(statement) <= LONGEST - ROOM or len(listed) == 1:
        yield statement
        return
    middle = len(listed) // 2
    for half in (listed[:middle], listed[middle:]):
        yield from _halved({**statement, element: half})


def _packed(statements: Iterable[Json]) -> list[list[Json]]:
    """The statements in as few policies as their lengths allow, the longest first."""
    policies: list[list[Json]] = []
    for statement in sorted(statements, key=size, reverse=True):
        for policy in policies:
            if size({"Version": "2012-10-17", "Statement": [*policy, statement]}) <= LONGEST:
                policy.append(statement)
                break
        else:
            policies.append([statement])
    return policies
