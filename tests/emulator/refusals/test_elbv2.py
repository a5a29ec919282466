"""Elastic Load Balancing refuses names, zones, certificates and buckets."""

import json
from typing import Any

import pytest

from tests.emulator.refusals.world import ACCOUNT, REGION, Aws, name, refuses

pytestmark = pytest.mark.emulator


def make(aws: Aws, **more: Any) -> Any:
    wanted = {"Name": name("lb"), "Subnets": aws.shared.subnets, **more}
    return aws("elbv2").create_load_balancer(**wanted)


def test_reserved_name(aws: Aws) -> None:
    with refuses("ValidationError", "cannot begin with the reserved prefix 'internal-'"):
        make(aws, Name="internal-shop")


@pytest.mark.parametrize("given", ["a" * 33, "shop_one", "-shop", "shop-"])
def test_name_that_is_none(aws: Aws, given: str) -> None:
    with refuses("ValidationError", f"The load balancer name '{given}' "):
        make(aws, Name=given)


def test_subnet_that_does_not_exist(aws: Aws) -> None:
    with refuses("SubnetNotFound", "subnet-0"):
        make(aws, Subnets=[aws.shared.subnets[0], "subnet-0"])


def test_two_subnets_of_one_zone(aws: Aws) -> None:
    second = aws("ec2").create_subnet(
        VpcId=aws.shared.vpc, CidrBlock="10.0.9.0/24", AvailabilityZone=f"{REGION}a"
    )["Subnet"]["SubnetId"]
    with refuses("InvalidConfigurationRequest", "multiple subnets in the same Availability Zone"):
        make(aws, Subnets=[*aws.shared.subnets, second])


def test_one_zone(aws: Aws) -> None:
    words = "At least two subnets in two different Availability Zones must be specified"
    with refuses("ValidationError", words):
        make(aws, Subnets=aws.shared.subnets[:1])
    with refuses("ValidationError", words):
        aws("elbv2").set_subnets(LoadBalancerArn=aws.balancer(), Subnets=aws.shared.subnets[:1])


def test_vpc_without_internet_gateway(aws: Aws) -> None:
    network = aws.network(gateway=False)
    with refuses("InvalidSubnet", f"VPC {network.vpc} has no internet gateway"):
        make(aws, Subnets=network.subnets)
    make(aws, Subnets=network.subnets, Scheme="internal")


def test_group_of_another_vpc(aws: Aws) -> None:
    with refuses("InvalidConfigurationRequest", "One or more security groups are invalid"):
        make(aws, SecurityGroups=[aws.network().group])


def attributes(aws: Aws, arn: str, **wanted: str) -> None:
    aws("elbv2").modify_load_balancer_attributes(
        LoadBalancerArn=arn,
        Attributes=[
            {"Key": key.replace("__", "."), "Value": value} for key, value in wanted.items()
        ],
    )


def test_protected_load_balancer(aws: Aws) -> None:
    arn = aws.balancer()
    attributes(aws, arn, deletion_protection__enabled="true")
    with refuses("OperationNotPermitted", "because deletion protection is enabled"):
        aws("elbv2").delete_load_balancer(LoadBalancerArn=arn)
    attributes(aws, arn, deletion_protection__enabled="false")
    aws("elbv2").delete_load_balancer(LoadBalancerArn=arn)


def test_bucket_that_takes_no_logs(aws: Aws) -> None:
    arn, bucket = aws.balancer(), aws.bucket()
    wanted = {"access_logs__s3__enabled": "true", "access_logs__s3__bucket": bucket}
    with refuses("InvalidConfigurationRequest", f"Access Denied for bucket: {bucket}."):
        attributes(aws, arn, **wanted)
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "logdelivery.elasticloadbalancing.amazonaws.com"},
        "Action": "s3:PutObject",
        "Resource": f"arn:aws:s3:::{bucket}/AWSLogs/{ACCOUNT}/*",
    }
    aws("s3").put_bucket_policy(
        Bucket=bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    )
    attributes(aws, arn, **wanted)


def certified(arn: str) -> dict[str, Any]:
    return {"Protocol": "HTTPS", "Port": 443, "Certificates": [{"CertificateArn": arn}]}


def test_certificate_that_does_not_exist(aws: Aws) -> None:
    arn = f"arn:aws:acm:{REGION}:{ACCOUNT}:certificate/none"
    with refuses("CertificateNotFound", "not found"):
        aws.listener(**certified(arn))


def test_certificate_that_is_not_issued(aws: Aws) -> None:
    arn = aws.certificate(issued=False)
    with refuses("UnsupportedCertificate", "must have a fully-qualified domain name"):
        aws.listener(**certified(arn))
    aws.listener(**certified(aws.certificate()))


