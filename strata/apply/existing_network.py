"""Whether a VPC that others made is one that an environment can be in, asked before an apply."""

from collections import Counter
from collections.abc import Iterator, Sequence
from ipaddress import IPv4Network, collapse_addresses, ip_network

from strata.aws.existing_network import KINDS, NEEDED_SERVICES, Found, service_of
from strata.documents import Json
from strata.release.secret_sources import uses
from strata.settings.models import Network, Settings
from strata.settings.positions import Key
from strata.settings.rules.finding import Finding
from strata.text.words import listed

EXISTING: Key = ("network", "existing")
ZONES: Key = ("network", "availability_zones")

LEAST_FREE = 8
LONGEST_PREFIX = 27
"""Free addresses that a load balancer needs in each of its subnets, and the prefix of the smallest
(Application Load Balancers guide, subnets for your load balancer)."""

HTTPS = 443
"""The port of all interface endpoints that are needed (AWS PrivateLink guide)."""

Judged = Iterator[tuple[bool, Finding]]
"""Findings; with True it stops the apply, with False it only warns."""


def unplannable(settings: Settings, found: Found) -> Iterator[Finding]:
    """What Terraform could not look up, so that there would be no plan."""
    network = settings.network
    if found.vpc is None:
        yield Finding(
            EXISTING,
            f"is no VPC of account {settings.environment.account_id} in "
            f"{settings.environment.region}",
            "the id of a VPC there, or one that is shared with the account",
            (("environment", "region"), ("environment", "account_id")),
        )
        return
    for kind in KINDS:
        chosen = getattr(network, kind)
        subnets = {subnet["SubnetId"]: subnet for subnet in found.subnets.get(kind, ())}
        for index, name in enumerate(chosen.ids):
            key: Key = ("network", kind, "ids", index)
            if name not in subnets:
                yield Finding(
                    key,
                    f"is no subnet in {settings.environment.region}",
                    f"a subnet of {network.existing}",
                    (EXISTING,),
                )
            elif (vpc := subnets[name]["VpcId"]) != network.existing:
                yield Finding(key, f"lies in {vpc}", f"a subnet of {network.existing}", (EXISTING,))
        if chosen.tags and not subnets:
            yield Finding(
                ("network", kind, "tags"),
                f"are the tags of no subnet of {network.existing} in "
                f"{listed(network.availability_zones)}",
                "tags that its subnets have",
                (EXISTING, ZONES),
            )


def unfit(settings: Settings, found: Found, *, makes_balancer: bool = False) -> Judged:
    """What AWS would refuse, or would not work, in a network that can be looked up.

    `makes_balancer` is whether a load balancer is made, which needs room that one that is there has
    already.
    """
    network = settings.network
    yield from _names(found)
    for kind in KINDS:
        subnets = found.subnets.get(kind, ())
        yield from _in_zones(network, kind, subnets)
        for subnet in subnets:
            key = _key(network, kind, subnet)
            if not _ipv4(subnet):
                yield (
                    True,
                    Finding(
                        key,
                        f"{_named(key, subnet)}has IPv6 addresses alone, and neither load "
                        "balancers nor databases take such a subnet",
                        "a subnet with an IPv4 range",
                    ),
                )
                continue
            route = found.default_route(subnet)
            yield from (
                _public(key, subnet, route)
                if kind == "public"
                else _private(key, subnet, route, found)
            )
    yield from _endpoints(settings, found)
    if makes_balancer:
        yield from _room(network, found)
    yield from _free(settings, found)


def _ipv4(subnet: Json) -> bool:
    """Whether a subnet has IPv4 addresses; of one that has none EC2 names no range."""
    return bool(subnet.get("CidrBlock")) and not subnet.get("Ipv6Native")


def _key(network: Network, kind: str, subnet: Json) -> Key:
    """The setting that names a subnet."""
    chosen = getattr(network, kind)
    if chosen.ids:
        return ("network", kind, "ids", chosen.ids.index(subnet["SubnetId"]))
    return ("network", kind, "tags")


