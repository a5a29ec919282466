"""Scaling: of instances by a capacity provider, of tasks by a target or by steps.

ECS Developer Guide, "Cluster auto scaling": CapacityProviderReservation is the instances that are
needed over those that there are, in percent; with none of either it is 100, with none there and
some needed 200. The group is moved to what brings it to the target, and shrinks after 15 minutes
below.
"""

import math
from collections.abc import Sequence, Set

from emulator.ecs.state import NEVER, Group, Instance, Provider, Task, World

LOOKS = 60.0
"""Seconds between two looks at the metric."""
IN_AFTER = 15 * 60.0
"""Seconds below the target after which the group shrinks."""


def step(world: World) -> bool:
    """Let managed scaling look at each capacity provider whose time has come."""
    moved = False
    found = _providers(world)
    _forget(world, {provider.name for _, provider in found})
    for cluster, provider in found:
        group = world.outside.group(provider.group)
        if group is None:
            _forget(world, world.scaling.keys() - {provider.name})
            continue
        needed = _needed(world, cluster, provider, group)
        there = max(group.desired, 0)
        world.measured[provider.name] = _reservation(needed, there)
        protect(world, provider)
        aim = _aim(needed, provider, group)
        if not provider.scales or aim == there:
            world.scaling.pop(provider.name, None)
            world.low_since.pop(provider.name, None)
            continue
        moved |= _move(world, cluster, provider, group, aim)
    return moved


def _forget(world: World, there: Set[str]) -> None:
    """Look no more at capacity providers that are gone, or whose group is."""
    for name in world.scaling.keys() - there:
        del world.scaling[name]
        world.low_since.pop(name, None)


def due(world: World) -> float:
    """When managed scaling looks next."""
    return min(world.scaling.values(), default=NEVER)


def _providers(world: World) -> list[tuple[str, Provider]]:
    clusters = {one.wanted.cluster for one in world.services.values()}
    clusters |= {one.launched.cluster for one in world.instances.values()}
    clusters |= {one.cluster for one in world.tasks.values()}
    return [
        (cluster, provider)
        for cluster in sorted(clusters)
        for provider in world.outside.providers(cluster)
    ]


def _reservation(needed: int, there: int) -> float:
    if there == 0:
        return 200.0 if needed else 100.0
    return 100.0 * needed / there


def _of(world: World, cluster: str, provider: Provider) -> list[Instance]:
    return [
        one
        for one in world.instances.values()
        if one.launched.cluster == cluster and one.launched.group == provider.group and not one.gone
    ]


def _needed(world: World, cluster: str, provider: Provider, group: Group) -> int:
    """Instances with tasks, and those that the waiting tasks need beside them."""
    mine = _of(world, cluster, provider)
    busy = [one for one in mine if world.on(one)]
    waiting = [
        one
        for one in world.tasks.values()
        if one.cluster == cluster and one.provider == provider.name and _waits(one)
    ]
    return len(busy) + _fresh(waiting, group)


def _waits(task: Task) -> bool:
    return task.status == "PROVISIONING" and task.desired == "RUNNING"


def _fresh(waiting: Sequence[Task], group: Group) -> int:
    """New instances that hold the waiting tasks; those that fit on none count for nothing."""
    count, cpu, memory, ports = 0, 0, 0, set[int]()
    for task in waiting:
        needs = task.needs
        if needs.cpu > group.cpu or needs.memory > group.memory:
            continue
        clash = bool(ports & set(needs.ports))
        if count == 0 or needs.cpu > cpu or needs.memory > memory or clash:
            count, cpu, memory, ports = count + 1, group.cpu, group.memory, set()
        cpu, memory = cpu - needs.cpu, memory - needs.memory
        ports |= set(needs.ports)
    return count


def _aim(needed: int, provider: Provider, group: Group) -> int:
    wanted = math.ceil(needed * 100 / provider.target)
    return min(max(wanted, group.least), group.most)


def _move(world: World, cluster: str, provider: Provider, group: Group, aim: int) -> bool:
    """Move a group towards its aim: at once on the way up, after a while on the way down."""
    name = provider.name
    looks = world.scaling.setdefault(name, world.now + LOOKS)
    if aim < group.desired:
        looks = world.scaling[name] = world.low_since.setdefault(name, world.now) + IN_AFTER
    else:
        world.low_since.pop(name, None)
        looks = world.scaling[name] = min(looks, world.now + LOOKS)
    if looks > world.now:
        return False
    world.scaling.pop(name, None)
    world.low_since.pop(name, None)
    if aim > group.desired:
        by = min(max(aim - group.desired, provider.step_least), provider.step_most)
        world.outside.scale(group.name, min(group.desired + by, group.most))
    else:
        free = [one for one in _of(world, cluster, provider) if not world.on(one)]
        for instance in free[: group.desired - aim]:
            world.outside.remove(group.name, instance.launched.id)
    return True


def protect(world: World, provider: Provider) -> None:
    """With managed termination protection, scale-in spares the instances that have tasks."""
    if not provider.protects:
        return
    state = {
        one.launched.id: bool(world.on(one))
        for one in world.instances.values()
        if one.launched.group == provider.group and not one.gone
    }
    world.outside.protect(provider.group, state)
