"""The network of a composed stack, before anything of it exists."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from ipaddress import IPv4Network, IPv6Network, ip_network

from strata.documents import Json
from strata.documents.stacks import Resource, Stack, is_on
from strata.documents.templates import has_expression
from strata.errors import StrataError
from strata.reach import agent, figures
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
"""Stands for the IPv6 range that AWS gives a new VPC; from the range reserved for examples."""

FOREIGN_RANGES: tuple[Range, ...] = tuple(
    map(IPv4Network, ("10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.168.0.0/16"))
)
"""Where the subnets of a VPC lie whose ranges are not known (VPC User Guide, VPC CIDR blocks)."""
FOREIGN_SUBNETS = ("aws_subnet", "aws_subnets")
"""Data sources that look up subnets."""
NOT_OURS = "what a route table says that is not Strata's"

HOSTS = (
    "aws_elasticache_cluster",
    "aws_elasticache_serverless_cache",
    "aws_instance",
    "aws_network_interface",
    "aws_rds_cluster",
)
"""Hosts that are not evaluated, wherever they are."""

PLACES = ("aws_default_subnet", "aws_security_group", "aws_default_security_group", "aws_subnet")
"""Types in the VPC that a host refers to."""

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
"""Types that may refer to PLACES and are evaluated, or take no part in traffic."""


def from_stack(stack: Stack) -> Network:
    """The network that `stack` would create; raises StrataError when it cannot be read."""
    try:
        return _Reader(stack).network()
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        raise StrataError(f"its network cannot be read: {error!r}") from error


@dataclass(frozen=True)
class _Reader:
    stack: Stack

    def network(self) -> Network:
        gateways = [
            gateway for gateway in self.stack.of("aws_internet_gateway") if self.attached(gateway)
        ]
        return Network(
            ranges=self.ranges,
            internet_gateway=gateways[0].address if gateways else None,
            nat_gateways=tuple(
                NatGateway(
                    gateway.address, subnet, gateway.body.get("connectivity_type") != "private"
                )
                for gateway in self.stack.of("aws_nat_gateway")
                for subnet in self.within(gateway.body.get("subnet_id"))
            ),
            endpoints=(*outside(), *gathered(self.endpoints())),
            unread=tuple(
                resource.address
                for resource in self.stack.resources.values()
                if self.unread(resource)
            ),
            foreign=self.stack.existing_vpc,
        )

    def attached(self, gateway: Resource) -> bool:
        """Whether an internet gateway is attached to the VPC, by itself or by an attachment."""
        return self.stack.target(gateway.body.get("vpc_id")) == self.vpc or any(
            self.stack.target(attachment.body.get("internet_gateway_id")) == gateway
            and self.stack.target(attachment.body.get("vpc_id")) == self.vpc
            for attachment in self.stack.of("aws_internet_gateway_attachment")
        )

    def unread(self, resource: Resource) -> bool:
        """Whether a resource may be a host, or create hosts, and is not evaluated."""
        if resource.type == "aws_launch_template":
            return len(_blocks(resource.body.get("network_interfaces"))) > 1
        return resource.type in HOSTS or (
            resource.type not in NO_HOSTS
            and any(target.type in PLACES for target in self.stack.targets(resource.body))
        )

    @cached_property
    def vpc(self) -> Resource:
        vpcs = self.stack.of("aws_vpc") or self.looked_up("aws_vpc")
        if len(vpcs) != 1:
            raise StrataError(f"reachability is judged in one VPC, and the stack has {len(vpcs)}")
        return vpcs[0]

    def looked_up(self, *types: str) -> list[Resource]:
        """The data sources of these types."""
        return [resource for resource in self.stack.data.values() if resource.type in types]

    @cached_property
    def ranges(self) -> tuple[Range, ...]:
        if self.stack.existing_vpc:
            return ()
        associations = self.stack.of("aws_vpc_ipv4_cidr_block_association")
        ranges = [ip_network(resource.body["cidr_block"]) for resource in (self.vpc, *associations)]
        if is_on(self.vpc.body.get("assign_generated_ipv6_cidr_block")):
            ranges.append(STAND_IN)
        return tuple(ranges)

    # Subnets with their tables and lists

    @cached_property
    def subnets(self) -> dict[str, Subnet]:
        """Address -> the subnet."""
        if self.stack.existing_vpc:
            return {
                name: Subnet(name, FOREIGN_RANGES, _unknown_table(name), _unknown_acl(name))
                for subnet in (*self.stack.of("aws_subnet"), *self.looked_up(*FOREIGN_SUBNETS))
                for name in _places(subnet)
            }
        subnets = {}
        for index, subnet in enumerate(self.stack.of("aws_subnet")):
            ranges: list[Range] = [ip_network(subnet.body["cidr_block"])]
            if ipv6 := subnet.body.get("ipv6_cidr_block"):
                generated = [*STAND_IN.subnets(new_prefix=64)][index]
                ranges.append(generated if has_expression(ipv6) else ip_network(ipv6))
            subnets[subnet.address] = Subnet(
                subnet.address, tuple(ranges), self.table(subnet), self.acl(subnet)
            )
        return subnets

    def within(self, value: object) -> list[Subnet]:
        """The subnets that a value refers to."""
        return [
            self.subnets[name]
            for subnet in self.stack.targets(value)
            for name in _places(subnet)
            if name in self.subnets
        ]

    def table(self, subnet: Resource) -> RouteTable:
        """The table that a subnet is associated with, or the VPC's main one."""
        for kind in ("aws_route_table_association", "aws_main_route_table_association"):
            for association in self.stack.of(kind):
                associated = self.stack.target(association.body.get("subnet_id"))
                if kind.startswith("aws_main") or associated == subnet:
                    table = self.stack.target(association.body.get("route_table_id"))
                    if table:
                        return self.tables[table.address]
        default = self.stack.of("aws_default_route_table")
        if default:
            return self.tables[default[0].address]
        return RouteTable("the main route table", self.local("the main route table"))

    def local(self, address: str) -> tuple[Route, ...]:
        """The routes that every table has."""
        return tuple(Route(address, range_, "local", "local") for range_ in self.ranges)

    @cached_property
    def tables(self) -> dict[str, RouteTable]:
        """Address -> the route table."""
        tables = {}
        for table in self.stack.of("aws_route_table", "aws_default_route_table"):
            routes = [*self.local(table.address)]
            for body in _blocks(table.body.get("route")):
                routes.append(self.route(table.address, body))
            for route in self.stack.of("aws_route"):
                if self.stack.target(route.body.get("route_table_id")) == table:
                    routes.append(self.route(route.address, route.body))
            routes += self.endpoint_routes(table)
            tables[table.address] = RouteTable(table.address, tuple(routes))
        return tables

    def endpoint_routes(self, table: Resource) -> Iterator[Route]:
        """Routes that gateway endpoints put into the tables that they name."""
        for endpoint in self.stack.of("aws_vpc_endpoint"):
            if endpoint.body.get("vpc_endpoint_type", "Gateway") == "Gateway" and (
                table in self.stack.targets(endpoint.body.get("route_table_ids"))
                or any(
                    self.stack.target(association.body.get("vpc_endpoint_id")) == endpoint
                    and self.stack.target(association.body.get("route_table_id")) == table
                    for association in self.stack.of("aws_vpc_endpoint_route_table_association")
                )
            ):
                service = PrefixList(str(endpoint.body.get("service_name")), None, public=True)
                yield Route(endpoint.address, service, "gateway_endpoint", endpoint.address)

    def route(self, address: str, body: Json) -> Route:
        arguments = {
            key.removeprefix("destination_"): value for key, value in body.items() if value
        }
        text = arguments.get("cidr_block") or arguments.get("ipv6_cidr_block")
        destination = (
            self.range(text) if text else self.prefix_list(arguments.get("prefix_list_id"))
        )
        value = arguments.get("gateway_id") or next(
            (
                v
                for k, v in arguments.items()
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
        for candidate in self.stack.of("aws_network_acl", "aws_default_network_acl"):
            if subnet in self.stack.targets(candidate.body.get("subnet_ids")):
                return self.acls[candidate.address]
        for association in self.stack.of("aws_network_acl_association"):
            acl = self.stack.target(association.body.get("network_acl_id"))
            if acl and self.stack.target(association.body.get("subnet_id")) == subnet:
                return self.acls[acl.address]
        default = self.stack.of("aws_default_network_acl")
        return self.acls[default[0].address] if default else default_acl("the default network ACL")

    @cached_property
    def acls(self) -> dict[str, Acl]:
        """Address -> the network ACL."""
        acls = {}
        rules = self.stack.of("aws_network_acl_rule")
        for acl in self.stack.of("aws_network_acl", "aws_default_network_acl"):
            rules_by_egress: dict[bool, list[AclRule]] = {True: [], False: []}
            for egress, key in ((True, "egress"), (False, "ingress")):
                for body in _blocks(acl.body.get(key)):
                    rules_by_egress[egress].append(self.acl_rule(acl.address, body))
            for acl_rule in rules:
                if self.stack.target(acl_rule.body.get("network_acl_id")) == acl:
                    rules_by_egress[is_on(acl_rule.body.get("egress"))].append(
                        self.acl_rule(acl_rule.address, acl_rule.body)
                    )
            acls[acl.address] = sorted_acl(
                acl.address, rules_by_egress[False], rules_by_egress[True]
            )
        return acls

    def acl_rule(self, address: str, body: Json) -> AclRule:
        written = rule(body)
        range_ = self.range(written.ranges[0] if written.ranges else None)
        if isinstance(range_, PrefixList):
            raise StrataError(f"{address}: its range, {range_.address}, is known only to AWS")
        return AclRule(
            address,
            int(written.number),
            written.action == "allow",
            written.protocol,
            ports(written),
            range_,
        )

    def range(self, text: object) -> Range | PrefixList:
        """A range as it is written, or of the VPC it names; otherwise an unknown prefix list."""
        target = self.stack.target(text)
        if target == self.vpc:
            version = 6 if "ipv6" in str(text) else 4
            own = [range_ for range_ in self.ranges if range_.version == version]
            return own[0] if own else PrefixList(str(text), None)
        try:
            return ip_network(str(text))
        except ValueError:
            return PrefixList(str(text), None)

    def prefix_list(self, value: object) -> PrefixList:
        """A prefix list of the stack with its entries, or one of AWS's without."""
        target = self.stack.target(value)
        if target is None or target.type != "aws_ec2_managed_prefix_list":
            return PrefixList(target.address if target else str(value), None)
        entries = [self.range(entry.get("cidr")) for entry in _blocks(target.body.get("entry"))]
        entries += [
            self.range(entry.body.get("cidr"))
            for entry in self.stack.of("aws_ec2_managed_prefix_list_entry")
            if self.stack.target(entry.body.get("prefix_list_id")) == target
        ]
        known = tuple(entry for entry in entries if not isinstance(entry, PrefixList))
        return PrefixList(target.address, known if len(known) == len(entries) else None)

    # Security groups

    @cached_property
    def groups(self) -> dict[str, SecurityGroup]:
        """Address -> the security group."""
        groups = {}
        for group in self.stack.of("aws_security_group", "aws_default_security_group"):
            ways: dict[str, tuple[GroupRule, ...]] = {}
            for way in ("ingress", "egress"):
                rules = [
                    rule
                    for body in _blocks(group.body.get(way))
                    for rule in self.group_rules(group.address, group, body)
                ]
                for group_rule in self.stack.of(f"aws_vpc_security_group_{way}_rule"):
                    if self.stack.target(group_rule.body.get("security_group_id")) == group:
                        rules += self.group_rules(group_rule.address, group, group_rule.body)
                for group_rule in self.stack.of("aws_security_group_rule"):
                    if (
                        group_rule.body.get("type") == way
                        and self.stack.target(group_rule.body.get("security_group_id")) == group
                    ):
                        rules += self.group_rules(group_rule.address, group, group_rule.body)
                ways[way] = tuple(rules)
            groups[group.address] = SecurityGroup(group.address, ways["ingress"], ways["egress"])
        return groups

    def group_rules(self, address: str, group: Resource, body: Json) -> Iterator[GroupRule]:
        """A rule for each peer that a block names."""
        written = rule(body)
        peers: list[Range | PrefixList | str] = [self.range(text) for text in written.ranges]
        peers += [self.prefix_list(text) for text in written.prefix_lists]
        for text in written.groups:
            target = self.stack.target(text)
            peers.append(target.address if target else text)
        if written.itself:
            peers.append(group.address)
        yield from (GroupRule(address, written.protocol, ports(written), peer) for peer in peers)

    def groups_of(self, value: object) -> tuple[SecurityGroup, ...]:
        """The groups that a value refers to; the VPC's default one when it names none."""
        named_groups = [
            self.groups[o.address] for o in self.stack.targets(value) if o.address in self.groups
        ]
        if named_groups:
            return tuple(named_groups)
        default = self.stack.of("aws_default_security_group")
        return (self.groups[default[0].address] if default else default_group("the default group"),)

    # Endpoints

    def endpoints(self) -> Iterator[Endpoint]:
        for balancer in self.stack.of("aws_lb"):
            where = balancer.body.get("subnets") or balancer.body.get("subnet_mapping")
            yield Endpoint(
                "load_balancer",
                balancer.address,
                self.interfaces(
                    where,
                    balancer.body.get("security_groups"),
                    **balancer_addresses(
                        balancer.body.get("ip_address_type"),
                        internal=is_on(balancer.body.get("internal")),
                    ),
                ),
                figures.LOAD_BALANCER,
            )
        for group in self.stack.of("aws_autoscaling_group"):
            yield from self.instances(group)
        for database in self.stack.of("aws_db_instance"):
            subnet_group = self.stack.target(database.body.get("db_subnet_group_name"))
            yield Endpoint(
                "database",
                database.address,
                self.interfaces(
                    subnet_group.body.get("subnet_ids") if subnet_group else None,
                    database.body.get("vpc_security_group_ids"),
                    public=is_on(database.body.get("publicly_accessible")),
                    ipv6=database.body.get("network_type") == "DUAL",
                ),
            )
        for endpoint in self.stack.of("aws_vpc_endpoint"):
            if endpoint.body.get("vpc_endpoint_type") == "Interface":
                yield Endpoint(
                    AWS_ENDPOINTS,
                    endpoint.address,
                    self.interfaces(
                        endpoint.body.get("subnet_ids"),
                        endpoint.body.get("security_group_ids"),
                        public=False,
                        ipv6=endpoint.body.get("ip_address_type") in ("dualstack", "ipv6"),
                    ),
                )
        for cache in self.stack.of("aws_elasticache_replication_group"):
            subnet_group = self.stack.target(cache.body.get("subnet_group_name"))
            yield Endpoint(
                "cache",
                cache.address,
                self.interfaces(
                    subnet_group.body.get("subnet_ids") if subnet_group else None,
                    cache.body.get("security_group_ids"),
                    public=False,
                    ipv6=cache.body.get("network_type") in ("dual_stack", "ipv6"),
                ),
            )

    def interfaces(
        self, where: object, groups: object, *, public: bool, ipv6: bool
    ) -> tuple[Interface, ...]:
        security_groups = self.groups_of(groups)
        return tuple(
            Interface(subnet, security_groups, public, ipv6) for subnet in self.within(where)
        )

    def instances(self, group: Resource) -> Iterator[Endpoint]:
        """The instances of an auto scaling group, and the tasks that run on them."""
        templates = [o for o in self.stack.targets(group.body) if o.type == "aws_launch_template"]
        template = templates[0].body if templates else {}
        card: Json = next(iter(_blocks(template.get("network_interfaces"))), {})
        groups = self.groups_of(
            card.get("security_groups") or template.get("vpc_security_group_ids")
        )
        asks_public = card.get("associate_public_ip_address")
        interfaces = []
        for subnet in self.within(group.body.get("vpc_zone_identifier")):
            made = self.stack.resources.get(subnet.address)
            gives = made.body.get("map_public_ip_on_launch") if made else None
            given = gives if asks_public in (None, "") else asks_public
            # Whether a subnet gives addresses that is not made here, only AWS knows.
            public = None if made is None and given is None else is_on(given)
            ipv6 = bool(made and is_on(made.body.get("assign_ipv6_address_on_creation")))
            interfaces.append(Interface(subnet, groups, public, ipv6))
        yield Endpoint("instances", group.address, tuple(interfaces), figures.LINUX)
        dynamic = agent.host_ports(str(template.get("user_data") or ""))
        services = self.stack.of("aws_ecs_service")
        for service in services:
            task = self.stack.target(service.body.get("task_definition"))
            if task is None or task.type != "aws_ecs_task_definition":
                continue
            mode = task.body.get("network_mode") or "bridge"
            if mode != "bridge":
                raise StrataError(
                    f"{task.address}: network mode {mode} is not evaluated", "network_mode bridge"
                )
            definitions = containers(task.body["container_definitions"])
            if len(services) > 1 and not any(container.ports for container in definitions):
                # Nobody calls it; where it may go to, the others may, whose address it has.
                continue
            yield Endpoint(
                "tasks",
                service.address,
                tuple(interfaces),
                figures.CONTAINER,
                host_ports(definitions, dynamic),
            )


def _places(subnet: Resource) -> tuple[str, ...]:
    """The subnets that a block stands for: a search by tags finds two or more."""
    if subnet.type == "aws_subnets":
        return (f"{subnet.address}[0]", f"{subnet.address}[1]")
    return (subnet.address,)


def _unknown_table(subnet: str) -> RouteTable:
    anywhere = Route(subnet, IPv4Network("0.0.0.0/0"), "other", NOT_OURS)
    return RouteTable(subnet, (anywhere,))


def _unknown_acl(subnet: str) -> Acl:
    return Acl(subnet, (), (), known=False)


def _list(value: object) -> list[object]:
    if value is None or value == "":
        return []
    return list(value) if isinstance(value, list) else [value]


def _blocks(value: object) -> list[Json]:
    """Blocks that Terraform JSON writes as a list, or as one object."""
    return [block for block in _list(value) if isinstance(block, dict)]
