"""Who may reach whom: network ACLs, security groups and routes, each judged as a whole."""

from collections.abc import Callable, Iterator

from strata.plan_file.changes import Change, any_unknown, value_at
from strata.review.ranks.network import (
    ACLS,
    DEFAULT_ACL,
    DIRECTIONS,
    GROUP_RULES,
    GROUPS,
    TABLES,
    Direction,
    Network,
    Side,
    group_way,
)
from strata.review.ranks.packets import EVERY_IPV4, EVERY_IPV6, Entry, Passed, in_words, passed
from strata.review.ranks.reason import Reason

ANYWHERE = (str(EVERY_IPV4), str(EVERY_IPV6))
PARTS = ("rule_number", "cidr_ipv4", "cidr_ipv6", "cidr_block", "ipv6_cidr_block", "cidr_blocks",
         "from_port", "to_port", "icmp_type", "icmp_code", "ip_protocol", "protocol",
         "referenced_security_group_id", "prefix_list_id", "source_security_group_id",
         "rule_action", "egress")  # fmt: skip
"""Attributes of a rule that decide what it is about."""

HOLDERS = {
    "aws_db_instance": ("vpc_security_group_ids",),
    "aws_rds_cluster": ("vpc_security_group_ids",),
    "aws_elasticache_replication_group": ("security_group_ids",),
    "aws_elasticache_cluster": ("security_group_ids",),
    "aws_lb": ("security_groups",),
    "aws_instance": ("vpc_security_group_ids",),
    "aws_launch_template": ("vpc_security_group_ids", "network_interfaces[0].security_groups"),
    "aws_ecs_service": ("network_configuration[0].security_groups",),
    "aws_network_interface": ("security_groups",),
    "aws_vpc_endpoint": ("security_group_ids",),
    "aws_efs_mount_target": ("security_groups",),
}
"""Resource type -> the attributes with the security groups that it is in."""


def admits(change: Change, network: Network) -> Iterator[Reason]:
    """What passes after a change and did not before."""
    if change.type == "aws_network_acl_rule":
        yield from _acl_rule(change, network)
    elif change.type in (*ACLS, "aws_network_acl_association"):
        yield from _acl(change, network)
    elif change.type in GROUP_RULES:
        yield from _group_rule(change, network)
    elif change.type in GROUPS:
        yield from _group(change, network)
    elif change.type in HOLDERS:
        yield from _holder(change, network)
    elif change.type in ("aws_route", "aws_route_table_association", *TABLES):
        yield from _routes(change, network)
    elif change.type in ("aws_ec2_managed_prefix_list", "aws_ec2_managed_prefix_list_entry"):
        yield from _prefix_list(change, network)


def refuses(change: Change, network: Network) -> Iterator[Reason]:
    """What an ACL or a group that stays no longer lets through; `down` has what is deleted."""
    if change.actions == ("delete",):
        return
    if change.type == "aws_network_acl_rule":
        for key in _keys(network, change, "network_acl_id"):
            yield from _reasons(change, "down", "refuses from then on", _changed_acl(
                change, network, key, opens=False))  # fmt: skip
    elif change.type in GROUP_RULES and change.before is not None:
        key, way = network.key(change, "security_group_id", "before"), group_way(change, "before")
        stays = network.groups["after"].get(key, {}).get(way, [])
        less = list(passed(stays, network.rule_entries(change, "before")))
        yield from _reasons(change, "down", "refuses from then on", {way: less})


def _keys(network: Network, change: Change, attribute: str) -> list[str]:
    """The ACL or group of a rule, before and after."""
    return list(dict.fromkeys(network.key(change, attribute, side) for side in _sides(change)))


def _acl_rule(change: Change, network: Network) -> Iterator[Reason]:
    after_key = _keys(network, change, "network_acl_id")[-1]
    acl = network.addresses.get(after_key)
    if acl is not None and acl.before is None:
        yield from _rule_of_a_new_acl(change, network, after_key)
        return
    for key in _keys(network, change, "network_acl_id"):
        passed_by_direction = _changed_acl(change, network, key, opens=True)
        yield from _reasons(
            change, "opens", _acl_words(change, passed_by_direction), passed_by_direction
        )
        if not any(passed_by_direction.values()) and key not in network.addresses:
            yield from _lost_denial(change)


