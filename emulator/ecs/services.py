"""The scheduler of services: rolling updates, the circuit breaker and what events say of them.

ECS Developer Guide, "Deploy Amazon ECS services by replacing tasks" and "How the Amazon ECS
deployment circuit breaker detects failures"; API Reference, DeploymentConfiguration and Deployment.
"""

import random
import uuid
from collections.abc import Iterable
from datetime import UTC, datetime

from emulator.ecs import placement, targets, tasks, words
from emulator.ecs.state import NEVER, Deployment, Event, Service, Task, Wanted, World

SETTLES = 20.0
"""Seconds that a task without any health check must run to count as steady; AWS names none."""
WAITS = 180.0
"""Seconds without a place after which an event says so."""
FIRST_DELAY = 10.0
LONGEST_DELAY = 27 * 60.0
"""Between attempts after tasks that did not start (guide, "Service throttle logic")."""
IMPAIRED = 3
EVENTS = 100
"""Events that are answered (API Reference, Service events)."""

ROLLS = ("definition", "strategy", "balancers", "placement", "constraints", "forced", "connect")
"""What starts a deployment when it changes."""


def want(world: World, wanted: Wanted) -> Service:
    """Take up a service as it was asked to be, new or changed."""
    service = world.services.get(wanted.key)
    if service is None or service.status == "INACTIVE":
        service = Service(wanted)
        world.services[wanted.key] = service
        _deploy(world, service)
        return service
    before, service.wanted = service.wanted, wanted
    if any(getattr(before, one) != getattr(wanted, one) for one in ROLLS):
        _deploy(world, service)
    elif before.count != wanted.count:
        service.primary.updated_at = world.stamp
        service.steady = False
    return service


def _deploy(world: World, service: Service) -> Deployment:
    number = str(random.randrange(10**18, 10**19))  # noqa: S311 - a number, no secret
    name = f"ecs-svc/{number}"
    deployment = Deployment(
        name, service.wanted.definition, world.stamp, world.stamp,
        reason=words.in_progress(name), revision=number,
    )  # fmt: skip
    for other in service.deployments:
        other.status = "ACTIVE"
        if other.outcome == "IN_PROGRESS":
            other.outcome, other.finished_at = "STOPPED", world.stamp
    service.deployments.insert(0, deployment)
    service.steady = False
    service.said.clear()
    _tell(world, service, deployment, "SERVICE_DEPLOYMENT_IN_PROGRESS")
    return deployment


def _tell(world: World, service: Service, deployment: Deployment, what: str) -> None:
    """Send the event on the state of a deployment (guide, "Amazon ECS service deployment state
    change events")."""
    detail = {
        "eventType": "ERROR" if what.endswith("FAILED") else "INFO",
        "eventName": what,
        "deploymentId": deployment.id,
        "updatedAt": datetime.fromtimestamp(deployment.updated_at, UTC).isoformat(),
        "reason": deployment.reason,
    }
    arn = f"service/{service.wanted.cluster}/{service.wanted.name}"
    world.outside.event("ECS Deployment State Change", arn, detail)


def say(world: World, service: Service, message: str) -> None:
    """Add a service event."""
    service.events.insert(0, Event(str(uuid.uuid4()), world.stamp, message))
    del service.events[EVENTS:]


def once(world: World, service: Service, message: str) -> None:
    """Add an event, unless its cause stands already."""
    if message not in service.said:
        service.said.add(message)
        say(world, service, message)


def retire(world: World, service: Service) -> None:
    """The service was deleted: its tasks drain."""
    service.status = "DRAINING"
    for task in list(world.of_service(service)):
        tasks.stop(world, task, "ServiceSchedulerInitiated", words.scaling(service.primary.id))


def step(world: World) -> bool:
    """Let the scheduler look at every service; whether it did anything."""
    moved = False
    for service in list(world.services.values()):
        if service.status == "DRAINING":
            if not any(world.of_service(service)):
                service.status = "INACTIVE"
                service.deployments = service.deployments[:1]
                moved = True
        elif service.status == "ACTIVE":
            moved |= _schedule(world, service)
    return moved


