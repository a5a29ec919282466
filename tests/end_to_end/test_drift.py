"""`local` on the emulator, changed by hand in every layer; then renamed and moved without loss.

In the order of the tests: one system is applied once.
"""

import contextlib
import json
import os
import shlex
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from botocore import xform_name

from emulator.ecs.clock import FACTOR
from strata.apply import moving, waves
from strata.apply.layer import LayerWork
from strata.documents.layers import LAYERS
from strata.documents.stacks import stack
from strata.drift import detect
from strata.drift.detect import find_drift
from strata.drift.from_plan import find
from strata.drift.report import NextApply, Report
from strata.errors import StrataError
from strata.local import ecs as play
from strata.local import emulator as emulation
from strata.plan_file.changes import Plan, parse
from strata.planning.composed import plan_composed
from strata.settings import Settings, load
from strata.state import locks
from strata.state.states import read_states
from strata.synthesis import moves
from strata.terraform.plugins import terraform_environment
from strata.terraform.process import Terraform
from tests.end_to_end.conftest import Client, strata_here, work_on
from tests.synthesis.edited import MOVED, RENAMED, Project, edited, move

pytestmark = [pytest.mark.emulator, pytest.mark.usefixtures("provider")]

PUTS_BACK, LEAVES, ANEW = NextApply.PUTS_BACK, NextApply.LEAVES, NextApply.MAKES_ANEW


@dataclass(frozen=True)
class Standing:
    """`local`, applied."""

    settings: Settings
    work: LayerWork
    folder: Path

    def look(self) -> Report:
        """The drift now."""
        return find_drift(self.settings.environment, self.work.terraform, self.folder)


@pytest.fixture(scope="module")
def standing(aws: Client, folder: Path) -> Standing:
    """Applies `local`."""
    settings = load("local")
    work = work_on(settings, folder)
    outcome = waves.run(LAYERS, work.apply, waves.quiet)
    assert outcome.ok, outcome.failed
    return Standing(settings, work, folder)


def bucket(standing: Standing, aws: Client) -> dict[str, str]:
    """Every object in the state bucket with its content's tag."""
    name = standing.settings.environment.state_bucket
    return {o["Key"]: o["ETag"] for o in aws("s3").list_objects_v2(Bucket=name)["Contents"]}


