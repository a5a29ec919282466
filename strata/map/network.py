"""The network as the console's resource map shows it, from a composed stack."""

from collections.abc import Callable
from ipaddress import ip_network

from strata.documents.stacks import Resource, Stack, id_sought
from strata.map.model import Edge, Node, Picture
from strata.map.values import endpoint_name, name_of, port_range
from strata.reach import Network
from strata.reach.model import Subnet
from strata.text.words import counted
from strata.text.wrapping import by_commas

KEPT_BY_AWS = 5
"""Addresses of a subnet that AWS reserves, the first four and the last (VPC User Guide, subnet CIDR
blocks)."""

GATEWAYS = {
    "aws_internet_gateway": "internet gateway",
    "aws_nat_gateway": "NAT gateway",
    "aws_egress_only_internet_gateway": "egress-only gateway",
    "aws_vpc_endpoint": "VPC endpoint",
}
TABLES = ("aws_route_table", "aws_default_route_table")
ACLS = ("aws_network_acl", "aws_default_network_acl")
FOREIGN = (
    "A VPC that is not Strata's, with the subnets that the settings name. Its ranges, zones, "
    "routes and network ACLs are not known here: strata reach ENV --live reads them."
)
"""What the picture says of a network that is not made here."""


def usable(cidr: str) -> int:
    """Addresses of a subnet without the five that AWS reserves."""
    return ip_network(cidr).num_addresses - KEPT_BY_AWS


def network_picture(stack: Stack, network: Network, name: str) -> Picture:
    """VPC, network ACLs, subnets by zone, route tables and the gateways they lead to."""
    title = f"Network of {name}"
    if network.foreign:
        nodes = _foreign(stack, network)
        return Picture("network", title, FOREIGN, "RIGHT", tuple(nodes), ())
    nodes = []
    for vpc in stack.of("aws_vpc"):
        nodes += _vpc(stack, vpc, network)
    edges = tuple(_edges(stack))
    zones = {str(subnet.body.get("availability_zone")) for subnet in stack.of("aws_subnet")}
    description = (
        f"The VPC with {counted(len(stack.of('aws_subnet')), 'subnet')} in "
        f"{counted(len(zones), 'availability zone')}. Lines lead from each network ACL to the "
        "subnets it guards, from each subnet to its route table, and from each route table to "
        "the gateways its routes lead to. Usable addresses are those that AWS leaves: it keeps "
        "five of each subnet."
    )
    return Picture("network", title, description, "RIGHT", tuple(nodes), edges)


def table_of(stack: Stack, subnet: Resource) -> Resource | None:
    """The route table that a subnet is associated with, or the VPC's main one."""
    for association in stack.of("aws_route_table_association"):
        if stack.target(association.body.get("subnet_id")) == subnet:
            return stack.target(association.body.get("route_table_id"))
    return next(iter(stack.of("aws_default_route_table")), None)


def routes_of(stack: Stack, table: Resource) -> list[tuple[str, Resource | None]]:
    """Where a table's routes go: destination, and the gateway they lead to."""
    bodies = [
        route.body
        for route in stack.of("aws_route")
        if stack.target(route.body.get("route_table_id")) == table
    ]
    routes = []
    for body in (*(table.body.get("route") or ()), *bodies):
        destination = next(
            (str(body[key]) for key in body if key.startswith(("destination_", "cidr_", "ipv6_"))),
            "",
        )
        ways = [target for target in stack.targets(body) if target.type in GATEWAYS]
        routes.append((destination, ways[0] if ways else None))
    for endpoint in stack.of("aws_vpc_endpoint"):
        if table in stack.targets(endpoint.body.get("route_table_ids")):
            routes.append((str(endpoint.body.get("service_name")), endpoint))
    return routes


def leads_out(stack: Stack, subnet: Resource) -> bool:
    """Whether a subnet is public: its route table leads to an internet gateway."""
    table = table_of(stack, subnet)
    return table is not None and any(
        gateway is not None and gateway.type == "aws_internet_gateway"
        for _, gateway in routes_of(stack, table)
    )


