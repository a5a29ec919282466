"""What hands added below our resources. Nothing goes over a network."""

import shlex
from collections import defaultdict
from typing import Any

import pytest
from botocore.exceptions import ClientError

from strata.drift import children as module
from strata.drift.below.state_bucket import STATE_BUCKET
from strata.drift.children import BELOW, children, without_duplicates
from strata.drift.inventory import IN_VPC
from strata.drift.report import Added, Stranger
from strata.errors import StrataError
from strata.settings import load
from strata.state.bucket import protections
from tests import ROOT

Json = dict[str, Any]

LOG_GROUP = ("aws_cloudwatch_log_group.service_l", {"name": "/shop"})
VPC = ("aws_vpc.network_v", {"id": "vpc-1", "cidr_block": "10.0.0.0/16", "ipv6_cidr_block": ""})
ROLE = ("aws_iam_role.service_r", {"name": "task"})
REPOSITORY = ("aws_ecr_repository.registry_r", {"name": "shop"})
DATABASE = (
    "aws_db_instance.database_d",
    {"identifier": "db", "master_user_secret": [{"secret_arn": "arn:secret"}]},
)
GROUP = ("aws_autoscaling_group.cluster_g", {"name": "asg"})
CLUSTER = ("aws_ecs_cluster.cluster_c", {"name": "shop", "arn": "arn:cluster"})
BALANCER = ("aws_lb.edge_l", {"arn": "arn:lb"})
LISTENER = (
    "aws_lb_listener.edge_s",
    {
        "arn": "arn:443", "port": 443, "protocol": "HTTPS", "certificate_arn": "arn:c/ours",
        "load_balancer_arn": "arn:lb",
    },
)  # fmt: skip
TARGETS = ("aws_lb_target_group.edge_t", {"arn": "arn:tg", "name": "tasks"})
SERVICE = (
    "aws_ecs_service.service_s",
    {"id": "arn:service/shop/api", "cluster": "shop", "name": "api"},
)
ZONE = ("aws_route53_zone.edge_z", {"zone_id": "Z1", "name": "shop.example"})
BUCKET = ("aws_s3_bucket.edge_b", {"bucket": "logs"})
SCALED = {
    "service_namespace": "ecs", "resource_id": "service/shop/api",
    "scalable_dimension": "ecs:service:DesiredCount",
}  # fmt: skip
TARGET = ("aws_appautoscaling_target.service_t", SCALED)
SCHEDULES = ("aws_scheduler_schedule_group.service_g", {"name": "shop"})
SCHEDULE = ("aws_scheduler_schedule.service_s", {"name": "report", "group_name": "shop"})
OURS: list[tuple[str, Json]] = [
    LOG_GROUP, VPC, ROLE, REPOSITORY, DATABASE, GROUP, CLUSTER, BALANCER, LISTENER, TARGETS,
    SERVICE, ZONE, BUCKET, TARGET, SCHEDULES, SCHEDULE,
]  # fmt: skip

FORWARD = [{"Type": "forward", "TargetGroupArn": "arn:tg"}]
PATH = [{"Field": "path-pattern", "Values": ["/api/*"]}]
POLICY = (
    '{"Statement": [{"Effect": "Allow", "Principal": "*", "Action": ["ecr:BatchGetImage"]},'
    ' {"Effect": "Allow", "Principal": {"AWS": "arn:other"}, "Action": "ecr:*",'
    ' "Condition": {"Bool": {"a": "b"}}}]}'
)
SCALING = {"ResourceId": "service/shop/api", "ScalableDimension": "ecs:service:DesiredCount"}
TRACKING = {
    "TargetValue": 10.0, "PredefinedMetricSpecification": {"PredefinedMetricType": "Memory"},
}  # fmt: skip
EMPTY_VPC: Json = {"Vpcs": [{"CidrBlockAssociationSet": []}]}


def missing(code: str = "NoneNotFoundException") -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "no"}}, "an operation")


STATES = load("local").environment.state_bucket
NONE: dict[str, Any] = {
    **{
        one.get: {one.answer: one.wanted} if one.answer else one.wanted
        for one in protections(STATES)
    },
    "get_bucket_replication": missing("ReplicationConfigurationNotFoundError"),
    "describe_vpcs": EMPTY_VPC,
    "get_repository_policy": missing("RepositoryPolicyNotFoundException"),
    "get_bucket_notification_configuration": {"ResponseMetadata": {}},
}
"""What AWS answers where there is nothing, if that is no empty list."""


