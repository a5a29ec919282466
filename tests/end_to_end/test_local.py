"""`local` on the emulator, from nothing to nothing, in the order of the tests.

What exists is read back with boto3, independent of Terraform, and held against the settings.
"""

import contextlib
import getpass
import json
import os
import pty
import re
import shutil
import socket
import subprocess
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock
from typer.testing import CliRunner

from modules.network import acl_rules
from strata.apply import leftovers, waves
from strata.apply.layer import LayerWork
from strata.cli import app
from strata.deployer.table import Use
from strata.documents import stacks
from strata.documents.layers import LAYERS
from strata.documents.stacks import stack
from strata.drift.import_ids import with_addresses
from strata.drift.inventory import inventory
from strata.drift.strangers import strangers
from strata.errors import StrataError
from strata.local import emulator as emulation
from strata.reach import Flow, Network, explain, from_stack, open_flows
from strata.reach.aws_lists import ask
from strata.reach.from_aws import from_aws
from strata.reach.table import table
from strata.release.ecs import Ecs
from strata.release.place import place
from strata.release.status import jobs as jobs_of
from strata.review import record
from strata.settings import Settings, load
from strata.settings.models import Job, Worker
from strata.state import locks
from strata.state.states import read_states
from strata.synthesis.synthesize import compose
from strata.terraform.children import chdir
from strata.terraform.events import Event
from tests import ROOT
from tests.deployer.record import not_allowed
from tests.end_to_end.conftest import (
    Applied,
    Client,
    make_review,
    reviewed,
    strata_command,
    strata_here,
    work_on,
)
from tests.end_to_end.forks import Command

pytestmark = [pytest.mark.emulator, pytest.mark.usefixtures("provider")]


def named(found: list[dict[str, Any]], name: str) -> dict[str, Any]:
    """The one whose `Name` tag is `name`."""
    matching = [one for one in found if {"Key": "Name", "Value": name} in one.get("Tags", [])]
    assert len(matching) == 1, name
    return matching[0]


def test_a_layer_that_fails_stops_only_what_needs_it(applied: Applied) -> None:
    assert set(applied.first.failed) == {"cache"}
    assert "subnet group" in applied.first.failed["cache"].message.lower()
    assert applied.first.not_started == ["service"]
    assert set(applied.first.done) == set(LAYERS) - {"cache", "service"}
    assert all(applied.resources_after_first.values())


def test_the_error_is_the_providers_own_and_stands_in_the_log(
    applied: Applied, folder: Path
) -> None:
    told = applied.first.failed["cache"].message
    assert "creating ElastiCache Subnet Group (shop-local-cache)" in told
    assert "CacheSubnetGroupAlreadyExists" in told
    events = [json.loads(line) for line in log(folder, "cache").splitlines() if line[:1] == "{"]
    [error] = [
        one["diagnostic"] for one in events if one.get("diagnostic", {}).get("severity") == "error"
    ]
    assert error["summary"] in told


def test_going_on_applies_only_the_rest(applied: Applied) -> None:
    assert applied.second.ok
    assert applied.second.done == {
        layer: "applied" if layer in ("cache", "service") else "done before" for layer in LAYERS
    }


@pytest.mark.parametrize("layer", LAYERS)
def test_what_is_applied_is_the_plan_that_was_saved_last(
    layer: str, applied: Applied, folder: Path
) -> None:
    file = applied.work.saved_plan(layer)
    events = map(json.loads, re.findall(r'^{"type": "command".*', log(folder, layer), re.MULTILINE))
    ran = [one["@message"].split()[1:] for one in events]
    applies = [index for index, words in enumerate(ran) if words[0] == "apply"]
    assert applies
    for index in applies:
        assert ran[index] == ["apply", "-json", "-lock-timeout=20s", str(file)]
        # Nothing came between: another plan would have taken this one's place.
        assert ran[index - 1][0] == "plan"
        assert f"-out={file}" in ran[index - 1]


def log(folder: Path, layer: str) -> str:
    """All that Terraform said of a layer."""
    return (folder / "logs" / f"local-{layer}.log").read_text()


def test_on_the_first_day_the_review_has_every_resource_of_every_layer(
    applied: Applied, folder: Path
) -> None:
    _, plan = record.read(applied.review)
    assert {one.actions for one in plan.changes} == {("create",)}
    text = (folder / "composed" / "local" / "cdk.tf.json").read_text()
    wanted = set(stacks.stack(json.loads(text)).resources)
    assert {one.address.partition("[")[0] for one in plan.changes} == wanted
    assert all(plan.of(layer) for layer in LAYERS)


def test_a_second_plan_is_empty_in_every_layer_and_as_a_whole(
    applied: Applied, folder: Path
) -> None:
    outcome = waves.run(LAYERS, applied.work.changes, waves.quiet)
    assert outcome.ok
    assert outcome.done == dict.fromkeys(LAYERS, "no change")
    _, plan = record.read(make_review(applied.work, folder / "second-review"))
    assert plan.changes == ()


LISTED_BY_MOTO = {
    "aws_acm_certificate",
    "aws_cloudwatch_log_group",
    "aws_db_instance",
    "aws_ecs_cluster",
    "aws_ecs_service",
    "aws_ecs_task_definition",
    "aws_elasticache_replication_group",
    "aws_elasticache_subnet_group",
    "aws_iam_role",
    "aws_internet_gateway",
    "aws_lb",
    "aws_lb_target_group",
    "aws_route_table",
    "aws_secretsmanager_secret",
    "aws_sfn_state_machine",
    "aws_subnet",
    "aws_vpc",
}
"""What of ours the emulator lists by tags; AWS lists more."""


def test_what_stands_in_no_state_can_be_taken_up_as_it_is_told(
    applied: Applied, folder: Path
) -> None:
    """As if no state knew anything: Terraform itself finds each by what we tell."""
    listed, unchecked = inventory(applied.settings.environment, [])
    assert unchecked == []
    found = with_addresses(
        strangers(listed, frozenset()),
        stack(compose(applied.settings)),
        in_states=(),
        home=applied.settings.environment.region,
    )
    without = {(one.kind, one.name) for one in found if not one.address}
    assert without == {
        ("auto scaling group", "shop-local-instances"),
        # moto's name for a flow log.
        ("ec2 flow-logs", "shop-local-vpc"),
        # An import would not read its value.
        ("ssm parameter", "shop-local-image"),
        *(
            ("ec2 security-group", f"shop-local-{one}")
            for one in ("cache", "database", "instance", "load-balancer")
        ),
    }
    names = {one.address: one.import_id for one in found if one.address}
    assert {address.partition(".")[0] for address in names} == LISTED_BY_MOTO
    imports = folder / "imports"
    shutil.copytree(applied.work.stacks.parent / "composed" / "local", imports)
    blocks = [{"to": address, "id": name} for address, name in names.items()]
    (imports / "imports.tf.json").write_text(json.dumps({"import": blocks}))
    tool = applied.work.terraform
    tool.init(imports)
    tool.plan(imports, imports / "plan")
    changes = tool.show(imports, imports / "plan")["resource_changes"]
    imported = {
        one["address"]: one["change"]["importing"]["id"]
        for one in changes
        if "importing" in one["change"]
    }
    assert imported == names
    # What refers to something that is not imported changes with that.
    assert [one["change"]["actions"] for one in changes if one["type"] == "aws_vpc"] == [["no-op"]]