def test_what_was_just_applied_has_not_drifted(
    standing: Standing, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reports: list[Report] = []

    def look(*arguments: Any) -> Report:
        reports.append(find_drift(*arguments))
        return reports[0]

    monkeypatch.setattr(detect, "find_drift", look)
    answer = strata_here(folder, "drift", "local")
    assert answer.returncode == 0, answer.stdout
    assert "local: no drift\n" in answer.stdout
    (report,) = reports
    assert report.drift == []
    assert report.strangers == []
    assert report.unchecked == []
    assert report.never_applied == []


@pytest.fixture(scope="module")
def renamed(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The code with the database's construct under another name, and said so."""
    edits = [*RENAMED, move("database/instance", "database/mysql")]
    return edited(tmp_path_factory.mktemp("renamed") / "project", edits)


def plan_of_all(standing: Standing, synthesized: Path) -> Plan:
    """The plan of the composed stack that another code made."""
    terraform = standing.work.terraform
    folder = synthesized / "composed" / "local"
    return parse(plan_composed(terraform, folder, read_states(standing.settings.environment)))


def plan_of_layer(standing: Standing, synthesized: Path, layer: str) -> Plan:
    """The plan of a layer's stack that another code made."""
    work = other_work(standing, synthesized)
    work.plan(layer)
    return parse(work.terraform.show(work.folder(layer), work.saved_plan(layer)))


def other_work(standing: Standing, synthesized: Path) -> LayerWork:
    terraform = standing.work.terraform
    tool = Terraform(terraform.executable, terraform.environment, synthesized / "logs")
    return LayerWork(standing.settings, synthesized / "stacks", tool, threading.Lock())


def test_a_renamed_database_is_moved_and_not_destroyed(
    standing: Standing, renamed: Project
) -> None:
    synthesized = renamed.synthesize()
    for plan in (
        plan_of_all(standing, synthesized),
        plan_of_layer(standing, synthesized, "database"),
    ):
        (change,) = plan.changes
        assert change.actions == ("no-op",)
        assert change.moved_from == "aws_db_instance.database_instance"
        assert change.address == "aws_db_instance.database_mysql"


def test_without_the_entry_the_renaming_destroys_it(
    standing: Standing, tmp_path_factory: pytest.TempPathFactory
) -> None:
    project = edited(tmp_path_factory.mktemp("unsaid") / "project", RENAMED)
    plan = plan_of_layer(standing, project.synthesize(), "database")
    assert {(c.address, c.actions) for c in plan.changes} == {
        ("aws_db_instance.database_instance", ("delete",)),
        ("aws_db_instance.database_mysql", ("create",)),
        # The secret is that of the database.
        ("aws_secretsmanager_secret_rotation.database_password_rotation", ("delete", "create")),
    }


def test_plain_cdktf_moves_it_too_and_checkov_reads_the_rest(
    standing: Standing, renamed: Project
) -> None:
    def run(*command: str) -> str:
        answer = subprocess.run(
            command,
            cwd=renamed.root,
            env={
                **os.environ, **terraform_environment(), "CI": "true", "FORCE_COLOR": "0",
                "PYTHONPATH": str(renamed.root),
            },
            stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert answer.returncode == 0, answer.stdout[-4000:] + answer.stderr[-4000:]
        return answer.stdout

    plan = run("node_modules/.bin/cdktf", "diff", "local-database")
    assert "aws_db_instance.database_instance has moved to" in plan
    assert "0 to add, 0 to change, 0 to destroy" in plan
    stacks = renamed.root / "cdktf.out" / "stacks"
    assert (stacks / "local-database" / "moved.tf").exists()
    found = run(
        sys.executable, "-m", "checkov.main", "-d", str(stacks / "local-database"),
        "--config-file", ".checkov.yaml", "-o", "json",
    )  # fmt: skip
    summary = json.loads(found)["summary"]
    assert summary["parsing_errors"] == 0
    assert summary["failed"] == 0
    assert summary["passed"] > 10


BALANCER = "shop-local-web-1.eu-central-1.elb.amazonaws.com"
"""The name that the emulator gives the load balancer: parts that have a name are told by it."""

EXPECTED = {
    # network
    ("aws_network_acl_rule.network_public_acl_ingress_100", "to_port", NextApply.REPLACES),
    ("aws_network_acl.network_private_acl", "ingress", LEAVES),
    ("aws_security_group.network_database_security_group", "ingress", LEAVES),
    ("aws_security_group.network_database_security_group", "egress", LEAVES),
    ("aws_default_security_group.network_default_security_group", "ingress", PUTS_BACK),
    ("aws_vpc_security_group_ingress_rule.network_load_balancer_ingress_80", "to_port", PUTS_BACK),
    ("aws_vpc_security_group_ingress_rule.network_cache_ingress_instance", "", ANEW),
    ("aws_route_table.network_private_route_table_0", "route", LEAVES),
    ("aws_subnet.network_private_subnet_0", "map_public_ip_on_launch", PUTS_BACK),
    ("aws_vpc.network_vpc", "enable_dns_hostnames", PUTS_BACK),
    ("aws_vpc.network_vpc", "tags.Owner", PUTS_BACK),
    ("aws_cloudwatch_log_group.network_flow_log_group", "retention_in_days", PUTS_BACK),
    ("aws_iam_role_policy.network_flow_log_role_policy", "policy.Statement[0].Action", PUTS_BACK),
    ("aws_iam_role_policy.network_flow_log_role_policy", "policy.Statement[0].Resource", PUTS_BACK),
    # registry
    ("aws_ecr_repository.registry_repository", "image_tag_mutability", PUTS_BACK),
    (
        "aws_ecr_repository.registry_repository",
        "image_scanning_configuration[0].scan_on_push", PUTS_BACK,
    ),
    ("aws_ecr_lifecycle_policy.registry_lifecycle_policy", "", ANEW),
    # database
    ("aws_db_instance.database_instance", "backup_retention_period", PUTS_BACK),
    ("aws_db_instance.database_instance", "deletion_protection", PUTS_BACK),
    (
        "aws_db_parameter_group.database_parameter_group",
        "parameter.require_secure_transport.value", PUTS_BACK,
    ),
    # cache
    ("aws_elasticache_replication_group.cache_replication_group", "snapshot_retention_limit",
     PUTS_BACK),
    ("aws_elasticache_replication_group.cache_replication_group", "maintenance_window", PUTS_BACK),
    ("aws_elasticache_parameter_group.cache_parameter_group", "parameter", PUTS_BACK),
    # cluster
    ("aws_autoscaling_group.cluster_auto_scaling_group", "max_size", PUTS_BACK),
    ("aws_launch_template.cluster_launch_template", "instance_type", PUTS_BACK),
    ("aws_launch_template.cluster_launch_template", "default_version", NextApply.CHANGES),
    ("aws_launch_template.cluster_launch_template", "latest_version", NextApply.CHANGES),
    ("aws_ecs_cluster.cluster_cluster", "setting.containerInsights.value", PUTS_BACK),
    (
        "aws_ecs_capacity_provider.cluster_capacity_provider",
        "auto_scaling_group_provider[0].managed_scaling[0].target_capacity", PUTS_BACK,
    ),
    ("aws_iam_role.cluster_instance_role", "managed_policy_arns", LEAVES),
    # edge
    ("aws_lb.edge_load_balancer", "idle_timeout", PUTS_BACK),
    ("aws_lb_target_group.edge_target_group", "health_check[0].path", PUTS_BACK),
    ("aws_lb_target_group.edge_target_group", "deregistration_delay", PUTS_BACK),
    ("aws_lb_listener.edge_https_listener", "ssl_policy", PUTS_BACK),
    ("aws_route53_record.edge_record_apex", f"alias.{BALANCER}.evaluate_target_health", PUTS_BACK),
    # service
    ("aws_cloudwatch_log_group.service_log_group", "retention_in_days", PUTS_BACK),
    ("aws_ecs_service.service_service", "health_check_grace_period_seconds", PUTS_BACK),
    (
        "aws_ecs_task_definition.service_task_definition",
        "container_definitions.api.image", NextApply.REPLACES,
    ),
    (
        "aws_ecs_task_definition.service_task_definition",
        "container_definitions.api.privileged", NextApply.REPLACES,
    ),
    ("aws_appautoscaling_target.service_scaling_target", "min_capacity", PUTS_BACK),
    ("aws_appautoscaling_target.service_scaling_target", "max_capacity", PUTS_BACK),
    (
        "aws_appautoscaling_policy.service_target_tracking_cpu",
        "target_tracking_scaling_policy_configuration[0].target_value", PUTS_BACK,
    ),
    # The emulator makes a new policy of a changed one.
    ("aws_appautoscaling_policy.service_target_tracking_cpu", "arn", LEAVES),
    ("aws_iam_role.service_task_role", "inline_policy", LEAVES),
}  # fmt: skip
"""(address, attribute, what the next apply does) of every change that `by_hand` makes."""


def named(found: list[dict[str, Any]], name: str) -> dict[str, Any]:
    (one,) = [one for one in found if {"Key": "Name", "Value": name} in one.get("Tags", [])]
    return one


def allow(actions: str) -> str:
    statement = {"Effect": "Allow", "Action": actions, "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def change_network(aws: Client) -> None:
    ec2 = aws("ec2")
    vpc = named(ec2.describe_vpcs()["Vpcs"], "shop-local")["VpcId"]
    here = [{"Name": "vpc-id", "Values": [vpc]}]
    acls = ec2.describe_network_acls(Filters=here)["NetworkAcls"]
    entry = {"Egress": False, "RuleAction": "allow", "CidrBlock": "0.0.0.0/0"}
    ec2.replace_network_acl_entry(
        NetworkAclId=named(acls, "shop-local-public")["NetworkAclId"], RuleNumber=100,
        Protocol="6", PortRange={"From": 80, "To": 8080}, **entry,
    )  # fmt: skip
    ec2.create_network_acl_entry(
        NetworkAclId=named(acls, "shop-local-private")["NetworkAclId"], RuleNumber=90,
        Protocol="-1", **entry,
    )  # fmt: skip
    groups = ec2.describe_security_groups(Filters=here)["SecurityGroups"]
    ids = {
        key: named(groups, f"shop-local-{key}")["GroupId"]
        for key in ("database", "cache", "load-balancer", "default")
    }
    ssh = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22}
    for key in ("database", "default"):
        ec2.authorize_security_group_ingress(
            GroupId=ids[key], IpPermissions=[{**ssh, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]
        )
    ec2.authorize_security_group_egress(
        GroupId=ids["database"],
        IpPermissions=[{"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": ids["cache"]}]}],
    )
    rules = ec2.describe_security_group_rules()["SecurityGroupRules"]
    http = next(
        r for r in rules if r["GroupId"] == ids["load-balancer"] and r.get("FromPort") == 80
    )
    ec2.modify_security_group_rules(
        GroupId=ids["load-balancer"],
        SecurityGroupRules=[
            {
                "SecurityGroupRuleId": http["SecurityGroupRuleId"],
                "SecurityGroupRule": {
                    "IpProtocol": "tcp", "FromPort": 80, "ToPort": 81, "CidrIpv4": "0.0.0.0/0",
                    "Description": "HTTP from anywhere",
                },
            }
        ],
    )  # fmt: skip
    redis = next(r for r in rules if r["GroupId"] == ids["cache"] and not r["IsEgress"])
    ec2.revoke_security_group_ingress(
        GroupId=ids["cache"], SecurityGroupRuleIds=[redis["SecurityGroupRuleId"]]
    )
    tables = ec2.describe_route_tables(Filters=here)["RouteTables"]
    gateways = ec2.describe_internet_gateways()["InternetGateways"]
    ec2.create_route(
        RouteTableId=named(tables, "shop-local-private-0")["RouteTableId"],
        DestinationCidrBlock="0.0.0.0/0",
        GatewayId=named(gateways, "shop-local-internet")["InternetGatewayId"],
    )
    subnet = named(
        ec2.describe_subnets(Filters=here)["Subnets"], "shop-local-private-eu-central-1a"
    )
    ec2.modify_subnet_attribute(SubnetId=subnet["SubnetId"], MapPublicIpOnLaunch={"Value": True})
    ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": False})
    ec2.create_tags(Resources=[vpc], Tags=[{"Key": "Owner", "Value": "somebody"}])
    aws("logs").put_retention_policy(logGroupName="/shop/local/vpc-flow-logs", retentionInDays=1)
    aws("iam").put_role_policy(
        RoleName="shop-local-vpc-flow-logs", PolicyName="write-flow-logs",
        PolicyDocument=allow("logs:*"),
    )  # fmt: skip


def change_registry(aws: Client) -> None:
    ecr = aws("ecr")
    ecr.put_image_tag_mutability(repositoryName="shop-local", imageTagMutability="MUTABLE")
    ecr.put_image_scanning_configuration(
        repositoryName="shop-local", imageScanningConfiguration={"scanOnPush": False}
    )
    ecr.delete_lifecycle_policy(repositoryName="shop-local")


def change_database(aws: Client) -> None:
    rds = aws("rds")
    rds.modify_db_instance(
        DBInstanceIdentifier="shop-local-database", BackupRetentionPeriod=1,
        DeletionProtection=True, ApplyImmediately=True,
    )  # fmt: skip
    [instance] = rds.describe_db_instances()["DBInstances"]
    [group] = instance["DBParameterGroups"]
    tls = {"ParameterName": "require_secure_transport", "ApplyMethod": "immediate"}
    rds.modify_db_parameter_group(
        DBParameterGroupName=group["DBParameterGroupName"],
        Parameters=[{**tls, "ParameterValue": "0"}],
    )


def change_cache(aws: Client) -> None:
    cache = aws("elasticache")
    cache.modify_replication_group(
        ReplicationGroupId="shop-local-cache", SnapshotRetentionLimit=5,
        PreferredMaintenanceWindow="mon:01:00-mon:02:00", ApplyImmediately=True,
    )  # fmt: skip
    cache.modify_cache_parameter_group(
        CacheParameterGroupName="shop-local-redis7",
        ParameterNameValues=[{"ParameterName": "maxmemory-policy", "ParameterValue": "noeviction"}],
    )


def change_cluster(aws: Client) -> None:
    ec2, ecs = aws("ec2"), aws("ecs")
    aws("autoscaling").update_auto_scaling_group(
        AutoScalingGroupName="shop-local-instances", MaxSize=9, DesiredCapacity=4
    )
    template = named(ec2.describe_launch_templates()["LaunchTemplates"], "shop-local-instance")
    name = template["LaunchTemplateId"]
    (version,) = ec2.describe_launch_template_versions(LaunchTemplateId=name)[
        "LaunchTemplateVersions"
    ]
    ec2.create_launch_template_version(
        LaunchTemplateId=name,
        LaunchTemplateData={**version["LaunchTemplateData"], "InstanceType": "t3.large"},
    )
    ec2.modify_launch_template(LaunchTemplateId=name, DefaultVersion="2")
    ecs.update_cluster(
        cluster="shop-local", settings=[{"name": "containerInsights", "value": "disabled"}]
    )
    ecs.update_capacity_provider(
        name="shop-local-instances",
        autoScalingGroupProvider={
            "managedScaling": {
                "status": "ENABLED", "targetCapacity": 50, "minimumScalingStepSize": 1,
                "maximumScalingStepSize": 5, "instanceWarmupPeriod": 120,
            }
        },
    )  # fmt: skip
    aws("iam").attach_role_policy(
        RoleName="shop-local-instance", PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess"
    )


def change_edge(aws: Client) -> None:
    elb, route53 = aws("elbv2"), aws("route53")
    balancer = elb.describe_load_balancers()["LoadBalancers"][0]["LoadBalancerArn"]
    elb.modify_load_balancer_attributes(
        LoadBalancerArn=balancer,
        Attributes=[{"Key": "idle_timeout.timeout_seconds", "Value": "300"}],
    )
    group = elb.describe_target_groups()["TargetGroups"][0]["TargetGroupArn"]
    elb.modify_target_group(TargetGroupArn=group, HealthCheckPath="/by-hand")
    elb.modify_target_group_attributes(
        TargetGroupArn=group,
        Attributes=[{"Key": "deregistration_delay.timeout_seconds", "Value": "5"}],
    )
    listeners = elb.describe_listeners(LoadBalancerArn=balancer)["Listeners"]
    https = next(one for one in listeners if one["Port"] == 443)
    elb.modify_listener(ListenerArn=https["ListenerArn"], SslPolicy="ELBSecurityPolicy-2016-08")
    zone = route53.list_hosted_zones()["HostedZones"][0]["Id"]
    records = route53.list_resource_record_sets(HostedZoneId=zone)["ResourceRecordSets"]
    record = next(one for one in records if one["Type"] == "A")
    record["AliasTarget"]["EvaluateTargetHealth"] = False
    change = {"Action": "UPSERT", "ResourceRecordSet": record}
    route53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch={"Changes": [change]})


def change_service(aws: Client) -> None:
    ecs, scaling = aws("ecs"), aws("application-autoscaling")
    aws("logs").put_retention_policy(logGroupName="/shop/local/service", retentionInDays=3)
    answer = ecs.describe_task_definition(taskDefinition="shop-local", include=["TAGS"])
    task, tags = answer["taskDefinition"], answer["tags"]
    (container,) = task["containerDefinitions"]
    kept = (
        "family", "networkMode", "executionRoleArn", "taskRoleArn", "requiresCompatibilities",
        "runtimePlatform",
    )  # fmt: skip
    new = ecs.register_task_definition(
        **{name: task[name] for name in kept}, tags=tags,
        containerDefinitions=[{**container, "image": BY_HAND, "privileged": True}],
    )["taskDefinition"]["taskDefinitionArn"]  # fmt: skip
    # The desired count is the scaler's to move.
    ecs.update_service(
        cluster="shop-local", service="shop-local", desiredCount=5, taskDefinition=new,
        healthCheckGracePeriodSeconds=1,
    )  # fmt: skip
    target = {
        "ServiceNamespace": "ecs",
        "ResourceId": "service/shop-local/shop-local",
        "ScalableDimension": "ecs:service:DesiredCount",
    }
    scaling.register_scalable_target(**target, MinCapacity=0, MaxCapacity=50)
    (policy,) = scaling.describe_scaling_policies(ServiceNamespace="ecs")["ScalingPolicies"]
    configuration = policy["TargetTrackingScalingPolicyConfiguration"]
    scaling.put_scaling_policy(
        **target, PolicyName=policy["PolicyName"], PolicyType=policy["PolicyType"],
        TargetTrackingScalingPolicyConfiguration={**configuration, "TargetValue": 20},
    )  # fmt: skip
    aws("iam").put_role_policy(
        RoleName="shop-local-task", PolicyName="by-hand", PolicyDocument=allow("s3:*")
    )


BY_HAND = "somewhere/else:2"
"""The image that a hand releases, together with another change of the container."""


CHANGES: dict[str, Callable[[Client], None]] = {
    "network": change_network,
    "registry": change_registry,
    "database": change_database,
    "cache": change_cache,
    "cluster": change_cluster,
    "edge": change_edge,
    "service": change_service,
}
assert CHANGES.keys() == LAYERS.keys()


def make_strangers(aws: Client) -> set[str]:
    """Things by hand; gives their identifiers, as they must be named."""
    ec2 = aws("ec2")
    vpc = named(ec2.describe_vpcs()["Vpcs"], "shop-local")["VpcId"]
    here = [{"Name": "vpc-id", "Values": [vpc]}]
    subnet = ec2.describe_subnets(Filters=here)["Subnets"][0]["SubnetId"]
    ours = {"Project": "shop", "Environment": "local", "ManagedBy": "strata"}
    tags = [{"Key": key, "Value": value} for key, value in ours.items()]
    theirs = [{"Key": "Project", "Value": "shop"}, {"Key": "Environment", "Value": "prod"}]
    logs, secrets = aws("logs"), aws("secretsmanager")
    logs.create_log_group(logGroupName="/old", tags=ours)
    logs.create_log_group(logGroupName="/another-environment", tags={**ours, "Environment": "prod"})
    aws("iam").create_role(RoleName="theirs", AssumeRolePolicyDocument="{}", Tags=theirs)
    (group,) = logs.describe_log_groups(logGroupNamePrefix="/old")["logGroups"]
    return {
        group["arn"].removesuffix(":*"),
        ec2.create_security_group(GroupName="hand", Description="hand", VpcId=vpc)["GroupId"],
        ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.200.0/24")["Subnet"]["SubnetId"],
        ec2.create_network_acl(VpcId=vpc)["NetworkAcl"]["NetworkAclId"],
        ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"],
        ec2.create_network_interface(SubnetId=subnet)["NetworkInterface"]["NetworkInterfaceId"],
        ec2.run_instances(
            ImageId="ami-12c6146b", MinCount=1, MaxCount=1, SubnetId=subnet
        )["Instances"][0]["InstanceId"],
        aws("rds").create_db_instance(
            DBInstanceIdentifier="hand", Engine="mysql", DBInstanceClass="db.t3.micro",
            MasterUsername="admin", MasterUserPassword="a-password-by-hand", AllocatedStorage=20,
            DBSubnetGroupName="shop-local-database",
        )["DBInstance"]["DBInstanceArn"],
        aws("elasticache").create_cache_cluster(
            CacheClusterId="hand", Engine="redis", CacheNodeType="cache.t3.micro",
            NumCacheNodes=1, CacheSubnetGroupName="shop-local-cache",
        )["CacheCluster"]["ARN"],
        aws("rds").create_db_proxy(
            DBProxyName="hand", EngineFamily="MYSQL", RoleArn=ROLE, VpcSubnetIds=[subnet],
            Auth=[{"AuthScheme": "SECRETS", "SecretArn": "arn:aws:secretsmanager:x:1:secret:x"}],
        )["DBProxy"]["DBProxyArn"],
        aws("iam").create_role(
            RoleName="old", AssumeRolePolicyDocument="{}", Tags=tags
        )["Role"]["Arn"],
        secrets.create_secret(Name="old", SecretString="a-value-by-hand", Tags=tags)["ARN"],
    }  # fmt: skip


ROLE = "arn:aws:iam::123456789012:role/hand"
ADDED = {
    ("aws_appautoscaling_target.service_scaling_target", "scaling policy", "hand"),
    ("aws_appautoscaling_target.service_scaling_target", "scheduled action", "hand"),
    ("aws_autoscaling_group.cluster_auto_scaling_group", "lifecycle hook", "hand"),
    ("aws_autoscaling_group.cluster_auto_scaling_group", "scaling policy", "hand"),
    ("aws_autoscaling_group.cluster_auto_scaling_group", "scheduled action", "hand"),
    ("aws_cloudwatch_log_group.service_log_group", "metric filter", "hand"),
    ("aws_cloudwatch_log_group.service_log_group", "subscription filter", "hand"),
    (
        "aws_db_instance.database_instance", "resource policy",
        "of the secret of the master password",
    ),
    ("aws_db_instance.database_instance", "role", "hand"),
    ("aws_ecr_repository.registry_repository", "repository policy", "shop-local"),
    ("aws_ecs_cluster.cluster_cluster", "event rule", "hand"),
    ("aws_ecs_cluster.cluster_cluster", "service", "hand"),
    ("aws_iam_role.service_task_role", "instance profile", "hand"),
    ("aws_lb.edge_load_balancer", "listener", "HTTP 8080"),
    ("aws_lb_listener.edge_http_listener", "listener rule", "priority 5"),
    ("aws_lb_listener.edge_https_listener", "certificate", "hand"),
    ("aws_lb_target_group.edge_target_group", "target", "hand"),
    ("aws_route53_zone.edge_zone", "record", "*.hand.local.shop.example TXT"),
    ("aws_route53_zone.edge_zone", "record", "hand.local.shop.example CNAME"),
    ("aws_vpc.network_vpc", "address range", "10.1.0.0/16"),
}  # fmt: skip
"""(address, kind, name) of everything that `add_below` adds; a name that AWS gives is `hand`."""


def add_below(aws: Client) -> None:
    """Adds something by hand below resources of every layer."""
    ec2, elb = aws("ec2"), aws("elbv2")
    vpc = named(ec2.describe_vpcs()["Vpcs"], "shop-local")["VpcId"]
    ec2.associate_vpc_cidr_block(VpcId=vpc, CidrBlock="10.1.0.0/16")
    everybody = json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {"Effect": "Allow", "Principal": "*", "Action": "ecr:BatchGetImage"}
            ],
        }
    )  # fmt: skip
    aws("ecr").set_repository_policy(repositoryName="shop-local", policyText=everybody)
    (database,) = [
        one for one in aws("rds").describe_db_instances()["DBInstances"]
        if one["DBInstanceIdentifier"] == "shop-local-database"
    ]  # fmt: skip
    aws("rds").add_role_to_db_instance(
        DBInstanceIdentifier="shop-local-database", RoleArn=ROLE, FeatureName="S3_INTEGRATION"
    )
    aws("secretsmanager").put_resource_policy(
        SecretId=database["MasterUserSecret"]["SecretArn"],
        ResourcePolicy=everybody.replace("ecr:BatchGetImage", "secretsmanager:GetSecretValue"),
    )
    add_scaling(aws)
    balancer = elb.describe_load_balancers()["LoadBalancers"][0]["LoadBalancerArn"]
    listeners = {
        one["Port"]: one["ListenerArn"]
        for one in elb.describe_listeners(LoadBalancerArn=balancer)["Listeners"]
    }
    group = elb.describe_target_groups()["TargetGroups"][0]["TargetGroupArn"]
    forward = [{"Type": "forward", "TargetGroupArn": group}]
    elb.create_listener(
        LoadBalancerArn=balancer, Protocol="HTTP", Port=8080, DefaultActions=forward
    )
    elb.create_rule(
        ListenerArn=listeners[80], Priority=5, Actions=forward,
        Conditions=[{"Field": "path-pattern", "Values": ["/api/*"]}],
    )  # fmt: skip
    elb.add_listener_certificates(
        ListenerArn=listeners[443], Certificates=[{"CertificateArn": issued(aws, "hand.example")}]
    )
    instance = ec2.describe_instances()["Reservations"][0]["Instances"][0]["InstanceId"]
    elb.register_targets(TargetGroupArn=group, Targets=[{"Id": instance, "Port": 9999}])
    zone = aws("route53").list_hosted_zones()["HostedZones"][0]["Id"]
    records = {
        "hand.local.shop.example": ("CNAME", "attacker.example."),
        "*.hand.local.shop.example": ("TXT", "\"words with 'quotes' and blanks\""),
    }
    changes = [
        {
            "Action": "CREATE",
            "ResourceRecordSet": {
                "Name": name, "Type": kind, "TTL": 60, "ResourceRecords": [{"Value": value}],
            },
        }
        for name, (kind, value) in records.items()
    ]  # fmt: skip
    aws("route53").change_resource_record_sets(HostedZoneId=zone, ChangeBatch={"Changes": changes})
    aws("ecs").create_service(
        cluster="shop-local", serviceName="hand", taskDefinition="shop-local", desiredCount=0
    )
    cluster = aws("ecs").describe_clusters(clusters=["shop-local"])["clusters"][0]["clusterArn"]
    task = {"TaskDefinitionArn": "arn:aws:ecs:eu-central-1:123456789012:task-definition/x"}
    aws("events").put_rule(Name="hand", ScheduleExpression="rate(1 day)")
    aws("events").put_targets(
        Rule="hand",
        Targets=[{"Id": "1", "Arn": cluster, "RoleArn": ROLE, "EcsParameters": task}],
    )
    logs = {"logGroupName": "/shop/local/service", "filterName": "hand", "filterPattern": ""}
    aws("kinesis").create_stream(StreamName="hand", ShardCount=1)
    stream = "arn:aws:kinesis:eu-central-1:123456789012:stream/hand"
    aws("logs").put_subscription_filter(**logs, destinationArn=stream)
    metric = {"metricName": "hand", "metricNamespace": "hand", "metricValue": "1"}
    aws("logs").put_metric_filter(**logs, metricTransformations=[metric])
    aws("iam").create_instance_profile(InstanceProfileName="hand")
    aws("iam").add_role_to_instance_profile(InstanceProfileName="hand", RoleName="shop-local-task")