def answer(monkeypatch: pytest.MonkeyPatch, answers: dict[str, Any]) -> list[str]:
    """Have AWS answer by operation, or raise; gives what was asked."""
    asked: list[str] = []
    given = {**NONE, **answers}

    class Client:
        def can_paginate(self, _: str) -> bool:
            return False

        def __getattr__(self, operation: str) -> Any:
            def call(**_: Any) -> Any:
                asked.append(operation)
                found = given.get(operation, {})
                if isinstance(found, ClientError):
                    raise found
                return found if operation in NONE else defaultdict(list, found)

            return call

    class Session:
        def client(self, _: str) -> Client:
            return Client()

    monkeypatch.setattr(module, "aws_session", lambda _: Session())
    monkeypatch.setattr(module, "s3_client", lambda _: Client())
    return asked


def look(resources: list[tuple[str, Json]]) -> tuple[list[Added], list[str]]:
    return children(load("local").environment, resources)


ACTIVITY = {"ScalableTargetAction": {"MinCapacity": 0, "MaxCapacity": 0}, "Schedule": "rate(1 day)"}
HEALTHY = {"TargetHealth": {"State": "healthy"}}
BY_HAND: dict[str, tuple[tuple[str, Json], dict[str, Any], str, str, str]] = {
    # parent, what AWS answers, name, what it does, the command's beginning
    "listener": (
        BALANCER,
        {"describe_listeners": {"Listeners": [
            {"ListenerArn": "arn:8080", "Protocol": "HTTP", "Port": 8080,
             "DefaultActions": FORWARD},
        ]}},
        "HTTP 8080", "port 8080 forwards to tasks",
        "aws elbv2 delete-listener --listener-arn arn:8080",
    ),
    "listener rule": (
        LISTENER,
        {"describe_rules": {"Rules": [
            {"RuleArn": "arn:rule", "Priority": "5", "Conditions": PATH, "Actions": FORWARD},
        ]}},
        "priority 5", "on port 443, path-pattern /api/*: forwards to tasks",
        "aws elbv2 delete-rule --rule-arn arn:rule",
    ),
    "certificate": (
        LISTENER,
        {"describe_listener_certificates": {"Certificates": [{"CertificateArn": "arn:c/x"}]}},
        "x", "port 443 answers under its names too",
        "aws elbv2 remove-listener-certificates --listener-arn arn:443",
    ),
    "target": (
        TARGETS,
        {"describe_target_health": {"TargetHealthDescriptions": [
            {"Target": {"Id": "i-1", "Port": 9999}, **HEALTHY},
        ]}},
        "i-1:9999", "gets a share of the requests of tasks", "aws elbv2 deregister-targets",
    ),
    "record": (
        ZONE,
        {"list_resource_record_sets": {"ResourceRecordSets": [
            {"Name": "\\052.shop.example.", "Type": "CNAME",
             "ResourceRecords": [{"Value": "attacker.example."}]},
        ]}},
        "*.shop.example CNAME", "answers attacker.example.",
        "aws route53 change-resource-record-sets --hosted-zone-id Z1 --change-batch",
    ),
    "repository policy": (
        REPOSITORY, {"get_repository_policy": {"policyText": POLICY}}, "shop",
        "allows everybody: ecr:BatchGetImage; allows arn:other: ecr:* under a condition",
        "aws ecr delete-repository-policy --repository-name shop",
    ),
    "resource policy": (
        DATABASE, {"get_resource_policy": {"ResourcePolicy": POLICY}},
        "of the secret of the master password",
        "allows everybody: ecr:BatchGetImage; allows arn:other: ecr:* under a condition",
        "aws secretsmanager delete-resource-policy --secret-id arn:secret",
    ),
    "role": (
        DATABASE,
        {"describe_db_instances": {"DBInstances": [
            {"AssociatedRoles": [{"RoleArn": "arn:role/x", "FeatureName": "S3_INTEGRATION"}]},
        ]}},
        "x", "the database can use it for S3_INTEGRATION",
        "aws rds remove-role-from-db-instance --db-instance-identifier db",
    ),
    "scaling policy": (
        TARGET,
        {"describe_scaling_policies": {"ScalingPolicies": [
            {**SCALING, "PolicyName": "hand", "TargetTrackingScalingPolicyConfiguration": TRACKING},
        ]}},
        "hand", "keeps Memory at 10.0", "aws application-autoscaling delete-scaling-policy",
    ),
    "scheduled action": (
        TARGET,
        {"describe_scheduled_actions": {"ScheduledActions": [
            {**SCALING, "ScheduledActionName": "hand", **ACTIVITY},
        ]}},
        "hand", "sets least 0 and most 0, rate(1 day)",
        "aws application-autoscaling delete-scheduled-action",
    ),
    "scaling policy of the group": (
        GROUP,
        {"describe_policies": {"ScalingPolicies": [{"PolicyName": "h", "ScalingAdjustment": -1}]}},
        "h", "changes the number of instances by -1 (SimpleScaling)",
        "aws autoscaling delete-policy",
    ),
    "lifecycle hook": (
        GROUP,
        {"describe_lifecycle_hooks": {"LifecycleHooks": [
            {"LifecycleHookName": "h", "HeartbeatTimeout": 60,
             "LifecycleTransition": "autoscaling:EC2_INSTANCE_TERMINATING"},
        ]}},
        "h", "pauses every instance that is terminating for 60 s",
        "aws autoscaling delete-lifecycle-hook",
    ),
    "scheduled action of the group": (
        GROUP,
        {"describe_scheduled_actions": {"ScheduledUpdateGroupActions": [
            {"ScheduledActionName": "night", "MinSize": 0, "Recurrence": "0 0 * * *"},
        ]}},
        "night", "sets least 0 and most as it is, 0 0 * * *",
        "aws autoscaling delete-scheduled-action",
    ),
    "address range": (
        VPC,
        {"describe_vpcs": {"Vpcs": [{"CidrBlockAssociationSet": [
            {"CidrBlock": "10.0.0.0/16", "AssociationId": "a-0"},
            {"CidrBlock": "10.1.0.0/16", "AssociationId": "a-1",
             "CidrBlockState": {"State": "associated"}},
        ]}]}},
        "10.1.0.0/16", "subnets and routes of the VPC can lie in it",
        "aws ec2 disassociate-vpc-cidr-block --association-id a-1",
    ),
    "address range of IPv6": (
        VPC,
        {"describe_vpcs": {"Vpcs": [{"Ipv6CidrBlockAssociationSet": [
            {"Ipv6CidrBlock": "2001:db8::/56", "AssociationId": "a-1"},
        ]}]}},
        "2001:db8::/56", "subnets and routes of the VPC can lie in it",
        "aws ec2 disassociate-vpc-cidr-block --association-id a-1",
    ),
    "subscription filter": (
        LOG_GROUP,
        {"describe_subscription_filters": {"subscriptionFilters": [
            {"filterName": "x", "destinationArn": "arn:elsewhere"},
        ]}},
        "x", "sends the logs to arn:elsewhere",
        "aws logs delete-subscription-filter --log-group-name /shop --filter-name x",
    ),
    "metric filter": (
        LOG_GROUP, {"describe_metric_filters": {"metricFilters": [{"filterName": "x"}]}},
        "x", "counts log lines as a metric", "aws logs delete-metric-filter",
    ),
    "instance profile": (
        ROLE,
        {"list_instance_profiles_for_role": {"InstanceProfiles": [
            {"InstanceProfileName": "hand", "Arn": "arn:hand"},
        ]}},
        "hand", "gives instances the role task", "aws iam remove-role-from-instance-profile",
    ),
    "service": (
        CLUSTER, {"list_services": {"serviceArns": ["arn:service/shop/hand"]}},
        "hand", "runs tasks on the instances of the cluster",
        "aws ecs delete-service --cluster shop --service hand --force",
    ),
    "task": (
        CLUSTER,
        {
            "list_tasks": {"taskArns": ["arn:task/shop/1"]},
            "describe_tasks": {"tasks": [
                {"taskArn": "arn:task/shop/1", "taskDefinitionArn": "arn:task-definition/miner:2",
                 "group": "family:miner"},
            ]},
        },
        "1", "runs miner:2 outside of every service",
        "aws ecs stop-task --cluster shop --task 1",
    ),
    "event rule": (
        CLUSTER,
        {
            "list_rule_names_by_target": {"RuleNames": ["nightly"]},
            "describe_rule": {"State": "ENABLED", "ScheduleExpression": "rate(1 day)"},
        },
        "nightly", "starts tasks in the cluster, rate(1 day)",
        "aws events disable-rule --name nightly",
    ),
    "schedule": (
        SCHEDULES,
        {"list_schedules": {"Schedules": [
            {"Name": "report", "State": "ENABLED"}, {"Name": "paused", "State": "DISABLED"},
            {"Name": "nightly", "State": "ENABLED", "Arn": "arn:schedule/shop/nightly",
             "Target": {"Arn": "arn:aws:ecs:eu-central-1:1:cluster/shop"}},
        ]}},
        "nightly", "starts cluster/shop by the clock",
        "aws scheduler delete-schedule --group-name shop --name nightly",
    ),
    "notification": (
        BUCKET,
        {"get_bucket_notification_configuration": {
            "ResponseMetadata": {},
            "TopicConfigurations": [{"Id": "n", "TopicArn": "arn:topic", "Events": []}],
        }},
        "n", "notifies arn:topic of objects in logs",
        "aws s3api put-bucket-notification-configuration --bucket logs",
    ),
    "object ownership": (
        BUCKET,
        {"get_bucket_ownership_controls": {
            "OwnershipControls": {"Rules": [{"ObjectOwnership": "ObjectWriter"}]},
        }},
        "ObjectWriter", "access can be given by ACLs again",
        "aws s3api put-bucket-ownership-controls --bucket logs",
    ),
}  # fmt: skip


