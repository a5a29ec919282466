"""Networks by their sum: ranges that together are the world, routes that lead out, subnets of data
stores that the internet reaches."""

import ipaddress
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from policies.told import told
from strata.documents import Json
from strata.documents.stacks import Stack, stack

NETWORK_CHECKS = {
    "STRATA_OPEN_4": "No group or ACL opens a good part of the world by many ranges",
    "STRATA_ROUTE_1": "Routes lead to this network's own gateways alone",
    "STRATA_ROUTE_2": "Database and cache stand in private subnets",
}
told(
    "STRATA_OPEN_4", "critical",
    "Ranges that are narrow one by one are together a good part of the world",
    "the ranges that need it, together no more than 1/256 of the addresses of the internet",
    "https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-18",
)  # fmt: skip
told(
    "STRATA_ROUTE_1", "critical",
    "A route leads out of the network by something that this code does not make",
    "of a private table only a NAT gateway, of a public one the internet gateway, by reference",
    "https://docs.aws.amazon.com/vpc/latest/userguide/route-table-options.html",
)  # fmt: skip
told(
    "STRATA_ROUTE_2", "critical",
    "The database or the cache stands in a subnet that the internet reaches",
    "the private subnets of this code, with a table that has no internet gateway",
    "https://docs.aws.amazon.com/securityhub/latest/userguide/rds-controls.html#rds-46",
)  # fmt: skip

SHARE = {4: 2 ** (32 - 8), 6: 2 ** (128 - 32)}
"""By IP version: as many addresses as the widest single range that STRATA_OPEN_1 lets through."""
PRIVATE = [
    ipaddress.ip_network(one)
    for one in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7")
]
"""Ranges that no packet of the internet has (RFC 1918, 6598, 4193)."""
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
STORES = ("aws_db_subnet_group", "aws_elasticache_subnet_group")
Range = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True)
class Route:
    """A route, the table it is in, and the body that says where it leads."""

    address: str
    table: str
    body: Json


def network_faults(composed: Json) -> Iterator[tuple[str, str]]:
    """(check, address) in a resolved stack."""
    found = stack(composed)
    yield from _sums(found)
    public = {one.table for one in _routes(found) if _to_internet(one)}
    private = _private_tables(found)
    for route in _routes(found):
        if not _own_way(found, route, private=route.table in private):
            yield "STRATA_ROUTE_1", route.address
    for store in found.of(*STORES):
        subnets = _flat(store.body.get("subnet_ids"))
        if any(_reached(found, one, public) for one in subnets):
            yield "STRATA_ROUTE_2", store.address


def _sums(found: Stack) -> Iterator[tuple[str, str]]:
    """Groups and ACLs whose rules of one direction have too much of the world in them."""
    held: dict[tuple[str, str], list[tuple[str, Range]]] = {}
    for rule in found.of(*RULES):
        holder = rule.body.get("security_group_id") or rule.body.get("network_acl_id")
        target = found.target(holder)
        way = _direction(rule.type, rule.body)
        if not _lets(rule.body) or _is_web(rule.body):
            continue
        key = (target.address if target else str(holder), way)
        held.setdefault(key, []).extend((rule.address, one) for one in _ranges(rule.body))
    for holder in found.of(*HOLDERS):
        for way in ("ingress", "egress"):
            for rule_ in _blocks(holder.body.get(way)):
                if _lets(rule_) and not _is_web(rule_):
                    ranges = [(holder.address, one) for one in _ranges(rule_)]
                    held.setdefault((holder.address, way), []).extend(ranges)
    for (address, _), ranges in sorted(held.items()):
        for version, share in SHARE.items():
            own = [one for _, one in ranges if one.version == version and not _private(one)]
            whole = ipaddress.collapse_addresses(own)  # type: ignore[type-var]
            alone = any(one.num_addresses > share for one in own)
            if not alone and sum(one.num_addresses for one in whole) > share:
                yield "STRATA_OPEN_4", address if address in found.resources else ranges[0][0]


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


def _private(one: Range) -> bool:
    return any(
        one.version == own.version and one.subnet_of(own)  # type: ignore[arg-type]
        for own in PRIVATE
    )


def _routes(found: Stack) -> Iterator[Route]:
    for route in found.of("aws_route"):
        table = found.target(route.body.get("route_table_id"))
        yield Route(route.address, table.address if table else "", route.body)
    for table in found.of(*TABLES):
        for body in _blocks(table.body.get("route")):
            yield Route(table.address, table.address, body)


def _private_tables(found: Stack) -> set[str]:
    """The tables of subnets that give no public addresses, and the VPC's main one."""
    tables = {one.address for one in found.of("aws_default_route_table")}
    for tie in found.of("aws_route_table_association"):
        table, subnet = (found.target(tie.body.get(key)) for key in ("route_table_id", "subnet_id"))
        gives = subnet and str(subnet.body.get("map_public_ip_on_launch")).lower() == "true"
        if table and not gives:
            tables.add(table.address)
    return tables | {one.address for one in found.of(*TABLES) if "private" in one.path}


def _own_way(found: Stack, route: Route, *, private: bool) -> bool:
    """Whether a route leads to a gateway of this code that its table may have."""
    ways = {
        key: value
        for key, value in route.body.items()
        if key.endswith(("_id", "_arn")) and key not in ("route_table_id", "id")
        and not key.startswith("destination_") and value not in (None, "")
    }  # fmt: skip
    if len(ways) != 1 or not route.table:
        return False
    ((key, value),) = ways.items()
    target = found.target(value)
    if key == "nat_gateway_id":
        return bool(target and target.type == "aws_nat_gateway")
    return key == "gateway_id" and (
        value == "local" or bool(target and target.type == "aws_internet_gateway" and not private)
    )


def _to_internet(route: Route) -> bool:
    """Whether a route makes its table a public one; any way but NAT may."""
    value = route.body.get("gateway_id")
    return value not in (None, "", "local")


def _reached(found: Stack, subnet: Any, public: set[str]) -> bool:
    """Whether a subnet is public, or is one that this code does not make."""
    one = found.target(subnet)
    if one is None or one.type != "aws_subnet":
        return True
    if str(one.body.get("map_public_ip_on_launch", "false")).lower() not in ("false", "0"):
        return True
    tables = {
        table.address
        for tie in found.of("aws_route_table_association")
        if found.target(tie.body.get("subnet_id")) == one
        for table in [found.target(tie.body.get("route_table_id"))]
        if table
    }
    return bool(tables & public)


def _blocks(value: Any) -> list[Json]:
    return [one for one in _flat(value) if isinstance(one, dict)]


def _flat(value: Any) -> list[Any]:
    if isinstance(value, list):
        return [inner for one in value for inner in _flat(one)]
    return [] if value is None else [value]