def due(world: World) -> float:
    """When a service must be looked at although nothing else happens."""
    times = [NEVER]
    for service in world.services.values():
        if service.status != "ACTIVE":
            continue
        if service.primary.not_before > world.now:
            times.append(service.primary.not_before)
        for task in world.of_service(service):
            if task.running:
                moments = (task.started + SETTLES, task.started + service.wanted.grace)
            elif task.status == "PROVISIONING":
                moments = (task.created + WAITS, NEVER)
            else:
                continue
            times.extend(one for one in moments if one > world.now)
    return min(times)


def _schedule(world: World, service: Service) -> bool:
    moved = _registered(world, service)
    moved |= _placed(world, service)
    moved |= _unhealthy(world, service)
    moved |= _counted(world, service)
    moved |= _broken(world, service)
    moved |= _stopped(world, service)
    moved |= _started(world, service)
    return moved | _settled(world, service)


def _of(world: World, service: Service, deployment: Deployment) -> list[Task]:
    return [one for one in world.of_service(service) if one.deployment == deployment.id]


def _registered(world: World, service: Service) -> bool:
    """Register the targets of tasks that have come to run."""
    wanted = service.wanted
    made: dict[str, int] = {}
    for task in world.of_service(service):
        if task.running and not any(one.task == task.id for one in world.targets):
            for target in targets.register(world, task, wanted.balancers):
                made[target.group.arn] = made.get(target.group.arn, 0) + 1
    for group, count in made.items():
        say(world, service, words.registered(wanted.name, count, group))
    return bool(made)


def healthy(world: World, service: Service, task: Task) -> bool:
    """Whether a task runs and passes every check that it has."""
    if not task.running:
        return False
    of_containers = tasks.health(task)
    if any(one.get("healthCheck") for one in task.definition.containers):
        if of_containers != "HEALTHY":
            return False
    elif not service.wanted.balancers:
        return task.started + SETTLES <= world.now
    wanted = targets.groups(service.wanted.balancers, world)
    found = [one for one in targets.of(world, task) if one.state == "healthy"]
    return len(found) >= len(wanted)


def _placed(world: World, service: Service) -> bool:
    """Place what waits, and say why it cannot be."""
    moved = False
    wanted = service.wanted
    waiting = [one for one in world.of_service(service) if one.status == "PROVISIONING"]
    for task in waiting:
        if task.wanted and tasks.place(world, task, wanted.placement, wanted.constraints):
            moved = True
        elif task.wanted and task.created + WAITS <= world.now:
            why = placement.why_not(world, task, wanted.constraints)
            once(world, service, words.unplaced(wanted.name, why))
    if not waiting:
        service.said = {one for one in service.said if "unable to place" not in one}
    return moved


def _unhealthy(world: World, service: Service) -> bool:
    """Replace tasks that fail a health check, once the grace period is over."""
    wanted, moved = service.wanted, False
    for task in list(world.of_service(service)):
        if not task.running:
            continue
        if tasks.health(task) == "UNHEALTHY":
            say(world, service, words.sick(wanted.name, task.id))
            _stop(world, service, [task], words.CONTAINER_FAILED, failed=True)
            moved = True
            continue
        if world.now < task.started + wanted.grace:
            continue
        for target in targets.of(world, task):
            if target.state == "unhealthy":
                arn = target.group.arn
                why = targets.WORDS["unhealthy"][1] or ""
                host = _ec2(world, task)
                say(world, service, words.unhealthy(wanted.name, host, target.port, arn, why))
                _stop(world, service, [task], words.elb_failed(arn), failed=True)
                moved = True
                break
    return moved


def _ec2(world: World, task: Task) -> str:
    instance = world.instances.get(task.instance or "")
    return instance.launched.id if instance else ""


def _counted(world: World, service: Service) -> bool:
    """Count tasks that failed, and forget them after one that is healthy."""
    moved = False
    by_id = {one.id: one for one in service.deployments}
    for task in list(world.tasks.values()):
        deployment = by_id.get(task.deployment or "")
        if deployment is None or task.cluster != service.wanted.cluster:
            continue
        if task.failed and not task.counted:
            task.counted = moved = True
            deployment.failures += 1
            if task.started == NEVER:
                _throttle(world, service, deployment)
            deployment.updated_at = world.stamp
        elif not task.well and not task.failed and healthy(world, service, task):
            task.well = moved = True
            deployment.failures = deployment.start_failures = 0
            deployment.not_before = 0.0
    return moved


