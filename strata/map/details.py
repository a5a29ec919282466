"""What is known about each node of the pictures, and which node every other resource belongs to."""

import contextlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from strata.documents.providers import region_of
from strata.documents.stacks import Resource, Stack
from strata.documents.templates import parts
from strata.map.model import Edge, Lock, Mark, Node, Picture
from strata.map.network import ACLS, TABLES, is_subnet, routes_of, table_of
from strata.map.parts import wholes
from strata.map.services import taken
from strata.map.system import AWS_APIS, INTERNET
from strata.map.values import endpoint_name, name_of, port_range, type_name
from strata.reach import Flow, Network
from strata.reach.checks import peer_name
from strata.reach.model import AWS_ENDPOINTS, SecurityGroup

UNSAID = {"tags", "tag", "tag_specifications", "lifecycle", "depends_on", "user_data"}
"""Arguments that say nothing about what is built, or not in readable text."""

ENDPOINTS = {
    "aws_lb": "load_balancer",
    "aws_autoscaling_group": "instances",
    "aws_ecs_service": "tasks",
    "aws_db_instance": "database",
    "aws_elasticache_replication_group": "cache",
}


@dataclass(frozen=True)
class Planned:
    """What a plan does with one resource, and which of its attributes differ."""

    mark: Mark
    attributes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Part:
    """A resource as it is configured."""

    address: str
    type: str
    name: str
    settings: tuple[tuple[str, str], ...]
    planned: Planned | None = None


@dataclass(frozen=True)
class Traffic:
    """A flow in words, with the steps that let it through."""

    text: str
    steps: tuple[str, ...]


@dataclass(frozen=True)
class Rules:
    """The rules of one security group, network ACL or route table, in words."""

    name: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Thing:
    """All details of a node of a picture, or of a resource that no picture shows."""

    id: str
    label: str
    title: str
    parts: tuple[Part, ...] = ()
    locks: tuple[Lock, ...] = ()
    mark: Mark | None = None
    rules: tuple[Rules, ...] = ()
    reached: tuple[Traffic, ...] = ()
    reaches: tuple[Traffic, ...] = ()
    links: tuple[str, ...] = ()
    lit: tuple[str, ...] = ()
    """Ids of the nodes and edges that it is connected to."""


def owners(stack: Stack, pictures: Sequence[Picture]) -> dict[str, str]:
    """Address -> the id of the node that shows it or that it is a part of."""
    drawn = {
        address: node.id
        for picture in pictures
        for node in picture.nodes
        for address in node.addresses
    }
    known = {**stack.resources, **stack.data}
    users: dict[str, list[str]] = {}
    for resource in known.values():
        for target in stack.targets(resource.body):
            users.setdefault(target.address, []).append(resource.address)

    def owner(address: str, visited: frozenset[str] = frozenset()) -> str | None:
        if address in drawn or address in visited:
            return drawn.get(address)
        resource = known[address]
        named = [target.address for target in wholes(stack, resource)]
        # The last comes first, since a scaling target names a cluster and then the service in it.
        candidates = named[::-1] or users.get(address, [])
        nodes = (owner(whole, visited | {address}) for whole in candidates)
        return next(filter(None, nodes), None)

    node_of = {address: owner(address) for address in known}
    return {address: node for address, node in node_of.items() if node}


def with_plan(
    picture: Picture, planned: Mapping[str, Planned], belongs: Mapping[str, str]
) -> Picture:
    """The picture with a mark on every node that a plan changes."""
    touched = {belongs[address] for address in planned if address in belongs}

    def mark(node: Node) -> Mark | None:
        own = {planned[address].mark if address in planned else None for address in node.addresses}
        first = own.pop()
        if first and not own:
            return first
        return "changed" if node.id in touched else None

    return replace(picture, nodes=tuple(replace(node, mark=mark(node)) for node in picture.nodes))


