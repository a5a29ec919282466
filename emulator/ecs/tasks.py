"""The life of a task: PROVISIONING, PENDING, ACTIVATING, RUNNING, and back to STOPPED.

ECS Developer Guide, "Amazon ECS task lifecycle". What each state lasts is ours; AWS names none.
"""

from collections.abc import Mapping
from typing import Any

from emulator.ecs import placement, targets, words
from emulator.ecs.state import NEVER, Container, Definition, Image, Task, World, identifier

STARTS = 1.0
"""Seconds until the agent has a task that was placed."""
PULLS = 5.0
"""Seconds that an image takes to be pulled."""
ACTIVATES = 1.0
STOPS = 2.0
"""Seconds that a container takes to end when it is asked to."""
DEPROVISIONS = 1.0
REMEMBERED = 500
"""Stopped tasks that are remembered at most."""
CHECK = {"interval": 30, "retries": 3, "startPeriod": 0}
"""Defaults of a container's health check, seconds and tries (API Reference, HealthCheck)."""

STOPPING = ("DEACTIVATING", "STOPPING", "DEPROVISIONING")


def make(world: World, cluster: str, definition: Definition, group: str, **more: Any) -> Task:
    """A task that waits for its place."""
    one = identifier()
    task = Task(
        id=one,
        arn=world.arn(f"task/{cluster}/{one}"),
        cluster=cluster,
        definition=definition,
        needs=placement.needs(definition, more.get("overrides")),
        group=group,
        containers=[
            Container(str(container["name"]), str(container["image"]))
            for container in definition.containers
        ],
        created=world.now,
        created_at=world.stamp,
        **more,
    )
    world.tasks[task.id] = task
    return task


def place(
    world: World,
    task: Task,
    strategy: tuple[Mapping[str, Any], ...] = (),
    constraints: tuple[Mapping[str, Any], ...] = (),
) -> bool:
    """Give a task its place, if there is one now."""
    hosted = task.launch_type != "FARGATE"
    instance = placement.choose(world, task, strategy, constraints) if hosted else None
    if hosted and instance is None:
        return False
    placement.put(world, task, instance)
    _to(task, "PENDING", world.now + STARTS)
    return True


def _to(task: Task, status: str, due: float) -> None:
    task.status, task.due = status, due


def _reachable(world: World, task: Task) -> bool:
    """Whether the agent of its instance says what becomes of it."""
    instance = world.instances.get(task.instance or "")
    return instance is None or instance.connected


def step(world: World) -> bool:
    """Move every task whose time has come; whether any moved."""
    moved = False
    for task in list(world.tasks.values()):
        # A service places its own. With a capacity provider RunTask waits for room (ECS guide,
        # managed scaling: such tasks are PROVISIONING until there is an instance for them).
        waits = task.service is None and task.provider and task.status == "PROVISIONING"
        if waits and task.wanted:
            moved = place(world, task) or moved
        if task.due <= world.now and _reachable(world, task):
            _next(world, task)
            moved = True
    return _forget(world) or moved


def _forget(world: World) -> bool:
    """Forget tasks that stopped long ago, and the oldest of very many; whether there were any."""
    stopped = [one for one in world.tasks.values() if one.status == "STOPPED"]
    gone = [one for one in stopped if one.stopped + world.kept <= world.now]
    gone += [one for one in stopped[: max(len(stopped) - REMEMBERED, 0)] if one not in gone]
    for task in gone:
        del world.tasks[task.id]
    return bool(gone)


def _next(world: World, task: Task) -> None:
    if task.status == "PENDING":
        _pull(world, task)
    elif task.status == "ACTIVATING":
        _start(world, task)
    elif task.status == "RUNNING":
        _lives(world, task)
    elif task.status == "DEACTIVATING":
        _to(task, "STOPPING", world.now + STOPS)
    elif task.status == "STOPPING":
        for container in task.containers:
            if container.exit_code is None:
                container.exit_code = 0
            container.status = "STOPPED"
        _to(task, "DEPROVISIONING", world.now + DEPROVISIONS)
    else:
        _end(world, task)


def _pull(world: World, task: Task) -> None:
    task.pull_started_at = world.stamp
    refused = _refused(world, task)
    if refused:
        container, reason = refused
        container.reason = reason
        task.failed = True
        task.stop_code = "TaskFailedToStart"
        task.reason = reason if reason.startswith("Resource") else words.NOT_STARTED
        task.stopping_at = world.stamp
        task.desired = "STOPPED"
        _end(world, task)
        return
    task.pull_stopped_at = world.of_day(world.now)
    _to(task, "ACTIVATING", world.now + PULLS + ACTIVATES)


def _refused(world: World, task: Task) -> tuple[Container, str] | None:
    """The container that cannot start, and why."""
    for container, definition in zip(task.containers, task.definition.containers, strict=True):
        for secret in definition.get("secrets") or ():
            why = world.outside.refused_secret(str(secret["valueFrom"]))
            if why:
                return container, words.no_secret(why)
            version = world.outside.secret_version(str(secret["valueFrom"]))
            container.secrets[str(secret["name"])] = version
        image: Image | None = world.outside.image(container.image, task.definition.family)
        if image is None:
            return container, words.cannot_pull(container.image)
        container.digest = image.digest or None
        container.behaviour = (
            image.behaviour.of_a_command() if _is_given_a_command(task, container)
            else image.behaviour
        )  # fmt: skip
        why = world.outside.refused_log(definition)
        if why:
            return container, words.cannot_start(why)
    return None


