"""A network as AWS evaluates it: what decides whether a packet passes, and nothing else.

Built by `from_stack` from a composed stack and by `from_aws` from what really stands. `address` is
the Terraform address of a thing, or its AWS identifier when it was read from AWS.
"""

from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network
from typing import Literal

from strata.reach import figures
from strata.reach.intervals import PORTS, Intervals

Range = IPv4Network | IPv6Network

INTERNET = "internet"
AWS_APIS = "aws_apis"
NAMES = (INTERNET, "load_balancer", "instances", "tasks", "database", "cache", AWS_APIS)
"""What an endpoint can be called; in a table they stand in this order."""

RouteKind = Literal[
    "local",
    "internet_gateway",
    "egress_only_internet_gateway",
    "nat_gateway",
    "gateway_endpoint",
    "blackhole",
    "other",
]
"""Where a route leads; `blackhole` is what is gone, so that AWS drops what takes the route, `other`
what is not evaluated here, such as a transit gateway."""


@dataclass(frozen=True)
class PrefixList:
    """`ranges` is None when what the list holds is not known."""

    address: str
    ranges: tuple[Range, ...] | None


@dataclass(frozen=True)
class Route:
    """`target` is the address of what it leads to."""

    address: str
    destination: Range | PrefixList
    kind: RouteKind
    target: str = ""


@dataclass(frozen=True)
class RouteTable:
    """The route with the longest prefix wins."""

    address: str
    routes: tuple[Route, ...]


@dataclass(frozen=True)
class AclRule:
    """`protocol` is `tcp`, `udp`, another number as text, or `-1` for every protocol and port."""

    address: str
    number: int
    allow: bool
    protocol: str
    ports: Intervals
    range: Range


@dataclass(frozen=True)
class Acl:
    """Rules by number; the first that matches decides, and what none matches is denied."""

    address: str
    ingress: tuple[AclRule, ...]
    egress: tuple[AclRule, ...]


@dataclass(frozen=True)
class GroupRule:
    """`peer` is a range, a prefix list, or the address of a security group."""

    address: str
    protocol: str
    ports: Intervals
    peer: Range | PrefixList | str


@dataclass(frozen=True)
class SecurityGroup:
    """Every rule allows; what none matches is denied; replies pass."""

    address: str
    ingress: tuple[GroupRule, ...]
    egress: tuple[GroupRule, ...]


@dataclass(frozen=True)
class Subnet:
    """`ranges` holds its IPv4 range, and its IPv6 range if it has one."""

    address: str
    ranges: tuple[Range, ...]
    table: RouteTable
    acl: Acl


@dataclass(frozen=True)
class NatGateway:
    """`public` is whether it has an elastic address."""

    address: str
    subnet: Subnet
    public: bool = True


@dataclass(frozen=True)
class Interface:
    """A place in the VPC where an endpoint may be: any address of one subnet.

    `public` is whether it has a public IPv4 address, `ipv6` whether it has an IPv6 one.
    """

    subnet: Subnet
    groups: tuple[SecurityGroup, ...]
    public: bool = False
    ipv6: bool = False


@dataclass(frozen=True)
class Endpoint:
    """Who talks, one of NAMES.

    One without `interfaces` is outside of the VPC: the internet, and the public APIs of AWS, which
    only answer. `reply_ports` are those on which it takes replies when it is the client.
    `host_ports` are the only ones at which it is found, for tasks on their instances.
    """

    name: str
    address: str | None
    interfaces: tuple[Interface, ...] = ()
    reply_ports: tuple[int, int] = figures.ANY_CLIENT
    host_ports: Intervals = PORTS


@dataclass(frozen=True)
class Network:
    """One VPC. `ranges` are the VPC's own; `internet_gateway` is None when none is attached.

    `unread` are what may let in or reach something and is not evaluated: no path is known to be
    shut while there is one.
    """

    ranges: tuple[Range, ...]
    internet_gateway: str | None
    nat_gateways: tuple[NatGateway, ...]
    endpoints: tuple[Endpoint, ...]
    unread: tuple[str, ...] = ()

    def endpoint(self, name: str) -> Endpoint | None:
        """The endpoint of that name."""
        return next((one for one in self.endpoints if one.name == name), None)

    @property
    def subnets(self) -> tuple[Subnet, ...]:
        """Every subnet that something lies in, each once."""
        inner = [one.subnet for end in self.endpoints for one in end.interfaces]
        inner += [gateway.subnet for gateway in self.nat_gateways]
        return tuple({subnet.address: subnet for subnet in inner}.values())

    @property
    def groups(self) -> tuple[SecurityGroup, ...]:
        """Every security group that something is in, each once."""
        inner = [g for end in self.endpoints for one in end.interfaces for g in one.groups]
        return tuple({group.address: group for group in inner}.values())
