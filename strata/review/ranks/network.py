"""The whole network of a plan, before and after: lists of rules, their members, and routes.

The provider's state of an ACL or a group also lists the rules that are resources of their own, and
those that somebody added by hand. So a list is taken from the state, without the rules that are
resources.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from strata.documents import Json
from strata.documents.stacks import Stack
from strata.plan_file.changes import Change, Plan, any_unknown, base, value_at
from strata.reach.intervals import PORTS, Intervals
from strata.resources.rules import (
    EVERY_PROTOCOL,
    ICMP,
    ICMP_ARGUMENTS,
    PORT_ARGUMENTS,
    RANGES,
    Rule,
    group_id,
    rule,
)
from strata.review.ranks.packets import (
    EVERY_IPV4,
    EVERY_IPV6,
    WITH_PORTS,
    Block,
    Entry,
    cidr,
    icmp,
)

Side = Literal["before", "after"]
Direction = Literal["ingress", "egress"]
Lists = dict[str, dict[Direction, list[Entry]]]
"""Address of an ACL or a group, or its id, -> its entries."""

DIRECTIONS: tuple[Direction, ...] = ("ingress", "egress")
ACLS = ("aws_network_acl", "aws_default_network_acl")
GROUPS = ("aws_security_group", "aws_default_security_group")
ONE_RULE = ("aws_vpc_security_group_ingress_rule", "aws_vpc_security_group_egress_rule")
GROUP_RULES = (*ONE_RULE, "aws_security_group_rule")
TABLES = ("aws_route_table", "aws_default_route_table")

PORT_NAMES = (*PORT_ARGUMENTS, *ICMP_ARGUMENTS)
SOMEWHERE: Block = ("an address known after apply", 0, 0)
DEFAULT_ACL = "the VPC's default network ACL"
"""The key of the ACL that subnets fall back on; when unmanaged it lets everything through."""


@dataclass(frozen=True)
class Network:
    """The network before and after a plan."""

    plan: Plan
    stack: Stack

    @cached_property
    def resources(self) -> tuple[Change, ...]:
        """Every resource of the plan, the unchanged ones included."""
        all_resources = (*self.plan.changes, *self.plan.unchanged)
        return tuple(resource for resource in all_resources if " (deposed" not in resource.address)

    @cached_property
    def _names(self) -> Mapping[str, str]:
        """Id of an existing resource -> its address."""
        return {
            str(resource.before["id"]): resource.address
            for resource in self.resources
            if resource.before and resource.before.get("id")
        }

    @cached_property
    def addresses(self) -> Mapping[str, Change]:
        """Address -> what the plan does with the resource."""
        return {resource.address: resource for resource in self.resources}

    def key(self, change: Change, attribute: str, side: Side) -> str:
        """Which resource an attribute names: its address, or its id when it is not in the plan."""
        body = change.before if side == "before" else change.settled
        value = str((body or {}).get(attribute) or "")
        known = side == "before" or not any_unknown(change.unknown.get(attribute))
        # A group of another account is named `account/id`.
        for resource_id in (value, value.rpartition("/")[2]) if known else ():
            if resource_id in self._names:
                return self._names[resource_id]
        written = self._written(change, attribute) if side == "after" else []
        return written[0] if written else self._names.get(value, value)

    def keys(self, change: Change, attribute: str, side: Side) -> set[str]:
        """The resources that a list names."""
        top = attribute.partition("[")[0]
        if side == "after" and any_unknown(change.unknown.get(top)):
            written = self._written(change, top)
            if written:
                known = value_at(change.after, attribute)
                return {*written, *self._listed(known)}
        body = change.before if side == "before" else change.settled
        return self._listed(value_at(body, attribute))

    def _listed(self, value: Any) -> set[str]:
        names = value if isinstance(value, list) else []
        return {self._names.get(str(name), str(name)) for name in names if name}

    def _written(self, change: Change, attribute: str) -> list[str]:
        """The resources that the stack's text refers to in an attribute."""
        resource = self.stack.resources.get(base(change.address))
        written = resource.body.get(attribute) if resource else None
        return [target.address for target in self.stack.targets(written)]

    def of(self, *types: str, side: Side) -> Iterator[tuple[Change, Json, Json]]:
        """(resource, its attributes, which of them are unknown) of all that exist on a side."""
        for resource in self.resources:
            body = resource.before if side == "before" else resource.after
            if resource.type in types and body is not None:
                yield resource, body, resource.unknown if side == "after" else {}

    @cached_property
    def acls(self) -> dict[Side, Lists]:
        """Every ACL's entries."""
        owned = {
            (self.key(resource, "network_acl_id", "before"), _way(body), body.get("rule_number"))
            for resource, body, _ in self.of("aws_network_acl_rule", side="before")
        }
        sides: dict[Side, Lists] = {"before": {}, "after": {}}
        for side, lists in sides.items():
            for resource, body, unknown in self.of("aws_network_acl_rule", side=side):
                key = self.key(resource, "network_acl_id", side)
                _list(lists, key, _way(body)).extend(acl_entries(resource.address, body, unknown))
            for resource, _, unknown in self.of(*ACLS, side=side):
                for way in DIRECTIONS:
                    entries = _list(lists, resource.address, way)
                    for block, open_ in _inline(resource, way, side, unknown):
                        if (resource.address, way, block.get("rule_no")) not in owned:
                            entries.extend(acl_entries(resource.address, block, open_))
        return sides

    @cached_property
    def groups(self) -> dict[Side, Lists]:
        """Every security group's rules."""
        sides: dict[Side, Lists] = {"before": {}, "after": {}}
        for side, lists in sides.items():
            for resource, _, _ in self.of(*GROUP_RULES, side=side):
                key = self.key(resource, "security_group_id", side)
                _list(lists, key, group_way(resource, side)).extend(
                    self.rule_entries(resource, side)
                )
        mirrored = {
            (key, way, entry.what)
            for key, of in sides["before"].items()
            for way, entries in of.items()
            for entry in entries
        }
        for side, lists in sides.items():
            for resource, _, unknown in self.of(*GROUPS, side=side):
                for way in DIRECTIONS:
                    entries = _list(lists, resource.address, way)
                    for block, open_ in _inline(resource, way, side, unknown):
                        entries.extend(
                            entry
                            for entry in self._inline_rules(resource.address, block, open_)
                            if (resource.address, way, entry.what) not in mirrored
                        )
        return sides

    def rule_entries(self, change: Change, side: Side) -> list[Entry]:
        """What a rule of a security group admits."""
        body = (change.before if side == "before" else change.after) or {}
        unknown = change.unknown if side == "after" else {}
        if change.type == "aws_security_group_rule":
            entries = self._inline_rules(change.address, body, unknown)
            if source := self.key(change, "source_security_group_id", side):
                entries += _entries(change.address, rule(body), unknown, [(source, 0, 0)])
            return entries
        written = rule(body)
        blocks = _blocks(written, unknown)
        for name in ("referenced_security_group_id", "prefix_list_id"):
            if key := self.key(change, name, side):
                blocks.append((key, 0, 0))
        return _entries(change.address, written, unknown, blocks or [SOMEWHERE])

    def _inline_rules(self, source: str, block: Json, unknown: Json) -> list[Entry]:
        written = rule({**block, "source_security_group_id": None})
        names = [
            self._names.get(group, group)
            for group in map(group_id, (*written.groups, *written.prefix_lists))
        ]
        if written.itself:
            names.append(source)
        blocks: list[Block] = [(name, 0, 0) for name in names]
        blocks += _blocks(written, unknown)
        if any_unknown(unknown.get("security_groups")):
            blocks.append(("a group known after apply", 0, 0))
        return _entries(source, written, unknown, blocks)

    @cached_property
    def acl_of(self) -> dict[Side, dict[str, str]]:
        """Subnet -> its ACL, where one is associated with it."""
        tied = "aws_network_acl_association"
        sides: dict[Side, dict[str, str]] = {"before": {}, "after": {}}
        for side, acl_by_subnet in sides.items():
            for resource, _, _ in self.of(*ACLS, side=side):
                for subnet in self.keys(resource, "subnet_ids", side):
                    # A subnet that moves to another ACL leaves its old one.
                    if side == "after" and sides["before"].get(subnet) == resource.address:
                        acl_by_subnet.setdefault(subnet, resource.address)
                    else:
                        acl_by_subnet[subnet] = resource.address
        for resource, _, _ in self.of(tied, side="before"):
            subnet, acl = (self.key(resource, n, "before") for n in ("subnet_id", "network_acl_id"))
            sides["before"][subnet] = acl
            if sides["after"].get(subnet) == acl:
                del sides["after"][subnet]
        for resource, _, _ in self.of(tied, side="after"):
            subnet = self.key(resource, "subnet_id", "after")
            sides["after"][subnet] = self.key(resource, "network_acl_id", "after")
        return sides

    def acl_entries(self, key: str, side: Side, way: Direction) -> list[Entry]:
        """An ACL's entries in one direction; the default ACL's own when it is managed."""
        if key == DEFAULT_ACL:
            default = next(
                (
                    resource.address
                    for resource, _, _ in self.of("aws_default_network_acl", side=side)
                ),
                "",
            )
            if not default:
                return [
                    Entry(DEFAULT_ACL, EVERY_PROTOCOL, PORTS, block)
                    for block in (cidr(str(EVERY_IPV4)), cidr(str(EVERY_IPV6)))
                    if block
                ]
            key = default
        return self.acls[side].get(key, {}).get(way, [])

    @cached_property
    def internet(self) -> dict[Side, dict[str, set[str]]]:
        """Route table -> its ways out of the VPC: destinations and their gateways."""
        sides: dict[Side, dict[str, set[str]]] = {"before": {}, "after": {}}
        for side, destinations in sides.items():
            for resource, _, _ in self.of("aws_route", side=side):
                table = self.key(resource, "route_table_id", side)
                destinations.setdefault(table, set()).update(self.leads_out(resource, side))
            for resource, _, _ in self.of(*TABLES, side=side):
                body = (resource.before if side == "before" else resource.settled) or {}
                # The state of a table lists the routes that are resources too.
                own = body.get("route") if "route" in resource.changed or side == "before" else None
                for route in own if isinstance(own, list) else []:
                    destinations.setdefault(resource.address, set()).update(_out(route))
        return sides

    def leads_out(self, change: Change, side: Side) -> set[str]:
        """The destinations that a route sends to the internet or another network."""
        body = dict((change.before if side == "before" else change.settled) or {})
        if side == "after":
            resource = self.stack.resources.get(base(change.address))
            written = resource.body if resource else {}
            for name in OUTWARDS:
                if change.unknown.get(name) and written.get(name):
                    body[name] = "igw-" if name == "gateway_id" else "known after apply"
        return _out(body)


