"""Where a task may run, and where it does: ECS's rules of placement.

Memory, CPU units and host ports are reserved (ECS Developer Guide, "Task placement"); memory is a
container's reservation, or its limit where it has none, with tmpfs and shared memory beside it
(amazon-ecs-agent, proposals/shmsize-tmpfs.md). Then constraints, then the strategies in order.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from emulator.ecs import words
from emulator.ecs.state import Definition, Instance, Needs, Task, World

RESERVED_PORTS = (22, 2375, 2376, 51678, 51679, 51680)
"""Ports that the agent and the system keep (API Reference, PortMapping hostPort)."""

FIRST_PORT = 32768
LAST_PORT = 60999
"""Ports that a container without a host port of its own gets (ip_local_port_range)."""


def needs(definition: Definition, overrides: Mapping[str, Any] | None = None) -> Needs:
    """What a task of `definition` reserves."""
    overrides = overrides or {}
    changed = {one.get("name"): one for one in overrides.get("containerOverrides", ())}
    cpu = memory = any_ports = 0
    ports: list[int] = []
    for container in definition.containers:
        override = changed.get(container["name"], {})
        cpu += int(override.get("cpu", container.get("cpu") or 0))
        memory += _memory({**container, **override})
        for mapping in container.get("portMappings") or ():
            if mapping.get("hostPort"):
                ports.append(int(mapping["hostPort"]))
            else:
                any_ports += 1
    whole_cpu = overrides.get("cpu") or definition.cpu
    whole_memory = overrides.get("memory") or definition.memory
    return Needs(
        cpu=int(whole_cpu) if whole_cpu else cpu,
        memory=int(whole_memory) if whole_memory else memory,
        ports=tuple(ports),
        any_ports=any_ports,
    )


def _memory(container: Mapping[str, Any]) -> int:
    linux = container.get("linuxParameters") or {}
    beside = sum(int(one["size"]) for one in linux.get("tmpfs") or ())
    shared = int(linux.get("sharedMemorySize") or 0)
    return int(container.get("memoryReservation") or container.get("memory") or 0) + beside + shared


def left(world: World, instance: Instance) -> tuple[int, int, set[int]]:
    """CPU units and MiB that are free on an instance, and the host ports that are taken."""
    cpu, memory = instance.launched.cpu, instance.launched.memory
    taken: set[int] = set(RESERVED_PORTS)
    for task in world.on(instance):
        cpu -= task.needs.cpu
        memory -= task.needs.memory
        taken.update(port["hostPort"] for one in task.containers for port in one.ports)
    return cpu, memory, taken


def lacking(
    world: World, instance: Instance, task: Task, placed: Sequence[Mapping[str, Any]]
) -> str:
    """Why `task` cannot run on `instance`, in ECS's words; nothing where it can."""
    cpu, memory, taken = left(world, instance)
    found = {
        words.AGENT: not instance.connected,
        words.DRAINING: instance.status != "ACTIVE",
        words.PORT: bool(taken & set(task.needs.ports)),
        words.MEMORY: task.needs.memory > memory,
        words.CPU: task.needs.cpu > cpu,
        words.ATTRIBUTE: not _allowed(world, instance, task, placed),
    }
    return next((why for why, stands in found.items() if stands), "")


def _allowed(
    world: World, instance: Instance, task: Task, constraints: Sequence[Mapping[str, Any]]
) -> bool:
    for one in (*constraints, *task.definition.constraints):
        if one.get("type") == "distinctInstance":
            if any(other.group == task.group for other in world.on(instance)):
                return False
        elif not _matches(instance, str(one.get("expression", ""))):
            return False
    return True


