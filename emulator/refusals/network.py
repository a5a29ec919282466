"""Who lies in a subnet, a security group or a VPC.

On AWS each of these has a network interface there, and none of the three goes before it does.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from emulator.calls import Call

Names = Iterable[str] | None


@dataclass(frozen=True)
class User:
    """What lies in subnets, and which security groups it has."""

    name: str
    subnets: frozenset[str]
    groups: frozenset[str]


def users(call: Call) -> Iterator[User]:
    """All that has a network interface in this account and region."""
    yield from _instances(call)
    for balancer in list(call.backend("elbv2").load_balancers.values()):
        yield _user(balancer.name, (s.id for s in balancer.subnets), balancer.security_groups)
    for name, database in list(call.backend("rds").databases.items()):
        subnet_group = getattr(database, "db_subnet_group", None)
        subnets = [s.id for s in subnet_group._subnets] if subnet_group else []
        yield _user(name, subnets, database.vpc_security_group_ids)
    cache = call.backend("elasticache")
    for name, group in list(cache.replication_groups.items()):
        within = cache.cache_subnet_groups.get(group.cache_subnet_group_name)
        subnets = list(within.subnet_ids) if within else []
        yield _user(name, subnets, group.security_group_ids)
    for name, cluster in list(cache.cache_clusters.items()):
        if not cluster.replication_group_id:
            within = cache.cache_subnet_groups.get(cluster.cache_subnet_group_name)
            yield _user(name, within.subnet_ids if within else [], ())


def _instances(call: Call) -> Iterator[User]:
    ec2 = call.backend("ec2")
    for gateway in list(ec2.nat_gateways.values()):
        if gateway.state not in ("deleted", "failed"):
            yield _user(gateway.id, [gateway.subnet_id], ())
    of_gateways = {one._eni.id for one in list(ec2.nat_gateways.values())}
    for name, interface in list(ec2.enis.items()):
        if interface.instance is None and name not in of_gateways:
            groups = [group.id for group in interface.group_set]
            yield _user(name, [interface.subnet.id], groups)
    for one in ec2.all_instances():
        if one.state != "terminated" and one.subnet_id:
            yield _user(one.id, [one.subnet_id], (group.id for group in one.security_groups))


def _user(name: str, subnets: Names, groups: Names) -> User:
    return User(name, frozenset(subnets or ()), frozenset(groups or ()))


def vpc_of(call: Call, subnets: Names) -> set[str]:
    """The VPCs that subnets lie in."""
    return {found.vpc_id for found in _subnets(call, subnets)}


def zones_of(call: Call, subnets: Names) -> list[str]:
    """The zone of each subnet that is there."""
    return [found.availability_zone for found in _subnets(call, subnets)]


def _subnets(call: Call, wanted: Names) -> list[Any]:
    names = set(wanted or ())
    zones = call.backend("ec2").subnets.values()
    return [one for subnets in zones for name, one in subnets.items() if name in names]