def _rule_of_a_new_acl(change: Change, network: Network, key: str) -> Iterator[Reason]:
    """All rules of a new ACL are new: what counts is the whole internet, for new subnets."""
    moved = [
        subnet
        for subnet, acl in network.acl_of["after"].items()
        if acl == key and not _is_new(network, subnet)
    ]
    body = change.after or {}
    if moved or body.get("egress") or body.get("rule_action") != "allow":
        # What existing subnets get from it is reported for the ACL.
        return
    entries = [
        entry
        for entry in network.acls["after"].get(key, {}).get("ingress", [])
        if entry.source == change.address
    ]
    if {body.get("cidr_block"), body.get("ipv6_cidr_block")} & set(ANYWHERE):
        words = in_words(passed([], entries))
        yield Reason("opens", f"a new network ACL lets in {words}", ("cidr_block",))


def _changed_acl(
    change: Change, network: Network, key: str, *, opens: bool
) -> dict[Direction, list[Passed]]:
    """What passes an ACL by this change; with `opens` false, what no longer does."""
    return {
        way: [
            packets
            for packets in passed(*_ordered(network, key, way, opens=opens))
            if change.address
            in (packets.let_by.source, packets.stopped_by and packets.stopped_by.source)
        ]
        for way in DIRECTIONS
    }


def _ordered(
    network: Network, key: str, way: Direction, *, opens: bool
) -> tuple[list[Entry], list[Entry]]:
    before = network.acl_entries(key, "before", way)
    after = network.acl_entries(key, "after", way)
    return (before, after) if opens else (after, before)


def _acl_words(change: Change, passed_by_direction: dict[Direction, list[Passed]]) -> str:
    """How an entry lets more through: by what it allows, or by what it denied."""
    all_packets = [
        packets for of_direction in passed_by_direction.values() for packets in of_direction
    ]
    denied = [
        packets
        for packets in all_packets
        if packets.stopped_by and packets.stopped_by.source == change.address
        if packets.let_by.source != change.address
    ]
    if not denied or len(denied) < len(all_packets):
        return "more"
    if change.after is None:
        return "what this rule denied"
    numbers = (change.before or {}).get("rule_number"), change.settled.get("rule_number")
    if numbers[0] != numbers[1]:
        return "what this rule denied: it is now read behind a rule that allows it"
    return "what this rule denied and does so no more"


def _lost_denial(change: Change) -> Iterator[Reason]:
    """A denial on an ACL outside this environment, where the rules that follow it are not known."""
    was, will = change.before or {}, change.settled if change.after is not None else {}
    if was.get("rule_action") != "deny":
        return
    changed = tuple(name for name in PARTS if was.get(name) != will.get(name))
    if change.after is None:
        yield Reason("opens", "a rule that denied goes")
    elif changed:
        yield Reason("opens", "a rule that denied is another one after", changed)


def _acl(change: Change, network: Network) -> Iterator[Reason]:
    """What passes into subnets that move to another ACL, or whose ACL has its rules inline."""
    if change.type in ACLS and change.before is not None and change.after is not None:
        passed_by_direction = _changed_acl(change, network, change.address, opens=True)
        yield from _reasons(change, "opens", "more", passed_by_direction)
    groups: dict[str, list[str]] = {}
    before, after = network.acl_of["before"], network.acl_of["after"]
    for subnet in _subnets(change, network):
        groups.setdefault(after.get(subnet, DEFAULT_ACL), []).append(subnet)
    for key, subnets in groups.items():
        old_acl = before.get(subnets[0], DEFAULT_ACL)
        opened = {
            way: list(
                passed(
                    network.acl_entries(old_acl, "before", way),
                    network.acl_entries(key, "after", way),
                )
            )
            for way in DIRECTIONS
        }
        whose = f"{', '.join(subnets)} {'falls' if len(subnets) == 1 else 'fall'} back on {key}"
        if key != DEFAULT_ACL:
            whose = f"{', '.join(subnets)} {'gets' if len(subnets) == 1 else 'get'} {key}"
        yield from _reasons(change, "opens", "more", opened, whose=f"{whose}, which")
    nobody = change.before is not None and "subnet_ids" not in change.before
    if change.actions == ("delete",) and change.type in ACLS and nobody and not groups:
        yield Reason("opens", f"subnets that are in it fall back on {DEFAULT_ACL}")