def issued(aws: Client, domain: str) -> str:
    """A certificate that a listener takes; its zone goes again."""
    acm, route53 = aws("acm"), aws("route53")
    emulation.delegate(os.environ["AWS_ENDPOINT_URL"], domain)
    arn = str(acm.request_certificate(DomainName=domain)["CertificateArn"])
    zone = route53.create_hosted_zone(Name=domain, CallerReference=domain)["HostedZone"]["Id"]
    [option] = acm.describe_certificate(CertificateArn=arn)["Certificate"][
        "DomainValidationOptions"
    ]
    found = option["ResourceRecord"]
    record = {
        "Name": found["Name"], "Type": found["Type"], "TTL": 60,
        "ResourceRecords": [{"Value": found["Value"]}],
    }  # fmt: skip
    for action in ("CREATE", "DELETE"):
        change = {"Action": action, "ResourceRecordSet": record}
        route53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch={"Changes": [change]})
        assert acm.describe_certificate(CertificateArn=arn)["Certificate"]["Status"] == "ISSUED"
    route53.delete_hosted_zone(Id=zone)
    return arn


def add_scaling(aws: Client) -> None:
    """Adds policies, actions and a hook to the scalable target and the auto scaling group."""
    target = {
        "ServiceNamespace": "ecs",
        "ResourceId": "service/shop-local/shop-local",
        "ScalableDimension": "ecs:service:DesiredCount",
    }
    metric = {"PredefinedMetricType": "ECSServiceAverageMemoryUtilization"}
    aws("application-autoscaling").put_scaling_policy(
        **target, PolicyName="hand", PolicyType="TargetTrackingScaling",
        TargetTrackingScalingPolicyConfiguration={
            "TargetValue": 10.0, "PredefinedMetricSpecification": metric,
        },
    )  # fmt: skip
    aws("application-autoscaling").put_scheduled_action(
        **target, ScheduledActionName="hand", Schedule="rate(1 day)",
        ScalableTargetAction={"MinCapacity": 0, "MaxCapacity": 0},
    )  # fmt: skip
    group = {"AutoScalingGroupName": "shop-local-instances"}
    aws("autoscaling").put_scaling_policy(
        **group, PolicyName="hand", AdjustmentType="ChangeInCapacity", ScalingAdjustment=-1
    )
    aws("autoscaling").put_lifecycle_hook(
        **group, LifecycleHookName="hand",
        LifecycleTransition="autoscaling:EC2_INSTANCE_TERMINATING",
    )  # fmt: skip
    aws("autoscaling").put_scheduled_update_group_action(
        **group, ScheduledActionName="hand", Recurrence="0 0 * * *", MinSize=0, MaxSize=0
    )
    # What ECS itself puts on the group of a capacity provider, which moto does not.
    aws("autoscaling").put_scaling_policy(
        **group, PolicyName="ECSManagedAutoScalingPolicy-0b5d", ScalingAdjustment=1,
        AdjustmentType="ChangeInCapacity",
    )  # fmt: skip
    aws("autoscaling").put_lifecycle_hook(
        **group, LifecycleHookName="ecs-managed-draining-termination-hook",
        LifecycleTransition="autoscaling:EC2_INSTANCE_TERMINATING",
    )  # fmt: skip