def test_what_a_hand_added_is_told_with_what_it_does(monkeypatch: pytest.MonkeyPatch) -> None:
    alone = [one for one in OURS if one not in (BALANCER, LISTENER, CLUSTER, GROUP, TARGET)]
    for kind, (parent, answers, name, does, command) in BY_HAND.items():
        answer(monkeypatch, answers)
        added, unchecked = look([*alone, parent] if parent not in alone else alone)
        found = [one for one in added if one.address != STATE_BUCKET]
        told = [(one.address, one.name, one.does) for one in found]
        assert told == [(parent[0], name, does)], kind
        assert found[0].kind == kind.partition(" of ")[0]
        assert found[0].layer == parent[0].partition(".")[2].partition("_")[0], kind
        assert found[0].delete.startswith(command), kind
        assert unchecked == [], kind


def test_every_read_has_a_case_that_finds_something() -> None:
    below = [one for one in BELOW if one.parent != STATE_BUCKET]
    parents = {parent[0].partition(".")[0] for parent, *_ in BY_HAND.values()}
    assert {one.parent for one in below} == parents
    assert len(below) == len(BY_HAND) - 1, "the ranges of both versions come from one read"


HELD: list[tuple[dict[str, Any], tuple[str, Json]]] = [
    (
        BY_HAND["listener rule"][1],
        ("aws_lb_listener_rule.edge_r", {"arn": "arn:rule"}),
    ),
    (
        BY_HAND["certificate"][1],
        ("aws_lb_listener_certificate.edge_c",
         {"listener_arn": "arn:443", "certificate_arn": "arn:c/x"}),
    ),
    (
        BY_HAND["target"][1],
        ("aws_lb_target_group_attachment.edge_a",
         {"target_group_arn": "arn:tg", "target_id": "i-1", "port": 9999}),
    ),
    (
        BY_HAND["record"][1],
        ('aws_route53_record.edge_r["a"]',
         {"zone_id": "Z1", "fqdn": "*.shop.example", "type": "CNAME", "set_identifier": None}),
    ),
    (
        BY_HAND["repository policy"][1],
        ("aws_ecr_repository_policy.registry_p", {"repository": "shop"}),
    ),
    (
        BY_HAND["role"][1],
        ("aws_db_instance_role_association.database_a",
         {"db_instance_identifier": "db", "role_arn": "arn:role/x"}),
    ),
    (
        BY_HAND["scaling policy"][1],
        ("aws_appautoscaling_policy.service_p",
         {"resource_id": "service/shop/api", "name": "hand",
          "scalable_dimension": "ecs:service:DesiredCount"}),
    ),
    (
        BY_HAND["scheduled action"][1],
        ("aws_appautoscaling_scheduled_action.service_a",
         {"resource_id": "service/shop/api", "name": "hand",
          "scalable_dimension": "ecs:service:DesiredCount"}),
    ),
    (
        BY_HAND["lifecycle hook"][1],
        ("aws_autoscaling_lifecycle_hook.cluster_h",
         {"autoscaling_group_name": "asg", "name": "h"}),
    ),
    (
        BY_HAND["address range"][1],
        ("aws_vpc_ipv4_cidr_block_association.network_a",
         {"vpc_id": "vpc-1", "cidr_block": "10.1.0.0/16"}),
    ),
    (
        BY_HAND["subscription filter"][1],
        ("aws_cloudwatch_log_subscription_filter.service_f",
         {"log_group_name": "/shop", "name": "x"}),
    ),
    (
        BY_HAND["instance profile"][1],
        ("aws_iam_instance_profile.cluster_p", {"name": "hand"}),
    ),
    (
        BY_HAND["service"][1],
        ("aws_ecs_service.service_other",
         {"id": "arn:service/shop/hand", "cluster": "shop", "name": "hand"}),
    ),
]  # fmt: skip