def _vpc(stack: Stack, vpc: Resource, network: Network) -> list[Node]:
    size = ip_network(vpc.body["cidr_block"]).num_addresses
    nodes = [
        Node(
            vpc.address,
            "vpc",
            "VPC",
            name_of(vpc),
            (
                f"{vpc.body['cidr_block']} · {size:,} addresses · DNS names "
                f"{'on' if vpc.body.get('enable_dns_hostnames') else 'off'}",
            ),
        )
    ]
    nodes += [_acl(stack, acl, vpc) for acl in sorted(stack.of(*ACLS), key=_guards(stack))]
    contents = {
        subnet.address: [
            endpoint_name(end.name)
            for end in network.endpoints
            if any(place.subnet.address == subnet.address for place in end.interfaces)
        ]
        for subnet in stack.of("aws_subnet")
    }
    for gateway in stack.of("aws_nat_gateway"):
        for subnet in stack.targets(gateway.body.get("subnet_id")):
            contents[subnet.address].append("NAT gateway")
    for zone, subnets in _by_zone(stack).items():
        nodes.append(Node(f"zone {zone}", "zone", "Zone", zone, parent=vpc.address, column=1))
        for subnet in subnets:
            public = leads_out(stack, subnet)
            nodes.append(
                Node(
                    subnet.address,
                    "public" if public else "private",
                    "Public subnet" if public else "Private subnet",
                    subnet.body["cidr_block"],
                    (
                        f"{usable(subnet.body['cidr_block']):,} usable addresses",
                        *by_commas(contents[subnet.address] or ["empty"], 30),
                    ),
                    parent=f"zone {zone}",
                )
            )
    nodes += [_table(stack, table, vpc) for table in sorted(stack.of(*TABLES), key=_rank(stack))]
    nodes += [
        _gateway(stack, gateway, vpc)
        for gateway in sorted(
            stack.of(*GATEWAYS), key=lambda gateway: [*GATEWAYS].index(gateway.type)
        )
    ]
    return nodes


def is_subnet(subnet: Subnet, address: str) -> bool:
    """Whether a place of the analysis is in the subnet, or the subnets, of an address."""
    return subnet.address.partition("[")[0] == address


def _foreign(stack: Stack, network: Network) -> list[Node]:
    """The VPC and the subnets that are looked up: what the settings say of them, and what of ours
    is put there."""
    vpcs = [source for source in stack.data.values() if source.type == "aws_vpc"]
    nodes = [
        Node(vpc.address, "vpc", "VPC, not Strata's", network.foreign, ("made elsewhere",))
        for vpc in vpcs[:1]
    ]
    for source in stack.data.values():
        if source.type not in ("aws_subnet", "aws_subnets"):
            continue
        contents = [
            endpoint_name(end.name)
            for end in network.endpoints
            if any(is_subnet(place.subnet, source.address) for place in end.interfaces)
        ]
        public = source.path.rpartition("/")[2].startswith("public")
        kind = "public" if public else "private"
        one = source.type == "aws_subnet"
        tags = [f"{key} = {value}" for key, value in (source.body.get("tags") or {}).items()]
        title = id_sought(source.body) if one else by_commas(tags, 40)[0]
        nodes.append(
            Node(
                source.address,
                kind,
                f"{kind.capitalize()} subnet{'' if one else 's'}, not Strata's",
                title,
                ("made elsewhere", *by_commas(contents or ["empty"], 30)),
                parent=vpcs[0].address if vpcs else None,
                column=0 if public else 1,
            )
        )
    return nodes


def _by_zone(stack: Stack) -> dict[str, list[Resource]]:
    zones: dict[str, list[Resource]] = {}
    for subnet in stack.of("aws_subnet"):
        zones.setdefault(str(subnet.body.get("availability_zone")), []).append(subnet)
    return {
        zone: sorted(zones[zone], key=lambda subnet: not leads_out(stack, subnet))
        for zone in sorted(zones)
    }


