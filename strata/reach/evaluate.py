"""Which traffic passes between two endpoints, there and back.

Every place where an endpoint may be, every address it may have and every port on which it may take
replies counts: `open` is open for all of them, `shut` is shut for all of them, and `partly` is open
for some of them. Ports and addresses are intervals, never tried one by one.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from itertools import product
from typing import Literal

from strata.reach import figures
from strata.reach.checks import Step
from strata.reach.intervals import NONE, PORTS, Intervals
from strata.reach.model import AWS_APIS, Endpoint, Interface, Network, PrefixList, Range
from strata.reach.ways import Answers, Talk, Way

State = Literal["open", "partly", "unknown", "shut", "absent"]
PROTOCOLS = ("tcp", "udp")

NOT_ON_THE_INTERNET = tuple(
    map(
        IPv4Network,
        (
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16",
            "172.16.0.0/12", "192.168.0.0/16", "224.0.0.0/3",
        ),
    )
)  # fmt: skip
"""IPv4 ranges of which no host on the internet has an address (IANA, special-purpose registry)."""

INTERNET_IPV6 = IPv6Network("2000::/3")
"""IPv6 global unicast addresses (RFC 4291)."""


@dataclass(frozen=True)
class Trace:
    """One packet's way there and its reply's way back, as far as they got.

    `source` and `target` are the subnets, None outside of the VPC; `reply_port` is where the client
    takes the reply.
    """

    source: str | None
    target: str | None
    port: int
    reply_port: int
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Flow:
    """Traffic that passes there and back on `ports`, both ends included.

    `complete` is whether it does so between all places, addresses and reply ports of the two.
    """

    source: str
    target: str
    protocol: str
    ports: tuple[int, int]
    steps: tuple[Step, ...]
    complete: bool = True


@dataclass(frozen=True)
class Verdict:
    """Whether ports of `target` are open to `source`.

    `always` are the ports that are open whatever happens, `ever` those that may be; `through` is a
    packet that passes if any does, `stopped` one that does not. `reply_ports` are those on which
    `source` may take replies, and all of them count. `foreign` is the VPC that was not read.
    """

    source: str
    target: str
    protocol: str
    ports: Intervals
    always: Intervals
    ever: Intervals
    through: Trace | None
    stopped: Trace | None
    reply_ports: tuple[int, int] = figures.ANY_CLIENT
    absent: tuple[str, ...] = ()
    foreign: str = ""

    @property
    def state(self) -> State:
        """`open`: all ports, always; `shut`: none, ever; `partly`: anything between, which in a
        network that was not read is `unknown`."""
        if self.absent:
            return "absent"
        if not self.ports - self.always and self.ports:
            return "open"
        if not self.ever:
            return "shut"
        return "unknown" if self.foreign else "partly"

    @property
    def open(self) -> bool:
        """Whether all of it is open between all places, on every reply port that may be used."""
        return self.state == "open"

    @property
    def steps(self) -> tuple[Step, ...]:
        """The step that stops it and those before; all that let it through when it is open."""
        trace = self.through if self.open else self.stopped
        return trace.steps if trace else ()


@dataclass(frozen=True)
class _Exchange:
    """An address of each end, and every way between them."""

    places: tuple[Interface | None, Interface | None]
    ways: tuple[Way, ...]

    @property
    def always(self) -> Intervals:
        return _common(way.always for way in self.ways)

    @property
    def ever(self) -> Intervals:
        return _union(way.ever for way in self.ways)

    def trace(self, port: int, *, through: bool) -> Trace:
        """A packet to that port that passes, or one that is stopped."""
        if through:
            certain = [way for way in self.ways if port in way.always]
            way = next(iter(certain or [way for way in self.ways if port in way.ever]))
            ports = way.passing(port)
        else:
            way = next(way for way in self.ways if port not in way.always)
            ports = way.failing(port)
        steps: list[Step] = []
        for check in way.checks:
            steps.append(check.step(ports[check.variable]))
            if not (through or steps[-1].passes):
                break
        source, target = (place.subnet.address if place else None for place in self.places)
        return Trace(source, target, port, ports["reply"], tuple(steps))


@dataclass(frozen=True)
class _Pair:
    """A place of each end, with the exchanges of each IP version that both have there."""

    versions: tuple[tuple[_Exchange, ...], ...]

    @cached_property
    def always(self) -> Intervals:
        """Ports that are open for every address, by one IP version or the other."""
        return _union(
            _common(exchange.always for exchange in exchanges) for exchanges in self.versions
        )

    @cached_property
    def ever(self) -> Intervals:
        """Ports that are open for some address."""
        return _union(exchange.ever for exchanges in self.versions for exchange in exchanges)

    def trace(self, port: int, *, through: bool) -> Trace | None:
        """A packet to that port that passes, or one that is stopped; None if there is none."""
        all_exchanges = [exchange for exchanges in self.versions for exchange in exchanges]
        if through:
            fitting = [exchange for exchange in all_exchanges if port in exchange.ever]
            fitting.sort(key=lambda exchange: port not in exchange.always)
        else:
            fitting = [exchange for exchange in all_exchanges if port not in exchange.always]
        return fitting[0].trace(port, through=through) if fitting else None


@dataclass(frozen=True)
class Analysis:
    """Answers questions about a network; keeps its intermediate results for the next question."""

    network: Network
    _addresses: dict[tuple[int, str | None], list[Intervals]] = field(default_factory=dict)
    _pairs: dict[tuple[str, str, str], list[_Pair]] = field(default_factory=dict)
    _answers: Answers = field(default_factory=Answers)

    def verdict(
        self, source: str, target: str, ports: Intervals = PORTS, protocol: str = "tcp"
    ) -> Verdict:
        """Whether `ports` of `target` are open to `source`; only its host ports count."""
        first, second = self.network.endpoint(source), self.network.endpoint(target)
        blank = Verdict(
            source, target, protocol, ports, NONE, NONE, None, None, foreign=self.network.foreign
        )
        if first is None or second is None:
            ends = {source: first, target: second}
            return replace(blank, absent=tuple(name for name, end in ends.items() if end is None))
        blank = replace(blank, reply_ports=first.reply_ports)
        if not ports & second.host_ports:
            text = f"{target} listen on {second.host_ports or 'no port'} only"
            step = Step("there", "host port", second.address or target, False, text)
            stopped = Trace(None, None, ports.least, first.reply_ports[0], (step,))
            return replace(blank, stopped=stopped)
        ports &= second.host_ports
        pairs = self._between(first, second, protocol)
        always = _common(pair.always for pair in pairs) & ports
        ever = _union(pair.ever for pair in pairs) & ports
        result = replace(blank, ports=ports, always=always, ever=ever)
        if ever:
            port = (always or ever).least
            # Of a network that was not read, a packet on whose way something is unknown says more.
            certain = [pair for pair in pairs if port in pair.always and not self.network.foreign]
            passing = next(iter(certain or [pair for pair in pairs if port in pair.ever]))
            result = replace(result, through=passing.trace(port, through=True))
        if ports - always:
            # A port that is open for no pair is a better example than one that is open for some.
            port = ((ports - ever) or (ports - always)).least
            failing = next(pair for pair in pairs if port not in pair.always)
            result = replace(result, stopped=failing.trace(port, through=False))
        return result

    def flows(self) -> list[Flow]:
        """All that passes between any two endpoints."""
        return [
            flow
            for source, target in product(self.network.endpoints, repeat=2)
            if (source.interfaces or target.interfaces) and source.name != AWS_APIS
            for protocol in PROTOCOLS
            for flow in self._flows(source.name, target.name, protocol)
        ]

    def _flows(self, source: str, target: str, protocol: str) -> Iterator[Flow]:
        verdict = self.verdict(source, target, protocol=protocol)
        for complete, ports in ((True, verdict.always), (False, verdict.ever - verdict.always)):
            for pair in ports.pairs:
                through = self.verdict(source, target, Intervals((pair,)), protocol).through
                steps = through.steps if through else ()
                yield Flow(source, target, protocol, pair, steps, complete)

    def _between(self, source: Endpoint, target: Endpoint, protocol: str) -> list[_Pair]:
        key = (source.name, target.name, protocol)
        if key not in self._pairs:
            places = product(source.interfaces or (None,), target.interfaces or (None,))
            self._pairs[key] = [
                _Pair(
                    tuple(
                        tuple(self._exchanges(source, here, there, version, protocol))
                        for version in (4, 6)
                    )
                )
                # Two places in the same subnet say least about the network, so they come last.
                for here, there in sorted(places, key=_in_one_subnet)
            ]
        return self._pairs[key]

    def _exchanges(
        self,
        source: Endpoint,
        here: Interface | None,
        there: Interface | None,
        version: int,
        protocol: str,
    ) -> Iterator[_Exchange]:
        kind = IPv4Address if version == 4 else IPv6Address
        for sources, targets in product(
            self._classes(here, version), self._classes(there, version)
        ):
            address, peer = kind(sources.least), kind(targets.least)
            if here and address == peer and sources.pairs == ((sources.least, sources.least),):
                # A single address, which the two ends cannot both have.
                continue
            talk = Talk(
                self.network,
                protocol,
                source.reply_ports,
                here,
                address,
                there,
                peer,
                self._answers,
            )
            if ways := tuple(talk.ways()):
                yield _Exchange((here, there), ways)

    def _classes(self, place: Interface | None, version: int) -> list[Intervals]:
        """The addresses at a place, in classes that every rule and route treats the same."""
        if place and version == 6 and not place.ipv6:
            return []
        key = (version, place.subnet.address if place else None)
        if key not in self._addresses:
            classes = [_space(self.network, place, version)]
            for range_ in {r for r in _named_ranges(self.network) if r.version == version}:
                inside = _interval(range_)
                classes = [
                    part for space in classes for part in (space & inside, space - inside) if part
                ]
            self._addresses[key] = [space for space in classes if space]
        return self._addresses[key]


def endpoints(network: Network) -> tuple[Endpoint, ...]:
    """Who can talk and be talked to."""
    return network.endpoints


def open_flows(network: Network) -> list[Flow]:
    """All traffic that passes there and back, between every two endpoints, ranges merged."""
    return Analysis(network).flows()


def explain(
    network: Network, source: str, target: str, port: int | None = None, protocol: str = "tcp"
) -> Verdict:
    """Whether a port of `target`, or without one all of them, is open to `source`, and why."""
    ports = PORTS if port is None else Intervals(((port, port),))
    return Analysis(network).verdict(source, target, ports, protocol)


def _in_one_subnet(places: tuple[Interface | None, Interface | None]) -> bool:
    here, there = places
    return bool(here and there and here.subnet.address == there.subnet.address)


def _space(network: Network, place: Interface | None, version: int) -> Intervals:
    """The addresses of that version that an endpoint may have at a place."""
    if place is None:
        inner = [range_ for range_ in network.ranges if range_.version == version]
        if version == 6:
            return _interval(INTERNET_IPV6) - _union(map(_interval, inner))
        return _interval(IPv4Network("0.0.0.0/0")) - _union(
            map(_interval, (*NOT_ON_THE_INTERNET, *inner))
        )
    ranges = [range_ for range_ in place.subnet.ranges if range_.version == version]
    # AWS reserves the first four addresses of a subnet and the last (VPC User Guide).
    ends = [_interval(range_).pairs[0] for range_ in ranges]
    return Intervals.of(*((low + 4, high - 1) for low, high in ends))


def _named_ranges(network: Network) -> Iterator[Range]:
    """Every range that a rule or a route of the network names."""
    for subnet in network.subnets:
        for rule in (*subnet.acl.ingress, *subnet.acl.egress):
            yield rule.range
        for route in subnet.table.routes:
            yield from _ranges_of(route.destination)
    for group in network.groups:
        for entry in (*group.ingress, *group.egress):
            if not isinstance(entry.peer, str):
                yield from _ranges_of(entry.peer)


def _ranges_of(destination: Range | PrefixList) -> tuple[Range, ...]:
    return destination.ranges or () if isinstance(destination, PrefixList) else (destination,)


def _interval(range_: Range) -> Intervals:
    return Intervals(((int(range_.network_address), int(range_.broadcast_address)),))


def _union(several: Iterable[Intervals]) -> Intervals:
    return Intervals.of(*(pair for intervals in several for pair in intervals.pairs))


def _common(several: Iterable[Intervals]) -> Intervals:
    """The intersection of all intervals; empty when there are none."""
    common, *others = [*several] or [NONE]
    for intervals in others:
        common &= intervals
    return common