def _is_given_a_command(task: Task, container: Container) -> bool:
    """Whether its task's overrides say what it runs."""
    overrides = task.overrides.get("containerOverrides") or ()
    return any(one["name"] == container.name and one.get("command") for one in overrides)


def _start(world: World, task: Task) -> None:
    task.started, task.started_at = world.now, world.stamp
    for container, definition in zip(task.containers, task.definition.containers, strict=True):
        container.status = "RUNNING"
        if container.behaviour.lines:
            world.outside.log(definition, task.id, world.stamp, container.behaviour.lines)
    _to(task, "RUNNING", _changes(task))


def _changes(task: Task) -> float:
    """When something happens next to a running task by itself."""
    times = [NEVER]
    for container, definition in zip(task.containers, task.definition.containers, strict=True):
        if container.behaviour.exit_code is not None and container.status == "RUNNING":
            times.append(task.started + container.behaviour.exit_after)
        if definition.get("healthCheck") and container.health == "UNKNOWN":
            times.append(_judged(task, container, definition))
    return min(times)


def _judged(task: Task, container: Container, definition: Mapping[str, Any]) -> float:
    """When a container's own health check has a result."""
    check = {**CHECK, **{key: one for key, one in definition["healthCheck"].items() if one}}
    well_at = container.behaviour.slow if container.behaviour.well else NEVER
    gives_up = float(check["startPeriod"] + check["interval"] * check["retries"])
    return task.started + min(well_at + float(check["interval"]), gives_up)


def _lives(world: World, task: Task) -> None:
    for container, definition in zip(task.containers, task.definition.containers, strict=True):
        behaviour = container.behaviour
        if _ends(world, task, container):
            container.status, container.exit_code = "STOPPED", behaviour.exit_code
            container.reason = words.KILLED if behaviour.oom else None
            if definition.get("essential", True):
                end(world, task, words.EXITED)
                return
        checked = definition.get("healthCheck") and container.health == "UNKNOWN"
        if checked and world.now >= _judged(task, container, definition):
            container.health = "HEALTHY" if behaviour.well else "UNHEALTHY"
    task.due = _changes(task)


def _ends(world: World, task: Task, container: Container) -> bool:
    behaviour = container.behaviour
    ends = behaviour.exit_code is not None and container.status == "RUNNING"
    return ends and world.now >= task.started + behaviour.exit_after


def end(world: World, task: Task, reason: str) -> None:
    """The task ends by itself: an essential container did."""
    task.desired, task.reason = "STOPPED", task.reason or reason
    task.stop_code = task.stop_code or "EssentialContainerExited"
    task.failed = any(one.exit_code for one in task.containers) or task.service is not None
    task.stopping_at = world.stamp
    targets.deregister(world, task)
    _to(task, "STOPPING", world.now + STOPS)


def stop(world: World, task: Task, code: str | None, reason: str, failed: bool = False) -> None:
    """Ask a task to stop; targets drain first."""
    if task.desired == "STOPPED":
        return
    task.desired, task.stop_code, task.reason = "STOPPED", code, reason
    task.failed, task.stopping_at = failed, world.stamp
    drains = targets.deregister(world, task)
    if task.status == "RUNNING":
        _to(task, "DEACTIVATING", world.now + drains)
    elif task.status not in STOPPING:
        _to(task, "DEPROVISIONING", world.now + DEPROVISIONS)


def lose(world: World, task: Task, reason: str) -> None:
    """The task is gone with its instance."""
    if task.status == "STOPPED":
        return
    task.desired, task.reason = "STOPPED", task.reason or reason
    task.stopping_at = task.stopping_at or world.stamp
    targets.deregister(world, task)
    _end(world, task)


def _end(world: World, task: Task) -> None:
    _to(task, "STOPPED", NEVER)
    task.stopped, task.stopped_at = world.now, world.stamp
    for container in task.containers:
        container.status = "STOPPED"
    targets.deregister(world, task)
    _tell(world, task)


def _tell(world: World, task: Task) -> None:
    """Send the event of a task that has stopped (ECS Developer Guide, task state change events);
    those of its other states are not played."""
    containers = [
        {"name": definition["name"], "lastStatus": container.status}
        | ({} if container.exit_code is None else {"exitCode": container.exit_code})
        for container, definition in zip(task.containers, task.definition.containers, strict=True)
    ]
    detail = {
        "clusterArn": world.arn(f"cluster/{task.cluster}"),
        "containers": containers,
        "desiredStatus": task.desired,
        "group": task.group,
        "lastStatus": task.status,
        "stopCode": task.stop_code,
        "stoppedReason": task.reason,
        "taskArn": task.arn,
        "taskDefinitionArn": task.definition.arn,
    }
    resource = f"task/{task.cluster}/{task.id}"
    world.outside.event("ECS Task State Change", resource, detail)


def health(task: Task) -> str:
    """The health of a task by its containers' own checks (API Reference, Task healthStatus)."""
    found = {
        container.health
        for container, definition in zip(task.containers, task.definition.containers, strict=True)
        if definition.get("healthCheck")
    }
    if "UNHEALTHY" in found:
        return "UNHEALTHY"
    return "HEALTHY" if found == {"HEALTHY"} else "UNKNOWN"