def _subnets(change: Change, network: Network) -> list[str]:
    """The existing subnets that this change moves to another ACL."""
    before, after = network.acl_of["before"], network.acl_of["after"]
    subnets = []
    for subnet in dict.fromkeys((*before, *after)):
        was, will = before.get(subnet, DEFAULT_ACL), after.get(subnet, DEFAULT_ACL)
        if was == will or _is_new(network, subnet) or _goes(network, subnet):
            continue
        moved_by = _moved_by(network, subnet, was, will)
        if moved_by and moved_by[0] == change.address:
            subnets.append(subnet)
    return subnets


def _moved_by(network: Network, subnet: str, was: str, will: str) -> list[str]:
    """The changes that move a subnet from one ACL to another; the ACL that loses it comes first."""
    changing = {change.address for change in network.plan.changes}
    tied = [
        change.address
        for change in network.plan.changes
        if change.type == "aws_network_acl_association"
        if subnet in {network.key(change, "subnet_id", side) for side in _sides(change)}
    ]
    return [*(acl for acl in (was, will) if acl in changing), *tied]


def _sides(change: Change) -> Iterator[Side]:
    """The sides on which a resource exists."""
    if change.before is not None:
        yield "before"
    if change.after is not None:
        yield "after"


def _is_new(network: Network, address: str) -> bool:
    change = network.addresses.get(address)
    return change is not None and (change.before is None or change.replaces)


def _goes(network: Network, address: str) -> bool:
    change = network.addresses.get(address)
    return change is not None and change.after is None


def _group_rule(change: Change, network: Network) -> Iterator[Reason]:
    if change.after is None:
        return
    way = group_way(change, "after")
    key = network.key(change, "security_group_id", "after")
    entries = network.rule_entries(change, "after")
    group = network.addresses.get(key)
    if change.before is None and group is not None and group.before is None:
        # With a new group all of its rules are new: what counts is the whole internet.
        if way == "ingress" and {
            change.after.get(attribute) for attribute in ("cidr_ipv4", "cidr_ipv6")
        } & {*ANYWHERE}:
            words = f"a new security group lets in {in_words(passed([], entries))}"
            yield Reason("opens", words, ("cidr_ipv4", "cidr_block"))
        return
    was = network.groups["before"].get(key, {}).get(way, [])
    yield from _reasons(change, "opens", "more", {way: list(passed(was, entries))})


def _group(change: Change, network: Network) -> Iterator[Reason]:
    if change.before is None or change.after is None:
        return
    for way in DIRECTIONS:
        was = network.groups["before"].get(change.address, {}).get(way, [])
        own = [
            entry
            for entry in network.groups["after"].get(change.address, {}).get(way, [])
            if entry.source == change.address
        ]
        more = list(passed(was, own))
        if more and way in change.changed:
            yield Reason("opens", f"the group admits more: {in_words(more)}", (way,))


def _holder(change: Change, network: Network) -> Iterator[Reason]:
    if change.before is None or change.after is None:
        return
    for attribute in HOLDERS[change.type]:
        was, will = (network.keys(change, attribute, side) for side in ("before", "after"))
        top = attribute.partition("[")[0]
        if will and not was and value_at(change.before, attribute) is None:
            # The rules of the VPC's default group are in no plan.
            was = set()
        for key in sorted(will - was):
            more = _joins(network, key, was)
            if more:
                yield Reason("opens", f"it is also in the security group {key}, {more}", (top,))


