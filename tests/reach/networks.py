"""Small networks, by hand and at random.

A strategy that is made anew for each network is validated anew, so they are kept.
"""

from functools import cache
from ipaddress import ip_network
from typing import TypeVar

from hypothesis import strategies as st

from strata.reach.intervals import PORTS, Intervals
from strata.reach.model import (
    Acl,
    AclRule,
    Endpoint,
    GroupRule,
    Interface,
    NatGateway,
    Network,
    PrefixList,
    Route,
    RouteTable,
    SecurityGroup,
    Subnet,
)

VPC = (ip_network("10.0.0.0/24"), ip_network("2001:db8::/56"))
RANGES = tuple(
    map(
        ip_network,
        (
            "0.0.0.0/0", "0.0.0.0/0", "0.0.0.0/0", "10.0.0.0/24", "10.0.0.0/29", "10.0.0.8/29",
            "10.0.0.4/32", "8.8.8.0/24", "::/0", "::/0", "2001:db8::/56", "2620::/16",
        ),
    )
)  # fmt: skip
VERY = RANGES[0], ip_network("::/0")
SPANS = ((0, 65535), (0, 65535), (80, 80), (1024, 65535), (1024, 40000), (40001, 65535))
EDGES = (0, 80, 81, 1024, 40000, 40001)
"""One port of each piece into which the spans above cut all ports."""

spans = st.sampled_from([Intervals((span,)) for span in SPANS])
protocols = st.sampled_from(["-1", "tcp", "tcp", "udp"])
known_lists = st.just(PrefixList("pl-known", (ip_network("9.9.9.0/24"),)))


T = TypeVar("T")


def mostly(usual: T, other: st.SearchStrategy[T]) -> st.SearchStrategy[T]:
    """The usual thing three times out of four: in networks where all is at random, all is shut."""
    return st.integers(0, 3).flatmap(lambda turn: st.just(usual) if turn else other)


LAST = tuple(AclRule("acl last", 30 + n, True, "-1", PORTS, VERY[n]) for n in (0, 1))


@cache
def random_rules(way: str) -> st.SearchStrategy[tuple[AclRule, ...]]:
    rule = st.builds(
        AclRule,
        st.just(f"acl {way}"),
        st.integers(1, 20),
        st.booleans(),
        protocols,
        spans,
        st.sampled_from(RANGES),
    )
    rules = st.lists(rule, min_size=1, max_size=4, unique_by=lambda one: one.number)
    ends = st.sampled_from([LAST, LAST, ()])
    return st.builds(lambda found, end: (*sorted(found, key=_number), *end), rules, ends)


@cache
def acl_rules(way: str) -> st.SearchStrategy[tuple[AclRule, ...]]:
    return mostly(LAST, random_rules(way))


def _number(rule: AclRule) -> int:
    return rule.number


@cache
def groups(count: int) -> st.SearchStrategy[list[SecurityGroup]]:
    names = [f"sg-{index}" for index in range(count)]
    peers = st.one_of(
        st.sampled_from(names),
        st.sampled_from(VERY),
        st.sampled_from(RANGES),
        known_lists,
        st.just(PrefixList("pl-group", None)),
    )
    rules = mostly(
        tuple(GroupRule("rule", "-1", PORTS, one) for one in VERY),
        st.lists(
            st.builds(GroupRule, st.just("rule"), protocols, spans, peers), min_size=1, max_size=3
        ).map(tuple),
    )
    return st.tuples(
        *(st.builds(SecurityGroup, st.just(name), rules, rules) for name in names)
    ).map(list)


TARGETS = st.sampled_from(
    [
        ("internet_gateway", "igw"),
        ("internet_gateway", "igw"),
        ("internet_gateway", "igw-not-attached"),
        ("nat_gateway", "nat"),
        ("nat_gateway", "nat-not-there"),
        ("egress_only_internet_gateway", "eigw"),
        ("gateway_endpoint", "vpce"),
        ("blackhole", "tgw-gone"),
        ("other", "tgw"),
    ]
)


