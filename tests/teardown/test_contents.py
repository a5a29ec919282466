"""What is found by tag after a destroy, on the emulator."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from modules.naming import Names
from strata.local import emulator
from strata.settings import Settings, load
from strata.teardown.contents import contents, remaining
from strata.teardown.losses import StateResource, obstacles

pytestmark = pytest.mark.emulator
LOCAL = load("local").environment
TAGS = {"Project": "shop", "Environment": "local", "ManagedBy": "strata"}
UPPER = [{"Key": key, "Value": value} for key, value in TAGS.items()]
LOWER = [{"key": key, "value": value} for key, value in TAGS.items()]


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with emulator.emulator(tmp_path_factory.mktemp("emulator")):
        make: Any = boto3.client
        yield lambda name: make(name, region_name=LOCAL.region)


def test_what_ecs_remembers_as_gone_is_not_left(aws: Any) -> None:
    ecs = aws("ecs")
    ecs.create_cluster(clusterName="shop-local", tags=LOWER)
    task = ecs.register_task_definition(
        family="shop-local",
        containerDefinitions=[{"name": "api", "image": "api", "memory": 128}],
        tags=LOWER,
    )["taskDefinition"]["taskDefinitionArn"]
    service = ecs.create_service(
        cluster="shop-local", serviceName="shop-local", taskDefinition=task, tags=LOWER
    )["service"]["serviceArn"]
    assert {service, task} <= set(remaining(LOCAL))
    ecs.delete_service(cluster="shop-local", service="shop-local", force=True)
    ecs.deregister_task_definition(taskDefinition=task)
    assert [one for one in remaining(LOCAL) if one in (service, task)] == []
    ecs.delete_cluster(cluster="shop-local")
    assert remaining(LOCAL) == []


def test_a_nat_gateway_that_is_deleted_is_not_left(aws: Any) -> None:
    ec2 = aws("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]
    tags = [{"ResourceType": "natgateway", "Tags": UPPER}]
    made = ec2.create_nat_gateway(
        SubnetId=subnet, ConnectivityType="private", TagSpecifications=tags
    )["NatGateway"]["NatGatewayId"]
    assert [one.rpartition("/")[2] for one in remaining(LOCAL)] == [made]
    ec2.delete_nat_gateway(NatGatewayId=made)
    assert remaining(LOCAL) == []


def test_what_is_left_is_named_and_other_environments_are_not(aws: Any) -> None:
    ec2 = aws("ec2")
    ours, theirs = (ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"] for _ in range(2))
    ec2.create_tags(Resources=[ours], Tags=UPPER)
    other = [{**one, "Value": "prod"} if one["Key"] == "Environment" else one for one in UPPER]
    ec2.create_tags(Resources=[theirs], Tags=other)
    role = aws("iam").create_role(
        RoleName="shop-local-task", AssumeRolePolicyDocument="{}", Tags=UPPER
    )["Role"]["Arn"]
    found = remaining(LOCAL)
    assert role in found
    assert any(one.endswith(ours) for one in found)
    assert not any(one.endswith(theirs) for one in found)


def test_log_groups_that_aws_made_again_are_named_although_they_have_no_tags(aws: Any) -> None:
    logs = aws("logs")
    theirs = ("/aws/rds/instance/shop-local-database-2/error", "/aws/ecs/containerinsights/shop/x")
    ours = (
        "/aws/rds/instance/shop-local-database/slowquery",
        "/aws/ecs/containerinsights/shop-local/performance",
    )
    for name in (*theirs, *ours):
        logs.create_log_group(logGroupName=name)
    found = {one.partition("log-group:")[2] for one in remaining(LOCAL)}
    assert set(ours) <= found
    assert not set(theirs) & found
    for name in (*theirs, *ours):
        logs.delete_log_group(logGroupName=name)


@pytest.mark.parametrize("length", [20, 30, 44, 60])
def test_a_role_whose_name_was_shortened_is_found(length: int, aws: Any) -> None:
    data = load("local").model_dump()
    data["environment"]["name"] = "n" * length
    data["environment"]["project"] = "p" * 30
    settings = Settings.model_validate(data)
    environment = settings.environment
    name = Names(settings, "network").name("vpc-flow-logs")
    assert len(name) <= 64
    tags = [{"Key": key, "Value": value} for key, value in environment.tags.items()]
    made = aws("iam").create_role(RoleName=name, AssumeRolePolicyDocument="{}", Tags=tags)
    assert remaining(environment) == [made["Role"]["Arn"]]


def test_what_is_protected_by_hand_is_found(aws: Any) -> None:
    rds, ec2, balancers = aws("rds"), aws("ec2"), aws("elbv2")
    vpc = ec2.create_vpc(CidrBlock="10.1.0.0/16")["Vpc"]["VpcId"]
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(VpcId=vpc, InternetGatewayId=gateway)
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.1.{at}.0/24", AvailabilityZone=LOCAL.region + z)
        for at, z in enumerate("ab")
    ]
    subnet_ids = [one["Subnet"]["SubnetId"] for one in subnets]
    rds.create_db_instance(
        DBInstanceIdentifier="shop-local-database", DBInstanceClass="db.t3.micro", Engine="mysql",
        AllocatedStorage=20, MasterUsername="shop", ManageMasterUserPassword=True,
    )  # fmt: skip
    made = balancers.create_load_balancer(Name="shop-local", Subnets=subnet_ids)
    arn = made["LoadBalancers"][0]["LoadBalancerArn"]
    database, balancer = "aws_db_instance.database_instance", "aws_lb.edge_load_balancer"
    resources = [
        StateResource(database, "aws_db_instance", {"identifier": "shop-local-database",
                                           "skip_final_snapshot": True}),
        StateResource(balancer, "aws_lb", {"arn": arn}),
        StateResource("aws_db_instance.database_gone", "aws_db_instance", {"identifier": "gone",
                                                                  "skip_final_snapshot": True}),
        StateResource("aws_lb.edge_gone", "aws_lb", {"arn": f"{arn}0"}),
    ]  # fmt: skip
    assert obstacles(resources, contents(LOCAL, resources)) == []
    rds.modify_db_instance(DBInstanceIdentifier="shop-local-database", DeletionProtection=True)
    balancers.modify_load_balancer_attributes(
        LoadBalancerArn=arn, Attributes=[{"Key": "deletion_protection.enabled", "Value": "true"}]
    )
    found = obstacles(resources, contents(LOCAL, resources))
    assert {one.address for one in found} == {database, balancer}
