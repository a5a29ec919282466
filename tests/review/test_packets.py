"""Lists of rules held against each other, against an oracle that walks packet by packet."""

import ipaddress
from collections.abc import Sequence
from functools import cache
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from strata.documents.stacks import Stack
from strata.plan_file.changes import Change, Plan
from strata.resources.rules import protocol
from strata.review.ranks.admits import admits
from strata.review.ranks.network import Network, acl_entries
from strata.review.ranks.packets import OTHER, Entry, cidr, in_words, passed
from tests.drawn import drawn

Json = dict[str, Any]
Packet = tuple[str, str, int]
"""Protocol, address, port."""

# The same few for each packet.
ip_address = cache(ipaddress.ip_address)
ip_network = cache(ipaddress.ip_network)

PROTOCOLS = ("tcp", "udp", "47")
PORTS = range(20, 26)
ADDRESSES = [
    *map(str, ipaddress.ip_network("10.0.0.0/29")),
    *map(str, ipaddress.ip_network("fd00::/127")),
]
PACKETS = [(what, address, port) for what in PROTOCOLS for address in ADDRESSES for port in PORTS]


def allowed(entries: Sequence[Json], packet: Packet) -> bool:
    """As AWS does: by rule number, the first that matches decides, and what none does is denied."""
    what, address, port = packet
    for one in sorted(entries, key=lambda each: each["rule_number"]):
        if protocol(one["protocol"]) not in ("-1", what):
            continue
        text = str(one.get("cidr_block") or one.get("ipv6_cidr_block"))
        if ip_address(address) not in ip_network(text):
            continue
        with_ports = what in ("tcp", "udp") and protocol(one["protocol"]) != "-1"
        if with_ports and not one["from_port"] <= port <= one["to_port"]:
            continue
        return bool(one["rule_action"] == "allow")
    return False


CIDRS = st.sampled_from(
    ["0.0.0.0/0", "10.0.0.0/29", "10.0.0.0/30", "10.0.0.4/30", "10.0.0.2/31", "10.0.0.5/32",
     "::/0", "fd00::/127", "fd00::1/128"]
)  # fmt: skip


@st.composite
def acls(draw: st.DrawFn) -> list[Json]:
    numbers = draw(st.lists(st.integers(1, 9), unique=True, max_size=6))
    found = []
    for number in numbers:
        range_ = draw(CIDRS)
        first, last = sorted(draw(st.tuples(st.sampled_from(PORTS), st.sampled_from(PORTS))))
        found.append(
            {
                "rule_number": number,
                "rule_action": draw(st.sampled_from(["allow", "deny"])),
                "protocol": draw(st.sampled_from(["-1", "6", "tcp", "17", "47"])),
                "from_port": first,
                "to_port": last,
                "ipv6_cidr_block" if ":" in range_ else "cidr_block": range_,
            }
        )
    return found


def entries(rules: Sequence[Json]) -> list[Entry]:
    return [e for one in rules for e in acl_entries(f"rule {one['rule_number']}", one, {})]


@settings(max_examples=drawn(150), deadline=None)
@given(acls(), acls())
def test_what_passes_after_and_not_before_is_what_packets_say(
    before: list[Json], after: list[Json]
) -> None:
    found = list(passed(entries(before), entries(after)))
    names = {protocol(one["protocol"]) for one in (*before, *after)}
    for packet in PACKETS:
        opened = allowed(after, packet) and not allowed(before, packet)
        mine = [o for o in found if o.protocol == (packet[0] if packet[0] in names else OTHER)]
        at = int(ip_address(packet[1]))
        kind = "ipv6" if ":" in packet[1] else "ipv4"
        told = any(
            o.block[0] == kind and o.block[1] <= at <= o.block[2] and packet[2] in o.ports
            for o in mine
        )
        assert told is opened, (packet, before, after)


@settings(max_examples=drawn(100), deadline=None)
@given(acls(), acls())
def test_an_acl_that_lets_more_through_is_told_by_a_rule_that_changed_and_no_other_is(
    before: list[Json], after: list[Json]
) -> None:
    """The rules are resources of their own, as they are in the network layer."""
    olds = {one["rule_number"]: {"network_acl_id": "acl-1", **one} for one in before}
    news = {one["rule_number"]: {"network_acl_id": "acl-1", **one} for one in after}
    acl = {"id": "acl-1", "subnet_ids": ["subnet-1"]}
    found = [Change("aws_network_acl.network_acl", ("no-op",), acl, acl)]
    for number in {*olds, *news}:
        old, new = olds.get(number), news.get(number)
        actions: tuple[str, ...] = ("delete", "create")
        if old == new:
            actions = ("no-op",)
        elif old is None or new is None:
            actions = ("create",) if old is None else ("delete",)
        found.append(Change(f"aws_network_acl_rule.network_{number}", actions, old, new))
    changed = tuple(one for one in found if one.actions != ("no-op",))
    same = tuple(one for one in found if one.actions == ("no-op",))
    network = Network(Plan(changed, (), {}, same), Stack({}, {}))
    told = [reason for one in changed for reason in admits(one, network)]
    assert bool(told) is bool(list(passed(entries(before), entries(after))))


WORDED: list[tuple[Json, str]] = [
    ({"protocol": "6", "from_port": 22, "to_port": 22}, "tcp 22, 0.0.0.0/0"),
    ({"protocol": "-1"}, "all traffic, 0.0.0.0/0"),
    ({"protocol": "17", "from_port": 1, "to_port": 9}, "udp 1-9, 0.0.0.0/0"),
    ({"protocol": "1", "icmp_type": 8, "icmp_code": -1}, "icmp type 8, 0.0.0.0/0"),
    ({"protocol": "1", "icmp_type": 3, "icmp_code": 4}, "icmp type 3 code 4, 0.0.0.0/0"),
    ({"protocol": "1", "icmp_type": -1, "icmp_code": -1}, "icmp, 0.0.0.0/0"),
    ({"protocol": "47"}, "protocol 47, 0.0.0.0/0"),
]


def test_packets_are_told_as_the_console_does() -> None:
    for rule, words in WORDED:
        body = {"rule_action": "allow", "rule_number": 1, "cidr_block": "0.0.0.0/0", **rule}
        assert in_words(passed([], acl_entries("it", body, {}))) == words, rule


def test_what_stands_between_two_ranges_is_told_as_ranges() -> None:
    deny = {"rule_action": "deny", "rule_number": 1, "protocol": "-1", "cidr_block": "10.0.0.0/30"}
    less = {**deny, "cidr_block": "10.0.0.1/32"}
    allow = {**deny, "rule_action": "allow", "rule_number": 2, "cidr_block": "10.0.0.0/8"}
    found = passed(entries([deny, allow]), entries([less, allow]))
    assert in_words(found) == "all traffic, 10.0.0.0/32, 10.0.0.2/31"


def test_what_is_not_known_counts_as_the_worst_it_can_be() -> None:
    rule = {"rule_action": "allow", "rule_number": 5, "protocol": "6", "from_port": 1, "to_port": 2}
    open_ = acl_entries("it", rule, {"cidr_block": True})
    assert in_words(passed([], open_)) == "tcp 1-2, 0.0.0.0/0, ::/0"
    assert acl_entries("it", {**rule, "rule_action": "deny"}, {"cidr_block": True}) == []


def test_a_range_that_is_none_is_no_range() -> None:
    assert cidr("pl-1") is None