OUTWARDS = {
    "gateway_id": "the internet",
    "vpc_peering_connection_id": "another VPC",
    "transit_gateway_id": "other networks",
}
"""Attribute of a route -> where it leads; connections may go there and come from there."""


def _out(route: Json) -> set[str]:
    destination = next(
        (
            str(route[name])
            for name in ("destination_cidr_block", "cidr_block", "destination_ipv6_cidr_block",
                         "ipv6_cidr_block", "destination_prefix_list_id")
            if route.get(name)
        ),
        "",
    )  # fmt: skip
    destinations = set()
    for name, where in OUTWARDS.items():
        value = str(route.get(name) or "")
        if not value or value == "local" or value.startswith("vpce-"):
            continue
        destinations.add(f"{'a VPN' if value.startswith('vgw-') else where} for {destination}")
    return destinations


def _list(lists: Lists, key: str, way: Direction) -> list[Entry]:
    return lists.setdefault(key, {"ingress": [], "egress": []})[way]


def _way(body: Json) -> Direction:
    return "egress" if body.get("egress") else "ingress"


def group_way(change: Change, side: Side) -> Direction:
    """The direction of a rule of a security group."""
    if change.type == "aws_security_group_rule":
        body = (change.before if side == "before" else change.settled) or {}
        return "egress" if body.get("type") == "egress" else "ingress"
    return "egress" if "egress" in change.type else "ingress"


