"""What AWS lists in a VPC and by tags. Only reads."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from strata.aws.errors import explain
from strata.aws.session import GLOBAL_REGION, pages, parts
from strata.aws.session import session as aws_session
from strata.aws.tags import groups, standing
from strata.documents import Json
from strata.drift.strangers import Listed, cache_cluster, scaling_group
from strata.settings.models import Environment

if TYPE_CHECKING:
    from boto3.session import Session

Lookup = Callable[[], Iterator[Listed]]

_DENIED = ("AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AuthorizationError")


@dataclass(frozen=True)
class Call:
    """A call of EC2 that lists by VPC: what it lists, the keys of its answer, its filter's name."""

    kind: str
    operation: str
    answer: str
    identifier: str
    by: str = "vpc-id"


IN_VPC = (
    Call("subnet", "describe_subnets", "Subnets", "SubnetId"),
    Call("security group", "describe_security_groups", "SecurityGroups", "GroupId"),
    Call("network ACL", "describe_network_acls", "NetworkAcls", "NetworkAclId"),
    Call("route table", "describe_route_tables", "RouteTables", "RouteTableId"),
    Call("internet gateway", "describe_internet_gateways", "InternetGateways", "InternetGatewayId",
         "attachment.vpc-id"),
    Call("VPN gateway", "describe_vpn_gateways", "VpnGateways", "VpnGatewayId",
         "attachment.vpc-id"),
    Call("NAT gateway", "describe_nat_gateways", "NatGateways", "NatGatewayId"),
    Call("VPC endpoint", "describe_vpc_endpoints", "VpcEndpoints", "VpcEndpointId"),
    Call("peering connection", "describe_vpc_peering_connections", "VpcPeeringConnections",
         "VpcPeeringConnectionId", "requester-vpc-info.vpc-id"),
    Call("peering connection", "describe_vpc_peering_connections", "VpcPeeringConnections",
         "VpcPeeringConnectionId", "accepter-vpc-info.vpc-id"),
    Call("transit gateway attachment", "describe_transit_gateway_vpc_attachments",
         "TransitGatewayVpcAttachments", "TransitGatewayAttachmentId"),
    Call("flow log", "describe_flow_logs", "FlowLogs", "FlowLogId", "resource-id"),
    Call("network interface", "describe_network_interfaces", "NetworkInterfaces",
         "NetworkInterfaceId"),
)  # fmt: skip

GONE = ("deleted", "deleting", "terminated", "failed", "rejected", "expired")
"""States in which EC2 still lists what is no more."""


def inventory(environment: Environment, vpcs: Sequence[str]) -> tuple[list[Listed], list[str]]:
    """What carries our tags, and what lies in the VPCs.

    The second part says what could not be looked at, since the credentials may not: the rest is
    worth having. Raises StrataError for what else goes wrong.
    """
    session, region = aws_session(environment), environment.region
    tags = environment.tags
    lookups: dict[str, Lookup] = {
        "by tags (tag:GetResources)": partial(_tagged, session, region, tags, []),
        # Global services answer in this region alone.
        f"hosted zones by tags (tag:GetResources in {GLOBAL_REGION})": partial(
            _tagged, session, GLOBAL_REGION, tags, ["route53"]
        ),
        "auto scaling groups by tags (autoscaling:DescribeAutoScalingGroups)": partial(
            _groups, session, tags
        ),
        "roles by tags (iam:GetAccountAuthorizationDetails)": partial(_roles, session, tags),
    }
    for vpc in vpcs:
        for call in IN_VPC:
            what = f"{call.kind} by {call.by} {vpc} (ec2:{call.operation})"
            lookups[what] = partial(_in_vpc, session, vpc, call)
        lookups |= {
            f"instances in {vpc} (ec2)": partial(_instances, session, vpc),
            f"load balancers in {vpc} (elasticloadbalancing)": partial(_balancers, session, vpc),
            f"databases in {vpc} (rds)": partial(_databases, session, vpc),
            f"caches in {vpc} (elasticache)": partial(_caches, session, vpc),
        }
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(_ask, lookups.values()))
    listed = [one for found in answers if found is not None for one in found]
    unchecked = [what for what, found in zip(lookups, answers, strict=True) if found is None]
    return listed, unchecked


def denied(error: ClientError) -> bool:
    """Whether the credentials may not ask this."""
    return error.response["Error"]["Code"] in _DENIED


def _ask(lookup: Lookup) -> list[Listed] | None:
    try:
        return list(lookup())
    except ClientError as error:
        if denied(error):
            return None
        raise explain(error) from error
    except BotoCoreError as error:
        raise explain(error) from error


def _tagged(
    session: "Session", region: str, tags: Mapping[str, str], types: list[str]
) -> Iterator[Listed]:
    for arn, given in standing(session, region, tags, types):
        service, kind, _ = parts(arn)
        kind = f"{service} {kind}".rstrip()
        made_by = scaling_group(given.get("aws:autoscaling:groupName")) or _replication_group(arn)
        yield Listed(kind, arn, "tags", given.get("Name", ""), made_by)


def _replication_group(arn: str) -> str:
    """The group of a cache cluster, which AWS names `<group>-001` and gives the group's tags."""
    match = re.fullmatch(r"(arn:.*:elasticache:.*:)cluster:(.+)-\d{3}", arn)
    return f"{match[1]}replicationgroup:{match[2]}" if match else ""