@pytest.mark.parametrize("kind", ["public", "private"])
def test_network_acl_has_every_rule_and_denies_the_rest(
    kind: str, applied: Applied, aws: Client
) -> None:
    acls = aws("ec2").describe_network_acls()["NetworkAcls"]
    acl = named(acls, f"shop-local-{kind}")
    found = {
        (e["RuleNumber"], e["Egress"], e["Protocol"], e["CidrBlock"], e["RuleAction"],
         e.get("PortRange", {}).get("From"), e.get("PortRange", {}).get("To"))
        for e in acl["Entries"]
    }  # fmt: skip
    wanted = {
        (rule.number, rule.egress, "6", rule.cidr, "allow", *rule.ports)
        for rule in acl_rules(applied.settings)[kind]
    }
    assert wanted <= found
    # AWS lists the rule that denies all others; the emulator does not.
    assert {entry[4] for entry in found - wanted} <= {"deny"}
    assert len(acl["Associations"]) == 3


def test_subnets_lie_as_set_and_each_is_associated(applied: Applied, aws: Client) -> None:
    ec2 = aws("ec2")
    network = applied.settings.network
    vpc = named(ec2.describe_vpcs()["Vpcs"], "shop-local")
    assert vpc["CidrBlock"] == network.vpc_cidr
    subnets = ec2.describe_subnets(Filters=[{"Name": "vpc-id", "Values": [vpc["VpcId"]]}])
    found = {
        (s["CidrBlock"], s["AvailabilityZone"], s["MapPublicIpOnLaunch"])
        for s in subnets["Subnets"]
    }
    zones = network.availability_zones
    assert found == {
        *((cidr, zones[i], True) for i, cidr in enumerate(network.public_subnets)),
        *((cidr, zones[i], False) for i, cidr in enumerate(network.private_subnets)),
    }
    tables = ec2.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [vpc["VpcId"]]}])
    associated = [
        a["SubnetId"] for t in tables["RouteTables"] for a in t["Associations"] if not a["Main"]
    ]
    assert sorted(associated) == sorted(s["SubnetId"] for s in subnets["Subnets"])
    main = next(t for t in tables["RouteTables"] if any(a["Main"] for a in t["Associations"]))
    assert [r["GatewayId"] for r in main["Routes"]] == ["local"]


def test_security_groups_open_exactly_what_they_must(applied: Applied, aws: Client) -> None:
    ec2 = aws("ec2")
    groups = {
        key: named(ec2.describe_security_groups()["SecurityGroups"], f"shop-local-{key}")["GroupId"]
        for key in ("load-balancer", "instance", "database", "cache", "default")
    }
    keys = {group: key for key, group in groups.items()}
    rules = ec2.describe_security_group_rules()["SecurityGroupRules"]
    found = {
        (
            keys[r["GroupId"]],
            "out" if r["IsEgress"] else "in",
            r["IpProtocol"],
            r.get("FromPort", -1),
            keys.get(r.get("ReferencedGroupInfo", {}).get("GroupId"), r.get("CidrIpv4")),
        )
        for r in rules
        if r["GroupId"] in keys
    }
    anywhere = "0.0.0.0/0"
    assert found == {
        ("load-balancer", "in", "tcp", 80, anywhere),
        ("load-balancer", "in", "tcp", 443, anywhere),
        ("load-balancer", "out", "-1", -1, "instance"),
        ("instance", "in", "-1", -1, "load-balancer"),
        ("instance", "out", "tcp", 443, anywhere),
        ("instance", "out", "tcp", 3306, "database"),
        ("instance", "out", "tcp", 6379, "cache"),
        ("database", "in", "tcp", 3306, "instance"),
        ("cache", "in", "tcp", 6379, "instance"),
    }


def test_listeners_redirect_and_serve_over_tls(applied: Applied, aws: Client) -> None:
    elb = aws("elbv2")
    balancer = elb.describe_load_balancers()["LoadBalancers"][0]
    listeners = {
        one["Port"]: one
        for one in elb.describe_listeners(LoadBalancerArn=balancer["LoadBalancerArn"])["Listeners"]
    }
    assert set(listeners) == {80, 443}
    redirect = listeners[80]["DefaultActions"][0]["RedirectConfig"]
    assert (redirect["Protocol"], redirect["Port"], redirect["StatusCode"]) == (
        "HTTPS", "443", "HTTP_301",
    )  # fmt: skip
    https = listeners[443]
    assert https["SslPolicy"] == applied.settings.edge.tls_policy
    certificate = aws("acm").describe_certificate(
        CertificateArn=https["Certificates"][0]["CertificateArn"]
    )["Certificate"]
    assert certificate["DomainName"] == applied.settings.edge.domain
    assert certificate["Status"] == "ISSUED"
    group = elb.describe_target_groups()["TargetGroups"][0]
    assert https["DefaultActions"][0]["TargetGroupArn"] == group["TargetGroupArn"]
    assert group["HealthCheckPath"] == applied.settings.edge.health_check_path
    assert group["TargetType"] == "instance"
    assert group["Matcher"]["HttpCode"] == applied.settings.edge.health_check_matcher


def test_records_alias_the_load_balancer_and_validate_the_certificate(
    applied: Applied, aws: Client
) -> None:
    route53 = aws("route53")
    zone = route53.list_hosted_zones()["HostedZones"][0]
    domain = applied.settings.edge.domain
    assert zone["Name"] == f"{domain}."
    records = route53.list_resource_record_sets(HostedZoneId=zone["Id"])["ResourceRecordSets"]
    balancer = aws("elbv2").describe_load_balancers()["LoadBalancers"][0]
    apex = [r for r in records if r["Type"] == "A"]
    assert [r["Name"] for r in apex] == [f"{domain}."]
    assert apex[0]["AliasTarget"]["DNSName"].rstrip(".") == balancer["DNSName"]
    assert [r["Type"] for r in records if r["Type"] == "CNAME"] == ["CNAME"]


