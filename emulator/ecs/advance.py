"""Moves a world on: what is due happens, in its order, up to a time."""

from emulator.ecs import autoscaling, instances, scaling, services, targets, tasks
from emulator.ecs.state import NEVER, World

ROUNDS = 200
"""Rounds in which one moment must have settled."""


def advance(world: World, to: float) -> None:
    """Play all that happens up to `to`, in seconds of the world's clock."""
    settle(world)
    while (at := _due(world)) <= to:
        late = at <= world.now
        world.now = max(at, world.now)
        if not settle(world) and late:
            raise RuntimeError(f"what is due at {at} does not happen")
    world.now = max(to, world.now)


def settle(world: World) -> bool:
    """Play all that happens now; whether anything did."""
    for number in range(ROUNDS):
        moved = instances.sync(world)
        moved |= instances.step(world)
        moved |= tasks.step(world)
        moved |= targets.step(world)
        moved |= services.step(world)
        moved |= autoscaling.step(world)
        moved |= scaling.step(world)
        if not moved:
            return number > 0
    raise RuntimeError("it does not settle")


def _due(world: World) -> float:
    times = [NEVER, services.due(world), scaling.due(world), autoscaling.due(world)]
    times.extend(one.joins for one in world.instances.values() if one.status == "REGISTERING")
    for task in world.tasks.values():
        instance = world.instances.get(task.instance or "")
        if instance is None or instance.connected:
            times.append(task.due)
        times.append(task.stopped + world.kept)
    for target in world.targets:
        times += [target.changes, target.gone]
    return min(times)
