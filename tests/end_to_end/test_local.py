"""`local` on the emulator, from nothing to nothing, in the order of the tests.

What exists is read back with boto3, independent of Terraform, and held against the settings.
"""

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from modules.network import acl_rules
from strata import deploy
from strata.cli import app
from strata.errors import StrataError
from strata.layers import LAYERS
from strata.reach import Flow, Network, explain, from_stack, open_flows
from strata.reach.answers import ask
from strata.reach.from_aws import from_aws
from strata.reach.table import table
from strata.settings import Settings
from strata.stacks import stack
from strata.synthesis import compose
from tests.end_to_end.conftest import Applied, Client, quiet, work_on

pytestmark = pytest.mark.emulator


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


def test_going_on_finishes_what_was_left(applied: Applied) -> None:
    assert applied.second.ok
    assert set(applied.second.done) == set(LAYERS)


def test_a_second_plan_is_empty_in_every_layer(applied: Applied) -> None:
    outcome = deploy.run(LAYERS, applied.work.changes, quiet)
    assert outcome.ok
    assert outcome.done == dict.fromkeys(LAYERS, "no change")


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
        "REDIS_HOST": cache["NodeGroups"][0]["PrimaryEndpoint"]["Address"],
        "REDIS_PORT": "6379",
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
    assert len(states) >= len(LAYERS)
    assert any(b"aws_db_instance" in state for state in states)
    for value in values:
        assert len(value) >= 8
        assert not any(value.encode() in text for text in (*states, *outputs, *files))


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

    ask(client, environment.project, environment.name)
    assert len(called) > 10
    assert {re.match("Describe|List|Get", name) is not None for name in called} == {True}


def test_an_environment_that_does_not_stand_is_said_to_be_missing(applied: Applied) -> None:
    other = applied.settings.environment.model_copy(update={"name": "nowhere"})
    with pytest.raises(StrataError, match="0 VPCs carry the tags"):
        from_aws(other)


def changed(settings: Settings, section: str, **values: Any) -> Settings:
    inner = getattr(settings, section).model_copy(update=values)
    return settings.model_copy(update={section: inner})


def test_a_change_of_one_setting_changes_its_own_layer_and_no_other(
    applied: Applied, aws: Client, folder: Path
) -> None:
    settings = changed(applied.settings, "edge", idle_timeout_seconds=90)
    work = work_on(settings, folder)
    plans = deploy.run(LAYERS, work.changes, quiet)
    assert {layer for layer, came in plans.done.items() if came == "changes"} == {"edge"}
    assert deploy.run({"edge": ()}, work.apply, quiet).ok
    elb = aws("elbv2")
    arn = elb.describe_load_balancers()["LoadBalancers"][0]["LoadBalancerArn"]
    attributes = elb.describe_load_balancer_attributes(LoadBalancerArn=arn)["Attributes"]
    assert {"Key": "idle_timeout.timeout_seconds", "Value": "90"} in attributes
    assert work.changes("edge") == "no change"


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
    outcome = deploy.run(deploy.reverse(LAYERS), applied.work.destroy, quiet)
    assert outcome.ok, outcome.failed
    assert left(aws) == {"buckets": [applied.settings.environment.state_bucket]}
    again = deploy.run(deploy.reverse(LAYERS), applied.work.destroy, quiet)
    assert set(again.done.values()) == {"nothing there"}
