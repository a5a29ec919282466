"""What the world may reach: security-group rules and network ACLs, in every form they have."""

import ipaddress
from collections.abc import Iterator

from policies.policy import Conf, Policy, blocks, construct, enabled, value, values

CIDRS = ("cidr_ipv4", "cidr_ipv6", "cidr_block", "ipv6_cidr_block", "cidr_blocks",
         "ipv6_cidr_blocks", "prefix_list_id", "prefix_list_ids")  # fmt: skip
WIDEST = 8
"""A range shorter than the widest private one is the world, or half of it."""
TCP = ("tcp", "6")
EPHEMERAL = (1024, 65535)
REPLIES = (32768, 60999)
"""What Linux takes replies on: a range that does not hold it opens a service, not replies."""


def _world(rule: Conf) -> bool:
    """Whether a rule names the world, or something that cannot be told from it."""
    for key in CIDRS:
        for cidr in values(rule, key):
            try:
                if ipaddress.ip_network(str(cidr), strict=False).prefixlen < WIDEST:
                    return True
            except ValueError:
                return True
    return False


def _ports(rule: Conf) -> tuple[str, str, str]:
    protocol = str(value(rule, "ip_protocol") or value(rule, "protocol") or "-1").lower()
    return protocol, str(value(rule, "from_port")), str(value(rule, "to_port"))


def _group_rules(conf: Conf) -> Iterator[Conf]:
    inline = blocks(conf, "ingress")
    if inline or "security_group_id" not in conf:
        yield from inline
    elif value(conf, "type") in (None, "ingress"):
        yield conf


def _closed(conf: Conf) -> bool:
    group = str(value(conf, "security_group_id") or construct(conf))
    balancer = "load_balancer_security_group" in group
    return all(
        not _world(rule)
        or (balancer and _ports(rule) in [(p, n, n) for p in TCP for n in ("80", "443")])
        for rule in _group_rules(conf)
    )


def _acl_rules(conf: Conf) -> Iterator[Conf]:
    if "network_acl_id" in conf:
        if not enabled(value(conf, "egress")) and value(conf, "rule_action") == "allow":
            yield conf
        return
    for rule in blocks(conf, "ingress"):
        if value(rule, "action") == "allow":
            yield rule


def _narrow(conf: Conf) -> bool:
    private = "private_acl" in str(value(conf, "network_acl_id") or construct(conf))
    for rule in _acl_rules(conf):
        protocol, low, high = _ports(rule)
        if protocol not in TCP or not (low.isdigit() and high.isdigit()):
            return False
        ephemeral = (
            EPHEMERAL[0] <= int(low) <= REPLIES[0] and REPLIES[1] <= int(high) <= EPHEMERAL[1]
        )
        web = not private and (low, high) in (("80", "80"), ("443", "443"))
        if _world(rule) and not ephemeral and not web:
            return False
    return True


Policy("STRATA_OPEN_1", "Only the load balancer is open to the world, on 80 and 443",
       ["aws_vpc_security_group_ingress_rule", "aws_security_group_rule", "aws_security_group",
        "aws_default_security_group"], _closed)  # fmt: skip
Policy("STRATA_OPEN_2", "Network ACLs let in what the system needs",
       ["aws_network_acl_rule", "aws_network_acl", "aws_default_network_acl"], _narrow)  # fmt: skip