def test_what_a_state_holds_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    for answers, held in HELD:
        answer(monkeypatch, answers)
        assert look([*OURS, held]) == ([], []), held[0]


OPEN = '{"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:*"}]}'
RULES = {"Rules": [{"Status": "Enabled", "ID": "delete", "Expiration": {"Days": 1}}]}
NOT_AS_SET = "is not what strata bootstrap sets"


BUCKET_CHANGES: list[tuple[str, str, Any, str]] = [
    ("policy", "get_bucket_policy", {"Policy": OPEN}, NOT_AS_SET),
    ("policy", "get_bucket_policy", missing("NoSuchBucketPolicy"), "was removed"),
    ("versioning", "get_bucket_versioning", {"Status": "Suspended"}, NOT_AS_SET),
    ("versioning", "get_bucket_versioning", {}, NOT_AS_SET),
    ("lifecycle", "get_bucket_lifecycle_configuration", RULES, NOT_AS_SET),
    (
        "public access block", "get_public_access_block",
        missing("NoSuchPublicAccessBlockConfiguration"), "was removed",
    ),
    (
        "replication", "get_bucket_replication",
        {"ReplicationConfiguration": {"Rules": [{"Destination": {"Bucket": "arn:b"}}]}},
        "copies every state to arn:b",
    ),
    (
        "notification", "get_bucket_notification_configuration",
        {"EventBridgeConfiguration": {}},
        f"notifies EventBridgeConfiguration of objects in {STATES}",
    ),
]  # fmt: skip


