"""Ordered lists of rules held against each other: which packets pass after that did not before.

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
"""Protocols of which a rule may take a part; of ICMP that is type and code."""

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
        """All of it but who holds it."""
        return self.protocol, self.ports, self.block, self.allow, self.order


@dataclass(frozen=True)
class Passed:
    """Packets that pass after and not before.

    `stopped_by` is the entry of before that denied them, None where none did; `let_by` the entry of
    after that allows them.
    """

    protocol: str
    ports: Intervals
    block: Block
    stopped_by: Entry | None
    let_by: Entry


def cidr(text: str) -> Block | None:
    """The block of a CIDR; None for what is none."""
    try:
        net = ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None
    kind = "ipv4" if net.version == 4 else "ipv6"
    return kind, int(net.network_address), int(net.broadcast_address)


def icmp(kind: object, code: object) -> Intervals:
    """Type and code of ICMP as one range of numbers; -1 and nothing stand for every one."""
    if not isinstance(kind, int) or kind < 0:
        return PORTS
    if not isinstance(code, int) or code < 0:
        return Intervals.of((kind * 256, kind * 256 + 255))
    return Intervals.of((kind * 256 + code, kind * 256 + code))


def passed(before: Sequence[Entry], after: Sequence[Entry]) -> Iterator[Passed]:
    """The packets that `after` lets through and `before` does not, by who stopped and who lets."""
    named = {one.protocol for one in (*before, *after)} - {EVERY_PROTOCOL}
    lets = {one.block for one in after if one.allow}
    olds, news = (_ordered(_touching(one, lets)) for one in (before, after))
    every = [*olds, *news]
    for what in [*sorted(named), OTHER]:
        for block in _blocks(every):
            stopped = _deciders(olds, what, block)
            for let_by, ports in _deciders(news, what, block):
                if not let_by or not let_by.allow:
                    continue
                for old, held in stopped:
                    both = ports & held
                    if both and not (old and old.allow):
                        yield Passed(what, both, block, old, let_by)


def _touching(entries: Sequence[Entry], blocks: set[Block]) -> list[Entry]:
    """The entries that any of these addresses meets: a group may have a thousand others."""
    return [one for one in entries if any(_meets(one.block, block) for block in blocks)]


def _meets(one: Block, other: Block) -> bool:
    return one[0] == other[0] and one[1] <= other[2] and other[1] <= one[2]


def _ordered(entries: Iterable[Entry]) -> list[Entry]:
    """By rule number; what allows comes first where two have the same, for caution."""
    return sorted(dict.fromkeys(entries), key=lambda one: (one.order, not one.allow))


def _blocks(entries: Sequence[Entry]) -> Iterator[Block]:
    """Addresses cut so that each piece lies wholly within or wholly outside of every entry."""
    for kind in sorted({one.block[0] for one in entries}):
        found = [one.block for one in entries if one.block[0] == kind]
        if kind not in ("ipv4", "ipv6"):
            yield found[0]
            continue
        cuts = sorted({low for _, low, _ in found} | {high + 1 for _, _, high in found})
        for low, next_ in pairwise(cuts):
            yield kind, low, next_ - 1


def _deciders(
    entries: Sequence[Entry], what: str, block: Block
) -> list[tuple[Entry | None, Intervals]]:
    """Which entry decides on which ports of these packets; None is the end of the list."""
    left, found = PORTS, list[tuple[Entry | None, Intervals]]()
    for one in entries:
        if one.protocol not in (EVERY_PROTOCOL, what) or not _holds(one.block, block):
            continue
        ports = left & one.ports
        if ports:
            found.append((one, ports))
            left = left - ports
    return [*found, (None, left)] if left else found


def _holds(wide: Block, narrow: Block) -> bool:
    return wide[0] == narrow[0] and wide[1] <= narrow[1] and narrow[2] <= wide[2]


def said(found: Iterable[Passed], most: int = 3) -> str:
    """Packets in words: `tcp 22, 0.0.0.0/0 and udp 53, 10.0.0.0/8`; the widest first."""
    pieces: dict[tuple[str, Intervals], list[Block]] = {}
    for (block, what), ports in _told(found).items():
        pieces.setdefault((what, ports), []).append(block)
    words = [
        (sum(b[2] - b[1] + 1 for b in joined), f"{_packets(what, ports)}, {_peers(joined)}")
        for (what, ports), blocks in pieces.items()
        for joined in [_joined(blocks)]
    ]
    widest = [one for _, one in sorted(words, key=lambda one: -one[0])]
    more = [f"{len(widest) - most} more"] if len(widest) > most else []
    return listed([*widest[:most], *more], "; ")


def _told(found: Iterable[Passed]) -> dict[tuple[Block, str], Intervals]:
    """Ports by block and protocol; one that holds for all protocols is told once."""
    ports: dict[Block, dict[str, Intervals]] = {}
    for one in found:
        of = ports.setdefault(one.block, {})
        of[one.protocol] = of.get(one.protocol, NONE) | one.ports
    told: dict[tuple[Block, str], Intervals] = {}
    for block, of in ports.items():
        rest = of.get(OTHER, NONE)
        if rest == PORTS and all(one == PORTS for one in of.values()):
            told[block, EVERY_PROTOCOL] = PORTS
        else:
            told.update({(block, what): each for what, each in of.items()})
    return told


def _packets(what: str, ports: Intervals) -> str:
    if what == EVERY_PROTOCOL:
        return "all traffic"
    if what == OTHER:
        return "other protocols"
    name = what if what.isalpha() or not what.isdecimal() else f"protocol {what}"
    if what in ICMP:
        return name if ports == PORTS else f"{name} {_types(ports)}"
    if what not in WITH_PORTS:
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
    names = [name for one in blocks for name in _peer(one)]
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
