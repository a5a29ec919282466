"""What the two readers of networks share: words and numbers of AWS's as the model has them."""

from collections.abc import Iterable
from dataclasses import replace
from ipaddress import ip_network

from strata.reach.intervals import PORTS, Intervals
from strata.reach.model import (
    AWS_APIS,
    INTERNET,
    Acl,
    AclRule,
    Endpoint,
    GroupRule,
    SecurityGroup,
)
from strata.resources.containers import Container
from strata.resources.rules import EVERY_PROTOCOL, Rule


def ports(rule: Rule) -> Intervals:
    """Ports of a rule; -1 and nothing are all of them."""
    if rule.protocol == EVERY_PROTOCOL or rule.first is None or int(rule.first) < 0:
        return PORTS
    return Intervals(((int(rule.first), int(rule.last)),))


def sorted_acl(address: str, ingress: Iterable[AclRule], egress: Iterable[AclRule]) -> Acl:
    """An ACL with its rules in the order in which AWS reads them."""
    return Acl(
        address,
        *(tuple(sorted(rules, key=lambda rule: rule.number)) for rules in (ingress, egress)),
    )


def default_acl(address: str) -> Acl:
    """The ACL that AWS makes with a VPC: it allows everything."""
    rules = [
        AclRule(address, number, True, EVERY_PROTOCOL, PORTS, ip_network(text))
        for number, text in ((100, "0.0.0.0/0"), (101, "::/0"))
    ]
    return sorted_acl(address, rules, rules)


def default_group(address: str) -> SecurityGroup:
    """The group that AWS makes with a VPC: its members talk to each other, and to anyone."""
    return SecurityGroup(
        address,
        (GroupRule(address, EVERY_PROTOCOL, PORTS, address),),
        tuple(
            GroupRule(address, EVERY_PROTOCOL, PORTS, ip_network(text))
            for text in ("0.0.0.0/0", "::/0")
        ),
    )


def host_ports(containers: Iterable[Container], dynamic: tuple[int, int]) -> Intervals:
    """Ports of an instance at which tasks with these containers are found."""
    found = [
        (mapping.host_port, mapping.host_port) if mapping.host_port else dynamic
        for container in containers
        for mapping in container.ports
    ]
    return Intervals.of(*found)


def balancer_addresses(kind: object, *, internal: bool) -> dict[str, bool]:
    """What a load balancer of an IP address type has (ELB API, CreateLoadBalancer)."""
    return {
        "public": not internal and kind != "dualstack-without-public-ipv4",
        "ipv6": str(kind).startswith("dualstack"),
    }


def outside() -> tuple[Endpoint, Endpoint]:
    """The endpoints that are there without being built."""
    return Endpoint(INTERNET, None), Endpoint(AWS_APIS, None)


def gathered(found: Iterable[Endpoint]) -> list[Endpoint]:
    """Endpoints of one name as one, in all of their places; none that lies nowhere."""
    by_name: dict[str, Endpoint] = {}
    for one in found:
        first = by_name.get(one.name)
        if first:
            by_name[one.name] = replace(
                first,
                interfaces=tuple(dict.fromkeys((*first.interfaces, *one.interfaces))),
                host_ports=first.host_ports | one.host_ports,
            )
        elif one.interfaces:
            by_name[one.name] = one
    return list(by_name.values())