def test_task_definition_runs_the_image_with_its_settings(applied: Applied, aws: Client) -> None:
    ecs = aws("ecs")
    arn = ecs.describe_services(cluster="shop-local", services=["shop-local"])["services"][0]
    task = ecs.describe_task_definition(taskDefinition=arn["taskDefinition"])["taskDefinition"]
    container = task["containerDefinitions"][0]
    service = applied.settings.service
    repository = aws("ecr").describe_repositories()["repositories"][0]
    assert task["networkMode"] == "bridge"
    assert container["image"] == f"{repository['repositoryUri']}:{service.image_tag}"
    assert (container["cpu"], container["memory"]) == (service.cpu, service.memory_mib)
    assert container["portMappings"][0]["containerPort"] == service.container_port
    assert container["portMappings"][0]["hostPort"] == 0
    values = {one["name"]: one["value"] for one in container["environment"]}
    database = aws("rds").describe_db_instances()["DBInstances"][0]
    cache = aws("elasticache").describe_replication_groups()["ReplicationGroups"][0]
    assert values == {
        "DB_TYPE": "mysql",
        "DB_HOST": database["Endpoint"]["Address"],
        "DB_PORT": "3306",
        "DB_NAME": applied.settings.database.name,
        "DB_TLS": "true",
        "REDIS_HOST": cache["NodeGroups"][0]["PrimaryEndpoint"]["Address"],
        "REDIS_PORT": "6379",
        "REDIS_TLS": "true",
    }
    names = {one["name"] for one in container["secrets"]}
    assert names == {"DB_USERNAME", "DB_PASSWORD", "REDIS_PASSWORD"}
    assert all(
        one["valueFrom"].startswith("arn:aws:secretsmanager:") for one in container["secrets"]
    )


def test_service_stands_on_the_capacity_provider_and_scales(applied: Applied, aws: Client) -> None:
    ecs = aws("ecs")
    service = ecs.describe_services(cluster="shop-local", services=["shop-local"])["services"][0]
    name = service["capacityProviderStrategy"][0]["capacityProvider"]
    ours = ecs.describe_capacity_providers(capacityProviders=[name])["capacityProviders"][0]
    managed = ours["autoScalingGroupProvider"]
    assert managed["managedScaling"]["status"] == "ENABLED"
    assert managed["managedTerminationProtection"] == "DISABLED"
    group = aws("autoscaling").describe_auto_scaling_groups()["AutoScalingGroups"][0]
    cluster = applied.settings.cluster
    assert (group["MinSize"], group["MaxSize"]) == (cluster.min_size, cluster.max_size)
    scaling = aws("application-autoscaling")
    target = scaling.describe_scalable_targets(ServiceNamespace="ecs")["ScalableTargets"][0]
    limits = applied.settings.service.scaling
    assert (target["MinCapacity"], target["MaxCapacity"]) == (limits.min, limits.max)
    policies = scaling.describe_scaling_policies(ServiceNamespace="ecs")["ScalingPolicies"]
    tracking = [p["TargetTrackingScalingPolicyConfiguration"] for p in policies]
    assert [
        (t["PredefinedMetricSpecification"]["PredefinedMetricType"], t["TargetValue"])
        for t in tracking
    ] == [("ECSServiceAverageCPUUtilization", 70.0)]


def test_instances_and_data_are_protected(applied: Applied, aws: Client) -> None:
    versions = aws("ec2").describe_launch_template_versions(
        LaunchTemplateName="shop-local-instance"
    )["LaunchTemplateVersions"]
    template = versions[0]["LaunchTemplateData"]
    assert template["MetadataOptions"]["HttpTokens"] == "required"
    disk = template["BlockDeviceMappings"][0]["Ebs"]
    assert (disk["Encrypted"], disk["VolumeSize"]) == (True, 30)
    database = aws("rds").describe_db_instances()["DBInstances"][0]
    assert database["StorageEncrypted"] is True
    assert database["PubliclyAccessible"] is False
    group = database["DBParameterGroups"][0]["DBParameterGroupName"]
    parameters = aws("rds").describe_db_parameters(DBParameterGroupName=group)["Parameters"]
    values = {p["ParameterName"]: p.get("ParameterValue") for p in parameters}
    assert values["require_secure_transport"] == "1"
    cache = aws("elasticache").describe_replication_groups()["ReplicationGroups"][0]
    assert cache["AtRestEncryptionEnabled"] is True
    assert cache["TransitEncryptionEnabled"] is True
    assert cache["AuthTokenEnabled"] is True
    repository = aws("ecr").describe_repositories()["repositories"][0]
    assert repository["imageTagMutability"] == "IMMUTABLE"
    assert repository["imageScanningConfiguration"]["scanOnPush"] is True


