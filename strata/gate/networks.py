"""Networks as a whole: ranges that together open a good part of the world, routes that lead out,
subnets of data stores that the internet reaches."""

import ipaddress
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from policies.explanations import explain
from strata.documents import Json
from strata.documents.existing import instances
from strata.documents.stacks import Stack, stack

NETWORK_CHECKS = {
    "STRATA_OPEN_4": "No group or ACL opens a good part of the world by many ranges",
    "STRATA_ROUTE_1": "Routes lead to this network's own gateways alone",
    "STRATA_ROUTE_2": "Database and cache are in private subnets",
}
explain(
    "STRATA_OPEN_4", "critical",
    "Ranges that are narrow on their own are together a large part of the internet",
    "the ranges that need it, together no more than 1/256 of the addresses of the internet",
    "https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-18",
)  # fmt: skip
explain(
    "STRATA_ROUTE_1", "critical",
    "A route leads out of the network by something that this code does not make",
    "of a private table only a NAT gateway, of a public one the internet gateway, by reference",
    "https://docs.aws.amazon.com/vpc/latest/userguide/route-table-options.html",
)  # fmt: skip
explain(
    "STRATA_ROUTE_2", "critical",
    "The database or the cache is in a subnet that the internet reaches",
    "the private subnets of this code, with a table that has no internet gateway",
    "https://docs.aws.amazon.com/securityhub/latest/userguide/rds-controls.html#rds-46",
)  # fmt: skip

SHARE = {4: 2 ** (32 - 8), 6: 2 ** (128 - 32)}
"""IP version -> the number of addresses in the widest single range that STRATA_OPEN_1 allows."""
PRIVATE = [
    ipaddress.ip_network(text)
    for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7")
]
"""Ranges that no packet from the internet comes from (RFC 1918, 6598, 4193)."""
CIDRS = ("cidr_ipv4", "cidr_ipv6", "cidr_block", "ipv6_cidr_block", "cidr_blocks",
         "ipv6_cidr_blocks")  # fmt: skip
RULES = (
    "aws_vpc_security_group_ingress_rule", "aws_vpc_security_group_egress_rule",
    "aws_security_group_rule", "aws_network_acl_rule",
)  # fmt: skip
HOLDERS = ("aws_security_group", "aws_default_security_group", "aws_network_acl",
           "aws_default_network_acl")  # fmt: skip
WEB = (("80", "80"), ("443", "443"))
TABLES = ("aws_route_table", "aws_default_route_table")
LOOKED_UP = ("data.aws_subnet.", "data.aws_subnets.")
STORES = ("aws_db_subnet_group", "aws_elasticache_subnet_group")
_LENGTH = re.compile(r"\}/(\d{1,3})$")
Range = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True)
class Route:
    """A route, the table it is in, and the arguments with its destination and target."""

    address: str
    table: str
    body: Json


def network_faults(composed: Json) -> Iterator[tuple[str, str]]:
    """(check, address) in a resolved stack."""
    resources = stack(composed)
    yield from _sums(resources)
    public = {route.table for route in _routes(resources) if _to_internet(route)}
    private = _private_tables(resources)
    elsewhere = _beside_balancers(resources) if resources.existing_vpc else None
    for route in _routes(resources):
        if not _own_way(resources, route, private=route.table in private):
            yield "STRATA_ROUTE_1", route.address
    for store in resources.of(*STORES):
        subnets = _flat(store.body.get("subnet_ids"))
        if elsewhere is None:
            reached = any(_reached(resources, subnet, public) for subnet in subnets)
        else:
            reached = not all(target in elsewhere for target in _named(resources, subnets))
        if reached:
            yield "STRATA_ROUTE_2", store.address


def _sums(resources: Stack) -> Iterator[tuple[str, str]]:
    """Groups and ACLs whose rules in one direction together have too many addresses."""
    ranges_of: dict[tuple[str, str], list[tuple[str, Range]]] = {}
    unknown: dict[tuple[str, str], Counter[int]] = {}
    for rule in resources.of(*RULES):
        holder = rule.body.get("security_group_id") or rule.body.get("network_acl_id")
        target = resources.target(holder)
        way = _direction(rule.type, rule.body)
        if not _lets(rule.body) or _is_web(rule.body):
            continue
        key = (target.address if target else str(holder), way)
        ranges_of.setdefault(key, []).extend(
            (rule.address, network) for network in _ranges(rule.body)
        )
        unknown.setdefault(key, Counter()).update(_unknown(rule.body, len(instances(rule.body))))
    for holder in resources.of(*HOLDERS):
        for way in ("ingress", "egress"):
            for rule_ in _blocks(holder.body.get(way)):
                if _lets(rule_) and not _is_web(rule_):
                    ranges = [(holder.address, network) for network in _ranges(rule_)]
                    ranges_of.setdefault((holder.address, way), []).extend(ranges)
                    sizes = _unknown(rule_, len(instances(holder.body)))
                    unknown.setdefault((holder.address, way), Counter()).update(sizes)
    for (address, way), ranges in sorted(ranges_of.items()):
        for version, share in SHARE.items():
            own = [
                network
                for _, network in ranges
                if network.version == version and not _private(network)
            ]
            collapsed = ipaddress.collapse_addresses(own)  # type: ignore[type-var]
            alone = any(network.num_addresses > share for network in own)
            together = sum(network.num_addresses for network in collapsed)
            together += unknown[address, way][version]
            if not alone and together > share:
                place = address if address in resources.resources or not ranges else ranges[0][0]
                yield "STRATA_OPEN_4", place