def _inline(
    change: Change, way: Direction, side: Side, unknown: Json
) -> Iterator[tuple[Json, Json]]:
    """The blocks of an ACL or a group in a direction, each with its unknown attributes."""
    if side == "before":
        body, open_ = change.before or {}, None
    else:
        open_ = unknown.get(way)
        # AWS fills in other values for a replacement than the old resource had.
        body = (change.after if change.replaces or open_ is not True else change.before) or {}
    blocks = body.get(way)
    for index, block in enumerate(blocks if isinstance(blocks, list) else []):
        inner = open_[index] if isinstance(open_, list) and index < len(open_) else None
        yield block, inner if isinstance(inner, dict) else {}


def acl_entries(source: str, body: Json, unknown: Json) -> list[Entry]:
    """An entry of a network ACL.

    Unknown values count as the worst case: an allow as the widest possible and the first to be
    read, a denial as none.
    """
    written = rule(body)
    allow = written.action != "deny"
    decides = {"rule_action", "action", "protocol", "rule_number", "rule_no", *PORT_NAMES, *RANGES}
    if not allow and decides & _open(unknown):
        return []
    order = written.number if isinstance(written.number, int) else 0
    blocks = [_block(text) for text in written.ranges]
    if any(any_unknown(unknown.get(attribute)) for attribute in RANGES):
        blocks = [_block(str(network)) for network in (EVERY_IPV4, EVERY_IPV6)]
    ports = _ports(written, unknown)
    return [Entry(source, written.protocol, ports, block, allow, order) for block in blocks]


def _block(text: str) -> Block:
    return cidr(text) or (text, 0, 0)


def _blocks(written: Rule, unknown: Json) -> list[Block]:
    """The ranges of a rule, and a placeholder for those that are not known."""
    open_ = [SOMEWHERE for name in RANGES if any_unknown(unknown.get(name))]
    return [*map(_block, written.ranges), *open_]


def _entries(source: str, written: Rule, unknown: Json, blocks: Iterable[Block]) -> list[Entry]:
    ports = _ports(written, unknown)
    return [Entry(source, written.protocol, ports, block) for block in blocks]


def _open(unknown: Json) -> set[str]:
    return {name for name in unknown if any_unknown(unknown[name])}


def _ports(written: Rule, unknown: Json) -> Intervals:
    if written.protocol not in WITH_PORTS or _open(unknown) & {*PORT_NAMES}:
        return PORTS
    if written.protocol in ICMP:
        return icmp(written.first, written.last)
    if not isinstance(written.first, int) or not isinstance(written.last, int):
        return PORTS
    return Intervals.of((written.first, written.last))
