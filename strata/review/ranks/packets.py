"""Compares ordered lists of rules: which packets pass after that did not before.

A packet is a protocol, an address at the other end and a port. Network ACLs are read by rule number
and the first entry that matches decides (VPC User Guide, network ACL rules); what no entry matches
is denied. A security group is such a list in which every entry allows.
"""

import ipaddress
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from strata.reach.intervals import NONE, PORTS, Intervals
from strata.resources.rules import EVERY_PROTOCOL, ICMP
from strata.text.words import listed

OTHER = "other"
"""Stands for every protocol that no entry names."""
WITH_PORTS = ("tcp", "udp", "icmp", "icmpv6")
"""Protocols of which a rule may match a part: ports, or type and code for ICMP."""

EVERY_IPV4, EVERY_IPV6 = ipaddress.ip_network("0.0.0.0/0"), ipaddress.ip_network("::/0")

Block = tuple[str, int, int]
"""Where a packet comes from or goes to: `ipv4` or `ipv6` and its first and last address as numbers,
or the name of a security group or prefix list, with 0 and 0."""


@dataclass(frozen=True)
class Entry:
    """One rule. `source` is the address of the resource that holds it, `order` its rule number."""

    source: str
    protocol: str
    ports: Intervals
    block: Block
    allow: bool = True
    order: int = 0

    @property
    def what(self) -> tuple[str, Intervals, Block, bool, int]:
        """All of it but its source."""
        return self.protocol, self.ports, self.block, self.allow, self.order


@dataclass(frozen=True)
class Passed:
    """Packets that pass after and not before.

    `stopped_by` is the entry that denied them before, None where none did; `let_by` the entry that
    allows them after.
    """

    protocol: str
    ports: Intervals
    block: Block
    stopped_by: Entry | None
    let_by: Entry


def cidr(text: str) -> Block | None:
    """The block of a CIDR; None for a text that is not a CIDR."""
    try:
        net = ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None
    kind = "ipv4" if net.version == 4 else "ipv6"
    return kind, int(net.network_address), int(net.broadcast_address)


def icmp(kind: object, code: object) -> Intervals:
    """Type and code of ICMP as one range of numbers; -1 or no number stands for all of them."""
    if not isinstance(kind, int) or kind < 0:
        return PORTS
    if not isinstance(code, int) or code < 0:
        return Intervals.of((kind * 256, kind * 256 + 255))
    return Intervals.of((kind * 256 + code, kind * 256 + code))


def passed(before: Sequence[Entry], after: Sequence[Entry]) -> Iterator[Passed]:
    """The packets that `after` lets through and `before` does not, by the deciding entries."""
    protocols = {entry.protocol for entry in (*before, *after)} - {EVERY_PROTOCOL}
    lets = {entry.block for entry in after if entry.allow}
    olds, news = (_ordered(_touching(entries, lets)) for entries in (before, after))
    all_entries = [*olds, *news]
    for protocol in [*sorted(protocols), OTHER]:
        for block in _blocks(all_entries):
            stopped = _deciders(olds, protocol, block)
            for let_by, ports in _deciders(news, protocol, block):
                if not let_by or not let_by.allow:
                    continue
                for old, stopped_ports in stopped:
                    passing = ports & stopped_ports
                    if passing and not (old and old.allow):
                        yield Passed(protocol, passing, block, old, let_by)


def _touching(entries: Sequence[Entry], blocks: set[Block]) -> list[Entry]:
    """The entries that overlap any of these blocks: a group may have a thousand others."""
    return [entry for entry in entries if any(_meets(entry.block, block) for block in blocks)]


def _meets(first: Block, second: Block) -> bool:
    return first[0] == second[0] and first[1] <= second[2] and second[1] <= first[2]


def _ordered(entries: Iterable[Entry]) -> list[Entry]:
    """By rule number; what allows comes first where two have the same, for caution."""
    return sorted(dict.fromkeys(entries), key=lambda entry: (entry.order, not entry.allow))


def _blocks(entries: Sequence[Entry]) -> Iterator[Block]:
    """Addresses cut so that each piece lies wholly within or wholly outside of every entry."""
    for kind in sorted({entry.block[0] for entry in entries}):
        ranges = [entry.block for entry in entries if entry.block[0] == kind]
        if kind not in ("ipv4", "ipv6"):
            yield ranges[0]
            continue
        cuts = sorted({low for _, low, _ in ranges} | {high + 1 for _, _, high in ranges})
        for low, next_ in pairwise(cuts):
            yield kind, low, next_ - 1