def test_a_change_of_the_state_bucket_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    for kind, operation, now, does in BUCKET_CHANGES:
        answer(monkeypatch, {operation: now})
        told = [(one.address, one.layer, one.kind, one.does) for one in look([])[0]]
        assert told == [(STATE_BUCKET, "", kind, does)], (operation, now)


def test_what_aws_adds_to_what_was_set_is_no_change_of_the_state_bucket(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    wanted = {one.name: one for one in protections(STATES)}
    encryption = [
        {**one, "BucketKeyEnabled": False} for one in wanted["encryption"].wanted["Rules"]
    ]
    answers = {
        "get_bucket_encryption": {"ServerSideEncryptionConfiguration": {"Rules": encryption}},
        "get_bucket_lifecycle_configuration": {
            **wanted["lifecycle"].wanted, "TransitionDefaultMinimumObjectSize": "all",
        },
    }  # fmt: skip
    answer(monkeypatch, answers)
    assert look([]) == ([], [])


TASK = {
    "taskArn": "arn:task/shop/1", "taskDefinitionArn": "arn:task-definition/api:2",
    "group": "service:api", "containerInstanceArn": "arn:ci",
    "containers": [{"networkBindings": [{"hostPort": 32768}]}],
}  # fmt: skip


MADE_BY_SERVICES: list[dict[str, Any]] = [
    {"describe_rules": {"Rules": [
        {"RuleArn": "arn:default", "IsDefault": True, "Priority": "default"}]}},
    {"describe_listener_certificates": {"Certificates": [
        {"CertificateArn": "arn:c/x", "IsDefault": True}, {"CertificateArn": "arn:c/ours"}]}},
    {"list_resource_record_sets": {"ResourceRecordSets": [
        {"Name": "shop.example.", "Type": kind} for kind in ("NS", "SOA")]}},
    {
        "list_tasks": {"taskArns": ["arn:task/shop/2"]},
        "describe_tasks": {"tasks": [
            {**TASK, "taskArn": "arn:task/shop/2", "group": "job-report"}]},
    },
    {"describe_policies": {"ScalingPolicies": [
        {"PolicyName": "ECSManagedAutoScalingPolicy-0b5d"}]}},
    {"describe_lifecycle_hooks": {"LifecycleHooks": [
        {"LifecycleHookName": "ecs-managed-draining-termination-hook"}]}},
    {"list_rule_names_by_target": {"RuleNames": ["AutoScalingManagedRule"]}},
    {
        "list_rule_names_by_target": {"RuleNames": ["nightly"]},
        "describe_rule": {"State": "DISABLED"},
    },
    {"describe_vpcs": {"Vpcs": [{"CidrBlockAssociationSet": [
        {"CidrBlock": "10.9.0.0/16", "AssociationId": "a",
         "CidrBlockState": {"State": "disassociated"}}]}]}},
    {"get_bucket_ownership_controls": {"OwnershipControls": {"Rules": [
        {"ObjectOwnership": "BucketOwnerEnforced"}]}}},
    {"describe_target_health": {"TargetHealthDescriptions": [
        {"Target": {"Id": "i-1", "Port": 1}, "TargetHealth": {"State": "draining"}}]}},
    {
        "list_tasks": {"taskArns": ["arn:task/shop/1"]},
        "describe_tasks": {"tasks": [TASK]},
        "describe_container_instances": {"containerInstances": [
            {"containerInstanceArn": "arn:ci", "ec2InstanceId": "i-1"}]},
        "describe_target_health": {"TargetHealthDescriptions": [
            {"Target": {"Id": "i-1", "Port": 32768}, **HEALTHY}]},
    },
]  # fmt: skip


def test_what_a_service_makes_itself_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    for answers in MADE_BY_SERVICES:
        answer(monkeypatch, answers)
        assert look(OURS) == ([], []), answers


def test_nothing_is_asked_of_a_zone_that_was_looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its records are somebody else's: only a zone of ours is a resource."""
    asked = answer(monkeypatch, BY_HAND["record"][1])
    assert look([("aws_route53_record.edge_r", {"zone_id": "Z1", "name": "shop.example"})])[0] == []
    assert "list_resource_record_sets" not in asked


@pytest.mark.parametrize("code", ["AccessDenied", "AccessDeniedException", "UnauthorizedOperation"])
def test_what_may_not_be_looked_at_is_named_and_the_rest_is_told(
    code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    denied = {"get_repository_policy": missing(code), "describe_rules": missing(code)}
    answer(monkeypatch, {**denied, **BY_HAND["certificate"][1]})
    added, unchecked = look([REPOSITORY, LISTENER])
    assert [one.kind for one in added] == ["certificate"]
    assert unchecked == [
        "repository policy of aws_ecr_repository.registry_r (ecr:GetRepositoryPolicy)",
        "rules of aws_lb_listener.edge_s (elasticloadbalancing:DescribeRules)",
    ]


def test_another_error_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    answer(monkeypatch, {"describe_rules": missing("ExpiredToken")})
    with pytest.raises(StrataError, match="expired"):
        look([LISTENER])


def test_it_only_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = answer(monkeypatch, BY_HAND["target"][1])
    look(OURS)
    assert len(asked) > len(BELOW)
    assert all(one.startswith(("describe_", "list_", "get_")) for one in asked)


def test_a_name_that_a_hand_chose_does_nothing_in_a_shell(monkeypatch: pytest.MonkeyPatch) -> None:
    name = "x; rm -rf '$HOME'"
    answer(monkeypatch, {"describe_policies": {"ScalingPolicies": [{"PolicyName": name}]}})
    ((one,), _) = look([GROUP])
    assert shlex.split(one.delete)[-1] == name


def test_nothing_is_on_both_lists_and_what_can_be_imported_is_a_stranger() -> None:
    def added(arn: str) -> Added:
        return Added(layer="edge", address="aws_lb.edge_l", kind="listener", name="HTTP 80",
                     identifier=arn, does="", delete="")  # fmt: skip

    def stranger(arn: str, address: str = "") -> Stranger:
        return Stranger(kind="listener", identifier=arn, name="", found_by="tags", address=address)

    kept, strangers = without_duplicates(
        [added("arn:hand"), added("arn:cut-off"), added("")],
        [stranger("arn:hand"), stranger("arn:cut-off", "aws_lb_listener.edge_s"), stranger("i-1")],
    )
    assert [one.identifier for one in kept] == ["arn:hand", ""]
    assert [one.identifier for one in strangers] == ["arn:cut-off", "i-1"]


def test_the_page_names_every_permission() -> None:
    guide = (ROOT / "docs" / "reference" / "drift.md").read_text()
    actions = {action for one in BELOW for action in one.action.split(", ")}
    actions |= {
        "ec2:" + "".join(word.title() for word in one.operation.split("_")) for one in IN_VPC
    }
    assert {one for one in actions if f"`{one}`" not in guide} == set()
