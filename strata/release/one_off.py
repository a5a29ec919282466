"""Tasks that run once: the service's image, roles and secrets, with a command of their own."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from strata.errors import StrataError
from strata.release import model
from strata.release.ecs import Ecs, asking
from strata.release.logs import TaskLog
from strata.release.model import Revision, Task
from strata.settings.models import Environment

ASK_SECONDS = 1.0
"""Between two looks at a task."""

LOOKS_WITHOUT_ROOM = 15
"""At this look at a task that no instance has taken yet, it is said that it waits for room."""


@dataclass(frozen=True)
class OneOff:
    """A task that has ended: `exit_code` of its container, None when it never started."""

    task: Task
    exit_code: int | None
    reason: str


@dataclass(frozen=True)
class Overrides:
    """What a task runs instead of what its definition says; None, or no command, keeps the
    definition's."""

    command: Sequence[str]
    environment: Mapping[str, str]
    cpu: int | None = None
    memory_mib: int | None = None


def start(
    ecs: Ecs,
    revision: Revision,
    overrides: Overrides,
    started_by: str,
    providers: Sequence[str] | None = None,
) -> Task:
    """Start a task of a revision by `providers`, or else where the service's tasks run.

    `started_by` is what ECS shows as startedBy, at most 128 letters, digits and `-_/`.
    Raises StrataError in ECS's words when it cannot be placed or the overrides are refused.
    """
    container: dict[str, Any] = {
        "name": ecs.place.container,
        **({"command": list(overrides.command)} if overrides.command else {}),
        "environment": [{"name": k, "value": v} for k, v in overrides.environment.items()],
    }
    if overrides.cpu is not None:
        container["cpu"] = overrides.cpu
    if overrides.memory_mib is not None:
        container["memory"] = overrides.memory_mib
    sized = overrides.cpu is not None or overrides.memory_mib is not None
    whole = whole_sizes(ecs.definition(revision), ecs.place.container, overrides) if sized else {}
    if providers is None:
        providers = ecs.service().capacity_providers
    # With a capacity provider the task waits for an instance instead of failing at once.
    how: Any = (
        {"capacityProviderStrategy": [{"capacityProvider": one} for one in providers]}
        if providers
        else {"launchType": "EC2"}
    )
    with asking():
        answer = ecs.client.run_task(
            cluster=ecs.place.cluster,
            taskDefinition=revision.arn,
            overrides=cast("Any", {"containerOverrides": [container], **whole}),
            startedBy=started_by,
            propagateTags="TASK_DEFINITION",
            enableECSManagedTags=True,
            **how,
        )
    if not answer["tasks"]:
        reasons = ", ".join(
            f"{one.get('reason', '')} {one.get('detail', '')}".strip() for one in answer["failures"]
        )
        raise StrataError(f"ECS does not start the task: {reasons}")
    return model.task(cast("Mapping[str, Any]", answer["tasks"][0]))


def whole_sizes(
    definition: Mapping[str, Any], container: str, overrides: Overrides
) -> dict[str, str]:
    """The sizes of the whole task, which grow and shrink with those of its container.

    A definition has some with Service Connect; ECS takes no container that is larger than its task.
    `definition` is DescribeTaskDefinition's.
    """
    own = next(one for one in definition["containerDefinitions"] if one["name"] == container)
    asked = {"cpu": overrides.cpu, "memory": overrides.memory_mib}
    return {
        key: str(int(definition[key]) - int(own.get(key) or 0) + size)
        for key, size in asked.items()
        if size is not None and definition.get(key)
    }


def finished(
    environment: Environment,
    ecs: Ecs,
    task: Task,
    line: Callable[[str], None],
    *,
    note: Callable[[str], None],
    timeout: float | None = None,
    sleep: Callable[[float], None] = time.sleep,
) -> OneOff:
    """Wait for a task to end, and give its log to `line` as it comes.

    `note` is told once of a task that finds no room: ECS lets it wait without an end.
    Raises StrataError after `timeout` seconds; the task goes on then. The log stands in CloudWatch
    a moment after the task has ended, so it is read once more.
    """
    log = TaskLog(environment, ecs.place, task.id)
    until = None if timeout is None else time.monotonic() + timeout
    look = 0
    while True:
        look += 1
        current = ecs.task(task.id)
        for text in log.new():
            line(text)
        if current is None:
            raise StrataError(f"ECS no longer knows the task {task.id}")
        if current.last_status == "STOPPED":
            break
        if look == LOOKS_WITHOUT_ROOM and current.last_status == "PROVISIONING":
            note(
                f"task {task.id[:8]} waits for an instance with room for it: "
                f"{environment.command('status')} shows what is free"
            )
        if until is not None and time.monotonic() > until:
            raise StrataError(
                f"the task {task.id} has not ended after {timeout:.0f} s; it goes on",
                f"aws ecs stop-task --cluster {ecs.place.cluster} --task {task.id} ends it",
            )
        sleep(ASK_SECONDS)
    for text in log.new():
        line(text)
    container = ecs.place.container
    return OneOff(current, current.exit_code(container), current.reason(container))


def run_task(
    environment: Environment,
    ecs: Ecs,
    revision: Revision,
    overrides: Overrides,
    line: Callable[[str], None],
    *,
    note: Callable[[str], None],
    started_by: str = "strata-run",
    providers: Sequence[str] | None = None,
    timeout: float | None = None,
    sleep: Callable[[float], None] = time.sleep,
) -> OneOff:
    """Run a task to its end, with its log given to `line`."""
    task = start(ecs, revision, overrides, started_by, providers)
    return finished(environment, ecs, task, line, note=note, timeout=timeout, sleep=sleep)