def carry_out(aws: Client, command: str) -> None:
    """Do what a command of the AWS CLI does, by the API's own names of its options."""
    program, service, operation, *words = shlex.split(command)
    assert program == "aws"
    client = aws({"s3api": "s3"}.get(service, service))
    method = operation.replace("-", "_")
    model = client.meta.service_model.operation_model(client.meta.method_to_api_mapping[method])
    members = {xform_name(one, "-"): one for one in model.input_shape.members}
    given: dict[str, Any] = {}
    while words:
        name = members[words.pop(0).removeprefix("--")]
        shape = model.input_shape.members[name]
        if shape.type_name == "boolean":
            given[name] = True
        elif shape.type_name == "structure":
            given[name] = json.loads(words.pop(0))
        elif shape.type_name == "list":
            one = dict(pair.split("=", 1) for pair in words.pop(0).split(","))
            given[name] = [{key: int(v) if v.isdecimal() else v for key, v in one.items()}]
        else:
            given[name] = words.pop(0)
    getattr(client, method)(**given)


@dataclass(frozen=True)
class Drifted:
    """What was found after every layer was changed by hand."""

    report: Report
    strangers: set[str]
    objects_before: dict[str, str]


@pytest.fixture(scope="module")
def drifted(standing: Standing, aws: Client) -> Drifted:
    """Changes every layer by hand, adds below it, makes strangers, and looks.

    The clock of the emulator's ECS stands from here on: managed scaling would take the instances
    away again that a hand added, and how soon depends on how fast this machine is.
    """
    play.control(os.environ["AWS_ENDPOINT_URL"], factor=0)
    before = bucket(standing, aws)
    for change in CHANGES.values():
        change(aws)
    add_below(aws)
    strangers = make_strangers(aws)
    return Drifted(standing.look(), strangers, before)


