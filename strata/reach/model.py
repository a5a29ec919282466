"""A network as AWS evaluates it: what decides whether a packet passes, and nothing else.

Built by `from_stack` from a composed stack and by `from_aws` from what really exists. `address` is
a Terraform address, or an AWS identifier when it was read from AWS.
"""

from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network
from typing import Literal

from strata.reach import figures
from strata.reach.intervals import PORTS, Intervals

Range = IPv4Network | IPv6Network

INTERNET = "internet"
AWS_APIS = "aws_apis"
AWS_ENDPOINTS = "aws_endpoints"
"""The interface endpoints, by which services of AWS are reached inside of the VPC."""
NAMES = (
    INTERNET, "load_balancer", "instances", "tasks", "database", "cache", AWS_ENDPOINTS, AWS_APIS,
)  # fmt: skip
"""The possible names of an endpoint, in their order in a table."""

RouteKind = Literal[
    "local",
    "internet_gateway",
    "egress_only_internet_gateway",
    "nat_gateway",
    "gateway_endpoint",
    "blackhole",
    "other",
]
"""Where a route leads; `blackhole` is a target that is gone, so that AWS drops the packets, `other`
a target that is not evaluated here, such as a transit gateway."""


@dataclass(frozen=True)
class PrefixList:
    """`ranges` is None when the entries of the list are not known.

    `public` says that it has public addresses only, as the list of a gateway endpoint has, whose
    service AWS lists with its public ranges (AWS PrivateLink guide, gateway endpoints).
    """

    address: str
    ranges: tuple[Range, ...] | None
    public: bool = False


@dataclass(frozen=True)
class Route:
    """`target` is the address of the gateway or interface it leads to."""

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
    """Rules by number; the first that matches decides, and what none matches is denied.

    `known` is false for a list that is not Strata's: it may let everything through, or nothing.
    """

    address: str
    ingress: tuple[AclRule, ...]
    egress: tuple[AclRule, ...]
    known: bool = True


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
    """`ranges` holds its IPv4 range, and its IPv6 range if it has one; of a subnet that is not
    Strata's, those that its range may lie in."""

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

    `public` is whether it has a public IPv4 address, None if that is not known, `ipv6` whether it
    has an IPv6 one.
    """

    subnet: Subnet
    groups: tuple[SecurityGroup, ...]
    public: bool | None = False
    ipv6: bool = False


@dataclass(frozen=True)
class Endpoint:
    """A party to traffic, one of NAMES.

    An endpoint without `interfaces` is outside of the VPC: the internet, and the public APIs of
    AWS, which are never clients. `reply_ports` are those on which it takes replies as a client.
    `host_ports` are the only ports at which it can be reached, for tasks on their instances.
    `theirs` is whether others made it in the VPC: then only the way to it is for us to judge.
    """

    name: str
    address: str | None
    interfaces: tuple[Interface, ...] = ()
    reply_ports: tuple[int, int] = figures.ANY_CLIENT
    host_ports: Intervals = PORTS
    theirs: bool = False


@dataclass(frozen=True)
class Network:
    """A VPC. `ranges` are the VPC's own; `internet_gateway` is None when none is attached.

    `unread` are the resources that may take part in traffic and are not evaluated: while there are
    any, no path is known to be shut. `foreign` is the id of a VPC that is not Strata's and was not
    read: its routes and network ACLs are not known, so that only security groups shut a path.
    """

    ranges: tuple[Range, ...]
    internet_gateway: str | None
    nat_gateways: tuple[NatGateway, ...]
    endpoints: tuple[Endpoint, ...]
    unread: tuple[str, ...] = ()
    foreign: str = ""

    def endpoint(self, name: str) -> Endpoint | None:
        """The endpoint of that name."""
        return next((endpoint for endpoint in self.endpoints if endpoint.name == name), None)

    @property
    def subnets(self) -> tuple[Subnet, ...]:
        """Every subnet with an interface or a NAT gateway, without duplicates."""
        inner = [place.subnet for end in self.endpoints for place in end.interfaces]
        inner += [gateway.subnet for gateway in self.nat_gateways]
        return tuple({subnet.address: subnet for subnet in inner}.values())

    @property
    def groups(self) -> tuple[SecurityGroup, ...]:
        """Every security group of an interface, without duplicates."""
        inner = [g for end in self.endpoints for place in end.interfaces for g in place.groups]
        return tuple({group.address: group for group in inner}.values())
