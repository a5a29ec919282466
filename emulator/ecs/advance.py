"""Moves a world on: what is due happens, in its order, up to a time."""

from emulator.ecs import instances, scaling, services, targets, tasks
from emulator.ecs.state import NEVER, World

ROUNDS = 200
"""Rounds in which one moment must have settled."""


def advance(world: World, to: float) -> None:
    """Play all that happens up to `to`, in seconds of the world's clock."""
    settle(world)
    while (at := _due(world)) <= to:
        world.now = max(at, world.now)
        settle(world)
    world.now = max(to, world.now)


def settle(world: World) -> None:
    """Play all that happens now."""
    for _ in range(ROUNDS):
        moved = instances.sync(world)
        moved |= instances.step(world)
        moved |= tasks.step(world)
        moved |= targets.step(world)
        moved |= services.step(world)
        moved |= scaling.step(world)
        if not moved:
            return


def _due(world: World) -> float:
    times = [NEVER, services.due(world), scaling.due(world)]
    times.extend(one.joins for one in world.instances.values() if one.status == "REGISTERING")
    for task in world.tasks.values():
        instance = world.instances.get(task.instance or "")
        if instance is None or instance.connected:
            times.append(task.due)
        times.append(task.stopped + world.kept)
    for target in world.targets:
        times += [target.changes, target.gone]
    return min(times)