def found(report: Report) -> set[tuple[str, str, NextApply | None]]:
    """(address, attribute, what the next apply does) of all that drifted."""
    return {
        (one.address, each.attribute, each.next_apply)
        for one in report.drift
        for each in one.attributes
    } | {(one.address, "", one.next_apply) for one in report.drift if one.gone}


def test_all_drift_is_found_and_none_invented(drifted: Drifted) -> None:
    assert found(drifted.report) == EXPECTED
    assert {one.layer for one in drifted.report.drift} == set(LAYERS)


def test_before_and_now_are_told(drifted: Drifted) -> None:
    values = {
        (one.address, each.attribute): (each.before, each.now)
        for one in drifted.report.drift
        for each in one.attributes
    }
    assert values["aws_lb.edge_load_balancer", "idle_timeout"] == (60, 300)
    assert values["aws_security_group.network_database_security_group", "ingress"] == (
        None,
        {"protocol": "tcp", "from_port": 22, "to_port": 22, "source": "0.0.0.0/0",
         "description": ""},
    )  # fmt: skip


def test_what_is_meant_to_move_is_no_drift(drifted: Drifted) -> None:
    left_out = {(one.address, one.attribute) for one in drifted.report.left_out}
    assert ("aws_ecs_service.service_service", "desired_count") in left_out
    # Whoever released it: a release.
    assert ("aws_ecs_service.service_service", "task_definition") in left_out
    assert ("aws_autoscaling_group.cluster_auto_scaling_group", "desired_capacity") in left_out