def _guards(stack: Stack) -> Callable[[Resource], bool]:
    """Sort key: ACLs of public subnets first, in the order of their subnets."""
    return lambda acl: (
        not any(leads_out(stack, subnet) for subnet in stack.targets(acl.body.get("subnet_ids")))
    )


def _rank(stack: Stack) -> Callable[[Resource], tuple[bool, bool]]:
    """Sort key: tables of public subnets first, the main table last."""

    def rank(table: Resource) -> tuple[bool, bool]:
        out = any(g and g.type == "aws_internet_gateway" for _, g in routes_of(stack, table))
        return table.type == "aws_default_route_table", not out

    return rank


def _short(resource: Resource, vpc: Resource) -> str:
    """A name without the VPC's name, which the picture already shows."""
    return name_of(resource).removeprefix(f"{name_of(vpc)}-")


def _acl(stack: Stack, acl: Resource, vpc: Resource) -> Node:
    rules = sorted(
        (
            rule.body
            for rule in stack.of("aws_network_acl_rule")
            if stack.target(rule.body.get("network_acl_id")) == acl
        ),
        key=lambda body: int(body["rule_number"]),
    )
    lines: list[str] = []
    for way, egress in (("in", False), ("out", True)):
        ranges = [
            ("" if body["rule_action"] == "allow" else "not ")
            + port_range(int(body.get("from_port") or 0), int(body.get("to_port") or 65535))
            for body in rules
            if bool(body.get("egress")) is egress
        ]
        lines += by_commas(list(dict.fromkeys(ranges)) or ["nothing"], 22, f"{way} ")
    return Node(
        acl.address,
        "acl",
        "Network ACL",
        _short(acl, vpc),
        tuple(lines),
        parent=vpc.address,
        column=0,
    )


def _table(stack: Stack, table: Resource, vpc: Resource) -> Node:
    main = table.type == "aws_default_route_table"
    routes = tuple(
        f"{destination} → {GATEWAYS[gateway.type] if gateway else 'elsewhere'}"
        for destination, gateway in routes_of(stack, table)
    )
    lines = (f"{vpc.body['cidr_block']} → local", *routes)
    return Node(
        table.address,
        "table",
        "Main route table" if main else "Route table",
        _short(table, vpc),
        (*lines, "no subnet uses it") if main and not _used(stack, table) else lines,
        parent=vpc.address,
        column=2,
    )


def _used(stack: Stack, table: Resource) -> bool:
    return any(table_of(stack, subnet) == table for subnet in stack.of("aws_subnet"))


def _gateway(stack: Stack, gateway: Resource, vpc: Resource) -> Node:
    lines: tuple[str, ...] = ()
    label = GATEWAYS[gateway.type]
    title = _short(gateway, vpc)
    if gateway.type == "aws_nat_gateway":
        subnet = stack.target(gateway.body.get("subnet_id"))
        if subnet:
            lines = (f"in {subnet.body['cidr_block']}",)
        address = gateway.body.get("allocation_id")
        lines += ("elastic IP address" if address else "no public address",)
    elif gateway.body.get("vpc_endpoint_type") == "Interface":
        label = "interface endpoint"
        subnets = stack.targets(gateway.body.get("subnet_ids"))
        lines = (f"in {counted(len(subnets), 'subnet')}",)
    elif gateway.type == "aws_internet_gateway":
        title = "internet"
        lines = ("for public addresses",)
    return Node(
        gateway.address,
        "gateway",
        label[0].upper() + label[1:],
        title,
        lines,
        parent=vpc.address,
        column=3,
    )


def _edges(stack: Stack) -> list[Edge]:
    edges = [
        Edge(acl.address, subnet.address, "relation")
        for acl in stack.of(*ACLS)
        for subnet in stack.targets(acl.body.get("subnet_ids"))
    ]
    for subnet in stack.of("aws_subnet"):
        if table := table_of(stack, subnet):
            edges.append(Edge(subnet.address, table.address, "route"))
    for table in stack.of(*TABLES):
        ways = dict.fromkeys(g.address for _, g in routes_of(stack, table) if g)
        edges += [Edge(table.address, way, "route") for way in ways]
    return edges
