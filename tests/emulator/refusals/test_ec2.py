"""EC2 refuses what is in use, in the order a destroy meets it, and what does not exist."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from tests.emulator.refusals.world import REGION, Aws, account, name, refuses

pytestmark = pytest.mark.emulator


def test_zone_of_another_region(aws: Aws) -> None:
    ec2 = aws("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    for zone in ("us-east-1a", "eu-central-1f", "nowhere"):
        with refuses(
            "InvalidParameterValue", f"({zone}) for parameter availabilityZone is invalid"
        ):
            ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.0.0/24", AvailabilityZone=zone)


def test_reserved_group_name(aws: Aws) -> None:
    with refuses("InvalidParameterValue", "may not be in the format sg-*"):
        aws("ec2").create_security_group(GroupName="sg-shop", Description="d", VpcId=aws.shared.vpc)


def test_default_group(aws: Aws) -> None:
    with refuses("InvalidGroup.Reserved"):
        aws("ec2").create_security_group(GroupName="default", Description="d", VpcId=aws.shared.vpc)


@pytest.mark.parametrize(("member", "value"), [("GroupName", "x" * 256), ("Description", "größe")])
def test_letters_of_a_group(aws: Aws, member: str, value: str) -> None:
    wanted = {"GroupName": name(), "Description": "d", "VpcId": aws.shared.vpc, member: value}
    with refuses("InvalidParameterValue", f"for parameter {member} is invalid"):
        aws("ec2").create_security_group(**wanted)


def default_group_of(aws: Aws, vpc: str) -> str:
    own = [{"Name": "vpc-id", "Values": [vpc]}, {"Name": "group-name", "Values": ["default"]}]
    [found] = aws("ec2").describe_security_groups(Filters=own)["SecurityGroups"]
    return str(found["GroupId"])


def test_default_group_of_a_vpc(aws: Aws) -> None:
    with refuses("CannotDelete"):
        aws("ec2").delete_security_group(GroupId=default_group_of(aws, aws.shared.vpc))


def test_group_in_use(aws: Aws) -> None:
    """By the rule of another group, and by what has an interface with it."""
    ec2, network = aws("ec2"), aws.network()
    other = ec2.create_security_group(GroupName=name(), Description="d", VpcId=network.vpc)
    rule: dict[str, Any] = {
        "GroupId": other["GroupId"],
        "IpPermissions": [{"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": network.group}]}],
    }
    ec2.authorize_security_group_ingress(**rule)
    with refuses("DependencyViolation", f"resource {network.group} has a dependent object"):
        ec2.delete_security_group(GroupId=network.group)
    ec2.revoke_security_group_ingress(**rule)
    balancer = aws.balancer(network)
    with refuses("DependencyViolation", "has a dependent object"):
        ec2.delete_security_group(GroupId=network.group)
    aws("elbv2").delete_load_balancer(LoadBalancerArn=balancer)
    ec2.delete_security_group(GroupId=network.group)


def instance(aws: Aws, network: Any) -> Any:
    scaling = aws("autoscaling")
    group = aws.group(network, LaunchTemplate=aws.template(SecurityGroupIds=[network.group]))
    return lambda: scaling.delete_auto_scaling_group(
        AutoScalingGroupName=group.rpartition("/")[2], ForceDelete=True
    )


def nat(aws: Aws, network: Any) -> Any:
    ec2 = aws("ec2")
    gateways = [
        ec2.create_nat_gateway(SubnetId=one, ConnectivityType="private")["NatGateway"]
        for one in network.subnets
    ]
    return lambda: [ec2.delete_nat_gateway(NatGatewayId=one["NatGatewayId"]) for one in gateways]


def balancer(aws: Aws, network: Any) -> Any:
    arn = aws.balancer(network)
    return lambda: aws("elbv2").delete_load_balancer(LoadBalancerArn=arn)


def database(aws: Aws, network: Any) -> Any:
    made = aws.database(
        DBSubnetGroupName=aws.subnet_group(network), VpcSecurityGroupIds=[network.group]
    )
    return lambda: aws("rds").delete_db_instance(DBInstanceIdentifier=made, SkipFinalSnapshot=True)


def cache(aws: Aws, network: Any) -> Any:
    group = name("subnets")
    aws("elasticache").create_cache_subnet_group(
        CacheSubnetGroupName=group, CacheSubnetGroupDescription="d", SubnetIds=network.subnets
    )
    made = aws.cache(CacheSubnetGroupName=group, SecurityGroupIds=[network.group])
    return lambda: aws("elasticache").delete_replication_group(ReplicationGroupId=made)


def interface(aws: Aws, network: Any) -> Any:
    ec2 = aws("ec2")
    made = [
        ec2.create_network_interface(SubnetId=one)["NetworkInterface"]["NetworkInterfaceId"]
        for one in network.subnets
    ]
    return lambda: [ec2.delete_network_interface(NetworkInterfaceId=one) for one in made]


@pytest.mark.parametrize("user", [instance, interface, nat, balancer, database, cache])
def test_subnet_in_use(aws: Aws, user: Any) -> None:
    """A subnet goes after whatever lies in it, and not before."""
    ec2, network = aws("ec2"), aws.network()
    take_away = user(aws, network)
    refused = 0
    for subnet in network.subnets:
        try:
            ec2.delete_subnet(SubnetId=subnet)
        except ec2.exceptions.ClientError as error:
            assert error.response["Error"] == {
                "Code": "DependencyViolation",
                "Message": f"The subnet '{subnet}' has dependencies and cannot be deleted.",
            }
            refused += 1
    assert refused == (1 if user is instance else len(network.subnets))
    take_away()
    known = [{"Name": "vpc-id", "Values": [network.vpc]}]
    for one in ec2.describe_subnets(Filters=known)["Subnets"]:
        ec2.delete_subnet(SubnetId=one["SubnetId"])


def test_vpc_in_use(aws: Aws) -> None:
    """In the order in which a destroy must go."""
    ec2, network = aws("ec2"), aws.network()
    acl = ec2.create_network_acl(VpcId=network.vpc)["NetworkAcl"]["NetworkAclId"]
    steps: list[Callable[[], Any]] = [
        *(partial(ec2.delete_subnet, SubnetId=one) for one in network.subnets),
        lambda: ec2.delete_security_group(GroupId=network.group),
        lambda: ec2.delete_network_acl(NetworkAclId=acl),
        lambda: ec2.detach_internet_gateway(VpcId=network.vpc, InternetGatewayId=network.gateway),
    ]
    for step in steps:
        with refuses("DependencyViolation", f"The vpc '{network.vpc}' has dependencies"):
            ec2.delete_vpc(VpcId=network.vpc)
        step()
    ec2.delete_vpc(VpcId=network.vpc)


@pytest.mark.parametrize("user", [balancer])
def test_gateway_of_public_addresses(aws: Aws, user: Any) -> None:
    ec2, network = aws("ec2"), aws.network()
    take_away = user(aws, network)
    named = {"VpcId": network.vpc, "InternetGatewayId": network.gateway}
    with refuses("DependencyViolation", "has some mapped public address(es)"):
        ec2.detach_internet_gateway(**named)
    take_away()
    ec2.detach_internet_gateway(**named)


def test_default_acl(aws: Aws) -> None:
    own = [{"Name": "vpc-id", "Values": [aws.network().vpc]}]
    [default] = aws("ec2").describe_network_acls(Filters=own)["NetworkAcls"]
    with refuses("InvalidParameterValue", "cannot delete default network ACL"):
        aws("ec2").delete_network_acl(NetworkAclId=default["NetworkAclId"])


def test_main_route_table(aws: Aws) -> None:
    own = [{"Name": "vpc-id", "Values": [aws.network().vpc]}]
    [main] = aws("ec2").describe_route_tables(Filters=own)["RouteTables"]
    with refuses("DependencyViolation"):
        aws("ec2").delete_route_table(RouteTableId=main["RouteTableId"])


def test_address_in_use(aws: Aws) -> None:
    ec2, network = aws("ec2"), aws.network()
    address = ec2.allocate_address(Domain="vpc")["AllocationId"]
    gateway = ec2.create_nat_gateway(SubnetId=network.subnets[0], AllocationId=address)
    with refuses("InvalidIPAddress.InUse"):
        ec2.release_address(AllocationId=address)
    ec2.delete_nat_gateway(NatGatewayId=gateway["NatGateway"]["NatGatewayId"])
    ec2.release_address(AllocationId=address)


def test_address_of_another_gateway(aws: Aws) -> None:
    ec2, network = aws("ec2"), aws.network()
    address = ec2.allocate_address(Domain="vpc")["AllocationId"]
    ec2.create_nat_gateway(SubnetId=network.subnets[0], AllocationId=address)
    with refuses("Resource.AlreadyAssociated", f"[{address}] is already associated"):
        ec2.create_nat_gateway(SubnetId=network.subnets[1], AllocationId=address)


def test_gateway_of_another_network(aws: Aws) -> None:
    ec2, network = aws("ec2"), aws.network(gateway=False)
    table = ec2.create_route_table(VpcId=network.vpc)["RouteTable"]["RouteTableId"]
    for gateway in (network.gateway, aws.shared.gateway):
        with refuses("InvalidParameterValue", "belong to different networks"):
            ec2.create_route(
                RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway
            )


def run(aws: Aws, kind: str) -> None:
    image = aws("ec2").describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    aws("ec2").run_instances(
        ImageId=image,
        InstanceType=kind,
        MinCount=1,
        MaxCount=1,
        SubnetId=aws.shared.subnets[0],
    )


def test_type_that_does_not_exist(aws: Aws) -> None:
    # In the enumeration of the model, and not in Frankfurt.
    with refuses("InvalidParameterValue", "Invalid value 'p5e.48xlarge' for InstanceType."):
        run(aws, "p5e.48xlarge")


def test_type_that_the_zone_has_not(aws: Aws) -> None:
    answer = aws("ec2").describe_instance_type_offerings(LocationType="availability-zone")
    offered: dict[str, set[str]] = {}
    for one in answer["InstanceTypeOfferings"]:
        offered.setdefault(one["InstanceType"], set()).add(one["Location"])
    kind = min(one for one, zones in offered.items() if f"{REGION}a" not in zones)
    with refuses("Unsupported", f"({kind}) is not supported in your requested Availability Zone"):
        run(aws, kind)


def test_user_data_that_is_no_base64(aws: Aws) -> None:
    with refuses("InvalidUserData.Malformed"):
        aws.template(UserData="#!/bin/sh")


def test_type_that_is_not_free(aws: Aws) -> None:
    account(aws.url, plan="free")
    try:
        with refuses("InvalidParameterCombination", "is not eligible for Free Tier"):
            run(aws, "t2.micro")
        run(aws, "t3.micro")
    finally:
        account(aws.url, plan="paid")


def test_vpcs_of_a_new_account(aws: Aws) -> None:
    account(aws.url, quotas="new")
    try:
        with refuses("VpcLimitExceeded"):
            for _ in range(6):
                aws("ec2").create_vpc(CidrBlock="10.0.0.0/16")
    finally:
        account(aws.url, quotas="raised")


def test_addresses_of_a_new_account(aws: Aws) -> None:
    account(aws.url, quotas="new")
    try:
        with refuses("AddressLimitExceeded"):
            for _ in range(6):
                aws("ec2").allocate_address(Domain="vpc")
    finally:
        account(aws.url, quotas="raised")
