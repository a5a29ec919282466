"""Zones, and the arithmetic of the VPC's address ranges."""

import ipaddress
import re
from collections.abc import Iterator
from ipaddress import IPv4Network

from strata.settings import figures
from strata.settings.models import Settings
from strata.settings.positions import Key
from strata.settings.rules.finding import Finding

PRIVATE = tuple(
    map(IPv4Network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"))
)
"""Private and shared address space (RFC 1918, RFC 6598)."""

SIZES = range(16, 29)
"""Prefix lengths of VPCs and subnets (VPC User Guide, VPC CIDR blocks)."""

ZONES: Key = ("network", "availability_zones")
EMPTIED: Key = ("network", "emptied_zones")
VPC: Key = ("network", "vpc_cidr")


def check(settings: Settings) -> Iterator[Finding]:
    """Judge `[network]`."""
    yield from _zones(settings)
    vpc, problem = _network(VPC, settings.network.vpc_cidr)
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
    yield from _subnets(settings, vpc)
    yield from _counts(settings)
    yield from _emptied(settings)


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
            yield Finding(key, "stands there twice", "each zone once")


def _network(key: Key, text: str) -> tuple[IPv4Network | None, Finding | None]:
    try:
        interface = ipaddress.IPv4Interface(text)
    except ValueError:
        interface = None
    if interface is None or not re.fullmatch(r"[0-9.]+/[0-9]+", text):
        return None, Finding(key, "is not an IPv4 range", "such as 10.0.0.0/16")
    if interface.ip != interface.network.network_address:
        return None, Finding(key, _host_bits(interface), str(interface.network))
    return interface.network, None


def _host_bits(interface: ipaddress.IPv4Interface) -> str:
    return f"has host bits set: it is an address that lies in {interface.network}"


def _subnets(settings: Settings, vpc: IPv4Network | None) -> Iterator[Finding]:
    written: list[tuple[Key, str]] = [
        (("network", f"{kind}_subnets", index), text)
        for kind in ("public", "private")
        for index, text in enumerate(getattr(settings.network, f"{kind}_subnets"))
    ]
    taken: list[tuple[Key, IPv4Network]] = []
    slipped: list[tuple[Key, ipaddress.IPv4Interface]] = []
    for key, text in written:
        network, problem = _network(key, text)
        if network is not None:
            yield from _subnet(key, network, vpc, taken)
            taken.append((key, network))
        elif problem and "host bits" in problem.wrong:
            slipped.append((key, ipaddress.IPv4Interface(text)))
        elif problem:
            yield problem
    for key, interface in slipped:
        meant = _meant(interface, vpc, [network for _, network in taken])
        right = str(interface.network)
        if meant:
            taken.append((key, meant))
            right = f"{meant}, which was meant in this list"
        reads = (VPC, ("network", "public_subnets"), ("network", "private_subnets"))
        yield Finding(key, _host_bits(interface), right, reads if meant else ())


def _subnet(
    key: Key, network: IPv4Network, vpc: IPv4Network | None, taken: list[tuple[Key, IPv4Network]]
) -> Iterator[Finding]:
    if network.prefixlen not in SIZES:
        yield Finding(key, "is not between /16 and /28", f"such as {network.network_address}/24")
        return
    if vpc and not network.subnet_of(vpc):
        yield Finding(key, f"lies outside the VPC, {vpc}", f"a range within {vpc}", (VPC,))
    for other_key, other in taken:
        if network.overlaps(other):
            free = _free(network.prefixlen, vpc, [n for _, n in taken])
            yield Finding(
                key,
                f"overlaps {other_key[1]}[{other_key[2]}], {other}",
                f"a range of its own, such as {free}" if free else "a range of its own",
                (other_key,),
            )
            return


def _meant(
    interface: ipaddress.IPv4Interface, vpc: IPv4Network | None, taken: list[IPv4Network]
) -> IPv4Network | None:
    """The network that `10.0.0.1/24` was meant to be: number 1 of the /24s from 10.0.0.0 on."""
    if interface.network.prefixlen not in SIZES:
        return None
    number = int(interface.ip) - int(interface.network.network_address)
    start = int(interface.network.network_address) + number * interface.network.num_addresses
    if start < 2**32:
        meant = IPv4Network((start, interface.network.prefixlen))
        if (vpc is None or meant.subnet_of(vpc)) and not any(meant.overlaps(n) for n in taken):
            return meant
    return _free(interface.network.prefixlen, vpc, taken)


def _free(prefix: int, vpc: IPv4Network | None, taken: list[IPv4Network]) -> IPv4Network | None:
    """The first range of that size in the VPC that nothing lies in."""
    if vpc is None or prefix < vpc.prefixlen:
        return None
    candidates = vpc.subnets(new_prefix=prefix)
    return next((c for c in candidates if not any(c.overlaps(n) for n in taken)), None)


def _counts(settings: Settings) -> Iterator[Finding]:
    network = settings.network
    zones = len(network.availability_zones)
    for kind in ("public", "private"):
        key: Key = ("network", f"{kind}_subnets")
        count = len(getattr(network, f"{kind}_subnets"))
        if count > zones:
            yield Finding(
                key,
                f"has {count} subnets for {zones} zones",
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
            f"needs a public subnet beside each of {private} private ones, and there are {public}",
            f"{private} public subnets, or single",
            (("network", "public_subnets"), ("network", "private_subnets")),
        )


def _emptied(settings: Settings) -> Iterator[Finding]:
    zones, emptied = settings.network.availability_zones, settings.network.emptied_zones
    for index, zone in enumerate(emptied):
        if zone not in zones:
            yield Finding((*EMPTIED, index), "is none of the zones", ", ".join(zones), (ZONES,))
        elif zone in emptied[:index]:
            yield Finding((*EMPTIED, index), "stands there twice", "each zone once")
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