def _names(found: Found) -> Judged:
    if not found.dns.get("enableDnsSupport"):
        yield (
            True,
            Finding(
                EXISTING,
                "resolves no names: enableDnsSupport is off, and neither the database nor AWS's "
                "APIs are found",
                "a VPC with it; its team turns it on",
            ),
        )
    elif not found.dns.get("enableDnsHostnames"):
        yield (
            False,
            Finding(
                EXISTING,
                "gives no names: enableDnsHostnames is off, and private names of endpoints do not "
                "resolve",
                "a VPC with it; its team turns it on",
            ),
        )


def _in_zones(network: Network, kind: str, subnets: Sequence[Json]) -> Judged:
    zones = Counter(subnet["AvailabilityZone"] for subnet in subnets)
    where: Key = ("network", kind, "ids" if getattr(network, kind).ids else "tags")
    for subnet in subnets:
        zone = subnet["AvailabilityZone"]
        if zone not in network.availability_zones:
            yield (
                True,
                Finding(
                    _key(network, kind, subnet),
                    f"lies in {zone}, which is not one of the zones",
                    f"{zone} in network.availability_zones, or another subnet",
                    (ZONES,),
                ),
            )
    if len(zones) < 2:
        yield (
            True,
            Finding(
                where,
                f"lie in {listed(sorted(zones))} alone, and load balancers and database subnet "
                "groups need two zones",
                "subnets of two zones",
            ),
        )
    double = sorted(zone for zone, count in zones.items() if count > 1)
    if kind == "public" and double:
        yield (
            True,
            Finding(
                where,
                f"are several in {listed(double)}, and a load balancer takes one of each zone",
                "one subnet of each zone",
            ),
        )


def _public(key: Key, subnet: Json, route: Json | None) -> Judged:
    target = _target(route)
    if not target.startswith("igw-"):
        leads = f"its default route leads to {target}" if target else "it has no default route"
        yield (
            True,
            Finding(
                key,
                f"{_named(key, subnet)}is not public: {leads}, and not to an internet gateway",
                "a subnet with a route to the internet gateway",
            ),
        )


def _private(key: Key, subnet: Json, route: Json | None, found: Found) -> Judged:
    target = _target(route)
    if target.startswith("igw-"):
        yield (
            True,
            Finding(
                key,
                f"{_named(key, subnet)}is public: its default route leads to {target}",
                "a subnet without a route to the internet gateway, for the database lies in it",
            ),
        )
    elif route is not None and route.get("State") == "blackhole":
        yield (
            True,
            Finding(
                key,
                f"{_named(key, subnet)}has a default route to {target}, which was deleted",
                "a subnet with a way out, such as a NAT gateway",
            ),
        )
    elif not target and (lacking := [one for one in NEEDED_SERVICES if one not in found.endpoints]):
        yield (
            True,
            Finding(
                key,
                f"{_named(key, subnet)}has no way out: no default route, and no endpoint for "
                f"{listed(lacking)}",
                "a subnet with a NAT gateway, or these endpoints; its team makes them",
            ),
        )


def _endpoints(settings: Settings, found: Found) -> Judged:
    """Whether the endpoints that names lead to let in who asks, the instances: their calls go there
    whatever other way out there is."""
    shut: dict[tuple[tuple[str, ...], tuple[str, ...]], list[str]] = {}
    parameters = any(use.source.service == "ssm" for use in uses(settings))
    # Without both attributes private names do not hold.
    for endpoint in found.named if all(found.dns.values()) else ():
        # Tasks ask it for secrets that are parameters, and for nothing else.
        if service_of(endpoint) == "ssm" and not parameters:
            continue
        ids = tuple(sorted(group["GroupId"] for group in endpoint.get("Groups", [])))
        # Of a VPC that is shared with the account the groups may be hidden from it.
        if not ids or not found.groups.keys() >= set(ids):
            continue
        if ranges := _shut_out(settings, found, [found.groups[one] for one in ids]):
            name = f"{service_of(endpoint)} ({endpoint['VpcEndpointId']})"
            shut.setdefault((ids, ranges), []).append(name)
    for (ids, ranges), endpoints in sorted(shut.items()):
        yield (
            True,
            Finding(
                EXISTING,
                f"has private names for {listed(sorted(endpoints))}, behind {listed(ids)}, which "
                f"{'does' if len(ids) == 1 else 'do'} not let in {listed(ranges)} at port {HTTPS}: "
                "no task would start there",
                "a VPC whose endpoints let in the private subnets; their team adds the rule",
            ),
        )


