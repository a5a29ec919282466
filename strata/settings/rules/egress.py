"""Ways out of the VPC beside HTTPS."""

import re
from collections.abc import Iterator
from ipaddress import IPv4Network

from strata.settings.models import Settings
from strata.settings.positions import Key
from strata.settings.rules.finding import Finding
from strata.settings.rules.network import VPC, ipv4_range

EGRESS: Key = ("service", "egress")
HTTPS = 443

MOST_RANGES = 10
"""A network ACL takes 20 rules in a direction (Amazon VPC quotas). Up to 5 are Strata's, and each
range takes one."""


def check(settings: Settings) -> Iterator[Finding]:
    """Check `[[service.egress]]`."""
    ways = settings.service.egress
    ports = [way.port for way in ways]
    # The ranges of an existing VPC are known to AWS alone.
    existing = settings.network.existing is not None
    vpc = None if existing else ipv4_range(VPC, settings.network.vpc_cidr)[0]
    for index, way in enumerate(ways):
        key: Key = (*EGRESS, index)
        if way.port == HTTPS:
            yield Finding((*key, "port"), "is HTTPS, which is open to anywhere", "another port")
        elif way.port in ports[:index]:
            yield Finding(
                (*key, "port"), "is listed twice", "one entry for each port, with all its ranges"
            )
        yield from _ranges((*key, "ranges"), way.ranges, vpc)
    count = sum(len(way.ranges) for way in ways)
    if count > MOST_RANGES:
        yield Finding(
            EGRESS,
            f"has {count} ranges, and the network ACLs have room for {MOST_RANGES}",
            f"at most {MOST_RANGES} together; wider ranges take less room",
        )


def _range(text: str) -> str:
    """The range to write in place of a text that is none."""
    if re.fullmatch(r"[0-9]+(\.[0-9]+){3}", text) and ipv4_range(EGRESS, f"{text}/32")[0]:
        return f"{text}/32 for this address alone"
    return "such as 203.0.113.0/24: security groups know addresses, and no names"


def _ranges(key: Key, ranges: list[str], vpc: IPv4Network | None) -> Iterator[Finding]:
    earlier: list[IPv4Network] = []
    for index, text in enumerate(ranges):
        network, problem = ipv4_range((*key, index), text, _range(text))
        if problem or network is None:
            yield from [problem] if problem else []
            continue
        if vpc and network.subnet_of(vpc):
            yield Finding(
                (*key, index),
                f"lies in the VPC, {vpc}",
                "a range outside of it; database and cache are open to the instances already",
                (VPC,),
            )
        elif overlap := next((other for other in earlier if network.overlaps(other)), None):
            yield Finding((*key, index), f"overlaps {overlap}", "each address once")
        earlier.append(network)