def test_tls_without_certificate(aws: Aws) -> None:
    with refuses("ValidationError", "A certificate must be specified for HTTPS listeners"):
        aws.listener(Protocol="HTTPS", Port=443)


def test_target_group_that_does_not_exist(aws: Aws) -> None:
    arn = f"arn:aws:elasticloadbalancing:{REGION}:{ACCOUNT}:targetgroup/none/0123456789abcdef"
    with refuses("TargetGroupNotFound", "not found"):
        aws.listener(Protocol="HTTP", TargetGroupArn=arn)


def rule(aws: Aws, listener: str, target: str, **more: Any) -> Any:
    """A rule of a listener that forwards to a target group."""
    wanted = {
        "ListenerArn": listener,
        "Priority": 1,
        "Conditions": [paths("/a")],
        "Actions": [{"Type": "forward", "TargetGroupArn": target}],
        **more,
    }
    return aws("elbv2").create_rule(**wanted)["Rules"][0]


def paths(*values: str) -> dict[str, Any]:
    return {"Field": "path-pattern", "PathPatternConfig": {"Values": list(values)}}


def hosts(*values: str) -> dict[str, Any]:
    return {"Field": "host-header", "HostHeaderConfig": {"Values": list(values)}}


@pytest.fixture(scope="module")
def listener(aws: Aws) -> str:
    """A listener of a load balancer of its own."""
    return str(aws.listener(Protocol="HTTP")["Listeners"][0]["ListenerArn"])


def test_a_rule_whose_target_group_is_gone(aws: Aws, listener: str) -> None:
    gone = aws.target(listened=False)
    aws("elbv2").delete_target_group(TargetGroupArn=gone)
    with refuses("TargetGroupNotFound", "not found"):
        rule(aws, listener, gone)
    made = rule(aws, listener, aws.target(listened=False))
    with refuses("TargetGroupNotFound", "not found"):
        aws("elbv2").modify_rule(
            RuleArn=made["RuleArn"], Actions=[{"Type": "forward", "TargetGroupArn": gone}]
        )
    used = made["Actions"][0]["TargetGroupArn"]
    with refuses("ResourceInUse", "is currently in use by a listener or a rule"):
        aws("elbv2").delete_target_group(TargetGroupArn=used)


def test_two_rules_of_one_priority(aws: Aws, listener: str) -> None:
    target = aws.target(listened=False)
    rule(aws, listener, target, Priority=70)
    with refuses("PriorityInUse", "in use"):
        rule(aws, listener, target, Priority=70)


def test_target_group_of_another_load_balancer(aws: Aws, listener: str) -> None:
    with refuses("TargetGroupAssociationLimit", "more than one load balancer"):
        rule(aws, listener, aws.target())


def test_more_condition_values_than_five(aws: Aws, listener: str) -> None:
    target = aws.target(listened=False)
    given = [paths("/a", "/b", "/c"), hosts("a.example", "b.example", "c.example")]
    with refuses("ValidationError", "A rule can only have '5' condition values"):
        rule(aws, listener, target, Priority=5, Conditions=given)
    rule(aws, listener, target, Priority=5, Conditions=[paths("/a", "/b", "/c", "/d", "/e")])


@pytest.mark.parametrize(
    "given", [paths("/a b"), paths("/" + "a" * 128), paths(""), hosts("admin"), hosts("a.b.x1")]
)
def test_condition_value_that_is_none(aws: Aws, listener: str, given: dict[str, Any]) -> None:
    with refuses("ValidationError", "Condition value"):
        rule(aws, listener, aws.target(listened=False), Conditions=[given])


def test_more_rules_than_a_hundred(aws: Aws) -> None:
    crowded = str(aws.listener(Protocol="HTTP")["Listeners"][0]["ListenerArn"])
    target = aws.target(listened=False)
    for priority in range(1, 101):
        rule(aws, crowded, target, Priority=priority)
    with refuses("TooManyRules", "has been reached"):
        rule(aws, crowded, target, Priority=101)


def test_more_target_groups_than_a_hundred(aws: Aws) -> None:
    crowded = str(aws.listener(Protocol="HTTP")["Listeners"][0]["ListenerArn"])
    for priority in range(1, 100):
        rule(aws, crowded, aws.target(listened=False), Priority=priority)
    with refuses("TooManyUniqueTargetGroupsPerLoadBalancer", "'100'"):
        rule(aws, crowded, aws.target(listened=False), Priority=100)


def test_timeout_as_long_as_the_interval(aws: Aws) -> None:
    with refuses("ValidationError", "Health check timeout '30' must be smaller"):
        aws("elbv2").create_target_group(
            Name=name("target"),
            Protocol="HTTP",
            Port=80,
            VpcId=aws.shared.vpc,
            HealthCheckTimeoutSeconds=30,
            HealthCheckIntervalSeconds=30,
        )
