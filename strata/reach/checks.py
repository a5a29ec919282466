"""The checks a packet passes on its way: routes, network ACLs, security groups.

Each check knows which ports it lets through. `always` are the ports it lets through for certain;
`ever` adds those that it may let through, for example when a prefix list is not known.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from ipaddress import IPv4Address, IPv6Address
from typing import Literal, Protocol

from strata.reach.intervals import NONE, PORTS, Intervals
from strata.reach.model import (
    AclRule,
    GroupRule,
    Interface,
    PrefixList,
    Range,
    Route,
    RouteTable,
    SecurityGroup,
    Subnet,
)
from strata.resources.rules import EVERY_PROTOCOL

Address = IPv4Address | IPv6Address
Way = Literal["there", "back"]
Variable = Literal["port", "reply", "nat"]
"""Whose port the check looks at: the target's, the one the client takes replies on, or the one the
NAT gateway takes replies on."""


@dataclass(frozen=True)
class Step:
    """One thing that was asked, and its answer: `rule` is the address of the rule that decides.

    `known` is false where nobody can say: then it may pass as well.
    """

    way: Way
    kind: Literal["route", "address", "network ACL", "security group", "host port"]
    rule: str
    passes: bool
    text: str
    known: bool = True


class Check(Protocol):
    """A check with everything but the port filled in."""

    @property
    def variable(self) -> Variable:
        """Whose port it looks at."""

    @property
    def always(self) -> Intervals:
        """Ports it lets through for certain."""

    @property
    def ever(self) -> Intervals:
        """Ports it may let through."""

    def step(self, port: int) -> Step:
        """Its answer for one port."""


@dataclass(frozen=True)
class PortlessCheck:
    """A check that does not depend on ports: a route, or having an address."""

    answer: Step
    always: Intervals
    ever: Intervals
    variable: Variable = "port"

    def step(self, port: int) -> Step:  # noqa: ARG002 - the same for every port
        """The same answer for every port."""
        return self.answer


def portless(answer: Step, maybe: bool = False) -> PortlessCheck:
    """A check that lets every port through, or none; with `maybe` it is not known which."""
    always = PORTS if answer.passes and not maybe else NONE
    return PortlessCheck(answer, always, PORTS if maybe else always)


@dataclass(frozen=True)
class AclCheck:
    """The rules of one network ACL, of one direction, that match a protocol and an address."""

    way: Way
    variable: Variable
    subnet: Subnet
    egress: bool
    protocol: str
    peer: Address
    rules: tuple[AclRule, ...]
    always: Intervals

    @property
    def ever(self) -> Intervals:
        """As `always`, unless the list is not known: nothing else about an ACL is uncertain."""
        return self.always if self.subnet.acl.known else PORTS

    def step(self, port: int) -> Step:
        """The first rule that matches, or the denial at the end."""
        where = f"{'out of' if self.egress else 'into'} {self.subnet.address}"
        if not self.subnet.acl.known:
            text = f"{where}, port {port}: the network ACL is not Strata's, and not known"
            return Step(self.way, "network ACL", self.subnet.acl.address, False, text, known=False)
        for rule in self.rules:
            if port in rule.ports:
                verb = "allows" if rule.allow else "denies"
                what = f"rule {rule.number} {verb} {_traffic(rule.protocol, rule.ports)}"
                side = "to" if self.egress else "from"
                text = f"{where}, port {port}: {what} {side} {rule.range}"
                return Step(self.way, "network ACL", rule.address, rule.allow, text)
        side = "to" if self.egress else "from"
        text = f"{where}: no rule allows {self.protocol} {port} {side} {self.peer}"
        return Step(self.way, "network ACL", self.subnet.acl.address, False, text)


def acl_check(
    way: Way, variable: Variable, subnet: Subnet, *, egress: bool, protocol: str, peer: Address
) -> AclCheck:
    """The check of a subnet's ACL, one way, against the address at the other end."""
    rules = tuple(
        rule
        for rule in (subnet.acl.egress if egress else subnet.acl.ingress)
        if rule.protocol in (EVERY_PROTOCOL, protocol) and peer in rule.range
    )
    undecided, allowed = PORTS, NONE
    for rule in rules:
        if rule.allow:
            allowed |= undecided & rule.ports
        undecided -= rule.ports
    return AclCheck(way, variable, subnet, egress, protocol, peer, rules, allowed)