def _joins(network: Network, key: str, was: set[str]) -> str:
    """What being in a group allows that the old groups did not; empty for nothing."""
    group = network.addresses.get(key)
    if group is None or group.after is None:
        return "whose rules are not known here"
    for way in DIRECTIONS:
        before = [
            e for old_group in was for e in network.groups["before"].get(old_group, {}).get(way, [])
        ]
        more = list(passed(before, network.groups["after"].get(key, {}).get(way, [])))
        if more:
            return f"which lets {'in' if way == 'ingress' else 'out'} more: {in_words(more)}"
        old = _named(network, "before", way, was.__contains__)
        others = list(passed(old, _named(network, "after", way, key.__eq__)))
        if others:
            return f"which {others[0].let_by.source} names"
    return ""


def _named(
    network: Network, side: Side, way: Direction, member: Callable[[str], bool]
) -> list[Entry]:
    """The rules of other groups that name a group as their source or destination."""
    return [
        Entry(entry.source, entry.protocol, entry.ports, (f"members of {holder}", 0, 0))
        for holder, entries_by_direction in network.groups[side].items()
        for entry in entries_by_direction[way]
        if member(entry.block[0])
    ]


def _routes(change: Change, network: Network) -> Iterator[Reason]:
    """Ways out that existing tables or subnets gain; for a new table they are its purpose."""
    if change.after is None:
        return
    if change.type in TABLES:
        tables = (change.address, change.address) if "route" in change.changed else None
        attributes = ("route",)
    else:
        key = network.key(change, "route_table_id", "after")
        table = network.addresses.get(key)
        if change.type == "aws_route":
            if table is not None and table.before is None:
                return
            tables, attributes = (key, key), ("gateway_id",)
        else:
            if _is_new(network, network.key(change, "subnet_id", "after")):
                return
            was = network.key(change, "route_table_id", "before") if change.before else ""
            tables, attributes = (was, key), ("route_table_id",)
    if tables is None or (change.before is None and change.type in TABLES):
        return
    before = network.internet["before"].get(tables[0], set())
    after = network.internet["after"].get(tables[1], set())
    if change.type == "aws_route":
        after = network.leads_out(change, "after")
    if more := sorted(after - before):
        holder = "the subnet" if attributes == ("route_table_id",) else "an existing route table"
        yield Reason("opens", f"{holder} leads to {', '.join(more)}", attributes)


def _prefix_list(change: Change, network: Network) -> Iterator[Reason]:
    """Rules that name a prefix list admit every range that is added to it."""
    if change.after is None:
        return
    if change.type == "aws_ec2_managed_prefix_list_entry":
        holder = network.addresses.get(network.key(change, "prefix_list_id", "after"))
        cidrs = {str(change.settled.get("cidr"))}
        new = holder is not None and holder.before is None
        if not new and (change.before is None or change.before.get("cidr") not in cidrs):
            yield Reason("opens", f"the prefix list holds {', '.join(cidrs)} as well", ("cidr",))
    elif change.before is not None and "entry" in change.changed:
        was, will = (
            {str(entry.get("cidr")) for entry in body.get("entry") or []}
            for body in (change.before, change.settled)
        )
        more = sorted(will - was) or (
            ["a range known after apply"] if any_unknown(change.unknown.get("entry")) else []
        )
        if more:
            yield Reason("opens", f"the prefix list holds {', '.join(more)} as well", ("entry",))


def _reasons(
    change: Change,
    rank: str,
    words: str,
    passed_by_direction: dict[Direction, list[Passed]],
    whose: str = "",
) -> Iterator[Reason]:
    """A reason for each direction in which anything changes."""
    holder = whose or f"the {'network ACL' if 'acl' in change.type else 'security group'}"
    changed = tuple(
        name for name in PARTS if name in change.changed and change.settled.get(name) is not None
    )
    attributes = changed if change.type not in (*ACLS, *GROUPS) else tuple(
        name for name in (*DIRECTIONS, "subnet_ids") if name in change.changed
    )  # fmt: skip
    for way, packets in passed_by_direction.items():
        if not packets:
            continue
        if rank == "down":
            to = "from" if way == "ingress" else "to"
            yield Reason("down", f"{holder} {words}: {in_words(packets)} ({to})", attributes)
        else:
            lets = "lets in" if way == "ingress" else "lets out"
            yield Reason("opens", f"{holder} {lets} {words}: {in_words(packets)}", attributes)