def test_state_bucket_is_closed_versioned_and_encrypted(applied: Applied, aws: Client) -> None:
    s3, bucket = aws("s3"), applied.settings.environment.state_bucket
    assert s3.get_bucket_versioning(Bucket=bucket)["Status"] == "Enabled"
    block = s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]
    assert set(block.values()) == {True}
    assert s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]
    policy = json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"])
    assert policy["Statement"][0]["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    keys = {o["Key"] for o in s3.list_objects_v2(Bucket=bucket)["Contents"]}
    assert {k for k in keys if k.endswith(".tfstate")} == {
        f"local/{layer}.tfstate" for layer in LAYERS
    }


def test_no_secret_value_stands_anywhere(applied: Applied, aws: Client, folder: Path) -> None:
    manager, s3 = aws("secretsmanager"), aws("s3")
    values: set[str] = set()
    for secret in manager.list_secrets()["SecretList"]:
        text = manager.get_secret_value(SecretId=secret["ARN"])["SecretString"]
        try:
            values.add(json.loads(text)["password"])
        except ValueError:
            values.add(text)
    assert len(values) >= 2, "the database's password and the token of Redis"
    bucket = applied.settings.environment.state_bucket
    states = [
        s3.get_object(Bucket=bucket, Key=v["Key"], VersionId=v["VersionId"])["Body"].read()
        for v in s3.list_object_versions(Bucket=bucket)["Versions"]
    ]
    outputs = [
        json.dumps(applied.work.terraform.outputs(applied.work.folder(layer))).encode()
        for layer in LAYERS
    ]
    files = [
        path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and not path.is_symlink() and path.stat().st_size < 10_000_000
    ]
    # A plan that waits to be applied is compressed, with the state that it was made from.
    applied.work.plan("database")
    plans = [
        archive.read(member)
        for path in folder.rglob("*.tfplan")
        for archive in [zipfile.ZipFile(path)]
        for member in archive.namelist()
    ]
    assert len(states) >= len(LAYERS)
    assert any(b"aws_db_instance" in state for state in states)
    assert any(b"aws_db_instance" in plan for plan in plans)
    for value in values:
        assert len(value) >= 8
        assert not any(value.encode() in text for text in (*states, *outputs, *files, *plans))


def said(network: Network) -> tuple[list[tuple[str, ...]], set[Flow]]:
    """Every path of the table with what it is, and all that is open, without the rules."""
    rows: list[tuple[str, ...]] = [
        (row.verdict.source, row.verdict.target, str(row.verdict.ports), row.verdict.state)
        for row in table(network)
    ]
    return rows, {replace(flow, steps=()) for flow in open_flows(network)}


def test_who_can_reach_what_is_what_the_composed_stack_says(applied: Applied) -> None:
    live = from_aws(applied.settings.environment)
    assert said(live) == said(from_stack(stack(compose(applied.settings))))
    answer = CliRunner().invoke(app, ["reach", "local", "--live"])
    assert answer.exit_code == 0
    assert answer.stdout.splitlines()[-1] == "local: 25 of 25 paths are as expected"


def test_an_acl_closed_by_hand_is_found_live(applied: Applied, aws: Client) -> None:
    ec2 = aws("ec2")
    acl = named(ec2.describe_network_acls()["NetworkAcls"], "shop-local-private")
    [entry] = [e for e in acl["Entries"] if e["Egress"] and e["RuleNumber"] == 100]
    whole = {**entry, "NetworkAclId": acl["NetworkAclId"]}
    ec2.replace_network_acl_entry(**{**whole, "RuleAction": "deny"})
    try:
        verdict = explain(from_aws(applied.settings.environment), "tasks", "database", 3306)
    finally:
        ec2.replace_network_acl_entry(**whole)
    assert verdict.state == "shut"
    assert (verdict.steps[-1].way, verdict.steps[-1].rule) == ("back", acl["NetworkAclId"])
    assert "rule 100 denies tcp 1024-65535 to 10.0.0.0/16" in verdict.steps[-1].text


def test_reading_what_stands_changes_nothing(applied: Applied, aws: Client) -> None:
    environment, called = applied.settings.environment, set()

    def client(service: str) -> Any:
        made = aws(service)
        made.meta.events.register("before-call", lambda model, **_: called.add(model.name))
        return made

    ask(client, environment)
    assert len(called) > 10
    assert {re.match("Describe|List|Get", name) is not None for name in called} == {True}


def test_an_environment_that_does_not_stand_is_said_to_be_missing(applied: Applied) -> None:
    other = applied.settings.environment.model_copy(update={"name": "nowhere"})
    with pytest.raises(StrataError, match="0 VPCs carry the tags"):
        from_aws(other)


SECRETS = ["payments", "mail", "search", "maps"]


def with_secrets(folder: Path, count: int) -> Path:
    """A settings file of `local` with some of the secrets, of folder `folder`."""
    text = (ROOT / "envs" / "local.toml").read_text()
    lines = [f'{name.upper()}_KEY = "shop/local/{name}"' for name in SECRETS[:count]]
    env = folder / f"{count}" / "local.toml"
    env.parent.mkdir(parents=True)
    env.write_text("\n".join([text, "[service.secrets]", *lines, ""]))
    return env


@pytest.fixture
def secrets(applied: Applied, aws: Client, folder: Path) -> Iterator[dict[str, str]]:
    """Name -> ARN of the user's secrets; afterwards the service is again without them."""
    manager = aws("secretsmanager")
    yield {
        name: manager.create_secret(Name=f"shop/local/{name}", SecretString="x")["ARN"]
        for name in SECRETS
    }
    assert work_on(applied.settings, folder).apply("service") == "applied"
    for name in SECRETS:
        manager.delete_secret(SecretId=f"shop/local/{name}", ForceDeleteWithoutRecovery=True)


def test_a_secret_more_changes_the_service_alone(
    applied: Applied, aws: Client, secrets: dict[str, str], folder: Path
) -> None:
    own = folder / "secrets"
    for count in (3, 4):
        before = serials(applied.settings)
        work = work_on(load(str(with_secrets(own, count))), own)
        outcome = waves.run(LAYERS, work.apply, waves.quiet)
        assert outcome.ok, outcome.failed
        now = serials(applied.settings)
        assert {layer for layer in LAYERS if now[layer] != before[layer]} == {"service"}
        policy = aws("iam").get_role_policy(
            RoleName="shop-local-execution", PolicyName="pull-log-and-read-secrets"
        )["PolicyDocument"]
        [readable] = [
            one["Resource"]
            for one in policy["Statement"]
            if one["Action"] == "secretsmanager:GetSecretValue"
        ]
        # The database's own and Redis' token come before them.
        assert readable[2:] == [secrets[name] for name in sorted(SECRETS[:count])]


JOB = Job(command=["node", "report.js"], schedule="cron(0 3 ? * MON *)", timezone="Asia/Tokyo")
MORE = {
    "jobs": {"report": JOB, "weekly-mail": JOB.model_copy(update={"memory_mib": 64, "cpu": 2})},
    "services": {"mail": Worker(command=["node", "mail.js"], memory_mib=64, cpu=128, max_count=2)},
}


def test_workers_and_jobs_come_with_the_service_layer_and_go_again(
    applied: Applied, aws: Client, folder: Path
) -> None:
    settings = applied.settings.model_copy(update=MORE)
    work = work_on(settings, folder / "jobs")
    plans = waves.run(LAYERS, work.changes, waves.quiet)
    assert {layer for layer, came in plans.done.items() if came == "changes"} == {"service"}
    assert work.apply("service") == "applied"
    assert work.changes("service") == "no change"
    at = place(settings, "mail")
    assert at.parameter == "/shop/local/image-mail/1.0.0"
    assert aws("ssm").get_parameter(Name=at.parameter)["Parameter"]["Value"] == at.image("1.0.0")
    revision = Ecs(settings.environment, at).revision()
    assert (revision.image, revision.name) == (at.image("1.0.0"), "shop-local-mail:1")
    found = aws("scheduler").get_schedule(GroupName="shop-local", Name="weekly-mail")
    assert (found["ScheduleExpression"], found["ScheduleExpressionTimezone"], found["State"]) == (
        "cron(0 3 ? * MON *)", "Asia/Tokyo", "ENABLED"
    )  # fmt: skip
    assert found["Target"]["EcsParameters"]["TaskDefinitionArn"].endswith(
        ":task-definition/shop-local"
    )
    ecs = Ecs(settings.environment, place(settings))
    assert [(one.state, one.runs) for one in jobs_of(settings, ecs).jobs] == [("ENABLED", [])] * 2
    less = applied.settings.model_copy(update={"jobs": {"report": JOB}})
    assert work_on(less, folder / "job").apply("service") == "applied"
    assert [one.state for one in jobs_of(settings, ecs).jobs] == ["ENABLED", "MISSING"]
    assert work_on(applied.settings, folder).apply("service") == "applied"
    services = aws("ecs").list_services(cluster=at.cluster)["serviceArns"]
    assert [arn.rpartition("/")[2] for arn in services] == ["shop-local"]
    groups = aws("scheduler").list_schedule_groups()["ScheduleGroups"]
    assert [group["Name"] for group in groups] == ["default"]


def changed(settings: Settings, section: str, **values: Any) -> Settings:
    inner = getattr(settings, section).model_copy(update=values)
    return settings.model_copy(update={section: inner})


def test_a_change_of_one_setting_changes_its_own_layer_and_no_other(
    applied: Applied, aws: Client, folder: Path
) -> None:
    settings = changed(applied.settings, "edge", idle_timeout_seconds=90)
    work = work_on(settings, folder)
    plans = waves.run(LAYERS, work.changes, waves.quiet)
    assert {layer for layer, came in plans.done.items() if came == "changes"} == {"edge"}
    assert waves.run({"edge": ()}, work.apply, waves.quiet).ok
    elb = aws("elbv2")
    arn = elb.describe_load_balancers()["LoadBalancers"][0]["LoadBalancerArn"]
    attributes = elb.describe_load_balancer_attributes(LoadBalancerArn=arn)["Attributes"]
    assert {"Key": "idle_timeout.timeout_seconds", "Value": "90"} in attributes
    assert work.changes("edge") == "no change"


LOG_GROUP = "/shop/local/service"


def retention(aws: Client) -> int:
    """Days that the service's logs are kept, as AWS has it: what changes fastest."""
    groups = aws("logs").describe_log_groups(logGroupNamePrefix=LOG_GROUP)["logGroups"]
    return int(groups[0]["retentionInDays"])


def keeping(settings: Settings, days: int) -> Settings:
    """The settings with another retention of the service's logs."""
    return changed(settings, "service", log_retention_days=days)


def serials(settings: Settings) -> dict[str, int | None]:
    """Layer -> how often its state was written."""
    states = read_states(settings.environment)
    return {layer: state.serial if state else None for layer, state in states.items()}


def test_settings_that_were_edited_since_the_review_are_refused(
    applied: Applied, folder: Path, aws: Client, person: "Person"
) -> None:
    made = make_review(work_on(keeping(applied.settings, 60), folder), folder / "edited")
    edited = work_on(keeping(applied.settings, 3653), folder)
    with pytest.raises(StrataError, match="nothing was applied") as error:
        reviewed(made, edited)
    assert "the settings were changed since the review" in error.value.message
    assert "service.log_retention_days: 60 in the review, 3653 now" in error.value.message
    before = serials(applied.settings)
    own, env = person("hal", 3653)
    answer = strata_here(own, "apply", env, "--reviewed", made)
    assert answer.returncode == 1
    assert "nothing was applied: this is not what was reviewed" in answer.stdout
    assert "the settings were changed since the review" in answer.stdout
    assert serials(applied.settings) == before
    assert retention(aws) == applied.settings.service.log_retention_days


def test_a_state_that_moved_on_since_the_review_is_refused(
    applied: Applied, folder: Path, aws: Client
) -> None:
    work = work_on(keeping(applied.settings, 90), folder)
    first = make_review(work, folder / "first")
    assert work.apply("service") == "applied"
    assert retention(aws) == 90
    with pytest.raises(StrataError, match="the state of service: serial"):
        reviewed(first, work)


def test_what_was_changed_by_hand_since_the_review_is_refused_as_a_whole_and_by_layer(
    applied: Applied, folder: Path, aws: Client, person: "Person"
) -> None:
    work = work_on(keeping(applied.settings, 120), folder)
    made = make_review(work, folder / "by-hand")
    aws("logs").put_retention_policy(logGroupName=LOG_GROUP, retentionInDays=7)
    ec2 = aws("ec2")
    acl = named(ec2.describe_network_acls()["NetworkAcls"], "shop-local-private")["NetworkAclId"]
    ec2.delete_network_acl_entry(NetworkAclId=acl, RuleNumber=110, Egress=False)
    one = reviewed(made, work)
    before = serials(applied.settings)
    own, env = person("ida", 120)
    answer = strata_here(own, "apply", env, "--reviewed", made)
    assert answer.returncode == 1
    assert "nothing was applied: this is not what was reviewed" in answer.stdout
    assert "aws_cloudwatch_log_group.service_log_group: retention_in_days before" in answer.stdout
    assert "now       7" in answer.stdout
    assert "aws_network_acl_rule.network_private_acl_ingress_110" in answer.stdout
    assert serials(applied.settings) == before
    outcome = waves.run({"service": (), "network": ()}, one.step, waves.quiet)
    assert set(outcome.failed) == {"service", "network"}
    assert "now       7" in outcome.failed["service"].message
    assert "now       create" in outcome.failed["network"].message
    assert retention(aws) == 7, "nothing was applied"
    # What the hands did is put back by a review of its own.
    again = reviewed(make_review(work, folder / "put-back"), work)
    assert waves.run({"service": (), "network": ()}, again.step, waves.quiet).ok
    assert retention(aws) == 120


def test_what_somebody_else_applied_between_plan_and_apply_is_not_undone(
    applied: Applied, folder: Path, aws: Client
) -> None:
    before = retention(aws)
    work = work_on(keeping(applied.settings, 60), folder)
    one = reviewed(make_review(work, folder / "overtaken"), work)
    other = work_on(keeping(applied.settings, 90), folder / "other")

    def overtake(event: Event) -> None:
        if event["@message"].startswith("terraform apply"):
            assert other.apply("service") == "applied"

    with pytest.raises(StrataError, match="Saved plan is stale"):
        one.step("service", overtake)
    assert retention(aws) == 90
    assert not work.begun("service").exists(), "it changed nothing"
    with pytest.raises(StrataError, match="the state of service: serial"):
        reviewed(folder / "overtaken", work)
    assert work_on(keeping(applied.settings, before), folder).apply("service") == "applied"


@pytest.fixture(scope="module")
def person(applied: Applied, folder: Path) -> "Person":
    """A person with a folder and a settings file of their own, in which a setting is edited."""

    def make(name: str, days: int = 30) -> tuple[Path, Path]:
        env = folder / name / "local.toml"
        env.parent.mkdir(exist_ok=True)
        text = (ROOT / "envs" / "local.toml").read_text()
        assert "[service]\n" in text
        edited = text.replace("[service]\n", f"[service]\nlog_retention_days = {days}\n")
        env.write_text(edited)
        return folder / name / "strata", env

    return make


Person = Callable[..., tuple[Path, Path]]


def on_a_terminal(command: list[str], question: str, answer: str) -> tuple[int, str]:
    """Run a command on a terminal, and answer its question; its exit code and all that it said.

    Without colours.
    """
    ours, theirs = pty.openpty()
    with subprocess.Popen(command, cwd=ROOT, stdin=theirs, stdout=theirs, stderr=theirs) as process:
        os.close(theirs)
        text, answered = "", False
        # At the end of the other side, reading is an error.
        with contextlib.suppress(OSError):
            while part := os.read(ours, 65_536):
                text += part.decode(errors="replace")
                if question in text and not answered:
                    os.write(ours, f"{answer}\n".encode())
                    answered = True
    os.close(ours)
    return process.returncode, re.sub(r"\x1b\[[\d;?]*[A-Za-z]", "", text).replace("\r\n", "\n")


@dataclass(frozen=True)
class Unanswered:
    """`strata apply` that nobody said yes to: without a terminal, and on one; and what it left."""

    alone: tuple[int, str]
    refused: tuple[int, str]
    before: dict[str, int | None]
    after: dict[str, int | None]


@pytest.fixture(scope="module")
def unanswered(applied: Applied, person: "Person") -> Unanswered:
    before = serials(applied.settings)
    own, env = person("jo", 1)
    alone = strata_here(own, "apply", env)
    own, env = person("kim", 1)
    refused = on_a_terminal(strata_command(own, "apply", env), "Apply it?", "n")
    return Unanswered((alone.returncode, alone.stdout), refused, before, serials(applied.settings))


REPORT = (
    "What can be lost: 1\n",
    "aws_cloudwatch_log_group.service_log_group",
    "review     ",
)
"""Of the report of a plan that keeps logs for a day."""


def test_without_a_terminal_an_apply_shows_the_report_and_refuses(unanswered: Unanswered) -> None:
    code, text = unanswered.alone
    assert code == 1, text
    for part in REPORT:
        assert part in text
    assert text.endswith(
        "error: nothing was done: no terminal to confirm it at\nhint: --yes answers\n"
    )
    assert unanswered.after == unanswered.before


def test_on_a_terminal_an_apply_shows_the_report_and_takes_a_no(
    unanswered: Unanswered, aws: Client
) -> None:
    code, text = unanswered.refused
    assert code == 1, text
    shown, _, rest = text.partition("Apply it?")
    for part in REPORT:
        assert part in shown
    assert rest.endswith("error: nothing was done\n")
    assert unanswered.after == unanswered.before
    assert retention(aws) != 1


@pytest.mark.parametrize("command", ["apply", "drift"])
def test_the_wrong_account_and_an_aws_that_is_not_there_are_found_before_anything(
    command: str, applied: Applied, person: "Person", monkeypatch: pytest.MonkeyPatch
) -> None:
    own, env = person("lea", 1)
    before = serials(applied.settings)
    right = env.read_text()
    env.write_text(right.replace("123456789012", "999999999999"))
    arguments: list[str | Path] = [command, env, *(["--yes"] if command == "apply" else [])]
    answer = strata_here(own, *arguments)
    assert (answer.returncode, answer.stdout) == (
        1,
        "error: these credentials are of account 123456789012, and environment.account_id is "
        "999999999999\nhint: use the credentials of the environment's own account\n",
    )
    env.write_text(right)
    with socket.socket() as bound, monkeypatch.context() as patch:
        # Nobody listens there, and nobody else can.
        bound.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{bound.getsockname()[1]}"
        patch.setenv("AWS_ENDPOINT_URL", url)
        answer = strata_here(own, *arguments)
    assert (answer.returncode, answer.stdout) == (
        1,
        f'error: AWS cannot be reached: Could not connect to the endpoint URL: "{url}/"\n'
        "hint: look at the network, the proxy and AWS_ENDPOINT_URL\n",
    )
    assert serials(applied.settings) == before


def test_a_plan_of_the_wrong_account_or_without_aws_is_an_error_and_no_review(
    applied: Applied, person: "Person", monkeypatch: pytest.MonkeyPatch
) -> None:
    own, env = person("ned", 1)
    before = serials(applied.settings)
    right = env.read_text()
    env.write_text(right.replace("123456789012", "999999999999"))
    wrong = strata_here(own, "plan", env, "--out", own / "review")
    env.write_text(right)
    with socket.socket() as bound, monkeypatch.context() as patch:
        bound.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{bound.getsockname()[1]}"
        patch.setenv("AWS_ENDPOINT_URL", url)
        nobody = strata_here(own, "plan", env, "--out", own / "review")
    for answer, why in (
        (wrong, "these credentials are of account 123456789012, and environment.account_id is "),
        (nobody, f'AWS cannot be reached: Could not connect to the endpoint URL: "{url}/"'),
    ):
        assert answer.returncode == 1
        assert answer.stdout.startswith(f"error: {why}")
        assert len(answer.stdout.splitlines()) == 2, "and a hint"
    assert not (own / "review").exists()
    assert serials(applied.settings) == before


@contextlib.contextmanager
def locked(work: LayerWork, layer: str) -> "Iterator[subprocess.Popen[bytes]]":
    """A Terraform that holds the layer's lock until it is ended: a console that waits for input."""
    folder = work.ready(layer)
    process = subprocess.Popen(
        [work.terraform.executable, chdir(folder), "console"],
        env={**os.environ, **work.terraform.environment},
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + 60
        while not locks.read(work.settings.environment, layer):
            assert time.monotonic() < deadline
            time.sleep(0.1)
        yield process
    finally:
        process.kill()
        process.wait()


def test_the_second_is_told_who_holds_which_lock(
    applied: Applied, folder: Path, person: Person, aws: Client
) -> None:
    environment = applied.settings.environment
    own, env = person("ann", 150)
    before = retention(aws)
    with locked(applied.work, "edge") as process:
        who = f"edge is locked by {getpass.getuser()}@{socket.gethostname()} since "
        answer = strata_here(own, "apply", env, "--yes")
        assert answer.returncode == 1
        assert who in answer.stdout
        assert f"strata unlock {env} edge" in answer.stdout
        # A lock that is taken while an apply is under way.
        with pytest.raises(StrataError, match="Error acquiring the state lock") as error:
            applied.work.apply("edge")
        assert socket.gethostname() in error.value.message
        # In the folder where that Terraform works, it is known to be alive.
        found_here = leftovers.find(applied.work)
        assert [(one.layer, one.pid) for one in found_here] == [("edge", process.pid)]
        with pytest.raises(StrataError, match=f"process {process.pid} of this machine") as error:
            leftovers.refuse(found_here, environment)
        assert error.value.hint == "wait until it has ended, then run this again"
    assert retention(aws) == before
    stale = locks.read(environment, "edge")
    assert stale, "it was killed, and could not give its lock back"
    answer = strata_here(own, "unlock", env, "edge")
    assert answer.returncode == 1
    assert "no terminal to confirm it at" in answer.stdout
    assert locks.read(environment, "edge") == stale
    answer = strata_here(own, "unlock", env, "edge", "--yes")
    assert answer.returncode == 0, answer.stdout
    assert who in answer.stdout
    assert "edge is unlocked" in answer.stdout
    assert locks.read_all(environment) == []
    answer = strata_here(own, "unlock", env, "edge", "--yes")
    assert (answer.returncode, answer.stdout) == (1, "error: edge of local is not locked\n")


def test_a_state_that_terraform_could_not_write_is_written_first(
    applied: Applied, person: Person
) -> None:
    """Terraform leaves it in its folder; an apply without it would make things twice."""
    own, env = person("dora")
    work = work_on(applied.settings, own / "cdktf.out")
    chdir = work.ready("edge")
    tools = Path(work.terraform.executable).parent
    environment = {**os.environ, **work.terraform.environment}
    environment["PATH"] = f"{tools}:{environment['PATH']}"
    with (chdir / "errored.tfstate").open("wb") as out:
        pull = ["terraform", "state", "pull"]
        subprocess.run(pull, cwd=chdir, env=environment, stdout=out, check=True)
    refused = strata_here(own, "apply", env, "--yes")
    assert refused.returncode == 1
    assert "edge: Terraform could not write its state" in refused.stdout
    push = f"terraform -chdir={chdir} state push errored.tfstate && rm {chdir}/errored.tfstate"
    assert push in refused.stdout
    answer = strata_here(own, "unlock", env, "edge", "--yes")
    assert "edge of local is not locked" in answer.stdout
    subprocess.run(["sh", "-c", push], env=environment, check=True)
    assert leftovers.find(work) == []


def test_the_lock_of_a_living_terraform_is_not_taken_away(
    applied: Applied, folder: Path, person: Person
) -> None:
    own, env = person("bob")
    work = work_on(applied.settings, own / "cdktf.out")
    with locked(work, "registry") as process:
        answer = strata_here(own, "unlock", env, "registry", "--yes")
        assert answer.returncode == 1
        assert f"process {process.pid}" in answer.stdout
        assert locks.read(applied.settings.environment, "registry")
        answer = strata_here(own, "unlock", env, "registry", "--yes", "--force")
        assert answer.returncode == 0, answer.stdout
        assert locks.read_all(applied.settings.environment) == []


def test_two_applies_at_once_corrupt_nothing(
    applied: Applied, folder: Path, person: Person, aws: Client
) -> None:
    people = [person("cy", 180), person("di", 365)]
    files = [own.with_name("said.txt") for own, _ in people]
    runs = []
    for (own, env), file in zip(people, files, strict=True):
        with file.open("wb") as out:
            runs.append(Command(own, "apply", env, "--yes", out=out.fileno()))
    for run in runs:
        run.wait()
    said = [file.read_text() for file in files]
    for run, text in zip(runs, said, strict=True):
        assert run.returncode == 0 or (
            "locked by" in text
            or "Error acquiring the state lock" in text
            or "Saved plan is stale" in text
            or "not what was reviewed" in text
        ), text
    assert 0 in {run.returncode for run in runs}, said
    assert locks.read_all(applied.settings.environment) == []
    assert len(aws("elbv2").describe_load_balancers()["LoadBalancers"]) == 1
    days = retention(aws)
    assert days in (180, 365)
    work = work_on(keeping(applied.settings, days), folder)
    assert waves.run(LAYERS, work.changes, waves.quiet).done == dict.fromkeys(LAYERS, "no change")


def test_a_second_strata_in_one_folder_is_told_of_the_first(person: Person) -> None:
    own, env = person("eve")
    lock = FileLock(own / "at-work" / "local.lock")
    (own / "at-work").mkdir(parents=True)
    (own / "at-work" / "local.txt").write_text("process 1, strata apply local\n")
    with lock:
        answer = strata_here(own, "apply", env, "--yes")
    assert answer.returncode == 1
    assert "another strata of this folder works on local: process 1, strata" in answer.stdout


def test_after_a_change_of_zones_nothing_has_drifted(
    applied: Applied, person: Person, aws: Client
) -> None:
    """Gives up an availability zone and the hosted zone, and takes both again."""
    own, env = person("zoe")
    as_it_was = env.read_text()
    route53 = aws("route53")
    name = "hands.shop.example"
    zone = route53.create_hosted_zone(Name=name, CallerReference=name)["HostedZone"]["Id"]
    # The registrar points at it: without that no certificate for it is issued.
    emulation.delegate(os.environ["AWS_ENDPOINT_URL"], name)
    zones = applied.settings.network.availability_zones
    elsewhere = as_it_was.replace("[registry]", f'emptied_zones = ["{zones[-1]}"]\n\n[registry]')
    elsewhere = elsewhere.replace('"local.shop.example"', f'"{name}"\nzone = "existing"')
    assert elsewhere.count(name) == elsewhere.count("emptied_zones") == 1

    def apply(text: str) -> set[str]:
        """The public zones that stand after an apply that leaves nothing to tell."""
        env.write_text(text)
        answer = strata_here(own, "apply", env, "--yes")
        assert answer.returncode == 0, answer.stdout
        answer = strata_here(own, "drift", env)
        assert answer.returncode == 0, answer.stdout
        assert "local: no drift\n" in answer.stdout
        (group,) = aws("autoscaling").describe_auto_scaling_groups()["AutoScalingGroups"]
        used = zones[:-1] if "emptied_zones" in text else zones
        assert set(group["AvailabilityZones"]) == set(used)
        return {one["Name"].rstrip(".") for one in route53.list_hosted_zones()["HostedZones"]}

    assert apply(elsewhere) == {name}
    records = route53.list_resource_record_sets(HostedZoneId=zone)["ResourceRecordSets"]
    assert {one["Type"] for one in records} >= {"A", "CNAME"}
    assert apply(as_it_was) == {name, "local.shop.example"}
    route53.delete_hosted_zone(Id=zone)


def test_a_protected_environment_refuses_whatever_its_file_says(
    applied: Applied, folder: Path, person: Person, aws: Client
) -> None:
    work_on(changed(applied.settings, "registry", force_delete=False), folder).apply("registry")
    own, env = person("fay")
    assert "force_delete = true" in env.read_text()
    answer = strata_here(own, "destroy", env, "--yes", "local")
    assert answer.returncode == 1
    assert "local is protected: nothing was destroyed" in answer.stdout
    assert (
        "aws_ecr_repository.registry_repository: holds 1 image: registry.force_delete = true"
        in answer.stdout
    )
    assert f"strata apply {env}" in answer.stdout
    assert aws("ecs").list_services(cluster="shop-local")["serviceArns"]
    work_on(applied.settings, folder).apply("registry")


def test_destroy_names_what_is_lost_and_needs_the_name(
    applied: Applied, person: Person, aws: Client
) -> None:
    own, env = person("guy")
    answer = strata_here(own, "destroy", env)
    assert answer.returncode == 1
    for line in (
        "database shop-local-database with its backups; nothing of it stays: no last snapshot",
        "cache shop-local-cache with its keys and snapshots",
        "repository shop-local with 1 image",
        "zone local.shop.example with every record in it",
        "logs /shop/local/service",
    ):
        assert line in " ".join(answer.stdout.split())
    assert max(map(len, answer.stdout.splitlines())) <= 80
    assert "nothing was destroyed: no terminal to confirm it at" in answer.stdout
    answer = strata_here(own, "destroy", env, "--yes", "prod")
    assert answer.returncode == 2
    assert "nothing was destroyed: prod is not local" in answer.stdout
    assert aws("ecs").list_services(cluster="shop-local")["serviceArns"]


def test_destroy_on_a_terminal_takes_no_other_name(
    applied: Applied, person: Person, aws: Client
) -> None:
    before = serials(applied.settings)
    own, env = person("max")
    asked = "Type local to destroy it"
    code, text = on_a_terminal(strata_command(own, "destroy", env), asked, "prod")
    assert code == 2, text
    shown, _, rest = text.partition(asked)
    assert "database shop-local-database with its backups" in shown
    assert rest.endswith("error: nothing was destroyed: prod is not local\n")
    assert serials(applied.settings) == before
    assert aws("ecs").list_services(cluster="shop-local")["serviceArns"]


def left(aws: Client) -> dict[str, list[Any]]:
    """What stands in the account beside what every account has."""
    ec2 = aws("ec2")
    vpcs = [v["VpcId"] for v in ec2.describe_vpcs()["Vpcs"] if not v["IsDefault"]]
    clusters = aws("ecs").describe_clusters(clusters=aws("ecs").list_clusters()["clusterArns"])
    found = {
        "vpcs": vpcs,
        "flow logs": ec2.describe_flow_logs()["FlowLogs"],
        "templates": ec2.describe_launch_templates()["LaunchTemplates"],
        "groups": aws("autoscaling").describe_auto_scaling_groups()["AutoScalingGroups"],
        "clusters": [c for c in clusters["clusters"] if c["status"] == "ACTIVE"],
        "databases": aws("rds").describe_db_instances()["DBInstances"],
        "snapshots": aws("rds").describe_db_snapshots()["DBSnapshots"],
        "caches": aws("elasticache").describe_replication_groups()["ReplicationGroups"],
        "database subnets": aws("rds").describe_db_subnet_groups()["DBSubnetGroups"],
        "database parameters": aws("rds").describe_db_parameter_groups()["DBParameterGroups"],
        "cache parameters": [
            one
            for one in aws("elasticache").describe_cache_parameter_groups()["CacheParameterGroups"]
            if not one["CacheParameterGroupName"].startswith("default.")
        ],
        "addresses": ec2.describe_addresses()["Addresses"],
        "scaled": aws("application-autoscaling").describe_scalable_targets(ServiceNamespace="ecs")[
            "ScalableTargets"
        ],
        "cache subnets": aws("elasticache").describe_cache_subnet_groups()["CacheSubnetGroups"],
        "repositories": aws("ecr").describe_repositories()["repositories"],
        "balancers": aws("elbv2").describe_load_balancers()["LoadBalancers"],
        "targets": aws("elbv2").describe_target_groups()["TargetGroups"],
        "zones": aws("route53").list_hosted_zones()["HostedZones"],
        "certificates": aws("acm").list_certificates()["CertificateSummaryList"],
        "secrets": aws("secretsmanager").list_secrets()["SecretList"],
        "logs": aws("logs").describe_log_groups()["logGroups"],
        "roles": [
            r
            for r in aws("iam").list_roles()["Roles"]
            if not r["Path"].startswith("/aws-service-role/")
        ],
        "alarms": aws("cloudwatch").describe_alarms()["MetricAlarms"],
        "buckets": [b["Name"] for b in aws("s3").list_buckets()["Buckets"]],
    }
    return {kind: list(things) for kind, things in found.items() if things}


def test_destroy_leaves_the_state_bucket_and_nothing_else(applied: Applied, aws: Client) -> None:
    outcome = waves.run(waves.reverse(LAYERS), applied.work.destroy, waves.quiet)
    assert outcome.ok, outcome.failed
    assert left(aws) == {"buckets": [applied.settings.environment.state_bucket]}
    again = waves.run(waves.reverse(LAYERS), applied.work.destroy, waves.quiet)
    assert set(again.done.values()) == {"nothing there"}


def test_the_deployers_policy_allows_all_that_was_asked_in_this_life(applied: Applied) -> None:
    """From the bootstrap to the destroy, with the settings that were tried on the way."""
    data = applied.settings.model_dump(by_alias=True)
    secrets = {f"{name.upper()}_KEY": f"shop/local/{name}" for name in SECRETS}
    tried: tuple[dict[str, Any], ...] = (
        {},
        {"service": {**data["service"], "secrets": secrets}},
        {"edge": {**data["edge"], "domain": "hands.shop.example", "zone": "existing"}},
    )
    settings = [
        *(Settings.model_validate({**data, **changes}) for changes in tried),
        applied.settings.model_copy(update=MORE),
    ]
    assert not_allowed(*settings) == []
    # Without a part of it something is missed, so that the record is one of a whole life.
    release = not_allowed(*settings, use=Use.RELEASE)
    wanted = (
        "ec2:CreateVpc", "ec2:DeleteVpc", "rds:CreateDBInstance", "iam:PassRole",
        "tag:GetResources", "iam:CreateServiceLinkedRole", "ecs:DeleteCluster", "s3:CreateBucket",
        "route53:DeleteHostedZone", "acm:DeleteCertificate",
    )  # fmt: skip
    for asked in wanted:
        assert any(line.startswith(f"{asked} ") for line in release), asked
