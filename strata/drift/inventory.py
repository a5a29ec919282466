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
from strata.aws.tags import existing_resources, groups
from strata.documents import Json
from strata.drift.strangers import Listed, cache_cluster, scaling_group
from strata.settings.models import Environment

if TYPE_CHECKING:
    from boto3.session import Session

Lookup = Callable[[], Iterator[Listed]]

_DENIED = ("AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AuthorizationError")


@dataclass(frozen=True)
class Call:
    """A call of EC2 that lists by VPC: its kind, the keys of its response, its filter's name."""

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
"""States in which EC2 still lists resources that are gone."""


def inventory(environment: Environment, vpcs: Sequence[str]) -> tuple[list[Listed], list[str]]:
    """The resources with our tags, and those in the VPCs.

    The second list names what could not be read for lack of permissions. Raises StrataError for
    other failures.
    """
    session, tags = aws_session(environment), environment.tags
    lookups: dict[str, Lookup] = {
        # The tagging API lists global services only in us-east-1, where the alarm on the domain is
        # too.
        **{
            f"by tags in {region} (tag:GetResources)": partial(_tagged, session, region, tags)
            for region in sorted({environment.region, GLOBAL_REGION})
        },
        "auto scaling groups by tags (autoscaling:DescribeAutoScalingGroups)": partial(
            _groups, session, tags
        ),
        "roles by tags (iam:GetAccountAuthorizationDetails)": partial(_roles, session, tags),
    }
    for vpc in vpcs:
        for call in IN_VPC:
            lookup = f"{call.kind} by {call.by} {vpc} (ec2:{call.operation})"
            lookups[lookup] = partial(_in_vpc, session, vpc, call)
        lookups |= {
            f"instances in {vpc} (ec2)": partial(_instances, session, vpc),
            f"load balancers in {vpc} (elasticloadbalancing)": partial(_balancers, session, vpc),
            f"databases in {vpc} (rds)": partial(_databases, session, vpc),
            f"caches in {vpc} (elasticache)": partial(_caches, session, vpc),
        }
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(_ask, lookups.values()))
    listed = [resource for answer in answers if answer is not None for resource in answer]
    unchecked = [lookup for lookup, answer in zip(lookups, answers, strict=True) if answer is None]
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


def _tagged(session: "Session", region: str, tags: Mapping[str, str]) -> Iterator[Listed]:
    for arn, own_tags in existing_resources(session, region, tags):
        service, kind, _ = parts(arn)
        kind = f"{service} {kind}".rstrip()
        made_by = scaling_group(own_tags.get("aws:autoscaling:groupName")) or _replication_group(
            arn
        )
        yield Listed(kind, arn, "tags", own_tags.get("Name", ""), made_by)


def _replication_group(arn: str) -> str:
    """The group of a cache cluster, which AWS names `<group>-001` and gives the group's tags."""
    match = re.fullmatch(r"(arn:.*:elasticache:.*:)cluster:(.+)-\d{3}", arn)
    return f"{match[1]}replicationgroup:{match[2]}" if match else ""


def _groups(session: "Session", tags: Mapping[str, str]) -> Iterator[Listed]:
    for group in groups(session, tags):
        arn, name = group["AutoScalingGroupARN"], group["AutoScalingGroupName"]
        yield Listed("auto scaling group", arn, "tags", name)
        # Its instances name it by this identifier.
        yield Listed("auto scaling group", scaling_group(name), "tags", name, arn)


def _roles(session: "Session", tags: Mapping[str, str]) -> Iterator[Listed]:
    # The tagging API does not list roles.
    roles = pages(
        session.client("iam"), "get_account_authorization_details", "RoleDetailList",
        Filter=["Role"],
    )  # fmt: skip
    for role in roles:
        role_tags = {tag["Key"]: tag["Value"] for tag in role.get("Tags", [])}
        if tags.items() <= role_tags.items():
            yield Listed("role", role["Arn"], "tags", role_tags.get("Name", role["RoleName"]))


def _in_vpc(session: "Session", vpc: str, call: Call) -> Iterator[Listed]:
    # These two name their filters in the singular.
    singular = call.operation in ("describe_flow_logs", "describe_nat_gateways")
    filters = {"Filter" if singular else "Filters": [{"Name": call.by, "Values": [vpc]}]}
    for resource in pages(session.client("ec2"), call.operation, call.answer, **filters):
        state = resource.get("State", resource.get("Status", ""))
        code = state.get("Code", "") if isinstance(state, dict) else state
        # RDS does not say which database an interface belongs to; databases are listed themselves.
        if code in GONE or resource.get("RequesterId") == "amazon-rds":
            continue
        label = _name(resource) or resource.get("GroupName") or resource.get("Description") or ""
        yield Listed(call.kind, resource[call.identifier], "vpc", label, _owner(resource))


