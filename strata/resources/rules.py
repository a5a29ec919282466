"""Rules of security groups and network ACLs, from any resource, block or response of AWS.

Terraform writes a rule as a resource of its own or as a block of its group or ACL, in arguments
with different names; `rule` reads all of them, `from_permission` and `from_entry` EC2's responses.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from strata.documents import Json
from strata.documents.stacks import is_on

EVERY_PROTOCOL = "-1"
PROTOCOLS = {"6": "tcp", "17": "udp", "1": "icmp", "58": "icmpv6", "all": EVERY_PROTOCOL}
"""IANA's numbers that AWS has a name for, and its other word for all protocols."""

ICMP = ("icmp", "icmpv6")

PORT_ARGUMENTS = ("from_port", "to_port")
ICMP_ARGUMENTS = ("icmp_type", "icmp_code")
RANGES = ("cidr_ipv4", "cidr_ipv6", "cidr_block", "ipv6_cidr_block", "cidr_blocks",
          "ipv6_cidr_blocks")  # fmt: skip
PREFIX_LISTS = ("prefix_list_id", "prefix_list_ids")
GROUPS = ("referenced_security_group_id", "source_security_group_id", "security_groups")
"""The arguments with the ports, and with the other end of the traffic."""


@dataclass(frozen=True)
class Rule:
    """A rule. The other end of the traffic is as it was written: a range, an id, or `${...}`.

    `first` and `last` are ports as they were written, for ICMP its type and code; None where there
    are none. `number` and `action` (`allow` or `deny`) are those of an ACL's rule.
    """

    protocol: str
    first: Any
    last: Any
    ranges: tuple[str, ...]
    prefix_lists: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    itself: bool = False
    number: Any = None
    action: str = ""


def protocol(value: object) -> str:
    """`tcp` of `tcp`, `6` and 6; `-1` for every protocol."""
    text = str(value).lower()
    return PROTOCOLS.get(text, text)


def group_id(text: str) -> str:
    """The id of a group, which is `account/id` where it is another account's."""
    return text.rpartition("/")[2]


def rule(body: Json) -> Rule:
    """The rule in these arguments of a resource or a block."""
    which = protocol(_first(body, "ip_protocol", "protocol") or EVERY_PROTOCOL)
    number = _first(body, "rule_number", "rule_no")
    # The rules of a group have type and code in the arguments for ports.
    of_acl = number is not None or "icmp_type" in body
    first, last = ICMP_ARGUMENTS if which in ICMP and of_acl else PORT_ARGUMENTS
    return Rule(
        which,
        _first(body, first),
        _first(body, last),
        _texts(body, RANGES),
        _texts(body, PREFIX_LISTS),
        _texts(body, GROUPS),
        is_on(_first(body, "self")),
        number,
        str(_first(body, "rule_action", "action") or "").lower(),
    )


def from_permission(permission: Json) -> Rule:
    """A group's rule as EC2 returns it (`IpPermission`)."""
    return Rule(
        protocol(permission["IpProtocol"]),
        permission.get("FromPort"),
        permission.get("ToPort"),
        (
            *(peer["CidrIp"] for peer in permission.get("IpRanges", [])),
            *(peer["CidrIpv6"] for peer in permission.get("Ipv6Ranges", [])),
        ),
        tuple(peer["PrefixListId"] for peer in permission.get("PrefixListIds", [])),
        tuple(peer["GroupId"] for peer in permission.get("UserIdGroupPairs", [])),
    )


def from_entry(entry: Json) -> Rule:
    """A network ACL's rule as EC2 returns it (`NetworkAclEntry`)."""
    ports = entry.get("PortRange", {})
    return Rule(
        protocol(entry["Protocol"]),
        ports.get("From"),
        ports.get("To"),
        (entry.get("CidrBlock") or entry["Ipv6CidrBlock"],),
        number=entry["RuleNumber"],
        action=entry["RuleAction"],
    )


def _texts(body: Json, names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(str(value) for name in names for value in _values(body.get(name)))


def _first(body: Json, *names: str) -> Any:
    return next((value for name in names for value in _values(body.get(name))), None)


def _values(value: Any) -> Iterator[Any]:
    """The values in an argument, without lists around them, nulls and empty texts."""
    if isinstance(value, list):
        for item in value:
            yield from _values(item)
    elif value not in (None, ""):
        yield value