def _groups(session: "Session", tags: Mapping[str, str]) -> Iterator[Listed]:
    for one in groups(session, tags):
        arn, name = one["AutoScalingGroupARN"], one["AutoScalingGroupName"]
        yield Listed("auto scaling group", arn, "tags", name)
        # Its instances name it so.
        yield Listed("auto scaling group", scaling_group(name), "tags", name, arn)


def _roles(session: "Session", tags: Mapping[str, str]) -> Iterator[Listed]:
    # The tagging API knows nothing of roles.
    found = pages(
        session.client("iam"), "get_account_authorization_details", "RoleDetailList",
        Filter=["Role"],
    )  # fmt: skip
    for role in found:
        given = {tag["Key"]: tag["Value"] for tag in role.get("Tags", [])}
        if tags.items() <= given.items():
            yield Listed("role", role["Arn"], "tags", given.get("Name", role["RoleName"]))


def _in_vpc(session: "Session", vpc: str, call: Call) -> Iterator[Listed]:
    # These two name their filters in the singular.
    singular = call.operation in ("describe_flow_logs", "describe_nat_gateways")
    filters = {"Filter" if singular else "Filters": [{"Name": call.by, "Values": [vpc]}]}
    for one in pages(session.client("ec2"), call.operation, call.answer, **filters):
        state = one.get("State", one.get("Status", ""))
        code = state.get("Code", "") if isinstance(state, dict) else state
        # RDS does not say of which database an interface is; databases are listed themselves.
        if code in GONE or one.get("RequesterId") == "amazon-rds":
            continue
        label = _name(one) or one.get("GroupName") or one.get("Description") or ""
        yield Listed(call.kind, one[call.identifier], "vpc", label, _owner(one))


def _owner(interface: Json) -> str:
    """What a network interface belongs to: an instance, or what a service put it there for."""
    attached = interface.get("Attachment", {}).get("InstanceId")
    if attached:
        return str(attached)
    words = str(interface.get("Description", "")).split()
    if words[:4] == ["Interface", "for", "NAT", "Gateway"]:
        return words[-1]
    if words[:1] == ["ElastiCache"]:
        return cache_cluster(words[-1])
    return words[-1] if words[:1] == ["ELB"] else ""


def _instances(session: "Session", vpc: str) -> Iterator[Listed]:
    filters = [{"Name": "vpc-id", "Values": [vpc]}]
    client = session.client("ec2")
    for reservation in pages(client, "describe_instances", "Reservations", Filters=filters):
        for one in reservation["Instances"]:
            if one["State"]["Name"] in ("terminated", "shutting-down"):
                continue
            tags = {tag["Key"]: tag["Value"] for tag in one.get("Tags", [])}
            group = scaling_group(tags.get("aws:autoscaling:groupName"))
            yield Listed("instance", one["InstanceId"], "vpc", tags.get("Name", ""), group)
            for device in one.get("BlockDeviceMappings", []):
                volume = device.get("Ebs", {}).get("VolumeId")
                if volume:
                    yield Listed("volume", volume, "vpc", "", one["InstanceId"])


def _balancers(session: "Session", vpc: str) -> Iterator[Listed]:
    client = session.client("elbv2")
    for one in pages(client, "describe_load_balancers", "LoadBalancers"):
        if one.get("VpcId") != vpc:
            continue
        arn = one["LoadBalancerArn"]
        yield Listed("load balancer", arn, "vpc", one["LoadBalancerName"])
        # Its network interfaces name it so.
        yield Listed("load balancer", arn.partition("loadbalancer/")[2], "vpc", "", arn)
    for one in pages(client, "describe_target_groups", "TargetGroups"):
        if one.get("VpcId") == vpc:
            yield Listed("target group", one["TargetGroupArn"], "vpc", one["TargetGroupName"])


def _databases(session: "Session", vpc: str) -> Iterator[Listed]:
    client = session.client("rds")
    for one in pages(client, "describe_db_instances", "DBInstances"):
        if one.get("DBSubnetGroup", {}).get("VpcId") == vpc:
            yield Listed("database", one["DBInstanceArn"], "vpc", one["DBInstanceIdentifier"])
    for one in pages(client, "describe_db_subnet_groups", "DBSubnetGroups"):
        if one.get("VpcId") == vpc:
            yield Listed(
                "database subnet group", one["DBSubnetGroupArn"], "vpc", one["DBSubnetGroupName"]
            )
    for one in pages(client, "describe_db_proxies", "DBProxies"):
        if one.get("VpcId") == vpc:
            yield Listed("database proxy", one["DBProxyArn"], "vpc", one["DBProxyName"])


def _caches(session: "Session", vpc: str) -> Iterator[Listed]:
    client = session.client("elasticache")
    groups = [
        one
        for one in pages(client, "describe_cache_subnet_groups", "CacheSubnetGroups")
        if one.get("VpcId") == vpc
    ]
    for one in groups:
        yield Listed("cache subnet group", one["ARN"], "vpc", one["CacheSubnetGroupName"])
    names = {one["CacheSubnetGroupName"] for one in groups}
    for one in pages(client, "describe_cache_clusters", "CacheClusters"):
        if one.get("CacheSubnetGroupName") in names:
            yield Listed("cache cluster", one["ARN"], "vpc", one["CacheClusterId"])


def _name(one: Json) -> str:
    return next((str(tag["Value"]) for tag in one.get("Tags") or [] if tag["Key"] == "Name"), "")
