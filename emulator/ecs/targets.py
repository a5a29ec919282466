"""Targets of a target group: initial, healthy or unhealthy, draining, gone.

A target is healthy after one check that it passes since it was registered; after it was unhealthy
it takes the healthy threshold (Application Load Balancers guide, "Health checks for your target
groups").
"""

from collections.abc import Mapping
from typing import Any

from emulator.ecs.state import NEVER, Target, TargetGroup, Task, World

FIRST_CHECK = 5.0
"""Seconds from the registration of a target to its first check; AWS names none."""

WORDS = {
    "initial": ("Elb.RegistrationInProgress", "Target registration is in progress"),
    "unhealthy": (
        "Target.ResponseCodeMismatch",
        "Health checks failed with these codes: [502]",
    ),
    "draining": ("Target.DeregistrationInProgress", "Target deregistration is in progress"),
    "healthy": (None, None),
    "unused": ("Target.NotRegistered", "Target is not registered to the target group"),
}
"""State -> reason and description (API Reference, TargetHealth)."""


def register(world: World, task: Task, balancers: tuple[Mapping[str, Any], ...]) -> list[Target]:
    """Register the container ports that a service's load balancers name."""
    made = []
    for balancer in balancers:
        group = world.outside.target_group(str(balancer.get("targetGroupArn")))
        for container in task.containers:
            for port in container.ports:
                if (
                    group
                    and container.name == balancer.get("containerName")
                    and port["containerPort"] == balancer.get("containerPort")
                ):
                    behaviour = container.behaviour
                    answers = task.started + behaviour.slow if behaviour.answers else NEVER
                    target = Target(
                        group, task.instance or "", port["hostPort"], task.id, world.now, answers
                    )
                    _schedule(target, world.now)
                    made.append(target)
    world.targets.extend(made)
    return made


def _checks(target: Target, number: int) -> float:
    return target.registered + FIRST_CHECK + number * target.group.interval


def _schedule(target: Target, now: float) -> None:
    """When the state changes next, by the checks at their interval."""
    group = target.group
    passed = NEVER
    if target.answers < NEVER:
        wait = max(target.answers - target.registered - FIRST_CHECK, 0.0)
        passed = _checks(target, -int(-wait // group.interval))
    if target.state == "initial":
        target.changes = min(passed, _checks(target, group.unhealthy - 1))
    elif target.state == "unhealthy" and passed < NEVER:
        target.changes = max(passed + (group.healthy - 1) * group.interval, now)
    else:
        target.changes = NEVER


def step(world: World) -> bool:
    """Move every target whose time has come; whether any moved."""
    moved = False
    for target in world.targets:
        if target.changes <= world.now:
            target.state = "healthy" if target.answers <= world.now else "unhealthy"
            _schedule(target, world.now)
            moved = True
    before = len(world.targets)
    world.targets = [one for one in world.targets if one.gone > world.now]
    return moved or len(world.targets) != before


def of(world: World, task: Task) -> list[Target]:
    """The targets of a task that it still answers at."""
    return [one for one in world.targets if one.task == task.id and one.state != "draining"]


def deregister(world: World, task: Task) -> float:
    """Take a task's targets away; gives the seconds that they drain."""
    longest = 0.0
    for target in of(world, task):
        target.state, target.changes = "draining", NEVER
        target.gone = world.now + target.group.drains
        longest = max(longest, target.group.drains)
    return longest


def described(target: Target, now: float) -> tuple[str, str | None, str | None]:
    """State, reason and description of a target."""
    reason, description = WORDS[target.state]
    if target.state == "initial" and now >= target.registered + FIRST_CHECK:
        reason, description = "Elb.InitialHealthChecking", "Initial health checks in progress"
    return target.state, reason, description


def groups(balancers: tuple[Mapping[str, Any], ...], world: World) -> list[TargetGroup]:
    """The target groups of a service that a load balancer uses."""
    found = (world.outside.target_group(str(one.get("targetGroupArn"))) for one in balancers)
    return [one for one in found if one]
