"""What the two readers of networks share: AWS's defaults and values in terms of the model."""

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
    """Ports of a rule; -1 or no value stands for all of them."""
    if rule.protocol == EVERY_PROTOCOL or rule.first is None or int(rule.first) < 0:
        return PORTS
    return Intervals(((int(rule.first), int(rule.last)),))


def sorted_acl(address: str, ingress: Iterable[AclRule], egress: Iterable[AclRule]) -> Acl:
    """An ACL with its rules in the order in which AWS reads them."""
    incoming, outgoing = (
        sorted(rules, key=lambda rule: rule.number) for rules in (ingress, egress)
    )
    return Acl(address, tuple(incoming), tuple(outgoing))


def default_acl(address: str) -> Acl:
    """The ACL that AWS creates with a VPC: it allows everything."""
    rules = [
        AclRule(address, number, True, EVERY_PROTOCOL, PORTS, ip_network(text))
        for number, text in ((100, "0.0.0.0/0"), (101, "::/0"))
    ]
    return sorted_acl(address, rules, rules)


def default_group(address: str) -> SecurityGroup:
    """The group that AWS creates with a VPC: its members may reach each other, and anyone."""
    return SecurityGroup(
        address,
        (GroupRule(address, EVERY_PROTOCOL, PORTS, address),),
        tuple(
            GroupRule(address, EVERY_PROTOCOL, PORTS, ip_network(text))
            for text in ("0.0.0.0/0", "::/0")
        ),
    )


def host_ports(containers: Iterable[Container], dynamic: tuple[int, int]) -> Intervals:
    """Ports of an instance at which tasks with these containers can be reached."""
    pairs = [
        (mapping.host_port, mapping.host_port) if mapping.host_port else dynamic
        for container in containers
        for mapping in container.ports
    ]
    return Intervals.of(*pairs)


def balancer_addresses(kind: object, *, internal: bool) -> dict[str, bool]:
    """The addresses of a load balancer by its IP address type (ELB API, CreateLoadBalancer)."""
    return {
        "public": not internal and kind != "dualstack-without-public-ipv4",
        "ipv6": str(kind).startswith("dualstack"),
    }


def outside() -> tuple[Endpoint, Endpoint]:
    """The endpoints that exist without being built."""
    return Endpoint(INTERNET, None), Endpoint(AWS_APIS, None)


def gathered(endpoints: Iterable[Endpoint]) -> list[Endpoint]:
    """Endpoints of the same name merged, with all their interfaces; those without any left out."""
    by_name: dict[str, Endpoint] = {}
    for endpoint in endpoints:
        first = by_name.get(endpoint.name)
        if first:
            by_name[endpoint.name] = replace(
                first,
                interfaces=tuple(dict.fromkeys((*first.interfaces, *endpoint.interfaces))),
                host_ports=first.host_ports | endpoint.host_ports,
            )
        elif endpoint.interfaces:
            by_name[endpoint.name] = endpoint
    return list(by_name.values())