def _owner(interface: Json) -> str:
    """What a network interface belongs to: an instance, or the resource a service made it for."""
    attached = interface.get("Attachment", {}).get("InstanceId")
    if attached:
        return str(attached)
    words = str(interface.get("Description", "")).split()
    if words[:4] == ["Interface", "for", "NAT", "Gateway"]:
        return words[-1]
    # `VPC Endpoint Interface vpce-...`; of some services with a colon before it.
    if words[:2] == ["VPC", "Endpoint"]:
        return words[-1]
    if words[:1] == ["ElastiCache"]:
        return cache_cluster(words[-1])
    return words[-1] if words[:1] == ["ELB"] else ""


def _instances(session: "Session", vpc: str) -> Iterator[Listed]:
    filters = [{"Name": "vpc-id", "Values": [vpc]}]
    client = session.client("ec2")
    for reservation in pages(client, "describe_instances", "Reservations", Filters=filters):
        for instance in reservation["Instances"]:
            if instance["State"]["Name"] in ("terminated", "shutting-down"):
                continue
            tags = {tag["Key"]: tag["Value"] for tag in instance.get("Tags", [])}
            group = scaling_group(tags.get("aws:autoscaling:groupName"))
            yield Listed("instance", instance["InstanceId"], "vpc", tags.get("Name", ""), group)
            for device in instance.get("BlockDeviceMappings", []):
                volume = device.get("Ebs", {}).get("VolumeId")
                if volume:
                    yield Listed("volume", volume, "vpc", "", instance["InstanceId"])


def _balancers(session: "Session", vpc: str) -> Iterator[Listed]:
    client = session.client("elbv2")
    for balancer in pages(client, "describe_load_balancers", "LoadBalancers"):
        if balancer.get("VpcId") != vpc:
            continue
        arn = balancer["LoadBalancerArn"]
        yield Listed("load balancer", arn, "vpc", balancer["LoadBalancerName"])
        # Its network interfaces name it by this identifier.
        yield Listed("load balancer", arn.partition("loadbalancer/")[2], "vpc", "", arn)
    for group in pages(client, "describe_target_groups", "TargetGroups"):
        if group.get("VpcId") == vpc:
            yield Listed("target group", group["TargetGroupArn"], "vpc", group["TargetGroupName"])


def _databases(session: "Session", vpc: str) -> Iterator[Listed]:
    client = session.client("rds")
    for database in pages(client, "describe_db_instances", "DBInstances"):
        if database.get("DBSubnetGroup", {}).get("VpcId") == vpc:
            yield Listed(
                "database", database["DBInstanceArn"], "vpc", database["DBInstanceIdentifier"]
            )
    for group in pages(client, "describe_db_subnet_groups", "DBSubnetGroups"):
        if group.get("VpcId") == vpc:
            yield Listed(
                "database subnet group",
                group["DBSubnetGroupArn"],
                "vpc",
                group["DBSubnetGroupName"],
            )
    for proxy in pages(client, "describe_db_proxies", "DBProxies"):
        if proxy.get("VpcId") == vpc:
            yield Listed("database proxy", proxy["DBProxyArn"], "vpc", proxy["DBProxyName"])


def _caches(session: "Session", vpc: str) -> Iterator[Listed]:
    client = session.client("elasticache")
    groups = [
        group
        for group in pages(client, "describe_cache_subnet_groups", "CacheSubnetGroups")
        if group.get("VpcId") == vpc
    ]
    for group in groups:
        yield Listed("cache subnet group", group["ARN"], "vpc", group["CacheSubnetGroupName"])
    names = {group["CacheSubnetGroupName"] for group in groups}
    for cluster in pages(client, "describe_cache_clusters", "CacheClusters"):
        if cluster.get("CacheSubnetGroupName") in names:
            yield Listed("cache cluster", cluster["ARN"], "vpc", cluster["CacheClusterId"])


def _name(resource: Json) -> str:
    return next(
        (str(tag["Value"]) for tag in resource.get("Tags") or [] if tag["Key"] == "Name"), ""
    )
