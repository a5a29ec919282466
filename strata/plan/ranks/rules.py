"""What rules of security groups and network ACLs admit, and whether that is more than before."""

import ipaddress
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]

ANYWHERE = ("0.0.0.0/0", "::/0")


@dataclass(frozen=True)
class Rule:
    """What a rule of a security group or a network ACL admits; `other` is a group or list."""

    protocol: str
    ports: tuple[int, int]
    cidr: str = ""
    other: str = ""

    def within(self, wider: "Rule") -> bool:
        """Whether `wider` admits all that this rule admits."""
        if wider.protocol not in ("-1", self.protocol):
            return False
        if wider.protocol != "-1" and not (
            wider.ports[0] <= self.ports[0] and self.ports[1] <= wider.ports[1]
        ):
            return False
        if self.other or wider.other:
            return self.other == wider.other
        return _within(self.cidr, wider.cidr)

    def __str__(self) -> str:
        ports = (
            f"{self.ports[0]}-{self.ports[1]}"
            if self.ports[0] != self.ports[1]
            else (str(self.ports[0]))
        )
        what = "all traffic" if self.protocol == "-1" else f"{self.protocol} {ports}"
        return f"{what}, {self.cidr or self.other or 'an address known after apply'}"


def _within(cidr: str, wider: str) -> bool:
    try:
        inner, outer = ipaddress.ip_network(cidr), ipaddress.ip_network(wider)
    except ValueError:
        return cidr == wider
    if isinstance(inner, ipaddress.IPv4Network) and isinstance(outer, ipaddress.IPv4Network):
        return inner.subnet_of(outer)
    if isinstance(inner, ipaddress.IPv6Network) and isinstance(outer, ipaddress.IPv6Network):
        return inner.subnet_of(outer)
    return False


PROTOCOLS = {"6": "tcp", "17": "udp", "1": "icmp", "all": "-1"}
EVERY_PORT = (0, 65535)


def rules(type_: str, body: Json | None) -> list[Rule]:
    """What a rule resource, or a group with rules of its own, admits."""
    if not body:
        return []
    if type_ in ("aws_vpc_security_group_ingress_rule", "aws_vpc_security_group_egress_rule"):
        protocol = _protocol(body.get("ip_protocol"))
        return [
            Rule(
                protocol,
                _ports(body, protocol),
                body.get("cidr_ipv4") or body.get("cidr_ipv6") or "",
                body.get("referenced_security_group_id") or body.get("prefix_list_id") or "",
            )
        ]
    if type_ == "aws_network_acl_rule":
        if body.get("rule_action") != "allow":
            return []
        protocol = _protocol(body.get("protocol"))
        cidr = body.get("cidr_block") or body.get("ipv6_cidr_block") or ""
        return [Rule(protocol, _ports(body, protocol), cidr)]
    return []


def inline_rules(blocks: Any) -> list[Rule]:
    """What the `ingress` or `egress` blocks of a security group admit."""
    found = []
    for block in blocks if isinstance(blocks, list) else []:
        protocol = _protocol(block.get("protocol"))
        ports = _ports(block, protocol)
        for cidr in [*(block.get("cidr_blocks") or []), *(block.get("ipv6_cidr_blocks") or [])]:
            found.append(Rule(protocol, ports, cidr))
        for other in [
            *(block.get("security_groups") or []),
            *(block.get("prefix_list_ids") or []),
            *(["self"] if block.get("self") else []),
        ]:
            found.append(Rule(protocol, ports, "", other))
    return found


def _protocol(value: Any) -> str:
    return PROTOCOLS.get(str(value), str(value))


def _ports(body: Json, protocol: str) -> tuple[int, int]:
    low, high = body.get("from_port"), body.get("to_port")
    if protocol == "-1" or low is None or high is None:
        return EVERY_PORT
    return (low, high)


def wider(before: list[Rule], after: list[Rule]) -> list[Rule]:
    """The rules after that admit what no rule before did."""
    return [one for one in after if not any(one.within(old) for old in before)]
