"""Who can reach what, found by walking single packets: slow, and apart from the production code.

Shares only the model with it. A packet is one address and port to another; groups remember the
connections they let through, ACLs remember nothing. What nobody knows (a prefix list, a route that
leads to something not evaluated) is tried both ways.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from itertools import islice, product
from operator import attrgetter
from typing import Any, NamedTuple

from strata.reach.model import (
    AclRule,
    Endpoint,
    Interface,
    Network,
    PrefixList,
    Route,
    Subnet,
)

Address = IPv4Address | IPv6Address
NAT_PORTS = (1024, 40000, 40001, 65535)
OUTSIDE = tuple(map(ip_address, ("1.1.1.1", "8.8.8.8", "9.9.9.9", "2600::1", "2620::1")))
"""One address of the internet for each range that a random rule names, and one for none of them."""

GATEWAY = ip_address("0.0.0.1")
"""The public address of a NAT gateway."""

NUMBER = attrgetter("number")

Oracle = Callable[[object], bool]


class Packet(NamedTuple):
    """One packet, with what rules look at."""

    protocol: str
    source: Address
    source_port: int
    target: Address
    target_port: int

    def answer(self) -> "Packet":
        return Packet(self.protocol, self.target, self.target_port, self.source, self.source_port)


class Stopped(Exception):
    """The packet went no further."""


class NoClient(Exception):
    """The address is one of an AWS service behind a gateway endpoint, which asks nobody."""


@dataclass
class Walk:
    """One connection attempt in one network; `oracle` answers what nobody knows."""

    network: Network
    oracle: Oracle
    places: dict[Address, Interface]

    def attempt(self, request: Packet, nat_port: int) -> None:
        """Raises Stopped unless the request arrives and its answer comes back."""
        client, server = self.places.get(request.source), self.places.get(request.target)
        if client and server:
            self.leave_group(client, request)
            self.hop(client.subnet, server.subnet, request)
            self.enter_group(server, request)
            self.hop(server.subnet, client.subnet, request.answer())
        elif client:
            self.leave_group(client, request)
            self.to_internet(client, request, nat_port)
        elif server:
            self.from_internet(server, request)

    # Between subnets

    def hop(self, here: Subnet, there: Subnet, packet: Packet) -> None:
        if here.address == there.address:
            return
        self.leave_subnet(here, packet)
        route = self.route(here, packet.target)
        if route is None:
            raise Stopped
        if route.kind == "other":
            if not self.oracle(("other", route)):
                raise Stopped
        elif route.kind != "local":
            raise Stopped
        self.enter_subnet(there, packet)

    def to_internet(self, client: Interface, request: Packet, nat_port: int) -> None:
        here = client.subnet
        version = request.target.version
        route = self.route(here, request.target)
        if route is None:
            raise Stopped
        if route.kind == "nat_gateway" and version == 4:
            gateways = [n for n in self.network.nat_gateways if n.address == route.target]
            if not gateways:
                raise Stopped
            outside = gateways[0].subnet
            crosses = outside.address != here.address
            if crosses:
                self.leave_subnet(here, request)
                self.enter_subnet(outside, request)
            translated = Packet(
                request.protocol, GATEWAY, nat_port, request.target, request.target_port
            )  # fmt: skip
            self.leave_subnet(outside, translated)
            onward = self.route(outside, request.target)
            if onward is None:
                raise Stopped
            if onward.kind == "other":
                if not self.oracle(("other", onward)):
                    raise Stopped
            elif onward.kind == "internet_gateway":
                if onward.target != self.network.internet_gateway:
                    raise Stopped
            elif onward.kind != "gateway_endpoint":
                raise Stopped
            if not gateways[0].public:
                raise Stopped
            self.enter_subnet(outside, translated.answer())
            if crosses:
                self.leave_subnet(outside, request.answer())
                self.enter_subnet(here, request.answer())
            return
        self.leave_subnet(here, request)
        match route.kind:
            case "internet_gateway":
                if route.target != self.network.internet_gateway:
                    raise Stopped
                if version == 4 and not client.public:
                    raise Stopped
            case "egress_only_internet_gateway":
                if version == 4:
                    raise Stopped
            case "gateway_endpoint":
                pass
            case "other":
                if not self.oracle(("other", route)):
                    raise Stopped
            case _:
                raise Stopped
        self.enter_subnet(here, request.answer())

    def from_internet(self, server: Interface, request: Packet) -> None:
        answer = request.answer()
        route = self.route(server.subnet, answer.target)
        if route and route.kind == "gateway_endpoint":
            raise NoClient
        if request.source.version == 4 and not server.public:
            raise Stopped
        self.enter_subnet(server.subnet, request)
        self.enter_group(server, request)
        self.leave_subnet(server.subnet, answer)
        if route is None:
            raise Stopped
        if route.kind == "other" and self.oracle(("other", route)):
            return
        if route.kind != "internet_gateway" or route.target != self.network.internet_gateway:
            raise Stopped

    # What a packet meets

    def route(self, subnet: Subnet, target: Address) -> Route | None:
        best: tuple[int, Route] | None = None
        for route in subnet.table.routes:
            if isinstance(route.destination, PrefixList):
                if route.destination.ranges is None:
                    if self.oracle((route.destination.address, target)):
                        return route
                    continue
                ranges = route.destination.ranges
            else:
                ranges = (route.destination,)
            for one in ranges:
                if target in one and (best is None or one.prefixlen > best[0]):
                    best = (one.prefixlen, route)
        return best[1] if best else None

    def leave_subnet(self, subnet: Subnet, packet: Packet) -> None:
        self.ask_acl(subnet.acl.egress, packet, packet.target)

    def enter_subnet(self, subnet: Subnet, packet: Packet) -> None:
        self.ask_acl(subnet.acl.ingress, packet, packet.source)

    def ask_acl(self, rules: tuple[AclRule, ...], packet: Packet, peer: Address) -> None:
        for rule in sorted(rules, key=NUMBER):
            if rule.protocol not in ("-1", packet.protocol):
                continue
            if packet.target_port in rule.ports and peer in rule.range:
                if rule.allow:
                    return
                raise Stopped
        raise Stopped

    def leave_group(self, place: Interface, packet: Packet) -> None:
        self.ask_groups(place, "egress", packet, packet.target)

    def enter_group(self, place: Interface, packet: Packet) -> None:
        self.ask_groups(place, "ingress", packet, packet.source)

    def ask_groups(self, place: Interface, way: str, packet: Packet, peer: Address) -> None:
        other = self.places.get(peer)
        for group in place.groups:
            for rule in getattr(group, way):
                if rule.protocol not in ("-1", packet.protocol):
                    continue
                if packet.target_port not in rule.ports:
                    continue
                if isinstance(rule.peer, str):
                    good = bool(other) and rule.peer in [g.address for g in other.groups]  # type: ignore[union-attr]
                elif isinstance(rule.peer, PrefixList):
                    if rule.peer.ranges is None:
                        good = self.oracle((rule.peer.address, peer))
                    else:
                        good = any(peer in one for one in rule.peer.ranges)
                else:
                    good = peer in rule.peer
                if good:
                    return
        raise Stopped


def worlds(run: Callable[[Oracle], None]) -> Iterator[bool]:
    """Whether `run` gets through, once for every combination of what the oracle may say."""
    waiting: list[dict[object, bool]] = [{}]
    while waiting:
        told = waiting.pop()

        def oracle(question: object, told: dict[object, bool] = told) -> bool:
            if question not in told:
                waiting.append({**told, question: False})
                told[question] = True
            return told[question]

        try:
            run(oracle)
        except NoClient:
            continue
        except Stopped:
            yield False
        else:
            yield True


def addresses(place: Interface | None, version: int) -> list[Address]:
    """Two addresses of a place, which may send to itself; of the internet one of each kind.

    The first is the one that a random rule names alone; rules treat all others as the second.
    """
    if place is None:
        return [one for one in OUTSIDE if one.version == version]
    if version == 6 and not place.ipv6:
        return []
    # AWS keeps the first four.
    found: list[Any] = []
    for network in place.subnet.ranges:
        if network.version == version:
            found += islice(network, 4, 6)
    return found


def nat_ports(client: Interface | None) -> tuple[int, ...]:
    """Ports that a NAT gateway may take for this client; one where there is none on its way."""
    routes = client.subnet.table.routes if client else ()
    return NAT_PORTS if any(one.kind == "nat_gateway" for one in routes) else NAT_PORTS[:1]


def ports_between(low: int, high: int) -> list[int]:
    """The ends of a range and what lies on both sides of where rules change within it."""
    return [low, 40000, 40001, high]


def reach(
    network: Network, source: Endpoint, target: Endpoint, protocol: str, port: int
) -> tuple[bool, bool]:
    """Whether the port is open for all places, addresses and reply ports, and for any."""
    if port not in target.host_ports:
        return False, False
    always, ever = True, False
    for here, there in product(source.interfaces or (None,), target.interfaces or (None,)):
        by_version = []
        reply_ports, ports_of_nat = ports_between(*source.reply_ports), nat_ports(here)
        for version in (4, 6):
            attempts = (
                came
                for address, peer in product(addresses(here, version), addresses(there, version))
                if address != peer
                for places in [{k: v for k, v in ((address, here), (peer, there)) if v}]
                for reply_port, nat_port in product(reply_ports, ports_of_nat)
                for came in worlds(
                    lambda oracle, a=address, p=peer, r=reply_port, n=nat_port, held=places: (  # type: ignore[misc]
                        Walk(network, oracle, held).attempt(Packet(protocol, a, r, p, port), n)
                    )
                )
            )
            came = set()
            for one in attempts:
                came.add(one)
                if came == {True, False}:
                    break  # No further one would change what is said.
            by_version.append(came == {True})
            ever |= True in came
        always &= any(by_version)
    return always, ever
