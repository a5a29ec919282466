"""Parts that a parent resource shows and that are resources of their own.

A security group shows its rules, a network ACL its entries, a route table its routes, a role its
policies. Right after their creation the parent's state does not have them yet, which is not drift;
and a part that somebody added by hand is in no state and stays there for ever, since no apply looks
at it. So parents are judged by what they show now, without the parts that are our own resources.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from strata.documents import Json
from strata.resources.rules import EVERY_PROTOCOL, Rule, group_id, rule

Key = tuple[Any, ...]


@dataclass(frozen=True)
class Kind:
    """How to match a parent's attribute with the resources that are its parts.

    `parts` are the types of the resources that are parts. `shown` gives those in the attribute by
    key, `key_of` the key of the part that a resource is, with the parent's identifier first.
    """

    parent: str
    identifier: str
    attribute: str
    parts: tuple[str, ...]
    shown: Callable[[Any], Iterator[tuple[Key, Any]]]
    key_of: Callable[[Json], Key]


def _ports(written: Rule) -> Key:
    # Rules for every protocol have no ports: groups show 0, rules nothing.
    if written.protocol == EVERY_PROTOCOL:
        return (written.protocol,)
    return (written.protocol, written.first, written.last)


def _sources(written: Rule) -> list[str]:
    return [*written.ranges, *written.prefix_lists, *map(group_id, written.groups)]


def _group_rules(entry: Json) -> Iterator[tuple[Key, Json]]:
    written = rule(entry)
    ports = _ports(written)
    for source in [*_sources(written), *(["itself"] if written.itself else [])]:
        part = {"protocol": ports[0], "source": source, "description": entry.get("description")}
        if len(ports) > 1:
            part |= {"from_port": ports[1], "to_port": ports[2]}
        yield (*ports, source), part


def _group_rule(body: Json) -> Key:
    group, written = body["security_group_id"], rule(body)
    source = next(iter(_sources(written)), "")
    return (group, *_ports(written), "itself" if source == group else source)


def _entries(entry: Json) -> Iterator[tuple[Key, Json]]:
    yield (rule(entry).number,), {name: value for name, value in entry.items() if value != ""}


def _entry(egress: bool, body: Json) -> Key:
    return (body["network_acl_id"] if body["egress"] is egress else None, rule(body).number)


def _route(route: Json) -> Iterator[tuple[Key, Json]]:
    destination = (
        route.get("cidr_block") or route.get("ipv6_cidr_block")
        or route.get("destination_prefix_list_id")
    )  # fmt: skip
    yield (destination,), {name: value for name, value in route.items() if value}


def _route_key(route: Json) -> Key:
    return (
        route["route_table_id"],
        route.get("destination_cidr_block")
        or route.get("destination_ipv6_cidr_block")
        or route.get("destination_prefix_list_id"),
    )


def _inline(policy: Json) -> Iterator[tuple[Key, Json]]:
    if policy.get("name"):
        yield (policy["name"],), policy


def _itself(value: Any) -> Iterator[tuple[Key, Any]]:
    yield (value,), value


def _forwards(body: Json) -> Key:
    """The target group, and the load balancer, of a listener or of a rule, which names its
    listener: `listener/app/<name>/<id>/<id>` is one of `loadbalancer/app/<name>/<id>`."""
    rule_of = body.get("listener_arn")
    balancer = (
        str(rule_of).replace(":listener/", ":loadbalancer/").rpartition("/")[0]
        if rule_of
        else body["load_balancer_arn"]
    )
    actions = body.get("action" if rule_of else "default_action") or []
    return next((action.get("target_group_arn") for action in actions), None), balancer


KINDS = (
    *(
        Kind("aws_security_group", "id", f"{way}gress",
             (f"aws_vpc_security_group_{way}gress_rule",), _group_rules, _group_rule)
        for way in ("in", "e")
    ),
    *(
        Kind("aws_network_acl", "id", attribute, ("aws_network_acl_rule",), _entries,
             partial(_entry, egress))
        for attribute, egress in (("ingress", False), ("egress", True))
    ),
    Kind("aws_route_table", "id", "route", ("aws_route",), _route, _route_key),
    Kind("aws_iam_role", "name", "inline_policy", ("aws_iam_role_policy",), _inline,
         lambda policy: (policy["role"], policy["name"])),
    Kind("aws_iam_role", "name", "managed_policy_arns",
         ("aws_iam_role_policy_attachment",), _itself,
         lambda attachment: (attachment["role"], attachment["policy_arn"])),
    Kind("aws_lb_target_group", "arn", "load_balancer_arns",
         ("aws_lb_listener", "aws_lb_listener_rule"), _itself, _forwards),
)  # fmt: skip


def is_shown_only(kind: str, attribute: str) -> bool:
    """Whether the parts of a parent's attribute are resources of their own."""
    return any((shared.parent, shared.attribute) == (kind, attribute) for shared in KINDS)


def additions(resources: Sequence[tuple[str, Json]]) -> Mapping[str, list[tuple[str, Any]]]:
    """Address of a parent -> (attribute, part) that is not one of `resources`.

    `resources` are (address, values) as they are now; the type is the address' first part.
    """
    by_type: dict[str, list[tuple[str, Json]]] = {}
    for address, values in resources:
        by_type.setdefault(address.partition(".")[0], []).append((address, values))
    added: dict[str, list[tuple[str, Any]]] = {}
    for kind in KINDS:
        keys = {kind.key_of(values) for part in kind.parts for _, values in by_type.get(part, [])}
        for address, values in by_type.get(kind.parent, []):
            for entry in values.get(kind.attribute) or []:
                added.setdefault(address, []).extend(
                    (kind.attribute, part)
                    for key, part in kind.shown(entry)
                    if (values[kind.identifier], *key) not in keys
                )
    return {address: parts for address, parts in added.items() if parts}