def test_a_release_by_hand_is_told_apart(standing: Standing, drifted: Drifted, aws: Client) -> None:
    (registry,) = aws("ecr").describe_repositories()["repositories"]
    (one,) = drifted.report.released
    assert (one.address, one.revision, one.image, one.known) == (
        "aws_ecs_task_definition.service_task_definition", 2, BY_HAND,
        f"{registry['repositoryUri']}:{standing.settings.service.image_tag}",
    )  # fmt: skip


def test_strangers_are_listed_and_nothing_of_ours_is(drifted: Drifted) -> None:
    assert {one.identifier for one in drifted.report.strangers} == drifted.strangers
    assert drifted.report.unchecked == []


def test_what_was_added_below_ours_is_told_and_nothing_that_aws_makes(drifted: Drifted) -> None:
    given = {"certificate", "target"}
    assert {
        (one.address, one.kind, "hand" if one.kind in given else one.name)
        for one in drifted.report.added
    } == ADDED
    assert {one.layer for one in drifted.report.added} == set(LAYERS) - {"cache"}
    does = {(one.kind, one.name): one.does for one in drifted.report.added}
    assert does["listener rule", "priority 5"] == (
        "on port 80, path-pattern /api/*: forwards to shop-local-tasks"
    )
    assert does["repository policy", "shop-local"] == "allows everybody: ecr:BatchGetImage"