@dataclass(frozen=True)
class GroupCheck:
    """The rules of an endpoint's security groups that match a protocol and a peer."""

    groups: tuple[SecurityGroup, ...]
    egress: bool
    protocol: str
    peer: str
    rules: tuple[GroupRule, ...]
    unknown: tuple[GroupRule, ...]
    variable: Variable = "port"

    @cached_property
    def always(self) -> Intervals:
        """Ports of the rules that match."""
        return _ports(self.rules)

    @cached_property
    def ever(self) -> Intervals:
        """Ports of the rules that match, and of those that may."""
        return self.always | _ports(self.unknown) if self.unknown else self.always

    def step(self, port: int) -> Step:
        """A rule that allows it, or that none does."""
        side = "to" if self.egress else "from"
        for rule in self.rules:
            if port in rule.ports:
                what = f"allows {_traffic(rule.protocol, rule.ports)} {side} {peer_name(rule.peer)}"
                return Step("there", "security group", rule.address, True, what)
        for rule in self.unknown:
            if port in rule.ports:
                text = f"the content of {peer_name(rule.peer)} is not known"
                return Step("there", "security group", rule.address, False, text, known=False)
        text = f"no rule allows {self.protocol} {port} {side} {self.peer}"
        return Step(
            "there", "security group", ", ".join(g.address for g in self.groups), False, text
        )


def group_check(
    interface: Interface, egress: bool, protocol: str, peer: Address, other: Interface | None
) -> GroupCheck:
    """The check of an endpoint's groups; `other` is the interface with the address `peer`, None
    outside of the VPC."""
    rules, unknown = [], []
    for group in interface.groups:
        for rule in group.egress if egress else group.ingress:
            if rule.protocol not in (EVERY_PROTOCOL, protocol):
                continue
            match = matches(rule.peer, peer, other)
            if match is None:
                unknown.append(rule)
            elif match:
                rules.append(rule)
    peer_words = str(peer)
    if other:
        peer_words += f" in {', '.join(group.address for group in other.groups)}"
    return GroupCheck(interface.groups, egress, protocol, peer_words, tuple(rules), tuple(unknown))


def matches(
    peer: Range | PrefixList | str, address: Address, other: Interface | None
) -> bool | None:
    """Whether a rule's peer is that address; None when it is not known."""
    if isinstance(peer, str):
        return other is not None and any(group.address == peer for group in other.groups)
    if isinstance(peer, PrefixList):
        return None if peer.ranges is None else any(address in range_ for range_ in peer.ranges)
    return address in peer


def routes(table: RouteTable, address: Address) -> list[Route | None]:
    """Every route that the address may take; None among them means that there is no route.

    There is more than one only if the table has a route to a prefix list that is not known.
    """
    known: list[tuple[int, Route]] = []
    unknown: list[Route | None] = []
    for route in table.routes:
        if not isinstance(route.destination, PrefixList):
            ranges: tuple[Range, ...] | None = (route.destination,)
        else:
            ranges = route.destination.ranges
        if ranges is None and not (_public(route.destination) and address.is_private):
            unknown.append(route)
        known += [(range_.prefixlen, route) for range_ in ranges or () if address in range_]
    best = max(known, key=lambda match: match[0])[1] if known else None
    return [best, *unknown]


def _public(destination: Range | PrefixList) -> bool:
    return isinstance(destination, PrefixList) and destination.public


def _ports(rules: Sequence[GroupRule]) -> Intervals:
    return Intervals.of(*(pair for rule in rules for pair in rule.ports.pairs))


def _traffic(protocol: str, ports: Intervals) -> str:
    return "everything" if protocol == EVERY_PROTOCOL else f"{protocol} {ports}"


def peer_name(peer: Range | PrefixList | str) -> str:
    """A rule's peer, or a route's destination, in words."""
    return f"prefix list {peer.address}" if isinstance(peer, PrefixList) else str(peer)