def things(
    stack: Stack,
    network: Network,
    flows: Sequence[Flow],
    pictures: Sequence[Picture],
    planned: Mapping[str, Planned],
) -> list[Thing]:
    """Every node in the order of the pictures, then every resource that belongs to no node."""
    belongs = owners(stack, pictures)
    reader = _Reader(stack, network, tuple(flows), tuple(pictures), planned, belongs)
    known = {**stack.resources, **stack.data}
    loose = [resource for address, resource in known.items() if address not in belongs]
    return [
        *(reader.thing(node, picture) for picture in pictures for node in picture.nodes),
        *(
            Thing(
                resource.address,
                type_name(resource.type),
                name_of(resource),
                (reader.part(resource),),
            )
            for resource in loose
        ),
    ]


@dataclass(frozen=True)
class _Reader:
    stack: Stack
    network: Network
    flows: tuple[Flow, ...]
    pictures: tuple[Picture, ...]
    planned: Mapping[str, Planned]
    belongs: Mapping[str, str]

    def thing(self, node: Node, picture: Picture) -> Thing:
        blocks = {**self.stack.resources, **self.stack.data}
        own = [a for a in node.addresses if a in blocks]
        parts_of_it = [a for a, n in self.belongs.items() if n == node.id and a not in own]
        parts = [self.part(blocks[address]) for address in (*own, *parts_of_it)]
        parts += [
            Part(address, type_name(address.partition(".")[0]), address, (), self.planned[address])
            for address in node.addresses
            if address not in blocks and address in self.planned
        ]
        ends = self.endpoints(node)
        targets = self.arrow_flows(node)
        return Thing(
            node.id,
            node.label,
            node.title,
            tuple(parts),
            node.locks,
            node.mark,
            tuple(self.rules(node, ends)),
            tuple(
                _traffic(part, f"from {endpoint_name(flow.source)}", flow.target, ends)
                for flow in self.flows
                if flow.target in ends or flow in targets
                for part in self.taken(node, flow)
            ),
            tuple(
                _traffic(flow, f"to {endpoint_name(flow.target)}", flow.source, ends)
                for flow in self.flows
                if flow.source in ends
            ),
            tuple(self.links(node, picture)),
            tuple(self.lit(node, picture)),
        )

    def part(self, resource: Resource) -> Part:
        return Part(
            resource.address,
            type_name(resource.type) + (" (read)" if resource.address.startswith("data.") else ""),
            name_of(resource),
            tuple(settings(resource.body)),
            self.planned.get(resource.address),
        )

    def endpoints(self, node: Node) -> tuple[str, ...]:
        """The endpoints of the analysis that a node shows or contains."""
        resource = self.stack.resources.get(node.id)
        if resource is not None and resource.type in ENDPOINTS:
            return (ENDPOINTS[resource.type],)
        if resource is not None and resource.type == "aws_ecs_cluster":
            return ("instances", "tasks")
        if node.id in (INTERNET, AWS_APIS, AWS_ENDPOINTS):
            return (node.id,)
        if node.parent == AWS_APIS:
            return (AWS_APIS,)
        return tuple(
            end.name
            for end in self.network.endpoints
            if any(is_subnet(place.subnet, node.id) for place in end.interfaces)
        )

    def taken(self, node: Node, flow: Flow) -> Iterable[Flow]:
        """What of a flow to a node comes to it: of one to tasks, a service takes its own."""
        resource = self.stack.resources.get(node.id)
        if resource is not None and resource.type == "aws_ecs_service":
            return taken(self.stack, resource, flow)
        return [flow]

    def arrow_flows(self, node: Node) -> list[Flow]:
        """Flows of the load balancer that end at this listener."""
        listener = self.stack.resources.get(node.id)
        if listener is None or listener.type != "aws_lb_listener":
            return []
        port = int(listener.body["port"])
        return [
            flow
            for flow in self.flows
            if flow.target == "load_balancer"
            and flow.protocol == "tcp"
            and flow.ports[0] <= port <= flow.ports[1]
        ]

    def rules(self, node: Node, ends: Sequence[str]) -> Iterator[Rules]:
        """The rules of its security groups, network ACLs and route tables."""
        resource = self.stack.resources.get(node.id)
        if resource is None:
            return
        if resource.type != "aws_subnet":
            groups = {
                group.address: group
                for end in self.network.endpoints
                if end.name in ends
                for place in end.interfaces
                for group in place.groups
            }
            yield from map(self.group_rules, groups.values())
        lists = [resource] if resource.type in ACLS else []
        tables = [resource] if resource.type in TABLES else []
        if resource.type == "aws_subnet":
            lists = [
                acl
                for acl in self.stack.of(*ACLS)
                if resource in self.stack.targets(acl.body.get("subnet_ids"))
            ]
            table = table_of(self.stack, resource)
            tables = [table] if table else []
        yield from map(self.acl_rules, lists)
        for table in tables:
            routes = tuple(
                f"{destination} to {self.label_of(way.address) if way else 'elsewhere'}"
                for destination, way in routes_of(self.stack, table)
            )
            yield Rules(self.label_of(table.address), (*routes, "the VPC's own range to local"))

    def label_of(self, address: str) -> str:
        """`Security group shop-prod-cache` of an address."""
        resource = self.stack.resources.get(address)
        return f"{type_name(resource.type)} {name_of(resource)}" if resource else address

    def group_rules(self, group: SecurityGroup) -> Rules:
        """What it lets in and out; it denies the rest."""
        lines = []
        for way, side, entries in (("in", "from", group.ingress), ("out", "to", group.egress)):
            for rule in entries:
                peer = rule.peer
                peer_words = self.label_of(peer) if isinstance(peer, str) else peer_name(peer)
                lines.append(
                    f"{way}: {_ports_text(rule.protocol, rule.ports.pairs)} {side} {peer_words}"
                )
        return Rules(self.label_of(group.address), tuple(lines) or ("lets nothing in or out",))

    def acl_rules(self, acl: Resource) -> Rules:
        """Its rules in the order in which AWS reads them."""
        bodies = [
            rule.body
            for rule in self.stack.of("aws_network_acl_rule")
            if self.stack.target(rule.body.get("network_acl_id")) == acl
        ]
        lines = []
        for egress, way, side in ((False, "in", "from"), (True, "out", "to")):
            chosen = [body for body in bodies if bool(body.get("egress")) is egress]
            for body in sorted(chosen, key=lambda body: int(body["rule_number"])):
                pair = (int(body.get("from_port") or 0), int(body.get("to_port") or 65535))
                traffic = _ports_text(str(body["protocol"]), [pair])
                peer = body.get("cidr_block") or body.get("ipv6_cidr_block")
                lines.append(
                    f"{way} {body['rule_number']}: {body['rule_action']} {traffic} {side} {peer}"
                )
            lines.append(f"{way} *: deny everything else")
        return Rules(self.label_of(acl.address), tuple(lines))

    def links(self, node: Node, picture: Picture) -> Iterator[str]:
        """Its arrows in words."""
        for edge in picture.edges:
            label = " ".join(edge.lines)
            if edge.source == node.id:
                other = picture.node(edge.target)
                yield _out(edge, label, picture.name) + f" {other.label} {other.title}"
            elif edge.target == node.id:
                other = picture.node(edge.source)
                yield _into(edge, label, picture.name, f"{other.label} {other.title}")

    def lit(self, node: Node, picture: Picture) -> Iterator[str]:
        """Ids of edges and nodes that light up with it."""
        inner, outer = family(picture, node.id)
        near = [
            edge
            for edge in picture.edges
            if {edge.source, edge.target} & inner
            or (edge.kind in ("traffic", "part") and {edge.source, edge.target} & outer)
        ]
        lit_ids = dict.fromkeys(edge.id for edge in near)
        ends = dict.fromkeys(end for edge in near for end in (edge.source, edge.target))
        for forward in (True, False):
            reached = set(inner)
            for _ in picture.edges:
                for edge in picture.edges:
                    start, end = edge.source, edge.target
                    if not forward:
                        start, end = end, start
                    if edge.kind == "route" and start in reached and end not in reached:
                        reached.add(end)
                        lit_ids[edge.id] = None
                        ends[end] = None
        names = self.endpoints(node)
        places = [
            other.id
            for other_picture in self.pictures
            if other_picture.name != picture.name and node.id not in (INTERNET, AWS_APIS)
            for other in other_picture.nodes
            if other.parent != AWS_APIS and set(self.endpoints(other)) & set(names)
        ]
        yield from dict.fromkeys((*lit_ids, *ends, *sorted(outer), *places))