def _matches(instance: Instance, expression: str) -> bool:
    """Of the cluster query language: comparisons of attributes, joined by `and`."""
    for part in re.split(r"\s+(?:and|&&)\s+", expression.strip()):
        found = re.fullmatch(
            r"attribute:(\S+)\s*(==|equals|!=|not_equals|=~|matches|in|exists)\s*(.*)", part
        )
        if not found:
            continue
        value = instance.attributes.get(found[1])
        given = found[3].strip()
        listed = [one.strip() for one in given.strip("[]").split(",")]
        right = {
            "==": value == given,
            "equals": value == given,
            "!=": value != given,
            "not_equals": value != given,
            "=~": value is not None and re.fullmatch(given, value) is not None,
            "matches": value is not None and re.fullmatch(given, value) is not None,
            "in": value in listed,
            "exists": value is not None,
        }
        if not right[found[2]]:
            return False
    return True


def candidates(world: World, task: Task) -> list[Instance]:
    """The instances of the cluster, or of the capacity provider of the task."""
    found = [one for one in world.of_cluster(task.cluster) if not one.gone]
    if task.provider is None:
        return found
    groups = {
        one.group for one in world.outside.providers(task.cluster) if one.name == task.provider
    }
    return [one for one in found if one.launched.group in groups]


def choose(
    world: World,
    task: Task,
    strategy: Sequence[Mapping[str, Any]] = (),
    constraints: Sequence[Mapping[str, Any]] = (),
) -> Instance | None:
    """The instance that a task goes to, or None where it fits on none."""
    fitting = [
        one
        for one in candidates(world, task)
        if one.takes_tasks and not lacking(world, one, task, constraints)
    ]
    for one in strategy:
        fitting = _best(world, task, fitting, str(one.get("type")), str(one.get("field", "")))
    return min(fitting, key=lambda one: one.joins, default=None)


def _best(
    world: World, task: Task, fitting: list[Instance], kind: str, field: str
) -> list[Instance]:
    """Those that a strategy likes best, all alike."""
    if not fitting or kind == "random":
        return fitting
    if kind == "binpack":
        by_memory = field.lower() == "memory"
        free = {one.id: left(world, one) for one in fitting}
        return _least(
            fitting, {one: room[1] if by_memory else room[0] for one, room in free.items()}
        )
    count = {one.id: 0 for one in fitting}
    everywhere = candidates(world, task)
    for one in fitting:
        same = {other.id for other in everywhere if _value(other, field) == _value(one, field)}
        count[one.id] = sum(
            other.instance in same and other.group == task.group and other.wanted
            for other in world.tasks.values()
        )
    return _least(fitting, count)


def _least(instances: list[Instance], of: Mapping[str, int]) -> list[Instance]:
    fewest = min(of[one.id] for one in instances)
    return [one for one in instances if of[one.id] == fewest]


def _value(instance: Instance, field: str) -> str:
    if field in ("instanceId", "host"):
        return instance.id
    return instance.attributes.get(field.removeprefix("attribute:"), "")


def why_not(world: World, task: Task, constraints: Sequence[Mapping[str, Any]]) -> str:
    """Why a task fits nowhere, as a service event says it."""
    found = candidates(world, task)
    if not found:
        return words.NO_INSTANCES_OF_PROVIDER if task.provider else words.NO_INSTANCES
    closest = max(found, key=lambda one: (one.takes_tasks, left(world, one)[1]))
    return words.closest(closest.id, lacking(world, closest, task, constraints) or words.ATTRIBUTE)


def put(world: World, task: Task, instance: Instance | None) -> None:
    """Reserve what the task needs on its instance, host ports among it."""
    task.instance = instance.id if instance else None
    taken = left(world, instance)[2] if instance else set()
    for container, definition in zip(task.containers, task.definition.containers, strict=True):
        container.ports = []
        for mapping in definition.get("portMappings") or ():
            port = mapping.get("hostPort") or _free(taken)
            taken.add(port)
            container.ports.append(
                {
                    "bindIP": "0.0.0.0",  # noqa: S104 - what ECS answers
                    "containerPort": mapping.get("containerPort"),
                    "hostPort": port,
                    "protocol": mapping.get("protocol") or "tcp",
                }
            )


def _free(taken: Iterable[int]) -> int:
    used = set(taken)
    return next(port for port in range(FIRST_PORT, LAST_PORT + 1) if port not in used)
