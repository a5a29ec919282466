"""The network that really stands, from what AWS answers."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from ipaddress import ip_network
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from strata.documents import Json
from strata.errors import StrataError
from strata.reach import agent, figures
from strata.reach.aws_lists import Answers, ask
from strata.reach.model import (
    Acl,
    AclRule,
    Endpoint,
    GroupRule,
    Interface,
    NatGateway,
    Network,
    PrefixList,
    Range,
    Route,
    RouteKind,
    RouteTable,
    SecurityGroup,
    Subnet,
)
from strata.reach.protocols import (
    balancer_addresses,
    gathered,
    host_ports,
    outside,
    ports,
    sorted_acl,
)
from strata.resources.containers import containers
from strata.resources.rules import from_entry, from_permission
from strata.settings.models import Environment

TARGETS = (
    "GatewayId",
    "NatGatewayId",
    "EgressOnlyInternetGatewayId",
    "TransitGatewayId",
    "VpcPeeringConnectionId",
    "NetworkInterfaceId",
    "LocalGatewayId",
    "CarrierGatewayId",
    "CoreNetworkArn",
)
"""Keys of a route, of which one names what it leads to (EC2 API, Route)."""


def from_aws(environment: Environment, env: str | None = None) -> Network:
    """The network of an environment as it stands; what does not stand is no endpoint of it.

    `env` is how the user names the environment.
    """
    make: Any = boto3.client
    try:
        answers = ask(
            lambda service: make(service, region_name=environment.region),
            environment.project,
            environment.name,
            env,
        )
    except (ClientError, BotoCoreError) as error:
        raise StrataError(f"what stands in {environment.region} cannot be read: {error}") from error
    return from_answers(answers)


def from_answers(answers: Answers) -> Network:
    """The network that these answers describe."""
    return _Reader(answers).network()


@dataclass(frozen=True)
class _Reader:
    said: Answers

    def network(self) -> Network:
        gateways = [one["InternetGatewayId"] for one in self.said.internet_gateways]
        return Network(
            ranges=self.ranges,
            internet_gateway=gateways[0] if gateways else None,
            nat_gateways=tuple(
                NatGateway(
                    one["NatGatewayId"],
                    self.subnets[one["SubnetId"]],
                    one.get("ConnectivityType", "public") == "public",
                )
                for one in self.said.nat_gateways
            ),
            endpoints=(*outside(), *gathered(self.endpoints())),
            unread=tuple(
                name
                for name, template in self.said.templates.items()
                if len(template.get("NetworkInterfaces", [])) > 1
            ),
        )

    @cached_property
    def ranges(self) -> tuple[Range, ...]:
        vpc = self.said.vpc
        found = [one["CidrBlock"] for one in vpc.get("CidrBlockAssociationSet", [])]
        found += [one["Ipv6CidrBlock"] for one in vpc.get("Ipv6CidrBlockAssociationSet", [])]
        return tuple(ip_network(one) for one in found or [vpc["CidrBlock"]])

    @cached_property
    def subnets(self) -> dict[str, Subnet]:
        """Identifier -> the subnet."""
        return {
            one["SubnetId"]: Subnet(
                one["SubnetId"],
                tuple(
                    ip_network(text)
                    for text in (
                        one["CidrBlock"],
                        *(a["Ipv6CidrBlock"] for a in one.get("Ipv6CidrBlockAssociationSet", [])),
                    )
                ),
                self.table(one["SubnetId"]),
                self.acl(one["SubnetId"]),
            )
            for one in self.said.subnets
        }

    def table(self, subnet: str) -> RouteTable:
        """The table that a subnet is associated with, or the VPC's main one."""
        found = self.said.route_tables
        own = [t for t in found if any(a.get("SubnetId") == subnet for a in t["Associations"])]
        main = [t for t in found if any(a.get("Main") for a in t["Associations"])]
        table = (own or main)[0]
        name = table["RouteTableId"]
        return RouteTable(
            name,
            tuple(self.route(name, one) for one in table["Routes"]),
        )

    def route(self, table: str, body: Json) -> Route:
        text = body.get("DestinationCidrBlock") or body.get("DestinationIpv6CidrBlock")
        destination = (
            ip_network(text) if text else self.prefix_list(body["DestinationPrefixListId"])
        )
        target = next((body[key] for key in TARGETS if body.get(key)), "")
        kinds: dict[str, RouteKind] = {
            "local": "local",
            "igw": "internet_gateway",
            "eigw": "egress_only_internet_gateway",
            "nat": "nat_gateway",
            "vpce": "gateway_endpoint",
        }
        kind = kinds.get(target.partition("-")[0], "other")
        if body.get("State") == "blackhole":
            kind = "blackhole"
        return Route(table, destination, kind, target)

    def prefix_list(self, name: str) -> PrefixList:
        entries = self.said.prefix_lists.get(name)
        known = None if entries is None else tuple(ip_network(one) for one in entries)
        return PrefixList(name, known)

    def acl(self, subnet: str) -> Acl:
        """The network ACL of a subnet; AWS associates each with one."""
        acl = next(
            one
            for one in self.said.acls
            if any(a["SubnetId"] == subnet for a in one["Associations"])
        )
        ways: dict[bool, list[AclRule]] = {True: [], False: []}
        for one in acl["Entries"]:
            written = from_entry(one)
            ways[one["Egress"]].append(
                AclRule(
                    acl["NetworkAclId"],
                    written.number,
                    written.action == "allow",
                    written.protocol,
                    ports(written),
                    ip_network(written.ranges[0]),
                )
            )
        return sorted_acl(acl["NetworkAclId"], ways[False], ways[True])

    @cached_property
    def groups(self) -> dict[str, SecurityGroup]:
        """Identifier -> the security group."""
        return {
            one["GroupId"]: SecurityGroup(
                one["GroupId"],
                tuple(self.group_rules(one["GroupId"], one["IpPermissions"])),
                tuple(self.group_rules(one["GroupId"], one["IpPermissionsEgress"])),
            )
            for one in self.said.groups
        }

    def group_rules(self, group: str, permissions: Iterable[Json]) -> Iterator[GroupRule]:
        for one in permissions:
            written = from_permission(one)
            peers: list[Range | PrefixList | str] = [
                *map(ip_network, written.ranges),
                *map(self.prefix_list, written.prefix_lists),
                *written.groups,
            ]
            yield from (GroupRule(group, written.protocol, ports(written), peer) for peer in peers)

    def groups_of(self, names: Iterable[str]) -> tuple[SecurityGroup, ...]:
        """Groups by identifier; the VPC's default one when none is named."""
        found = list(names) or [
            one["GroupId"] for one in self.said.groups if one["GroupName"] == "default"
        ]
        return tuple(self.groups[one] for one in found if one in self.groups)

    def interfaces(
        self, subnets: Iterable[str], groups: Iterable[str], *, public: bool, ipv6: bool
    ) -> tuple[Interface, ...]:
        inside = self.groups_of(groups)
        return tuple(
            Interface(self.subnets[one], inside, public, ipv6)
            for one in subnets
            if one in self.subnets
        )

    def endpoints(self) -> Iterator[Endpoint]:
        for one in self.said.load_balancers:
            where = self.interfaces(
                [zone["SubnetId"] for zone in one["AvailabilityZones"]],
                one.get("SecurityGroups", []),
                **balancer_addresses(
                    one.get("IpAddressType"),
                    # As the API creates one that is not told otherwise: for the internet.
                    internal=one.get("Scheme") == "internal",
                ),
            )
            yield Endpoint("load_balancer", one["LoadBalancerArn"], where, figures.LOAD_BALANCER)
        for one in self.said.auto_scaling_groups:
            yield from self.instances(one)
        for one in self.said.databases:
            where = self.interfaces(
                [s["SubnetIdentifier"] for s in one["DBSubnetGroup"]["Subnets"]],
                [g["VpcSecurityGroupId"] for g in one["VpcSecurityGroups"]],
                public=bool(one.get("PubliclyAccessible")),
                ipv6=one.get("NetworkType") == "DUAL",
            )
            yield Endpoint("database", one["DBInstanceIdentifier"], where)
        for one in self.said.caches:
            where = self.interfaces(
                self.said.cache_subnets[one["CacheSubnetGroupName"]],
                [g["SecurityGroupId"] for g in one.get("SecurityGroups", [])],
                public=False,
                ipv6=one.get("NetworkType") in ("dual_stack", "ipv6"),
            )
            yield Endpoint("cache", one["CacheClusterId"], where)

    def instances(self, group: Json) -> Iterator[Endpoint]:
        """The instances of an auto scaling group, and the tasks that run on them."""
        name = group["AutoScalingGroupName"]
        template = self.said.templates.get(name, {})
        card: Json = next(iter(template.get("NetworkInterfaces", [])), {})
        groups = self.groups_of(card.get("Groups") or template.get("SecurityGroupIds", []))
        asked = card.get("AssociatePublicIpAddress")
        subnets = {one["SubnetId"]: one for one in self.said.subnets}
        where = tuple(
            Interface(
                self.subnets[one],
                groups,
                bool(subnets[one]["MapPublicIpOnLaunch"] if asked is None else asked),
                bool(subnets[one].get("AssignIpv6AddressOnCreation")),
            )
            for one in group["VPCZoneIdentifier"].split(",")
            if one in self.subnets
        )
        yield Endpoint("instances", name, where, figures.LINUX)
        dynamic = agent.host_ports(template.get("UserData", ""))
        for service, task in self.said.tasks.items():
            yield Endpoint(
                "tasks",
                service,
                where,
                figures.CONTAINER,
                host_ports(containers(task["containerDefinitions"]), dynamic),
            )
