"""A network of another team, made by the EC2 API: nothing of it is Strata's."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

ZONES = ("eu-central-1a", "eu-central-1b")
ANYWHERE = "0.0.0.0/0"


@dataclass(frozen=True)
class Foreign:
    """Its ids; subnets by zone, in the order of ZONES, with the tag `Tier` of their kind."""

    vpc: str
    public: tuple[str, ...]
    private: tuple[str, ...]
    public_table: str
    private_table: str


def foreign(ec2: Any, first: str = "10.20") -> Foreign:
    """A VPC with a public and a private subnet in two zones, and a NAT gateway."""
    vpc = ec2.create_vpc(CidrBlock=f"{first}.0.0/16")["Vpc"]["VpcId"]
    for attribute in ("EnableDnsSupport", "EnableDnsHostnames"):
        ec2.modify_vpc_attribute(VpcId=vpc, **{attribute: {"Value": True}})
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    public = tuple(subnet(ec2, vpc, f"{first}.{i}.0/24", zone, "public") for i, zone in _zones())
    private = tuple(
        subnet(ec2, vpc, f"{first}.{i + 16}.0/24", zone, "private") for i, zone in _zones()
    )
    address = ec2.allocate_address(Domain="vpc")["AllocationId"]
    nat = ec2.create_nat_gateway(SubnetId=public[0], AllocationId=address)["NatGateway"]
    return Foreign(
        vpc,
        public,
        private,
        table(ec2, vpc, public, GatewayId=gateway),
        table(ec2, vpc, private, NatGatewayId=nat["NatGatewayId"]),
    )


def _zones() -> "enumerate[str]":
    return enumerate(ZONES)


def subnet(ec2: Any, vpc: str, cidr: str, zone: str, tier: str) -> str:
    """A subnet with the tag `Tier`."""
    tags = [{"ResourceType": "subnet", "Tags": [{"Key": "Tier", "Value": tier}]}]
    made = ec2.create_subnet(
        VpcId=vpc, CidrBlock=cidr, AvailabilityZone=zone, TagSpecifications=tags
    )
    return str(made["Subnet"]["SubnetId"])


def table(ec2: Any, vpc: str, subnets: tuple[str, ...], **target: str) -> str:
    """A route table of subnets, with a default route if a target is given."""
    made = str(ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"])
    if target:
        ec2.create_route(RouteTableId=made, DestinationCidrBlock=ANYWHERE, **target)
    for one in subnets:
        ec2.associate_route_table(RouteTableId=made, SubnetId=one)
    return made


def snapshot(ec2: Any, vpc: str, without: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """What the EC2 API says of a VPC and all in it, security groups that `without` names apart, and
    the addresses that are left: what uses them is not the network's."""
    inside = [{"Name": "vpc-id", "Values": [vpc]}]
    groups = ec2.describe_security_groups(Filters=inside)["SecurityGroups"]
    return {
        "vpc": ec2.describe_vpcs(VpcIds=[vpc])["Vpcs"],
        "subnets": [
            {key: value for key, value in one.items() if key != "AvailableIpAddressCount"}
            for one in ec2.describe_subnets(Filters=inside)["Subnets"]
        ],
        "tables": ec2.describe_route_tables(Filters=inside)["RouteTables"],
        "acls": ec2.describe_network_acls(Filters=inside)["NetworkAcls"],
        "gateways": ec2.describe_nat_gateways(Filter=inside)["NatGateways"],
        "groups": [group for group in groups if not without(group)],
        "endpoints": ec2.describe_vpc_endpoints(Filters=inside)["VpcEndpoints"],
        "flow_logs": ec2.describe_flow_logs()["FlowLogs"],
    }
