"""The network of a composed stack, before anything of it exists."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from ipaddress import IPv6Network, ip_network

from strata.documents import Json
from strata.documents.stacks import Resource, Stack, is_on
from strata.documents.templates import has_expression
from strata.errors import StrataError
from strata.reach import agent, figures
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
    default_acl,
    default_group,
    gathered,
    host_ports,
    outside,
    ports,
    sorted_acl,
)
from strata.resources.containers import containers
from strata.resources.rules import rule

STAND_IN = IPv6Network("2001:db8::/56")
"""For the IPv6 range that AWS gives a VPC when it is made, from the range kept for examples."""

HOSTS = (
    "aws_elasticache_cluster",
    "aws_elasticache_serverless_cache",
    "aws_instance",
    "aws_network_interface",
    "aws_rds_cluster",
)
"""Hosts that are not evaluated, wherever they lie."""

PLACES = ("aws_default_subnet", "aws_security_group", "aws_default_security_group", "aws_subnet")
"""What a host refers to that lies in the VPC."""

NO_HOSTS = (
    "aws_autoscaling_group",
    "aws_db_instance",
    "aws_db_subnet_group",
    "aws_default_network_acl",
    "aws_default_security_group",
    "aws_ecs_service",
    "aws_elasticache_replication_group",
    "aws_elasticache_subnet_group",
    "aws_flow_log",
    "aws_iam_policy",
    "aws_iam_role_policy",
    "aws_lb",
    "aws_nat_gateway",
    "aws_network_acl",
    "aws_network_acl_association",
    "aws_network_acl_rule",
    "aws_route_table_association",
    "aws_security_group",
    "aws_security_group_rule",
    "aws_ssm_parameter",
    "aws_vpc_endpoint",
    "aws_vpc_endpoint_security_group_association",
    "aws_vpc_endpoint_subnet_association",
    "aws_vpc_security_group_egress_rule",
    "aws_vpc_security_group_ingress_rule",
)
"""What may refer to them and is evaluated, or neither asks nor is asked across the network."""


def from_stack(stack: Stack) -> Network:
    """The network that `stack` would make; raises StrataError for one that cannot be read."""
    try:
        return _Reader(stack).network()
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        raise StrataError(f"its network cannot be read: {error!r}") from error


@dataclass(frozen=True)
class _Reader:
    stack: Stack

    def network(self) -> Network:
        gateways = [one for one in self.stack.of("aws_internet_gateway") if self.attached(one)]
        return Network(
            ranges=self.ranges,
            internet_gateway=gateways[0].address if gateways else None,
            nat_gateways=tuple(
                NatGateway(one.address, subnet, one.body.get("connectivity_type") != "private")
                for one in self.stack.of("aws_nat_gateway")
                for subnet in self.within(one.body.get("subnet_id"))
            ),
            endpoints=(*outside(), *gathered(self.endpoints())),
            unread=tuple(one.address for one in self.stack.resources.values() if self.unread(one)),
        )

    def attached(self, gateway: Resource) -> bool:
        """Whether an internet gateway is attached to the VPC, by itself or by an attachment."""
        return self.stack.target(gateway.body.get("vpc_id")) == self.vpc or any(
            self.stack.target(one.body.get("internet_gateway_id")) == gateway
            and self.stack.target(one.body.get("vpc_id")) == self.vpc
            for one in self.stack.of("aws_internet_gateway_attachment")
        )

    def unread(self, one: Resource) -> bool:
        """Whether a resource may be a host, or make some, and is not evaluated."""
        if one.type == "aws_launch_template":
            return len(_blocks(one.body.get("network_interfaces"))) > 1
        return one.type in HOSTS or (
            one.type not in NO_HOSTS
            and any(to.type in PLACES for to in self.stack.targets(one.body))
        )

    @cached_property
    def vpc(self) -> Resource:
        found = self.stack.of("aws_vpc")
        if len(found) != 1:
            raise StrataError(f"reachability is judged in one VPC, and the stack has {len(found)}")
        return found[0]

    @cached_property
    def ranges(self) -> tuple[Range, ...]:
        more = self.stack.of("aws_vpc_ipv4_cidr_block_association")
        found = [ip_network(one.body["cidr_block"]) for one in (self.vpc, *more)]
        if is_on(self.vpc.body.get("assign_generated_ipv6_cidr_block")):
            found.append(STAND_IN)
        return tuple(found)

    # Subnets with their tables and lists

    @cached_property
    def subnets(self) -> dict[str, Subnet]:
        """Address -> the subnet."""
        found = {}
        for index, one in enumerate(self.stack.of("aws_subnet")):
            ranges: list[Range] = [ip_network(one.body["cidr_block"])]
            if ipv6 := one.body.get("ipv6_cidr_block"):
                made = [*STAND_IN.subnets(new_prefix=64)][index]
                ranges.append(made if has_expression(ipv6) else ip_network(ipv6))
            found[one.address] = Subnet(one.address, tuple(ranges), self.table(one), self.acl(one))
        return found

    def within(self, value: object) -> list[Subnet]:
        """The subnets that a value refers to."""
        return [
            self.subnets[one.address]
            for one in self.stack.targets(value)
            if one.address in self.subnets
        ]

    def table(self, subnet: Resource) -> RouteTable:
        """The table that a subnet is associated with, or the VPC's main one."""
        for kind in ("aws_route_table_association", "aws_main_route_table_association"):
            for one in self.stack.of(kind):
                named = self.stack.target(one.body.get("subnet_id"))
                if kind.startswith("aws_main") or named == subnet:
                    table = self.stack.target(one.body.get("route_table_id"))
                    if table:
                        return self.tables[table.address]
        default = self.stack.of("aws_default_route_table")
        if default:
            return self.tables[default[0].address]
        return RouteTable("the main route table", self.local("the main route table"))

    def local(self, address: str) -> tuple[Route, ...]:
        """The routes that every table has."""
        return tuple(Route(address, one, "local", "local") for one in self.ranges)

    @cached_property
    def tables(self) -> dict[str, RouteTable]:
        """Address -> the route table."""
        found = {}
        for table in self.stack.of("aws_route_table", "aws_default_route_table"):
            routes = [*self.local(table.address)]
            for body in _blocks(table.body.get("route")):
                routes.append(self.route(table.address, body))
            for one in self.stack.of("aws_route"):
                if self.stack.target(one.body.get("route_table_id")) == table:
                    routes.append(self.route(one.address, one.body))
            routes += self.endpoint_routes(table)
            found[table.address] = RouteTable(table.address, tuple(routes))
        return found

    def endpoint_routes(self, table: Resource) -> Iterator[Route]:
        """Routes that gateway endpoints put into the tables that they name."""
        for one in self.stack.of("aws_vpc_endpoint"):
            if one.body.get("vpc_endpoint_type", "Gateway") == "Gateway" and (
                table in self.stack.targets(one.body.get("route_table_ids"))
                or any(
                    self.stack.target(also.body.get("vpc_endpoint_id")) == one
                    and self.stack.target(also.body.get("route_table_id")) == table
                    for also in self.stack.of("aws_vpc_endpoint_route_table_association")
                )
            ):
                service = PrefixList(str(one.body.get("service_name")), None)
                yield Route(one.address, service, "gateway_endpoint", one.address)

    def route(self, address: str, body: Json) -> Route:
        named = {key.removeprefix("destination_"): value for key, value in body.items() if value}
        text = named.get("cidr_block") or named.get("ipv6_cidr_block")
        destination = self.range(text) if text else self.prefix_list(named.get("prefix_list_id"))
        value = named.get("gateway_id") or next(
            (
                v
                for k, v in named.items()
                if k.endswith(("_gateway_id", "_id"))
                and k not in ("route_table_id", "prefix_list_id")
            ),
            None,
        )
        target = self.stack.target(value)
        kinds: dict[str, RouteKind] = {
            "aws_internet_gateway": "internet_gateway",
            "aws_egress_only_internet_gateway": "egress_only_internet_gateway",
            "aws_nat_gateway": "nat_gateway",
        }
        kind: RouteKind = "local" if value == "local" else "other"
        if target:
            kind = kinds.get(target.type, "other")
        return Route(address, destination, kind, target.address if target else str(value))

    def acl(self, subnet: Resource) -> Acl:
        """The network ACL that a subnet is associated with, or the VPC's default one."""
        for one in self.stack.of("aws_network_acl", "aws_default_network_acl"):
            if subnet in self.stack.targets(one.body.get("subnet_ids")):
                return self.acls[one.address]
        for one in self.stack.of("aws_network_acl_association"):
            acl = self.stack.target(one.body.get("network_acl_id"))
            if acl and self.stack.target(one.body.get("subnet_id")) == subnet:
                return self.acls[acl.address]
        default = self.stack.of("aws_default_network_acl")
        return self.acls[default[0].address] if default else default_acl("the default network ACL")

    @cached_property
    def acls(self) -> dict[str, Acl]:
        """Address -> the network ACL."""
        found = {}
        rules = self.stack.of("aws_network_acl_rule")
        for acl in self.stack.of("aws_network_acl", "aws_default_network_acl"):
            both: dict[bool, list[AclRule]] = {True: [], False: []}
            for egress, key in ((True, "egress"), (False, "ingress")):
                for body in _blocks(acl.body.get(key)):
                    both[egress].append(self.acl_rule(acl.address, body))
            for one in rules:
                if self.stack.target(one.body.get("network_acl_id")) == acl:
                    both[is_on(one.body.get("egress"))].append(self.acl_rule(one.address, one.body))
            found[acl.address] = sorted_acl(acl.address, both[False], both[True])
        return found

    def acl_rule(self, address: str, body: Json) -> AclRule:
        written = rule(body)
        found = self.range(written.ranges[0] if written.ranges else None)
        if isinstance(found, PrefixList):
            raise StrataError(f"{address}: its range, {found.address}, is known only to AWS")
        return AclRule(
            address,
            int(written.number),
            written.action == "allow",
            written.protocol,
            ports(written),
            found,
        )

    def range(self, text: object) -> Range | PrefixList:
        """A range as it is written, or of the VPC it names; a list that nobody knows otherwise."""
        named = self.stack.target(text)
        if named == self.vpc:
            version = 6 if "ipv6" in str(text) else 4
            return next(one for one in self.ranges if one.version == version)
        try:
            return ip_network(str(text))
        except ValueError:
            return PrefixList(str(text), None)

    def prefix_list(self, value: object) -> PrefixList:
        """A prefix list of ours with what it holds, or one of AWS's without."""
        one = self.stack.target(value)
        if one is None or one.type != "aws_ec2_managed_prefix_list":
            return PrefixList(one.address if one else str(value), None)
        entries = [self.range(entry.get("cidr")) for entry in _blocks(one.body.get("entry"))]
        entries += [
            self.range(entry.body.get("cidr"))
            for entry in self.stack.of("aws_ec2_managed_prefix_list_entry")
            if self.stack.target(entry.body.get("prefix_list_id")) == one
        ]
        known = tuple(entry for entry in entries if not isinstance(entry, PrefixList))
        return PrefixList(one.address, known if len(known) == len(entries) else None)

    # Security groups

    @cached_property
    def groups(self) -> dict[str, SecurityGroup]:
        """Address -> the security group."""
        found = {}
        for group in self.stack.of("aws_security_group", "aws_default_security_group"):
            ways: dict[str, tuple[GroupRule, ...]] = {}
            for way in ("ingress", "egress"):
                rules = [
                    rule
                    for body in _blocks(group.body.get(way))
                    for rule in self.group_rules(group.address, group, body)
                ]
                for one in self.stack.of(f"aws_vpc_security_group_{way}_rule"):
                    if self.stack.target(one.body.get("security_group_id")) == group:
                        rules += self.group_rules(one.address, group, one.body)
                for one in self.stack.of("aws_security_group_rule"):
                    if (
                        one.body.get("type") == way
                        and self.stack.target(one.body.get("security_group_id")) == group
                    ):
                        rules += self.group_rules(one.address, group, one.body)
                ways[way] = tuple(rules)
            found[group.address] = SecurityGroup(group.address, ways["ingress"], ways["egress"])
        return found

    def group_rules(self, address: str, group: Resource, body: Json) -> Iterator[GroupRule]:
        """A rule for each peer that a block names."""
        written = rule(body)
        peers: list[Range | PrefixList | str] = [self.range(one) for one in written.ranges]
        peers += [self.prefix_list(one) for one in written.prefix_lists]
        for one in written.groups:
            named = self.stack.target(one)
            peers.append(named.address if named else one)
        if written.itself:
            peers.append(group.address)
        yield from (GroupRule(address, written.protocol, ports(written), peer) for peer in peers)

    def groups_of(self, value: object) -> tuple[SecurityGroup, ...]:
        """The groups that a value refers to; the VPC's default one when it names none."""
        found = [
            self.groups[o.address] for o in self.stack.targets(value) if o.address in self.groups
        ]
        if found:
            return tuple(found)
        default = self.stack.of("aws_default_security_group")
        return (self.groups[default[0].address] if default else default_group("the default group"),)

    # Endpoints

    def endpoints(self) -> Iterator[Endpoint]:
        for one in self.stack.of("aws_lb"):
            where = one.body.get("subnets") or one.body.get("subnet_mapping")
            yield Endpoint(
                "load_balancer",
                one.address,
                self.interfaces(
                    where,
                    one.body.get("security_groups"),
                    **balancer_addresses(
                        one.body.get("ip_address_type"), internal=is_on(one.body.get("internal"))
                    ),
                ),
                figures.LOAD_BALANCER,
            )
        for one in self.stack.of("aws_autoscaling_group"):
            yield from self.instances(one)
        for one in self.stack.of("aws_db_instance"):
            named = self.stack.target(one.body.get("db_subnet_group_name"))
            yield Endpoint(
                "database",
                one.address,
                self.interfaces(
                    named.body.get("subnet_ids") if named else None,
                    one.body.get("vpc_security_group_ids"),
                    public=is_on(one.body.get("publicly_accessible")),
                    ipv6=one.body.get("network_type") == "DUAL",
                ),
            )
        for one in self.stack.of("aws_elasticache_replication_group"):
            named = self.stack.target(one.body.get("subnet_group_name"))
            yield Endpoint(
                "cache",
                one.address,
                self.interfaces(
                    named.body.get("subnet_ids") if named else None,
                    one.body.get("security_group_ids"),
                    public=False,
                    ipv6=one.body.get("network_type") in ("dual_stack", "ipv6"),
                ),
            )

    def interfaces(
        self, where: object, groups: object, *, public: bool, ipv6: bool
    ) -> tuple[Interface, ...]:
        inside = self.groups_of(groups)
        return tuple(Interface(subnet, inside, public, ipv6) for subnet in self.within(where))

    def instances(self, group: Resource) -> Iterator[Endpoint]:
        """The instances of an auto scaling group, and the tasks that run on them."""
        templates = [o for o in self.stack.targets(group.body) if o.type == "aws_launch_template"]
        template = templates[0].body if templates else {}
        card: Json = next(iter(_blocks(template.get("network_interfaces"))), {})
        groups = self.groups_of(
            card.get("security_groups") or template.get("vpc_security_group_ids")
        )
        asked = card.get("associate_public_ip_address")
        found = []
        for subnet in self.within(group.body.get("vpc_zone_identifier")):
            body = self.stack.resources[subnet.address].body
            public = is_on(body.get("map_public_ip_on_launch") if asked in (None, "") else asked)
            ipv6 = is_on(body.get("assign_ipv6_address_on_creation"))
            found.append(Interface(subnet, groups, public, ipv6))
        yield Endpoint("instances", group.address, tuple(found), figures.LINUX)
        dynamic = agent.host_ports(str(template.get("user_data") or ""))
        for service in self.stack.of("aws_ecs_service"):
            task = self.stack.target(service.body.get("task_definition"))
            if task is None or task.type != "aws_ecs_task_definition":
                continue
            mode = task.body.get("network_mode") or "bridge"
            if mode != "bridge":
                raise StrataError(
                    f"{task.address}: network mode {mode} is not evaluated", "network_mode bridge"
                )
            definitions = containers(task.body["container_definitions"])
            yield Endpoint(
                "tasks",
                service.address,
                tuple(found),
                figures.CONTAINER,
                host_ports(definitions, dynamic),
            )


def _list(value: object) -> list[object]:
    if value is None or value == "":
        return []
    return list(value) if isinstance(value, list) else [value]


def _blocks(value: object) -> list[Json]:
    """Blocks that Terraform JSON writes as a list, or as one object."""
    return [one for one in _list(value) if isinstance(one, dict)]
