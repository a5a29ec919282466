"""Zones, and the arithmetic of the VPC's address ranges."""

import ipaddress
import itertools
import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from ipaddress import IPv4Network

from strata.settings import figures
from strata.settings.models import Network, Settings, Subnets
from strata.settings.positions import Key
from strata.settings.rules.finding import Finding
from strata.text.words import counted

PRIVATE = tuple(
    map(IPv4Network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"))
)
"""Private and shared address space (RFC 1918, RFC 6598)."""

SIZES = range(16, 29)
"""Prefix lengths of VPCs and subnets (VPC User Guide, VPC CIDR blocks)."""

OF_LOAD_BALANCERS = 27
"""Longest prefix of their subnets (ELB User Guide for Application Load Balancers, subnets for your
load balancer)."""

ZONES: Key = ("network", "availability_zones")
EMPTIED: Key = ("network", "emptied_zones")
VPC: Key = ("network", "vpc_cidr")
EXISTING: Key = ("network", "existing")

NOT_OURS = {
    "vpc_cidr": "the VPC has its ranges",
    "public_subnets": "name its subnets in network.public",
    "private_subnets": "name its subnets in network.private",
    "emptied_zones": "leave a zone and its subnets out of the lists",
    "nat": "its ways out are those of its route tables",
    "endpoints": "a gateway endpoint changes its route tables, and the private names of an "
    "interface endpoint hold for everybody in it; ask its team for them",
    "flow_log_retention_days": "its flow logs are its team's",
}
"""Key -> why it means nothing with an existing VPC, or what to write instead."""

ID = "-(?:[0-9a-f]{8}|[0-9a-f]{17})"
"""Ids of EC2 after their prefix (EC2 User Guide, resource IDs)."""


ECS_SERVICES = ("ecs", "ecs-agent", "ecs-telemetry")
"""What the agent of ECS talks to, each a service of its own (ECS Developer Guide, interface VPC
endpoints, considerations)."""


def check(settings: Settings) -> Iterator[Finding]:
    """Check `[network]`."""
    yield from _zones(settings)
    if settings.network.existing is not None:
        yield from _existing(settings.network)
        return
    for kind in ("public", "private"):
        if getattr(settings.network, kind) is not None:
            yield Finding(
                ("network", kind),
                "names subnets of an existing VPC, and network.existing names none",
                f"network.existing, or ranges in network.{kind}_subnets",
            )
    vpc, problem = ipv4_range(VPC, settings.network.vpc_cidr)
    if problem:
        yield problem
    elif vpc:
        if not any(vpc.subnet_of(private) for private in PRIVATE):
            yield Finding(
                VPC,
                "is not private address space",
                "a range in " + ", ".join(map(str, PRIVATE)),
            )
        elif vpc.prefixlen not in SIZES:
            yield Finding(VPC, "is not between /16 and /28", f"{vpc.network_address}/16")
    yield from _subnets(settings.network, vpc)
    yield from _counts(settings.network)
    yield from _emptied(settings.network)
    endpoints = settings.network.endpoints
    for index, service in enumerate(endpoints):
        if service in endpoints[:index]:
            yield Finding(("network", "endpoints", index), "is listed twice", "each service once")
    ecs = [service for service in ECS_SERVICES if service in endpoints]
    if ecs and len(ecs) < len(ECS_SERVICES):
        lacking = [service for service in ECS_SERVICES if service not in endpoints]
        yield Finding(
            ("network", "endpoints"),
            f"has {' and '.join(ecs)} without {' and '.join(lacking)}, and then the agents go by "
            "the public endpoints all the same",
            f"all of {', '.join(ECS_SERVICES)}, or none of them",
        )


def _zones(settings: Settings) -> Iterator[Finding]:
    zones, region = settings.network.availability_zones, settings.environment.region
    if len(zones) < 2:
        yield Finding(
            ZONES,
            f"names {len(zones)}, and a load balancer needs two",
            f"at least two zones, such as {region}a and {region}b",
        )
    for index, zone in enumerate(zones):
        key: Key = (*ZONES, index)
        if region in figures.offerings().regions and not re.fullmatch(
            re.escape(region) + "[a-f]", zone
        ):
            yield Finding(
                key,
                f"is not a zone of {region}",
                f"{region}a, {region}b and so on",
                (("environment", "region"),),
            )
        elif zone in zones[:index]:
            yield Finding(key, "is listed twice", "each zone once")


def bare_zones(settings: Settings) -> Iterator[Finding]:
    """The warning that a zone has no subnet: subnets are given by their own lists."""
    network = settings.network
    if network.existing is not None:
        return
    count = max(len(network.public_subnets), len(network.private_subnets))
    for index, zone in enumerate(network.availability_zones[count:], start=count):
        yield Finding(
            (*ZONES, index),
            f"has no subnet, and nothing is put into it: {counted(count, 'subnet')} of a kind lie "
            "in the zones before it",
            f"a further range in public_subnets and in private_subnets, or no {zone}",
            (("network", "public_subnets"), ("network", "private_subnets")),
        )


def tight_subnets(settings: Settings) -> Iterator[Finding]:
    """The warning that a public subnet is smaller than load balancers want theirs."""
    if settings.network.existing is not None:
        return
    for index, text in enumerate(settings.network.public_subnets):
        network = IPv4Network(text)
        if network.prefixlen > OF_LOAD_BALANCERS:
            yield Finding(
                ("network", "public_subnets", index),
                f"has {network.num_addresses} addresses: a load balancer wants eight free ones in "
                f"each of its subnets, and a /{OF_LOAD_BALANCERS} to grow in",
                f"a /{OF_LOAD_BALANCERS} or larger",
            )


def _existing(network: Network) -> Iterator[Finding]:
    """What can be judged of an existing VPC without AWS; the rest is asked before an apply."""
    for name, right in NOT_OURS.items():
        if name in network.model_fields_set:
            yield Finding(
                ("network", name),
                "means nothing in an existing VPC, which Strata does not change",
                f"no {name}: {right}",
                (EXISTING,),
            )
    if not re.fullmatch(f"vpc{ID}", str(network.existing)):
        yield Finding(EXISTING, "is not the id of a VPC", "such as vpc-0a1b2c3d4e5f60718")
    for kind in ("public", "private"):
        yield from _chosen(network, kind)
    yield from _shared(network)


def _chosen(network: Network, kind: str) -> Iterator[Finding]:
    """Whether `network.public` or `network.private` says which subnets."""
    key: Key = ("network", kind)
    chosen: Subnets | None = getattr(network, kind)
    example = f'{{ ids = ["subnet-0a1b2c3d", ...] }}, or {{ tags = {{ Tier = "{kind}" }} }}'
    if chosen is None:
        yield Finding(key, "is missing: an existing VPC needs it", example, (EXISTING,))
    elif bool(chosen.ids) == bool(chosen.tags):
        which = "both ids and tags" if chosen.ids else "neither ids nor tags"
        yield Finding(key, f"has {which}", example)
    elif chosen.ids:
        yield from _ids((*key, "ids"), chosen.ids)
        count, zones = len(chosen.ids), len(network.availability_zones)
        if count < 2:
            yield Finding(
                (*key, "ids"),
                f"has {count}, and load balancers and database subnet groups need two zones",
                "at least two subnets",
            )
        elif kind == "public" and count > zones:
            # Elastic Load Balancing guide, subnets for your load balancer: one of each zone.
            yield Finding(
                (*key, "ids"),
                f"has {count} subnets for {zones} zones, and a load balancer takes one of each",
                "one for each zone at most",
                (ZONES,),
            )


def _ids(key: Key, ids: list[str]) -> Iterator[Finding]:
    for index, name in enumerate(ids):
        if not re.fullmatch(f"subnet{ID}", name):
            yield Finding((*key, index), "is not the id of a subnet", "such as subnet-0a1b2c3d")
        elif name in ids[:index]:
            yield Finding((*key, index), "is listed twice", "each subnet once")


def _shared(network: Network) -> Iterator[Finding]:
    """The database must not lie where the load balancer does."""
    public, private = network.public, network.private
    if public is None or private is None:
        return
    for index, name in enumerate(private.ids):
        if name in public.ids:
            yield Finding(
                ("network", "private", "ids", index),
                "is a public subnet too",
                "a subnet without a route from the internet",
                (("network", "public", "ids"),),
            )
    if private.tags and private.tags == public.tags:
        yield Finding(
            ("network", "private", "tags"),
            "are the tags of the public subnets too",
            "tags that only the private subnets have",
            (("network", "public", "tags"),),
        )


def ipv4_range(
    key: Key, text: str, right: str = "such as 10.0.0.0/16"
) -> tuple[IPv4Network | None, Finding | None]:
    """The range that a text is, or what is wrong with it."""
    interface = _interface(text)
    if interface is None:
        return None, Finding(key, "is not an IPv4 range", right)
    if interface.ip != interface.network.network_address:
        return None, Finding(key, _host_bits(interface), str(interface.network))
    return interface.network, None


@lru_cache(maxsize=1024)
def _interface(text: str) -> ipaddress.IPv4Interface | None:
    """An address with the length of its prefix; None for another text."""
    if not re.fullmatch(r"[0-9.]+/[0-9]+", text):
        return None
    try:
        return ipaddress.IPv4Interface(text)
    except ValueError:
        return None


def _host_bits(interface: ipaddress.IPv4Interface) -> str:
    return f"has host bits set: it is an address that lies in {interface.network}"


class _Taken:
    """Ranges that are in use, with look-ups whose time does not grow with their number.

    Two CIDR blocks overlap when one contains the other: a block is registered under itself and
    under each shorter prefix around it.
    """

    def __init__(self, vpc: IPv4Network | None) -> None:
        self._vpc = vpc
        self._whole: dict[tuple[int, int], tuple[Key, IPv4Network]] = {}
        self._around: dict[tuple[int, int], tuple[Key, IPv4Network]] = {}
        self._candidates: dict[int, Iterator[IPv4Network]] = {}

    def add(self, key: Key, network: IPv4Network) -> None:
        """Take a range."""
        address = int(network.network_address)
        prefix = network.prefixlen, address >> (32 - network.prefixlen)
        self._whole.setdefault(prefix, (key, network))
        for length in range(network.prefixlen + 1):
            self._around.setdefault((length, address >> (32 - length)), (key, network))

    def overlapping(self, network: IPv4Network) -> tuple[Key, IPv4Network] | None:
        """A range that is in use and overlaps this one, with its key."""
        address, length = int(network.network_address), network.prefixlen
        within = self._around.get((length, address >> (32 - length)))
        if within:
            return within
        for shorter in range(length - 1, -1, -1):
            around = self._whole.get((shorter, address >> (32 - shorter)))
            if around:
                return around
        return None

    def free(self, prefix: int) -> IPv4Network | None:
        """The first range of that size in the VPC that overlaps no range in use."""
        if self._vpc is None or prefix < self._vpc.prefixlen:
            return None
        # Ranges in use stay in use, so that the search goes on where the last one ended.
        candidates = self._candidates.setdefault(prefix, self._vpc.subnets(new_prefix=prefix))
        for candidate in candidates:
            if not self.overlapping(candidate):
                self._candidates[prefix] = itertools.chain([candidate], candidates)
                return candidate
        return None


def _subnets(settings: Network, vpc: IPv4Network | None) -> Iterator[Finding]:
    subnets: list[tuple[Key, str]] = [
        (("network", f"{kind}_subnets", index), text)
        for kind in ("public", "private")
        for index, text in enumerate(getattr(settings, f"{kind}_subnets"))
    ]
    taken = _Taken(vpc)
    with_host_bits: list[tuple[Key, ipaddress.IPv4Interface]] = []
    outside: list[tuple[Key, IPv4Network]] = []
    for key, text in subnets:
        network, problem = ipv4_range(key, text)
        if network is not None:
            yield from _subnet(key, network, taken)
            taken.add(key, network)
            if vpc and network.prefixlen in SIZES and not network.subnet_of(vpc):
                outside.append((key, network))
        elif problem and "host bits" in problem.wrong:
            with_host_bits.append((key, ipaddress.IPv4Interface(text)))
        elif problem:
            yield problem
    shared = Counter(interface.network for _, interface in with_host_bits)
    for key, interface in with_host_bits:
        network = _suggested(interface, vpc, taken, counted=shared[interface.network] > 1)
        right = str(interface.network)
        if network:
            taken.add(key, network)
            right = str(network)
            right += ", which is free" if network == interface.network else ""
            right += ", which was meant in this list" if network != interface.network else ""
        reads = (VPC, ("network", "public_subnets"), ("network", "private_subnets"))
        yield Finding(key, _host_bits(interface), right, reads if network else ())
    if vpc:
        yield from _outside(outside, vpc, taken)


def _outside(
    outside: list[tuple[Key, IPv4Network]], vpc: IPv4Network, taken: _Taken
) -> Iterator[Finding]:
    """The ranges outside of the VPC, each with one that overlaps none of those that are right."""
    for key, network in outside:
        right = f"a smaller range within {vpc}"
        if network.prefixlen > vpc.prefixlen:
            free = taken.free(network.prefixlen)
            right = f"a range within {vpc}{f', such as {free}' if free else ''}"
            if free:
                taken.add(key, free)
        yield Finding(key, f"lies outside the VPC, {vpc}", right, (VPC,))


def _subnet(key: Key, network: IPv4Network, taken: _Taken) -> Iterator[Finding]:
    if network.prefixlen not in SIZES:
        yield Finding(key, "is not between /16 and /28", f"such as {network.network_address}/24")
        return
    overlap = taken.overlapping(network)
    if overlap:
        other_key, other = overlap
        free = taken.free(network.prefixlen)
        yield Finding(
            key,
            f"overlaps {other_key[1]}[{other_key[2]}], {other}",
            f"a range of its own, such as {free}" if free else "a range of its own",
            (other_key,),
        )


def _suggested(
    interface: ipaddress.IPv4Interface, vpc: IPv4Network | None, taken: _Taken, *, counted: bool
) -> IPv4Network | None:
    """The network that was probably meant with an address with host bits.

    Its own, if that is free; `10.0.0.1/24` together with 10.0.0.0/24, or with another such address
    (`counted`), was number 1 of the /24s from 10.0.0.0 on.
    """
    own = interface.network
    if own.prefixlen not in SIZES:
        return None

    def fits(network: IPv4Network) -> bool:
        return (vpc is None or network.subnet_of(vpc)) and not taken.overlapping(network)

    if not counted and fits(own):
        return own
    number = int(interface.ip) - int(own.network_address)
    start = int(own.network_address) + number * own.num_addresses
    if start < 2**32 and fits(IPv4Network((start, own.prefixlen))):
        return IPv4Network((start, own.prefixlen))
    return taken.free(own.prefixlen)


def _counts(network: Network) -> Iterator[Finding]:
    zones = len(network.availability_zones)
    for kind in ("public", "private"):
        key: Key = ("network", f"{kind}_subnets")
        count = len(getattr(network, f"{kind}_subnets"))
        if count > zones:
            yield Finding(
                key,
                f"has {count} subnets for {counted(zones, 'zone')}",
                "one for each zone at most",
                (ZONES,),
            )
        if count < 2:
            yield Finding(
                key,
                f"has {count}, and load balancers and database subnet groups need two zones",
                "at least two subnets",
            )
    public, private = len(network.public_subnets), len(network.private_subnets)
    if network.nat == "per_az" and private > public:
        yield Finding(
            ("network", "nat"),
            f"needs a public subnet for each of {private} private subnets, and there are {public}",
            f"{private} public subnets, or single",
            (("network", "public_subnets"), ("network", "private_subnets")),
        )


def _emptied(network: Network) -> Iterator[Finding]:
    zones, emptied = network.availability_zones, network.emptied_zones
    for index, zone in enumerate(emptied):
        if zone not in zones:
            yield Finding((*EMPTIED, index), "is not one of the zones", ", ".join(zones), (ZONES,))
        elif zone in emptied[:index]:
            yield Finding((*EMPTIED, index), "is listed twice", "each zone once")
    used = len(zones) - len(emptied)
    if len(set(emptied) & set(zones)) < len(emptied):
        return
    if emptied and used < 2:
        yield Finding(
            EMPTIED,
            f"leaves {used} of {len(zones)} zones, and load balancers need two",
            "at most the zones after the second",
            (ZONES,),
        )
    elif set(emptied) != set(zones[used:]):
        yield Finding(
            EMPTIED,
            "are not the last zones, and subnets are known by their place in the list",
            f"the last ones, such as {zones[-1]}",
            (ZONES,),
        )
