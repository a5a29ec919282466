"""Traffic from and to the whole internet: security-group rules and network ACLs."""

import ipaddress
import re
from collections.abc import Iterator

from policies.explanations import explain
from policies.policy import Conf, Policy, blocks, construct, enabled, value
from strata.resources.rules import Rule, rule

WIDEST = {4: 8, 6: 32}
"""IP version -> prefix length: a range with a shorter prefix than the widest private range, or than
the range of an organisation, is the world or a good part of it."""
OWN_NETWORK = re.compile(r"(\$\{)?aws_(vpc|subnet)\.\w+\.(ipv6_)?cidr_block\}?")
"""A reference to a range of this code; checkov removes the `${}` around a single reference."""
EPHEMERAL = (1024, 65535)
REPLIES = (32768, 60999)
"""Ports on which Linux takes replies: a range without them opens a service, not replies."""
ADMINISTRATIVE = frozenset((20, 21, 22, 23, 25, 111, 135, 137, 138, 139, 389, 445, 512, 513, 514))
"""Ports below 1024 of remote shells, file shares and directories."""
BALANCER = "load_balancer_security_group"


def _world(written: Rule) -> bool:
    """Whether a rule names the world, or something that may be the world."""
    return bool(written.prefix_lists) or any(map(_wide, written.ranges))


def _wide(cidr: str) -> bool:
    if OWN_NETWORK.fullmatch(cidr):
        return False
    # For `${aws_eip.office.public_ip}/32` only the prefix length is known, which is enough.
    cidr = re.sub(r"^\$\{[^}]*\}/", "192.0.2.1/", cidr)
    try:
        network = ipaddress.ip_network(cidr, strict=False)
    except ValueError:
        return True
    local = network.version == 6 and network.subnet_of(ipaddress.IPv6Network("fc00::/7"))
    return network.prefixlen < WIDEST[network.version] and not local


def _group_rules(conf: Conf, direction: str) -> Iterator[Conf]:
    """The rules of a group in a direction, or the block itself if it is a rule."""
    inline = blocks(conf, direction)
    if inline or "security_group_id" not in conf:
        yield from inline
    elif value(conf, "type") in (None, direction):
        yield conf


def _closed(conf: Conf) -> bool:
    group = str(value(conf, "security_group_id") or construct(conf))
    allowed = ("80", "443") if BALANCER in group else ()
    return _only(conf, "ingress", allowed)


def _only(conf: Conf, direction: str, ports: tuple[str, ...]) -> bool:
    """Whether the only rules of a direction that name the world are for these single TCP ports."""
    return all(
        not _world(written)
        or (written.protocol, str(written.first), str(written.last))
        in [("tcp", n, n) for n in ports]
        for written in map(rule, _group_rules(conf, direction))
    )


def _acl_rules(conf: Conf) -> Iterator[Conf]:
    """The rules of a network ACL that let something in."""
    if "network_acl_id" in conf:
        if not enabled(value(conf, "egress")):
            yield conf
        return
    yield from blocks(conf, "ingress")


def _narrow(conf: Conf) -> bool:
    private = "private_acl" in str(value(conf, "network_acl_id") or construct(conf))
    for written in map(rule, _acl_rules(conf)):
        if written.action == "deny":
            continue
        low, high = str(written.first), str(written.last)
        if written.protocol != "tcp" or not (low.isdigit() and high.isdigit()):
            return False
        first, last = int(low), int(high)
        if _world(written):
            replies = EPHEMERAL[0] <= first <= REPLIES[0] and REPLIES[1] <= last <= EPHEMERAL[1]
            web = not private and first == last and first in (80, 443)
            if not (replies or web):
                return False
        elif first < EPHEMERAL[0] and (first != last or first in ADMINISTRATIVE):
            return False
    return True


explain(
    "STRATA_OPEN_1", "critical",
    "Something other than the load balancer's 80 and 443 is open to the world",
    "the range or group that needs it",
    "https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-18",
)  # fmt: skip
Policy("STRATA_OPEN_1", "Only the load balancer is open to the world, on 80 and 443",
       ["aws_vpc_security_group_ingress_rule", "aws_security_group_rule", "aws_security_group",
        "aws_default_security_group"], _closed)  # fmt: skip
explain(
    "STRATA_OPEN_2", "high",
    "A network ACL allows more than the system needs",
    "TCP, and the ports that are used",
    "https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-21",
)  # fmt: skip
Policy("STRATA_OPEN_2", "Network ACLs allow only what the system needs",
       ["aws_network_acl_rule", "aws_network_acl", "aws_default_network_acl"], _narrow)  # fmt: skip
explain(
    "STRATA_OPEN_3", "high",
    "An intruder can send data out by any port",
    "TCP 443 alone to 0.0.0.0/0, other ports to the groups that need them",
    "https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html",
)  # fmt: skip
Policy("STRATA_OPEN_3", "Only HTTPS leaves for the world",
       ["aws_vpc_security_group_egress_rule", "aws_security_group_rule", "aws_security_group",
        "aws_default_security_group"], lambda conf: _only(conf, "egress", ("443",)))  # fmt: skip