def family(picture: Picture, name: str) -> tuple[set[str], set[str]]:
    """A node with all nodes inside it, and all groups around it."""
    parents = {node.id: node.parent for node in picture.nodes}
    outer, current = set[str](), parents[name]
    while current:
        outer.add(current)
        current = parents[current]
    inner = {name}
    for node in picture.nodes:
        if node.parent in inner:
            inner.add(node.id)
    return inner, outer


def settings(body: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Arguments with their values, blocks as `health_check.path`, and the region where that is not
    the environment's."""
    for key, value in body.items():
        if key == "provider":
            yield "region", region_of(dict(body), str(value))
        elif key not in UNSAID and value is not None:
            yield from _flat(key, value)


def _flat(key: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, str) and value.startswith(("[{", '{"')):
        with contextlib.suppress(json.JSONDecodeError):
            value = json.loads(value)
    if isinstance(value, dict):
        if set(value) == {"name", "value"} or set(value) == {"name", "valueFrom"}:
            yield f"{key}.{value['name']}", _plain(value.get("value") or value.get("valueFrom"))
            return
        for inner, inner_value in value.items():
            yield from _flat(f"{key}.{inner}", inner_value)
    elif isinstance(value, list) and any(isinstance(item, dict) for item in value):
        for index, item in enumerate(value):
            yield from _flat(key if len(value) == 1 else f"{key}[{index}]", item)
    elif isinstance(value, list):
        yield key, ", ".join(map(_plain, value)) or "none"
    elif value is not None:
        yield key, _plain(value)


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "".join(part.text for part in parts(str(value)))


def _ports_text(protocol: str, pairs: Iterable[tuple[int, int]]) -> str:
    if protocol == "-1":
        return "everything"
    return f"{protocol} {', '.join(port_range(*pair) for pair in pairs)}"


def _traffic(flow: Flow, peer: str, own: str, ends: Sequence[str]) -> Traffic:
    prefix = f"{endpoint_name(own)}: " if len(ends) > 1 else ""
    text = f"{prefix}{flow.protocol} {port_range(*flow.ports)} {peer}"
    if not flow.complete:
        text += " (not known on all paths)" if _unknown(flow) else " (some paths)"
    return Traffic(
        text, tuple(f"{step.way}: {step.kind} {step.rule}: {step.text}" for step in flow.steps)
    )


def _unknown(flow: Flow) -> bool:
    return any(not step.known for step in flow.steps)


def _out(edge: Edge, label: str, picture: str) -> str:
    if edge.kind in ("traffic", "part"):
        return f"sends {label} to"
    if edge.kind == "route":
        return "routes to"
    return "guards" if picture == "network" else label


def _into(edge: Edge, label: str, picture: str, other: str) -> str:
    if edge.kind in ("traffic", "part"):
        return f"takes {label} from {other}"
    if edge.kind == "route":
        return f"is where {other} routes to"
    if picture == "network":
        return f"is guarded by {other}"
    return f"{other}: {label} this"