def _throttle(world: World, service: Service, deployment: Deployment) -> None:
    deployment.start_failures += 1
    delay = min(FIRST_DELAY * 2 ** (deployment.start_failures - 1), LONGEST_DELAY)
    deployment.not_before = world.now + delay
    if deployment.start_failures >= IMPAIRED:
        once(world, service, words.impaired(service.wanted.name))


def _broken(world: World, service: Service) -> bool:
    """End a deployment of which too many tasks failed, and go back to the last that completed.

    Where none did, it stalls: no further task is started (guide, deployment failure detection).
    """
    wanted, primary = service.wanted, service.primary
    going = primary.rollout == "IN_PROGRESS"
    if not (wanted.breaker and going and primary.failures >= wanted.threshold):
        return False
    primary.rollout, primary.reason = "FAILED", words.BROKEN
    primary.updated_at, primary.breaks = world.stamp, True
    _rolled(world, service, "ROLLBACK_FAILED")
    if primary.outcome == "IN_PROGRESS":
        primary.outcome, primary.finished_at = "STOPPED", world.stamp
    say(world, service, words.failed(wanted.name, primary.id))
    _tell(world, service, primary, "SERVICE_DEPLOYMENT_FAILED")
    good = next((one for one in service.deployments if one.completed), None)
    good = good or next((one for one in service.past if one.completed), None)
    if wanted.rollback and good is not None and primary.rolls_back_to is None:
        _roll_back(world, service, good)
    return True


def _rolled(world: World, service: Service, outcome: str) -> None:
    """The rollback of a failed deployment came to its end."""
    for deployment in (*service.deployments, *service.past):
        if deployment.outcome == "ROLLBACK_IN_PROGRESS":
            deployment.outcome, deployment.finished_at = outcome, world.stamp


def _roll_back(world: World, service: Service, good: Deployment) -> None:
    wanted = service.wanted
    service.primary.outcome = "ROLLBACK_IN_PROGRESS"
    say(world, service, words.rolling_back(wanted.name, good.id))
    service.wanted = Wanted(**{**vars(wanted), "definition": good.definition})
    if good not in service.deployments:
        service.past.remove(good)
        service.deployments.append(good)
    service.deployments.remove(good)
    for other in service.deployments:
        other.status = "ACTIVE"
    service.deployments.insert(0, good)
    good.status, good.rollout = "PRIMARY", "IN_PROGRESS"
    good.reason, good.updated_at = words.goes_back(good.id), world.stamp
    good.rolls_back_to = good.id
    service.steady = False
    _tell(world, service, good, "SERVICE_DEPLOYMENT_IN_PROGRESS")


def _stop(
    world: World, service: Service, which: Iterable[Task], reason: str, failed: bool = False
) -> None:
    """Stop tasks of a service, and say so."""
    which = list(which)
    name = service.wanted.name
    running = [one.id for one in which if one.status == "RUNNING"]
    pending = len(which) - len(running)
    drained: dict[str, int] = {}
    for task in which:
        for target in targets.of(world, task):
            drained[target.group.arn] = drained.get(target.group.arn, 0) + 1
        tasks.stop(world, task, "ServiceSchedulerInitiated", reason, failed)
    if running:
        say(world, service, words.stopped(name, running))
    if pending:
        say(world, service, words.stopped_pending(name, pending))
    for group, count in drained.items():
        say(world, service, words.deregistered(name, count, group))
        say(world, service, words.draining(name, which[0].deployment or "", count))


def _leaves(world: World, service: Service, task: Task) -> bool:
    """Whether a task is to be replaced: it is of an old deployment, or its instance drains."""
    instance = world.instances.get(task.instance or "")
    drains = instance is not None and instance.status == "DRAINING"
    return drains or (task.deployment != service.primary.id and service.primary.rollout != "FAILED")


def _stopped(world: World, service: Service) -> bool:
    """Stop what is too many: what is to be replaced, and tasks beyond the count."""
    wanted = service.wanted
    every = [one for one in world.of_service(service) if one.wanted]
    fine = sum(healthy(world, service, one) for one in every)
    chosen: list[Task] = []
    leaving = [one for one in every if _leaves(world, service, one)]
    for task in sorted(leaving, key=lambda one: healthy(world, service, one)):
        if healthy(world, service, task):
            if fine - 1 < wanted.least:
                continue
            fine -= 1
        chosen.append(task)
    staying = [one for one in every if one not in leaving]
    if len(staying) > wanted.count:
        staying.sort(key=lambda one: (one.status == "RUNNING", -one.created))
        chosen += staying[: len(staying) - wanted.count]
    if chosen:
        _stop(world, service, chosen, words.scaling(service.primary.id))
    return bool(chosen)


