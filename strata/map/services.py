"""What of the traffic to tasks each service takes, and which requests come to it."""

from collections.abc import Iterator
from dataclasses import replace

from strata.documents import Json
from strata.documents.stacks import Resource, Stack
from strata.reach import Flow, agent
from strata.reach.intervals import Intervals
from strata.reach.protocols import host_ports
from strata.resources.containers import Container, containers

FORWARDS = {"aws_lb_listener": "default_action", "aws_lb_listener_rule": "action"}
"""Type -> the argument that says where requests go."""


def taken(stack: Stack, service: Resource, flow: Flow) -> Iterator[Flow]:
    """What of a flow to tasks comes to a service: that on its host ports, and from the load
    balancer only where a target group has its tasks."""
    if flow.source == "load_balancer" and not target_groups(stack, service):
        return
    group = next(iter(stack.of("aws_autoscaling_group")), None)
    dynamic = agent.host_ports(str(template(stack, group).get("user_data") or "") if group else "")
    own = host_ports(containers_of(stack, service), dynamic)
    for ports in (own & Intervals((flow.ports,))).pairs:
        yield replace(flow, ports=ports)


def conditions(stack: Stack, target_group: Resource) -> list[tuple[str, ...]]:
    """The hosts and paths of each rule that sends requests to a target group, each once."""
    return list(
        dict.fromkeys(
            tuple(str(value) for value in block.get("values") or ())
            for rule in stack.of("aws_lb_listener_rule")
            if stack.target(rule.body.get("action")) == target_group
            for condition in blocks(rule.body.get("condition"))
            for kind in ("host_header", "path_pattern")
            for block in blocks(condition.get(kind))
        )
    )


def target_groups(stack: Stack, service: Resource) -> list[Resource]:
    """The target groups that the tasks of a service are registered with."""
    groups = [target_group(stack, one) for one in blocks(service.body.get("load_balancer"))]
    return [group for group in groups if group]


def target_group(stack: Stack, value: object) -> Resource | None:
    """The target group that is named, or that a named listener or rule forwards to."""
    target = stack.target(value)
    if target and target.type in FORWARDS:
        target = stack.target(target.body.get(FORWARDS[target.type]))
    return target if target and target.type == "aws_lb_target_group" else None


def containers_of(stack: Stack, service: Resource) -> list[Container]:
    """The container definitions of a service's task."""
    task = stack.target(service.body.get("task_definition"))
    if task is None or task.type != "aws_ecs_task_definition":
        return []
    return list(containers(task.body["container_definitions"]))


def template(stack: Stack, group: Resource) -> Json:
    """The launch template of an Auto Scaling group."""
    templates = [one for one in stack.targets(group.body) if one.type == "aws_launch_template"]
    return templates[0].body if templates else {}


def blocks(value: object) -> list[Json]:
    """Blocks of an argument: alone, Terraform JSON writes an object and a plan a list."""
    entries = value if isinstance(value, list) else [value]
    return [entry for entry in entries if isinstance(entry, dict)]