@cache
@st.composite
def tables(draw: st.DrawFn, name: str) -> RouteTable:
    found = [Route(name, one, "local", "local") for one in VPC]
    out = st.sampled_from([("internet_gateway", "igw"), ("nat_gateway", "nat")])
    kind, target = draw(out)
    found.append(Route(name, VERY[0], kind, target))  # type: ignore[arg-type]
    # Two routes of one table never have the same destination.
    several = st.lists(
        st.one_of(
            st.sampled_from([VERY[1], *map(ip_network, ("8.8.8.0/24", "10.0.0.8/29"))]),
            known_lists,
            st.just(PrefixList("pl-route", None)),
        ),
        max_size=3,
        unique=True,
    )
    destinations = draw(mostly([], several))
    if draw(st.integers(0, 9)) == 0:
        found.pop()
    for destination in destinations:
        kind, target = draw(TARGETS)
        found.append(Route(name, destination, kind, target))  # type: ignore[arg-type]
    return RouteTable(name, tuple(found))


@st.composite
def random_networks(draw: st.DrawFn) -> Network:
    subnets = []
    for index in range(2):
        acl = Acl(f"acl-{index}", draw(acl_rules("in")), draw(acl_rules("out")))
        ranges = (
            ip_network(f"10.0.0.{index * 8}/29"),
            ip_network(f"2001:db8:0:{index}::/125"),
        )
        subnets.append(Subnet(f"subnet-{index}", ranges, draw(tables(f"rtb-{index}")), acl))
    known = draw(groups(2))
    interfaces = st.builds(
        Interface,
        st.sampled_from(subnets),
        st.lists(st.sampled_from(known), min_size=1, max_size=2, unique=True).map(tuple),
        st.sampled_from([True, True, False]),
        st.sampled_from([False, False, True]),
    )
    places = st.lists(interfaces, min_size=1, max_size=2).map(tuple)
    replies = st.sampled_from([(1024, 65535), (32768, 60999)])
    ends = [Endpoint("internet", None)]
    for name in ("one", "two"):
        ports = draw(st.sampled_from([PORTS, PORTS, Intervals(((40000, 65535),))]))
        ends.append(Endpoint(name, name, draw(places), draw(replies), ports))
    nat = NatGateway(
        "nat", draw(st.sampled_from(subnets)), draw(st.sampled_from([True, True, False]))
    )
    return Network(VPC, draw(st.sampled_from(["igw", "igw", "igw", None])), (nat,), tuple(ends))


@st.composite
def nat_networks(draw: st.DrawFn) -> Network:
    """Instances in a private subnet, a NAT gateway in a public one; one list is at random."""
    turn = draw(st.integers(0, 3))
    lists = [draw(random_rules("one")) if turn == n else LAST for n in range(4)]
    local = [Route("local", one, "local", "local") for one in VPC]
    subnets = []
    for index, kind in enumerate(("nat_gateway", "internet_gateway")):
        target = {"nat_gateway": "nat", "internet_gateway": "igw"}[kind]
        out = [Route("out", one, kind, target) for one in VERY]  # type: ignore[arg-type]
        ranges = (ip_network(f"10.0.0.{index * 8}/29"), ip_network(f"2001:db8:0:{index}::/125"))
        acl = Acl(f"acl-{index}", lists[index], lists[index + 2])
        table = RouteTable(f"rtb-{index}", (*local, *out))
        subnets.append(Subnet(f"subnet-{index}", ranges, table, acl))
    open_ = tuple(GroupRule("rule", "-1", PORTS, one) for one in VERY)
    places = (Interface(subnets[0], (SecurityGroup("sg", (), open_),), False, draw(st.booleans())),)
    replies = draw(st.sampled_from([(1024, 65535), (32768, 60999)]))
    ends = (Endpoint("internet", None), Endpoint("one", "one", places, replies))
    return Network(VPC, "igw", (NatGateway("nat", subnets[1]),), ends)
