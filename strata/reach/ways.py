"""The ways a packet and its reply may take between two addresses, as the checks they meet.

Sources: Amazon VPC User Guide, route tables (longest prefix), internet gateways (a public IPv4
address is needed), NAT gateways, network ACLs (at the border of a subnet, each direction by
itself), security groups (replies pass).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import product

from strata.reach import figures
from strata.reach.checks import (
    AclCheck,
    Address,
    Check,
    PortlessCheck,
    Step,
    Variable,
    acl_check,
    group_check,
    peer_name,
    portless,
    routes,
)
from strata.reach.checks import Way as Direction
from strata.reach.intervals import NONE, PORTS, Intervals
from strata.reach.model import Interface, NatGateway, Network, Route, Subnet


@dataclass(frozen=True)
class Way:
    """One way, with the range of every port that the packet does not choose itself."""

    checks: tuple[Check, ...]
    ranges: dict[Variable, Intervals]

    @cached_property
    def always(self) -> Intervals:
        """Ports with which it passes, whatever the other ports are."""
        met = self._met([check.always for check in self.checks])
        return met["port"] if all(not r - met[v] for v, r in self.ranges.items()) else NONE

    @cached_property
    def ever(self) -> Intervals:
        """Ports with which it may pass, for some of the other ports."""
        met = self._possible
        return met["port"] if all(met[variable] for variable in self.ranges) else NONE

    @cached_property
    def _possible(self) -> dict[Variable, Intervals]:
        return self._met([check.ever for check in self.checks])

    def _met(self, passes: Sequence[Intervals]) -> dict[Variable, Intervals]:
        """What is left of each port when its checks let these through."""
        met: dict[Variable, Intervals] = {"port": PORTS, **self.ranges}
        for check, ports in zip(self.checks, passes, strict=True):
            if ports is not PORTS:
                met[check.variable] &= ports
        return met

    def passing(self, port: int) -> dict[Variable, int]:
        """The least other ports with which it may pass."""
        met = self._possible
        return {**{variable: met[variable].least for variable in self.ranges}, "port": port}

    def failing(self, port: int) -> dict[Variable, int]:
        """Other ports with which it does not pass for certain."""
        ports: dict[Variable, int] = {v: r.least for v, r in self.ranges.items()}
        for check in self.checks:
            lacking = self.ranges.get(check.variable, NONE) - check.always
            if lacking:
                return {**ports, check.variable: lacking.least, "port": port}
        return {**ports, "port": port}


@dataclass(frozen=True)
class Answers:
    """What the lists and route tables of one network say of an address, kept for the next talk."""

    acls: dict[tuple[Direction, Variable, str, bool, str, Address], AclCheck] = field(
        default_factory=dict
    )
    routes: dict[tuple[str, Address], list[Route | None]] = field(default_factory=dict)


@dataclass(frozen=True)
class Talk:
    """A client at `address` and a server at `peer`; either may be outside of the VPC (None)."""

    network: Network
    protocol: str
    reply_ports: tuple[int, int]
    here: Interface | None
    address: Address
    there: Interface | None
    peer: Address
    answers: Answers

    def ways(self) -> Iterator[Way]:
        """Every way; more than one only if a route leads to a prefix list that is not known."""
        if self.here and self.there:
            yield from self._inside(self.here, self.there)
        elif self.here:
            for route in self._routes(self.here.subnet, self.peer):
                yield from self._outward(self.here, route)
        elif self.there:
            yield from self._inward(self.there)

    def _way(self, *checks: Check, nat: bool = False) -> Way:
        ranges: dict[Variable, Intervals] = {"reply": Intervals((self.reply_ports,))}
        if nat:
            ranges["nat"] = Intervals((figures.NAT_GATEWAY,))
        return Way(checks, ranges)

    def _out(self, way: Direction, variable: Variable, subnet: Subnet, peer: Address) -> Check:
        return self._acl(way, variable, subnet, peer, egress=True)

    def _into(self, way: Direction, variable: Variable, subnet: Subnet, peer: Address) -> Check:
        return self._acl(way, variable, subnet, peer, egress=False)

    def _acl(
        self, way: Direction, variable: Variable, subnet: Subnet, peer: Address, *, egress: bool
    ) -> AclCheck:
        key = (way, variable, subnet.address, egress, self.protocol, peer)
        if key not in self.answers.acls:
            self.answers.acls[key] = acl_check(
                way, variable, subnet, egress=egress, protocol=self.protocol, peer=peer
            )
        return self.answers.acls[key]

    def _routes(self, subnet: Subnet, to: Address) -> list[Route | None]:
        key = (subnet.address, to)
        if key not in self.answers.routes:
            self.answers.routes[key] = routes(subnet.table, to)
        return self.answers.routes[key]

    def _inside(self, here: Interface, there: Interface) -> Iterator[Way]:
        sends = group_check(here, True, self.protocol, self.peer, there)
        takes = group_check(there, False, self.protocol, self.address, here)
        if here.subnet.address == there.subnet.address:
            # Within a subnet neither routes nor network ACLs apply.
            yield self._way(sends, takes)
            return
        for route, reply in product(
            self._routes(here.subnet, self.peer), self._routes(there.subnet, self.address)
        ):
            yield self._way(
                _local("there", here.subnet, route, self.peer),
                sends,
                self._out("there", "port", here.subnet, self.peer),
                self._into("there", "port", there.subnet, self.address),
                takes,
                _local("back", there.subnet, reply, self.address),
                self._out("back", "reply", there.subnet, self.address),
                self._into("back", "reply", here.subnet, self.peer),
            )

    def _outward(self, here: Interface, route: Route | None) -> Iterator[Way]:
        sends = group_check(here, True, self.protocol, self.peer, None)
        leaves = self._out("there", "port", here.subnet, self.peer)
        returns = self._into("back", "reply", here.subnet, self.peer)
        nat = self._nat(route)
        if nat is None:
            yield self._way(*self._exit(here.subnet, here.public, route), sends, leaves, returns)
            return
        inner = (leaves, self._into("there", "port", nat.subnet, self.address))
        outer = (self._out("back", "reply", nat.subnet, self.address), returns)
        crosses = nat.subnet.address != here.subnet.address
        for onward in self._routes(nat.subnet, self.peer):
            yield self._way(
                _route("there", here.subnet, route, self.peer, True),
                sends,
                *(inner if crosses else ()),
                *self._exit(nat.subnet, nat.public, onward, nat=nat),
                self._out("there", "port", nat.subnet, self.peer),
                self._into("back", "nat", nat.subnet, self.peer),
                *(outer if crosses else ()),
                nat=True,
            )

    def _inward(self, there: Interface) -> Iterator[Way]:
        for reply in self._routes(there.subnet, self.address):
            if reply and reply.kind == "gateway_endpoint":
                # Its addresses are those of an AWS service, which is never the client.
                continue
            yield self._way(
                *self._public(there.subnet, there.public),
                self._into("there", "port", there.subnet, self.address),
                group_check(there, False, self.protocol, self.address, None),
                self._reply_exit(there.subnet, reply),
                self._out("back", "reply", there.subnet, self.address),
            )

    def _nat(self, route: Route | None) -> NatGateway | None:
        if route is None or route.kind != "nat_gateway" or self.peer.version == 6:
            return None
        return next((n for n in self.network.nat_gateways if n.address == route.target), None)

    def _public(
        self, subnet: Subnet, public: bool | None, nat: NatGateway | None = None
    ) -> list[Check]:
        """Whether the interface or NAT gateway in the VPC has a public address."""
        if self.peer.version == 6:
            return []
        rule = nat.address if nat else subnet.address
        holder = "the NAT gateway" if nat else f"what lies in {subnet.address}"
        if public is None:
            text = f"whether {holder} has a public address is not known"
            return [portless(Step("there", "address", rule, False, text, known=False), maybe=True)]
        text = f"{holder} has {'a' if public else 'no'} public address"
        return [portless(Step("there", "address", rule, public, text))]

    def _exit(
        self,
        subnet: Subnet,
        public: bool | None,
        route: Route | None,
        nat: NatGateway | None = None,
    ) -> list[Check]:
        """Whether a request leaves the VPC by that route."""
        kind = route.kind if route else None
        good = self._gateway(route) or kind == "gateway_endpoint"
        good = good or (kind == "egress_only_internet_gateway" and self.peer.version == 6)
        check = _route("there", subnet, route, self.peer, good)
        asks = kind == "internet_gateway" or nat is not None
        return [check, *(self._public(subnet, public, nat) if asks else [])]

    def _reply_exit(self, subnet: Subnet, route: Route | None) -> Check:
        """Whether the reply to a client on the internet leaves by the internet gateway."""
        return _route("back", subnet, route, self.address, self._gateway(route))

    def _gateway(self, route: Route | None) -> bool:
        """Whether a route leads to the internet gateway, and that is attached."""
        return (
            route is not None
            and route.kind == "internet_gateway"
            and route.target == self.network.internet_gateway
        )


def _local(way: Direction, subnet: Subnet, route: Route | None, to: Address) -> PortlessCheck:
    return _route(way, subnet, route, to, route is not None and route.kind == "local")


def _route(
    way: Direction, subnet: Subnet, route: Route | None, to: Address, good: bool
) -> PortlessCheck:
    where = f"out of {subnet.address}"
    if route is None:
        return portless(
            Step(way, "route", subnet.table.address, False, f"{where}: no route to {to}")
        )
    text = f"{where}: {peer_name(route.destination)} leads to {route.target or route.kind}"
    maybe = route.kind == "other"
    if maybe:
        text += ", which is not evaluated"
    elif route.kind == "blackhole":
        text += ", which was deleted"
    step = Step(way, "route", route.address, good and not maybe, text, known=not maybe)
    return portless(step, maybe=maybe)