def plain(secret: str) -> str:
    """The password in a secret of RDS; another secret as it is."""
    try:
        return str(json.loads(secret)["password"])
    except ValueError:
        return secret


def test_no_secret_is_told(drifted: Drifted, aws: Client) -> None:
    text = drifted.report.model_dump_json()
    manager = aws("secretsmanager")
    values = [
        manager.get_secret_value(SecretId=one["ARN"])["SecretString"]
        for one in manager.list_secrets()["SecretList"]
    ]
    assert len(values) >= 3
    for value in values:
        assert plain(value) not in text


def test_the_command_says_so_in_each_form_and_writes_nothing(
    standing: Standing,
    drifted: Drifted,
    folder: Path,
    aws: Client,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It looks for the first form; the others are of what it found then."""
    for form in ("json", "text", "md"):
        answer = strata_here(folder, "drift", "local", "--format", form)
        assert answer.returncode == 3, answer.stdout
        if form == "json":
            report = Report.model_validate_json(answer.stdout)
            monkeypatch.setattr(detect, "find_drift", lambda *_, report=report: report)
            assert found(report) == EXPECTED
            assert report.added == drifted.report.added
            assert report.released == drifted.report.released
        else:
            assert "image_tag_mutability" in answer.stdout
        if form == "text":
            long = [line for line in answer.stdout.splitlines() if len(line) > 80]
            # A word of a command that is longer, to be copied whole.
            assert all(len(shlex.split(line.removesuffix(" \\"))) == 1 for line in long)
    assert bucket(standing, aws) == drifted.objects_before


def test_it_is_what_a_refresh_only_plan_of_each_layer_finds(
    standing: Standing, drifted: Drifted
) -> None:
    work = standing.work

    def refresh(layer: str) -> str:
        file = work.folder(layer).resolve() / "refresh.tfplan"
        work.terraform.plan(work.folder(layer), file, "-refresh-only")
        document = work.terraform.show(work.folder(layer), file)
        code = stack(json.loads((work.folder(layer) / "cdk.tf.json").read_text()))
        drift, _ = find(parse(document), document, code)
        places = {(one.address, each.attribute) for one in drift for each in one.attributes}
        places |= {(one.address, "") for one in drift if one.gone}
        return json.dumps(sorted(places))

    outcome = waves.run(LAYERS, refresh, waves.quiet)
    assert outcome.ok, outcome.failed
    places = {tuple(one) for text in outcome.done.values() for one in json.loads(text)}
    assert places == {(address, attribute) for address, attribute, _ in EXPECTED}


def test_the_next_apply_does_what_was_said_and_the_commands_take_away_what_was_added(
    standing: Standing, drifted: Drifted, aws: Client
) -> None:
    # The deployment of the service needs time to pass.
    play.control(os.environ["AWS_ENDPOINT_URL"], factor=FACTOR)
    outcome = waves.run(LAYERS, standing.work.apply, waves.quiet)
    assert outcome.ok, outcome.failed
    for one in drifted.report.added:
        carry_out(aws, one.delete)
    report = standing.look()
    said = {one for one in EXPECTED if one[2] is LEAVES and one[1] != "arn"}
    assert found(report) == said
    assert report.added == []
    assert report.released == []


@pytest.fixture(scope="module")
def moved(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The code with the service's log group in the cluster's layer, and said so."""
    edits = [*MOVED, move("service/log_group", "cluster/log_group")]
    return edited(tmp_path_factory.mktemp("moved") / "project", edits)


OLD = "aws_cloudwatch_log_group.service_log_group"
NEW = "aws_cloudwatch_log_group.cluster_log_group"


def holders(work: LayerWork) -> set[tuple[str, str]]:
    """(layer, address) of the service's log group in the states."""
    return {
        (layer, f"{one['type']}.{one['name']}")
        for layer, state in read_states(work.settings.environment).items()
        if state
        for one in state.document["resources"]
        for instance in one["instances"]
        if instance["attributes"].get("name") == "/shop/local/service"
    }


@contextlib.contextmanager
def cut_off_before_removing(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    def die(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Terraform, "state_remove", die)
        with pytest.raises(KeyboardInterrupt):
            yield


def created(aws: Client) -> int:
    """When the log group was made."""
    prefix = "/shop/local/service"
    (group,) = aws("logs").describe_log_groups(logGroupNamePrefix=prefix)["logGroups"]
    return int(group["creationTime"])


def test_a_move_to_another_layer_is_cut_off_and_goes_on(
    standing: Standing, moved: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment = standing.settings.environment
    synthesized = moved.synthesize()
    work = other_work(standing, synthesized)
    entries = moves.read(moved.root / "modules" / "moves.toml")
    monkeypatch.setattr(moving, "read", lambda: entries)
    # The whole plan shows a move, before anything is moved.
    (whole,) = [one for one in plan_of_all(standing, synthesized).changes if one.address == NEW]
    assert (whole.actions, whole.moved_from) == (("update",), OLD)
    assert whole.changed == ("tags", "tags_all")
    # Somebody works on one of the layers: nothing is touched.
    with locks.taken(environment, "service", "apply"):
        with pytest.raises(StrataError, match="service is locked by"):
            moving.move(work)
        assert holders(work) == {("service", OLD)}
    assert locks.read_all(environment) == []
    with cut_off_before_removing(monkeypatch):
        moving.move(work)
    assert holders(work) == {("service", OLD), ("cluster", NEW)}
    assert locks.read_all(environment) == []
    answer, again = moved.strata(["move", "local"], ["move", "local"])
    assert answer.returncode == 0, answer.stderr
    assert f"moved      {OLD} of service -> {NEW} of cluster" in answer.stdout
    assert holders(work) == {("cluster", NEW)}
    assert again.stdout == "local: every state is where it belongs\n"
    # Now the layer's own plan has nothing to destroy and nothing to create.
    (change,) = plan_of_layer(standing, synthesized, "cluster").changes
    assert (change.address, change.actions) == (NEW, ("update",))


def test_an_apply_moves_it_and_a_layer_that_was_not_moved_forgets_it(
    standing: Standing, aws: Client, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Back the same way: the code of today, with an entry of the other direction."""
    born = created(aws)
    back = edited(
        tmp_path_factory.mktemp("back") / "project",
        [move("cluster/log_group", "service/log_group")],
    )
    # Without the move, the cluster forgets its log group and does not destroy it.
    (forgotten,) = plan_of_layer(standing, back.synthesize(), "cluster").changes
    assert (forgotten.address, forgotten.actions) == (NEW, ("forget",))
    answer = back.python("-m", "strata", "apply", "local", "--yes")
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert f"moved      {NEW} of cluster -> {OLD} of service\n" in answer.stdout
    assert holders(standing.work) == {("service", OLD)}
    assert created(aws) == born
