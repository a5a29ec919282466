"""Rules of security groups and network ACLs, whichever resource, block or answer of AWS says them.

Terraform writes a rule as a resource of its own or as a block of its group or ACL, in arguments
with different names; `rule` reads all of them, `from_permission` and `from_entry` what EC2 answers.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from strata.documents import Json
from strata.documents.stacks import is_on

EVERY_PROTOCOL = "-1"
PROTOCOLS = {"6": "tcp", "17": "udp", "1": "icmp", "58": "icmpv6", "all": EVERY_PROTOCOL}
"""Numbers of IANA's that AWS has a name for, and its other word for all."""

ICMP = ("icmp", "icmpv6")

PORT_ARGUMENTS = ("from_port", "to_port")
ICMP_ARGUMENTS = ("icmp_type", "icmp_code")
RANGES = ("cidr_ipv4", "cidr_ipv6", "cidr_block", "ipv6_cidr_block", "cidr_blocks",
          "ipv6_cidr_blocks")  # fmt: skip
PREFIX_LISTS = ("prefix_list_id", "prefix_list_ids")
GROUPS = ("referenced_security_group_id", "source_security_group_id", "security_groups")
"""The arguments that say which ports, and who is at the other end."""


@dataclass(frozen=True)
class Rule:
    """One rule. Who is at the other end is as it was written: a range, an id, or `${...}`.

    `first` and `last` are ports as they were written, of ICMP its type and code; None where nothing
    is. `number` and `action` (`allow` or `deny`) are those of an ACL's rule.
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


def protocol(found: object) -> str:
    """`tcp` of `tcp`, `6` and 6; `-1` for every protocol."""
    text = str(found).lower()
    return PROTOCOLS.get(text, text)


def group_id(text: str) -> str:
    """The id of a group, which is `account/id` where it is another account's."""
    return text.rpartition("/")[2]


def rule(body: Json) -> Rule:
    """The rule that these arguments of a resource or a block say."""
    which = protocol(_first(body, "ip_protocol", "protocol") or EVERY_PROTOCOL)
    number = _first(body, "rule_number", "rule_no")
    # The rules of a group have type and code in the place of ports.
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


def from_permission(found: Json) -> Rule:
    """A group's rule as EC2 answers it (`IpPermission`)."""
    return Rule(
        protocol(found["IpProtocol"]),
        found.get("FromPort"),
        found.get("ToPort"),
        (
            *(peer["CidrIp"] for peer in found.get("IpRanges", [])),
            *(peer["CidrIpv6"] for peer in found.get("Ipv6Ranges", [])),
        ),
        tuple(peer["PrefixListId"] for peer in found.get("PrefixListIds", [])),
        tuple(peer["GroupId"] for peer in found.get("UserIdGroupPairs", [])),
    )


def from_entry(found: Json) -> Rule:
    """A network ACL's rule as EC2 answers it (`NetworkAclEntry`)."""
    ports = found.get("PortRange", {})
    return Rule(
        protocol(found["Protocol"]),
        ports.get("From"),
        ports.get("To"),
        (found.get("CidrBlock") or found["Ipv6CidrBlock"],),
        number=found["RuleNumber"],
        action=found["RuleAction"],
    )


def _texts(body: Json, names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(str(one) for name in names for one in _values(body.get(name)))


def _first(body: Json, *names: str) -> Any:
    return next((one for name in names for one in _values(body.get(name))), None)


def _values(found: Any) -> Iterator[Any]:
    """What stands there, without lists around it, nulls and empty text."""
    if isinstance(found, list):
        for one in found:
            yield from _values(one)
    elif found not in (None, ""):
        yield found