def _direction(type_: str, body: Json) -> str:
    if type_ == "aws_network_acl_rule":
        return "egress" if str(body.get("egress")).lower() == "true" else "ingress"
    if type_ == "aws_security_group_rule":
        return str(body.get("type"))
    return "egress" if "egress" in type_ else "ingress"


def _lets(rule: Json) -> bool:
    return str(rule.get("rule_action") or rule.get("action") or "allow").lower() != "deny"


def _is_web(rule: Json) -> bool:
    return (str(rule.get("from_port")), str(rule.get("to_port"))) in WEB


def _ranges(rule: Json) -> Iterator[Range]:
    for key in CIDRS:
        for text in _flat(rule.get(key)):
            try:
                yield ipaddress.ip_network(str(text), strict=False)
            except ValueError:
                continue


def _unknown(rule: Json, copies: int) -> Counter[int]:
    """IP version -> the addresses of the ranges of which only the length is known, such as
    `${each.value}/16`, in all the instances of a rule: each may be another range."""
    sizes: Counter[int] = Counter()
    for key in CIDRS:
        for text in _flat(rule.get(key)):
            if match := _LENGTH.search(str(text)):
                version = 6 if "ipv6" in key else 4
                bits = (128 if version == 6 else 32) - int(match[1])
                sizes[version] += copies * 2 ** max(bits, 0)
    return sizes


def _private(network: Range) -> bool:
    return any(
        network.version == private.version and network.subnet_of(private)  # type: ignore[arg-type]
        for private in PRIVATE
    )


def _routes(resources: Stack) -> Iterator[Route]:
    for route in resources.of("aws_route"):
        table = resources.target(route.body.get("route_table_id"))
        yield Route(route.address, table.address if table else "", route.body)
    for table in resources.of(*TABLES):
        for body in _blocks(table.body.get("route")):
            yield Route(table.address, table.address, body)


def _private_tables(resources: Stack) -> set[str]:
    """The tables of subnets without public addresses, and the VPC's main table."""
    tables = {table.address for table in resources.of("aws_default_route_table")}
    for tie in resources.of("aws_route_table_association"):
        table, subnet = (
            resources.target(tie.body.get(key)) for key in ("route_table_id", "subnet_id")
        )
        gives = subnet and str(subnet.body.get("map_public_ip_on_launch")).lower() == "true"
        if table and not gives:
            tables.add(table.address)
    return tables | {table.address for table in resources.of(*TABLES) if "private" in table.path}


def _own_way(resources: Stack, route: Route, *, private: bool) -> bool:
    """Whether a route leads to a gateway of this code that is allowed for its table."""
    ways = {
        key: value
        for key, value in route.body.items()
        if key.endswith(("_id", "_arn")) and key not in ("route_table_id", "id")
        and not key.startswith("destination_") and value not in (None, "")
    }  # fmt: skip
    if len(ways) != 1 or not route.table:
        return False
    ((key, value),) = ways.items()
    target = resources.target(value)
    if key == "nat_gateway_id":
        return bool(target and target.type == "aws_nat_gateway")
    return key == "gateway_id" and (
        value == "local" or bool(target and target.type == "aws_internet_gateway" and not private)
    )


def _to_internet(route: Route) -> bool:
    """Whether a route makes its table public; any gateway may, other than NAT."""
    value = route.body.get("gateway_id")
    return value not in (None, "", "local")


def _named(resources: Stack, subnets: list[Any]) -> Iterator[str]:
    """The address of whatever each subnet refers to; its text where that is not in the stack."""
    for subnet in subnets:
        target = resources.target(subnet)
        yield target.address if target else str(subnet)


def _beside_balancers(resources: Stack) -> set[str]:
    """The subnets of an existing VPC that are looked up, without those of load balancers: nothing
    else says here which of them the internet reaches."""
    used = {
        target.address
        for balancer in resources.of("aws_lb")
        for target in resources.targets(balancer.body)
    }
    return {address for address in resources.data if address.startswith(LOOKED_UP)} - used


def _reached(resources: Stack, subnet: Any, public: set[str]) -> bool:
    """Whether a subnet is public, or is not made by this code."""
    target = resources.target(subnet)
    if target is None or target.type != "aws_subnet":
        return True
    if str(target.body.get("map_public_ip_on_launch", "false")).lower() not in ("false", "0"):
        return True
    tables = {
        table.address
        for tie in resources.of("aws_route_table_association")
        if resources.target(tie.body.get("subnet_id")) == target
        for table in [resources.target(tie.body.get("route_table_id"))]
        if table
    }
    return bool(tables & public)


def _blocks(value: Any) -> list[Json]:
    return [block for block in _flat(value) if isinstance(block, dict)]


def _flat(value: Any) -> list[Any]:
    if isinstance(value, list):
        return [inner for item in value for inner in _flat(item)]
    return [] if value is None else [value]