def _deciders(
    entries: Sequence[Entry], protocol: str, block: Block
) -> list[tuple[Entry | None, Intervals]]:
    """Which entry decides on which ports of these packets; None is the end of the list."""
    undecided, deciders = PORTS, list[tuple[Entry | None, Intervals]]()
    for entry in entries:
        if entry.protocol not in (EVERY_PROTOCOL, protocol) or not _holds(entry.block, block):
            continue
        ports = undecided & entry.ports
        if ports:
            deciders.append((entry, ports))
            undecided = undecided - ports
    return [*deciders, (None, undecided)] if undecided else deciders


def _holds(wide: Block, narrow: Block) -> bool:
    return wide[0] == narrow[0] and wide[1] <= narrow[1] and narrow[2] <= wide[2]


def in_words(passing: Iterable[Passed], most: int = 3) -> str:
    """Packets in words: `tcp 22, 0.0.0.0/0 and udp 53, 10.0.0.0/8`; the widest first."""
    pieces: dict[tuple[str, Intervals], list[Block]] = {}
    for (block, protocol), ports in _ports_by_block(passing).items():
        pieces.setdefault((protocol, ports), []).append(block)
    words = [
        (sum(b[2] - b[1] + 1 for b in joined), f"{_packets(protocol, ports)}, {_peers(joined)}")
        for (protocol, ports), blocks in pieces.items()
        for joined in [_joined(blocks)]
    ]
    widest = [one for _, one in sorted(words, key=lambda one: -one[0])]
    more = [f"{len(widest) - most} more"] if len(widest) > most else []
    return listed([*widest[:most], *more], "; ")


def _ports_by_block(passing: Iterable[Passed]) -> dict[tuple[Block, str], Intervals]:
    """Ports by block and protocol; a block with all ports of all protocols is listed once."""
    ports: dict[Block, dict[str, Intervals]] = {}
    for packets in passing:
        by_protocol = ports.setdefault(packets.block, {})
        by_protocol[packets.protocol] = by_protocol.get(packets.protocol, NONE) | packets.ports
    merged: dict[tuple[Block, str], Intervals] = {}
    for block, by_protocol in ports.items():
        other_ports = by_protocol.get(OTHER, NONE)
        if other_ports == PORTS and all(range_ == PORTS for range_ in by_protocol.values()):
            merged[block, EVERY_PROTOCOL] = PORTS
        else:
            merged.update({(block, protocol): range_ for protocol, range_ in by_protocol.items()})
    return merged


def _packets(protocol: str, ports: Intervals) -> str:
    if protocol == EVERY_PROTOCOL:
        return "all traffic"
    if protocol == OTHER:
        return "other protocols"
    name = protocol if protocol.isalpha() or not protocol.isdecimal() else f"protocol {protocol}"
    if protocol in ICMP:
        return name if ports == PORTS else f"{name} {_types(ports)}"
    if protocol not in WITH_PORTS:
        return name
    return f"{name} {ports}"


def _types(ports: Intervals) -> str:
    """Types of ICMP, with the code where only some of a type's are meant."""
    return ", ".join(
        f"type {low // 256}"
        + ("" if high - low == 255 and low % 256 == 0 else f" code {low % 256}")
        if low // 256 == high // 256
        else f"types {low // 256}-{high // 256}"
        for low, high in ports.pairs
    )


def _joined(blocks: Iterable[Block]) -> list[Block]:
    joined: list[Block] = []
    for kind, low, high in sorted(blocks):
        if joined and joined[-1][0] == kind and kind.startswith("ip") and low == joined[-1][2] + 1:
            joined[-1] = (kind, joined[-1][1], high)
        else:
            joined.append((kind, low, high))
    return joined


def _peers(blocks: Sequence[Block]) -> str:
    names = [name for block in blocks for name in _peer(block)]
    more = f" and {len(names) - 3} more ranges" if len(names) > 3 else ""
    return ", ".join(names[:3]) + more


def _peer(block: Block) -> Iterator[str]:
    kind, low, high = block
    if kind == "ipv4":
        ends4 = ipaddress.IPv4Address(low), ipaddress.IPv4Address(high)
        yield from map(str, ipaddress.summarize_address_range(*ends4))
    elif kind == "ipv6":
        ends6 = ipaddress.IPv6Address(low), ipaddress.IPv6Address(high)
        yield from map(str, ipaddress.summarize_address_range(*ends6))
    else:
        yield kind
