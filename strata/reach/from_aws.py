"""The network that really exists, from the responses of AWS."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
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
    AWS_ENDPOINTS,
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
"""Keys of a route; one of them names its target (EC2 API, Route)."""


def from_aws(environment: Environment, existing: str | None = None) -> Network:
    """The network of an environment as it exists; endpoints that do not exist are left out.

    `existing` is a VPC that is not the environment's own.
    """
    make: Any = boto3.client
    try:
        answers = ask(
            lambda service: make(service, region_name=environment.region),
            environment,
            existing,
        )
    except (ClientError, BotoCoreError) as error:
        raise StrataError(f"the network in {environment.region} cannot be read: {error}") from error
    return from_answers(answers)


def from_answers(answers: Answers) -> Network:
    """The network that these answers describe."""
    return _Reader(answers).network()


@dataclass(frozen=True)
class _Reader:
    answers: Answers

    def network(self) -> Network:
        gateways = [gateway["InternetGatewayId"] for gateway in self.answers.internet_gateways]
        return Network(
            ranges=self.ranges,
            internet_gateway=gateways[0] if gateways else None,
            nat_gateways=tuple(
                NatGateway(
                    gateway["NatGatewayId"],
                    self.subnets[gateway["SubnetId"]],
                    gateway.get("ConnectivityType", "public") == "public",
                )
                for gateway in self.answers.nat_gateways
            ),
            endpoints=(*outside(), *gathered(self.endpoints())),
            unread=tuple(
                name
                for name, template in self.answers.templates.items()
                if len(template.get("NetworkInterfaces", [])) > 1
            ),
        )

    @cached_property
    def ranges(self) -> tuple[Range, ...]:
        vpc = self.answers.vpc
        cidrs = [block["CidrBlock"] for block in vpc.get("CidrBlockAssociationSet", [])]
        cidrs += [block["Ipv6CidrBlock"] for block in vpc.get("Ipv6CidrBlockAssociationSet", [])]
        return tuple(ip_network(text) for text in cidrs or [vpc["CidrBlock"]])

    @cached_property
    def subnets(self) -> dict[str, Subnet]:
        """Identifier -> the subnet."""
        return {
            subnet["SubnetId"]: Subnet(
                subnet["SubnetId"],
                tuple(
                    ip_network(text)
                    for text in (
                        # None where it has IPv6 addresses alone.
                        *filter(None, [subnet.get("CidrBlock")]),
                        *(
                            a["Ipv6CidrBlock"]
                            for a in subnet.get("Ipv6CidrBlockAssociationSet", [])
                        ),
                    )
                ),
                self.table(subnet["SubnetId"]),
                self.acl(subnet["SubnetId"]),
            )
            for subnet in self.answers.subnets
        }

    def table(self, subnet: str) -> RouteTable:
        """The table that a subnet is associated with, or the VPC's main one."""
        tables = self.answers.route_tables
        own = [t for t in tables if any(a.get("SubnetId") == subnet for a in t["Associations"])]
        main = [t for t in tables if any(a.get("Main") for a in t["Associations"])]
        table = (own or main)[0]
        name = table["RouteTableId"]
        return RouteTable(
            name,
            tuple(self.route(name, route) for route in table["Routes"]),
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
        if kind == "gateway_endpoint" and isinstance(destination, PrefixList):
            destination = replace(destination, public=True)
        return Route(table, destination, kind, target)

    def prefix_list(self, name: str) -> PrefixList:
        entries = self.answers.prefix_lists.get(name)
        known = None if entries is None else tuple(ip_network(text) for text in entries)
        return PrefixList(name, known)

    def acl(self, subnet: str) -> Acl:
        """The network ACL of a subnet; AWS associates each with one."""
        acl = next(
            candidate
            for candidate in self.answers.acls
            if any(a["SubnetId"] == subnet for a in candidate["Associations"])
        )
        ways: dict[bool, list[AclRule]] = {True: [], False: []}
        for entry in acl["Entries"]:
            written = from_entry(entry)
            ways[entry["Egress"]].append(
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
            group["GroupId"]: SecurityGroup(
                group["GroupId"],
                tuple(self.group_rules(group["GroupId"], group["IpPermissions"])),
                tuple(self.group_rules(group["GroupId"], group["IpPermissionsEgress"])),
            )
            for group in self.answers.groups
        }

    def group_rules(self, group: str, permissions: Iterable[Json]) -> Iterator[GroupRule]:
        for permission in permissions:
            written = from_permission(permission)
            peers: list[Range | PrefixList | str] = [
                *map(ip_network, written.ranges),
                *map(self.prefix_list, written.prefix_lists),
                *written.groups,
            ]
            yield from (GroupRule(group, written.protocol, ports(written), peer) for peer in peers)

    def groups_of(self, names: Iterable[str]) -> tuple[SecurityGroup, ...]:
        """Groups by identifier; the VPC's default one when none is named."""
        identifiers = list(names) or [
            group["GroupId"] for group in self.answers.groups if group["GroupName"] == "default"
        ]
        return tuple(
            self.groups[identifier] for identifier in identifiers if identifier in self.groups
        )

    def interfaces(
        self, subnets: Iterable[str], groups: Iterable[str], *, public: bool, ipv6: bool
    ) -> tuple[Interface, ...]:
        security_groups = self.groups_of(groups)
        return tuple(
            Interface(self.subnets[subnet], security_groups, public, ipv6)
            for subnet in subnets
            if subnet in self.subnets
        )

    def endpoints(self) -> Iterator[Endpoint]:
        for balancer in self.answers.load_balancers:
            where = self.interfaces(
                [zone["SubnetId"] for zone in balancer["AvailabilityZones"]],
                balancer.get("SecurityGroups", []),
                **balancer_addresses(
                    balancer.get("IpAddressType"),
                    # The API's default is a load balancer for the internet.
                    internal=balancer.get("Scheme") == "internal",
                ),
            )
            yield Endpoint(
                "load_balancer", balancer["LoadBalancerArn"], where, figures.LOAD_BALANCER
            )
        for group in self.answers.auto_scaling_groups:
            yield from self.instances(group)
        for database in self.answers.databases:
            where = self.interfaces(
                [s["SubnetIdentifier"] for s in database["DBSubnetGroup"]["Subnets"]],
                [g["VpcSecurityGroupId"] for g in database["VpcSecurityGroups"]],
                public=bool(database.get("PubliclyAccessible")),
                ipv6=database.get("NetworkType") == "DUAL",
            )
            yield Endpoint("database", database["DBInstanceIdentifier"], where)
        for endpoint in self.answers.interface_endpoints:
            where = self.interfaces(
                endpoint["SubnetIds"],
                [group["GroupId"] for group in endpoint["Groups"]],
                public=False,
                ipv6=endpoint.get("IpAddressType") in ("dualstack", "ipv6"),
            )
            theirs = self.answers.shared
            yield Endpoint(AWS_ENDPOINTS, endpoint["VpcEndpointId"], where, theirs=theirs)
        for cluster in self.answers.caches:
            where = self.interfaces(
                self.answers.cache_subnets[cluster["CacheSubnetGroupName"]],
                [g["SecurityGroupId"] for g in cluster.get("SecurityGroups", [])],
                public=False,
                ipv6=cluster.get("NetworkType") in ("dual_stack", "ipv6"),
            )
            yield Endpoint("cache", cluster["CacheClusterId"], where)

    def instances(self, group: Json) -> Iterator[Endpoint]:
        """The instances of an auto scaling group, and the tasks that run on them."""
        name = group["AutoScalingGroupName"]
        template = self.answers.templates.get(name, {})
        card: Json = next(iter(template.get("NetworkInterfaces", [])), {})
        groups = self.groups_of(card.get("Groups") or template.get("SecurityGroupIds", []))
        asks_public = card.get("AssociatePublicIpAddress")
        subnets = {subnet["SubnetId"]: subnet for subnet in self.answers.subnets}
        where = tuple(
            Interface(
                self.subnets[subnet],
                groups,
                bool(
                    subnets[subnet]["MapPublicIpOnLaunch"] if asks_public is None else asks_public
                ),
                bool(subnets[subnet].get("AssignIpv6AddressOnCreation")),
            )
            for subnet in group["VPCZoneIdentifier"].split(",")
            if subnet in self.subnets
        )
        yield Endpoint("instances", name, where, figures.LINUX)
        dynamic = agent.host_ports(template.get("UserData", ""))
        for service, task in self.answers.tasks.items():
            definitions = containers(task["containerDefinitions"])
            if len(self.answers.tasks) > 1 and not any(one.ports for one in definitions):
                # As in a stack: nobody calls it.
                continue
            yield Endpoint(
                "tasks", service, where, figures.CONTAINER, host_ports(definitions, dynamic)
            )