def _started(world: World, service: Service) -> bool:
    """Start what is missing."""
    primary, wanted = service.primary, service.wanted
    if primary.rollout == "FAILED" or primary.not_before > world.now:
        return False
    every = [one for one in world.of_service(service) if one.wanted]
    staying = [one for one in every if not _leaves(world, service, one)]
    missing = min(wanted.count - len(staying), wanted.most - len(every))
    names: list[str] = []
    for _ in range(missing):
        task = _make(world, service, primary)
        if task is None:
            break
        names.append(task.id)
    if names:
        say(world, service, words.started(wanted.name, names))
        service.steady = False
    return bool(names)


def _make(world: World, service: Service, deployment: Deployment) -> Task | None:
    """A task of a deployment: placed, or waiting for its capacity provider; None where it can do
    neither."""
    wanted = service.wanted
    provider = _provider(world, service)
    task = tasks.make(
        world,
        wanted.cluster,
        world.outside.definition(deployment.definition),
        f"service:{wanted.name}",
        service=wanted.name,
        deployment=deployment.id,
        started_by=deployment.id,
        provider=provider,
        launch_type=None if provider else wanted.launch_type or "EC2",
        tags=[dict(one) for one in wanted.tags],
        execute=wanted.execute,
    )
    if tasks.place(world, task, wanted.placement, wanted.constraints) or provider:
        return task
    why = placement.why_not(world, task, wanted.constraints)
    once(world, service, words.unplaced(wanted.name, why))
    del world.tasks[task.id]
    return None


def _provider(world: World, service: Service) -> str | None:
    """The capacity provider of the next task: bases first, then the weights (API Reference,
    CapacityProviderStrategyItem)."""
    strategy = service.wanted.strategy
    if not strategy:
        return None
    held = {str(one["capacityProvider"]).split("/")[-1]: 0 for one in strategy}
    for task in world.of_service(service):
        if task.wanted and task.provider in held:
            held[task.provider] += 1
    for one in strategy:
        name = str(one["capacityProvider"]).split("/")[-1]
        if held[name] < int(one.get("base") or 0):
            return name
    weighted = [one for one in strategy if int(one.get("weight") or 0)] or list(strategy)
    chosen = min(
        weighted,
        key=lambda one: (
            held[str(one["capacityProvider"]).split("/")[-1]] / max(int(one.get("weight") or 0), 1)
        ),
    )
    return str(chosen["capacityProvider"]).split("/")[-1]


def _settled(world: World, service: Service) -> bool:
    """The deployment is completed, and the service steady."""
    primary, wanted = service.primary, service.wanted
    every = list(world.of_service(service))
    moved = _over(world, service, every)
    mine = [one for one in every if one.deployment == primary.id and one.wanted]
    there = len(mine) == wanted.count and all(healthy(world, service, one) for one in mine)
    if not there or len(service.deployments) > 1 or any(not one.wanted for one in every):
        if not there:
            service.steady = False
        return moved
    if primary.rollout == "IN_PROGRESS":
        primary.rollout, primary.reason = "COMPLETED", words.is_completed(primary.id)
        primary.updated_at = primary.finished_at = world.stamp
        primary.completed, primary.failures, primary.rolls_back_to = True, 0, None
        primary.outcome = "SUCCESSFUL"
        _rolled(world, service, "ROLLBACK_SUCCESSFUL")
        say(world, service, words.completed(wanted.name, primary.id))
        _tell(world, service, primary, "SERVICE_DEPLOYMENT_COMPLETED")
        moved = True
    if primary.rollout == "COMPLETED" and not service.steady:
        service.steady = moved = True
        service.said.clear()
        say(world, service, words.steady(wanted.name))
    return moved


def _over(world: World, service: Service, every: list[Task]) -> bool:
    """Old deployments without any task are no longer told."""
    going = {one.deployment for one in every}
    over = [one for one in service.deployments[1:] if one.id not in going]
    for deployment in over:
        deployment.status = "INACTIVE"
        deployment.finished_at = deployment.finished_at or world.stamp
        service.deployments.remove(deployment)
        service.past.insert(0, deployment)
    return bool(over)
