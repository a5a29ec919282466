"""Scaling of a service by its load: a target that is tracked, or steps over an alarm.

Application Auto Scaling User Guide, "Target tracking scaling policies" (out after three minutes
above the target, in after fifteen below nine tenths of it) and "Step scaling policies". A test says
what the load is; nothing here measures one.
"""

import math
from collections.abc import Iterator
from dataclasses import replace

from emulator.ecs.state import NEVER, Policy, Scalable, Service, World

OUT_AFTER = 3 * 60.0
IN_AFTER = 15 * 60.0
IN_BELOW = 0.9
DATAPOINT = 60.0
"""Seconds to the next datapoint of a metric."""


def step(world: World) -> bool:
    """Let auto scaling look at each service whose load is known."""
    moved = False
    for service in world.services.values():
        scalable = world.outside.scalable(service.wanted.key) if service.load else None
        if scalable is None or service.status != "ACTIVE":
            service.breaches.clear()
            continue
        _look(world, service, scalable)
        moved |= _scale(world, service, scalable)
    return moved


def due(world: World) -> float:
    """When the first policy acts."""
    return min(
        (at for service in world.services.values() for _, at in service.breaches.values()),
        default=NEVER,
    )


def _look(world: World, service: Service, scalable: Scalable) -> None:
    """Which policies are in breach, and when they act: name -> (direction, time)."""
    there = {policy.name: policy for policy in scalable.policies}
    for name in [*service.breaches]:
        if name not in there:
            del service.breaches[name]
    for policy in scalable.policies:
        direction = _direction(service, policy)
        known = service.breaches.get(policy.name)
        if not direction:
            service.breaches.pop(policy.name, None)
        elif known is None or known[0] != direction:
            service.breaches[policy.name] = (direction, world.now + _after(policy, direction))


def _after(policy: Policy, direction: int) -> float:
    if policy.target is None:
        return policy.after
    return OUT_AFTER if direction > 0 else IN_AFTER


def _direction(service: Service, policy: Policy) -> int:
    """1 above, -1 below, 0 where the policy has nothing to do."""
    value = service.load.get(policy.metric)
    if value is None:
        return 0
    if policy.target is None:
        breached = value >= policy.threshold if policy.above else value <= policy.threshold
        return (1 if policy.above else -1) if breached else 0
    if value > policy.target:
        return 1
    return -1 if value < IN_BELOW * policy.target and policy.scales_in else 0


def _scale(world: World, service: Service, scalable: Scalable) -> bool:
    """Move the count: out as far as any policy asks, in only where every target agrees."""
    count = service.wanted.count
    acting = [one for one in scalable.policies if _acts(world, service, one)]
    if not acting:
        return False
    aims = [_aim(service, policy) for policy in acting]
    aim = max(aims)
    tracked = [one for one in scalable.policies if one.target is not None]
    if aim < count and any(service.breaches.get(one.name, (0, 0.0))[0] >= 0 for one in tracked):
        aim = count
    aim = min(max(aim, scalable.least), scalable.most)
    for policy in acting:
        direction, _ = service.breaches[policy.name]
        service.breaches[policy.name] = (direction, world.now + DATAPOINT)
    if aim == count:
        return False
    cooldown = max(one.out_cooldown if aim > count else one.in_cooldown for one in acting)
    service.cools = world.now + cooldown
    for name, (direction, at) in [*service.breaches.items()]:
        service.breaches[name] = (direction, max(at, service.cools))
    service.wanted = replace(service.wanted, count=aim)
    service.steady = False
    return True


def _acts(world: World, service: Service, policy: Policy) -> bool:
    _, at = service.breaches.get(policy.name, (0, NEVER))
    return at <= world.now


def _aim(service: Service, policy: Policy) -> int:
    count, value = service.wanted.count, service.load[policy.metric]
    if policy.target is not None:
        return math.ceil(count * value / policy.target)
    for change in _steps(policy, value - policy.threshold):
        if policy.kind == "ExactCapacity":
            return change
        if policy.kind == "PercentChangeInCapacity":
            return count + _percent(count * change / 100)
        return count + change
    return count


def _percent(change: float) -> int:
    """Rounded as the guide has it: away from zero below one, else towards it."""
    if 0 < abs(change) < 1:
        return 1 if change > 0 else -1
    return int(change)


def _steps(policy: Policy, over: float) -> Iterator[int]:
    """The adjustments whose interval holds the difference from the threshold."""
    for lower, upper, change in policy.steps:
        low = -NEVER if lower is None else lower
        high = NEVER if upper is None else upper
        if (low <= over < high) if policy.above else (low < over <= high):
            yield change