def _shut_out(settings: Settings, found: Found, groups: Sequence[Json]) -> tuple[str, ...]:
    """The ranges of private subnets that no rule of security groups lets in at HTTPS as a whole."""
    environment = settings.environment
    tags = {"Project": environment.project, "Environment": environment.name}
    ours = {
        name
        for name, group in found.groups.items()
        if tags.items() <= {tag["Key"]: tag["Value"] for tag in group.get("Tags", [])}.items()
    }
    rules = [rule for group in groups for rule in group["IpPermissions"] if _at_https(rule)]
    if any(
        # What a prefix list holds is not asked.
        rule.get("PrefixListIds")
        or any(pair.get("GroupId") in ours for pair in rule.get("UserIdGroupPairs", []))
        for rule in rules
    ):
        return ()
    let_in = [one["CidrIp"] for rule in rules for one in rule.get("IpRanges", [])]
    open_to = list(collapse_addresses(IPv4Network(one, strict=False) for one in let_in))
    ranges = [one["CidrBlock"] for one in found.subnets.get("private", ()) if _ipv4(one)]
    return tuple(
        one for one in ranges if not any(IPv4Network(one).subnet_of(wide) for wide in open_to)
    )


def _at_https(rule: Json) -> bool:
    if str(rule["IpProtocol"]) == "-1":
        return True
    ports = range(rule.get("FromPort", 0), rule.get("ToPort", 0) + 1)
    return str(rule["IpProtocol"]) in ("tcp", "6") and HTTPS in ports


def _target(route: Json | None) -> str:
    """What a route leads to; empty without one."""
    names = ("GatewayId", "NatGatewayId", "TransitGatewayId", "NetworkInterfaceId", "InstanceId",
             "VpcPeeringConnectionId", "LocalGatewayId", "CoreNetworkArn")  # fmt: skip
    return next((str(route[name]) for name in names if route.get(name)), "") if route else ""


def _named(key: Key, subnet: Json) -> str:
    """The subnet, where the setting does not name it."""
    return f"find {subnet['SubnetId']}, which " if key[-1] == "tags" else ""


def _room(network: Network, found: Found) -> Judged:
    """Whether a load balancer can be made in the public subnets."""
    for subnet in filter(_ipv4, found.subnets.get("public", ())):
        key, free = _key(network, "public", subnet), subnet["AvailableIpAddressCount"]
        small = ip_network(subnet["CidrBlock"]).prefixlen > LONGEST_PREFIX
        if small or free < LEAST_FREE:
            has = f"is {subnet['CidrBlock']}" if small else f"has {free} addresses left"
            yield (
                True,
                Finding(
                    key,
                    f"{_named(key, subnet)}{has}, and a load balancer needs a /{LONGEST_PREFIX} "
                    f"with {LEAST_FREE} free addresses",
                    "a subnet with more",
                ),
            )


def _free(settings: Settings, found: Found) -> Judged:
    """Whether instances, database and cache have room at their largest."""
    private = found.subnets.get("private", ())
    free = sum(subnet["AvailableIpAddressCount"] for subnet in private)
    stores = 2 + settings.database.multi_az + settings.cache.replicas
    needed = settings.cluster.max_size + stores
    if private and free < needed:
        yield (
            False,
            Finding(
                ("network", "private"),
                f"has {free} addresses left in all its subnets, and instances, database and cache "
                f"may need {needed}",
                "subnets with more, or fewer instances",
                (("cluster", "max_size"),),
            ),
        )
