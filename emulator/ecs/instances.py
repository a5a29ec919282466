"""Container instances: they join after their start, and leave with their EC2 instance."""

from emulator.ecs import tasks, words
from emulator.ecs.state import Instance, World, identifier

BOOTS = 60.0
"""Seconds from the launch of an instance to its registration; AWS names none."""


def sync(world: World) -> bool:
    """Take up what was launched, and let go of what was terminated."""
    there = {one.id: one for one in world.outside.launched() if one.id not in world.deregistered}
    known = {one.launched.id: one for one in world.instances.values()}
    for launched in there.values():
        if launched.id not in known:
            name = identifier()
            world.instances[name] = Instance(
                launched,
                name,
                world.arn(f"container-instance/{launched.cluster}/{name}"),
                world.now + BOOTS,
                attributes=dict(launched.attributes),
            )
    gone = [one for one in known.values() if one.launched.id not in there and not one.gone]
    for instance in gone:
        _leave(world, instance)
    return bool(gone) or len(there.keys() - known.keys()) > 0


def _leave(world: World, instance: Instance) -> None:
    """An instance was terminated.

    One whose agent is connected is taken from its cluster; one whose agent is not stays until
    somebody deregisters it (API Reference, DeregisterContainerInstance).
    """
    instance.gone = True
    for task in world.on(instance):
        tasks.lose(world, task, words.terminated(instance.launched.id))
    if instance.connected or instance.status == "REGISTERING":
        del world.instances[instance.id]


def step(world: World) -> bool:
    """Let those join whose time has come."""
    moved = False
    for instance in world.instances.values():
        if instance.status == "REGISTERING" and instance.joins <= world.now:
            instance.status, instance.joined_at = "ACTIVE", world.stamp
            instance.emptied = world.now
            moved = True
    return moved


def deregister(world: World, instance: Instance) -> None:
    """Take an instance from its cluster; its service tasks are orphaned and end."""
    for task in world.on(instance):
        tasks.lose(world, task, words.FORCED)
    instance.status = "INACTIVE"
    world.instances.pop(instance.id, None)
    world.deregistered.add(instance.launched.id)
