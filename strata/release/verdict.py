"""What became of a deployment, from what ECS and the load balancer say; pure.

Words of ECS: Developer Guide, "Service event messages", "Stopped tasks error messages" and "How the
Amazon ECS deployment circuit breaker detects failures" (read 2026-11-28). A deployment that failed
stays listed with rolloutState FAILED while tasks of it are left; going back is a deployment of its
own, whose reason says so while it is at work.
"""

import re
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Self

from pydantic import BaseModel, ConfigDict, Field

from strata.release.model import Deployment, Event, Service, Target, Task
from strata.text.words import counted


class Outcome(StrEnum):
    """What became of the deployment."""

    COMPLETED = "completed"
    GOING_ON = "going on"
    GOING_BACK = "failed, going back"
    ROLLED_BACK = "rolled back"
    FAILED = "failed"
    REPLACED = "replaced"


FINAL = frozenset((Outcome.COMPLETED, Outcome.ROLLED_BACK, Outcome.FAILED, Outcome.REPLACED))


class Cause(StrEnum):
    """What failed, in the field's terms."""

    PULL = "the image cannot be pulled"
    SECRET = "a secret or the registry cannot be read"  # noqa: S105 - words, no password
    START = "the container cannot be started"
    MEMORY = "the container needs more memory than it has"
    EXIT = "the container exits"
    HEALTH = "the health check fails"
    PLACEMENT = "no instance has room for the task"
    SLOW = "it is not up in time"
    OTHER = "another deployment took its place"


ADVICE = {
    Cause.PULL: "push the image, or deploy one that is there; the execution role must reach ECR",
    Cause.SECRET: "see that the secret exists and that the execution role may read it",
    Cause.START: "look at the command, the user and the files that the image expects",
    Cause.MEMORY: "raise service.memory_mib, or have the application use less",
    Cause.EXIT: "read the log: the application ends by itself",
    Cause.HEALTH: "see that edge.health_check_path answers on service.container_port in time; "
    "service.health_check_grace_seconds gives a slow start more",
    Cause.PLACEMENT: "lower service.cpu or memory_mib, or raise cluster.max_size or instance_type",
    Cause.SLOW: "wait: strata deploy ENV --watch-only goes on watching",
    Cause.OTHER: "strata status ENV shows what runs now",
}

OF_SERVICES = {
    Cause.MEMORY: "raise services.{name}.memory_mib, or have the application use less",
    Cause.HEALTH: "see that the path of the health check answers in time on the port that "
    "[services.{name}.route] says, or [edge] and [service] where it says none; the route's "
    "health_check_grace_seconds gives a slow start more",
    Cause.PLACEMENT: "lower services.{name}.cpu or memory_mib, or raise cluster.max_size or "
    "instance_type",
    Cause.SLOW: "wait: strata deploy ENV --service {name} --watch-only goes on watching",
    Cause.OTHER: "strata status ENV --service {name} shows what runs now",
}
"""The same for one of `[services]`, where it is other settings."""


def advice(cause: Cause, name: str = "") -> str:
    """What to try for `[service]`, or for one of `[services]` by name."""
    own = OF_SERVICES.get(cause) if name else None
    return own.format(name=name) if own else ADVICE[cause]


GIVEN_UP = re.compile(r"\(deployment (\S+)\) deployment failed")
"""Of an event that says that a deployment failed."""


class Wanted(BaseModel):
    """The deployment that is judged: events and tasks before `since` are not its own."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    revision: int
    deployment: str
    since: datetime

    @classmethod
    def of(cls, deployment: Deployment, since: datetime) -> Self:
        """To judge `deployment`; `since` where ECS does not say when it was created."""
        created = deployment.created_at or since
        return cls(revision=deployment.revision, deployment=deployment.id, since=created)

    @classmethod
    def newest_of(cls, revision: int, seen: "Seen", since: datetime) -> Self:
        """To judge the newest deployment of a revision, which ECS may no longer list.

        It lists one that failed until the tasks of it are gone. For an hour they name it themselves
        (ECS API reference, Task, startedBy), and after that an event does. Without any trace the
        deployment has no id, and counts as replaced.
        """
        for one in seen.service.deployments:
            if one.revision == revision:
                return cls.of(one, since)
        own = [task for task in seen.tasks if task.revision == revision and task.started_by]
        if own:
            begun = min((task.created_at for task in own if task.created_at), default=since)
            return cls(revision=revision, deployment=own[0].started_by, since=begun)
        for event in sorted(seen.service.events, key=lambda event: event.at, reverse=True):
            failed = GIVEN_UP.search(event.message)
            if failed and not seen.service.deployment(failed[1]):
                return cls(revision=revision, deployment=failed[1], since=event.at)
        return cls(revision=revision, deployment="", since=since)


class Seen(BaseModel):
    """What AWS says at one moment."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    service: Service
    tasks: list[Task]
    targets: list[Target]


class Progress(BaseModel):
    """How far a deployment is, in tasks."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    wanted: int
    running: int
    healthy: int = Field(description="Healthy targets, or running tasks without a load balancer.")
    draining: int = Field(description="Tasks of other revisions that still run.")
    failed: int

    def __str__(self) -> str:
        failed = f", {self.failed} failed" if self.failed else ""
        return (
            f"{self.wanted} wanted, {self.running} running, {self.healthy} healthy, "
            f"{self.draining} draining{failed}"
        )


class Verdict(BaseModel):
    """What became of a deployment, and why, in the order in which a person needs it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    outcome: Outcome
    revision: int
    runs: int = Field(description="The revision that the service goes to now.")
    cause: Cause | None = None
    task: str = Field(default="", description="Id of the task that shows the cause best.")
    words: str = Field(default="", description="Why it failed, in ECS's words.")
    exit_code: int | None = None
    log: list[str] = Field(default=[], description="The last lines of that task's container.")
    targets: list[str] = Field(default=[], description="Why targets are not healthy.")
    events: list[Event] = Field(default=[], description="Since the deployment began, oldest first.")
    advice: str = ""


def outcome(wanted: Wanted, seen: Seen) -> Outcome:
    """What became of the deployment so far."""
    service = seen.service
    primary, own = service.primary, service.deployment(wanted.deployment)
    if primary is None:
        return Outcome.REPLACED
    if primary.revision == wanted.revision:
        # The same deployment, or another of the same revision: who forced it wants it as well.
        if primary.rollout == "FAILED":
            return Outcome.FAILED
        done = primary.rollout == "COMPLETED" and _answering(primary, seen)
        return Outcome.COMPLETED if done else Outcome.GOING_ON
    if not (own and own.rollout == "FAILED") and not _failed(wanted, service):
        return Outcome.REPLACED
    ends = {"COMPLETED": Outcome.ROLLED_BACK, "FAILED": Outcome.FAILED}
    return ends.get(primary.rollout, Outcome.GOING_BACK)


def _failed(wanted: Wanted, service: Service) -> bool:
    """Whether an event says that it failed; ECS forgets a failed deployment soon."""
    words = f"(deployment {wanted.deployment}) deployment failed"
    return any(words in event.message for event in service.events)


def _answering(deployment: Deployment, seen: Seen) -> bool:
    if not seen.service.target_group:
        return deployment.running >= deployment.desired
    healthy = sum(target.state == "healthy" for target in seen.targets)
    return healthy >= deployment.desired


def progress(wanted: Wanted, seen: Seen) -> Progress:
    """How far the deployment is."""
    of_revision = [one for one in seen.service.deployments if one.revision == wanted.revision]
    running = sum(one.running for one in of_revision)
    healthy = sum(target.state == "healthy" for target in seen.targets)
    return Progress(
        wanted=seen.service.desired,
        running=running,
        healthy=healthy if seen.service.target_group else running,
        draining=sum(
            one.running for one in seen.service.deployments if one.revision != wanted.revision
        ),
        failed=sum(one.failed for one in of_revision),
    )


def judge(wanted: Wanted, seen: Seen, container: str, name: str = "") -> Verdict:
    """The verdict so far; the log of `task` is for the caller to fetch. `name` is that of one of
    `[services]`, whose settings the advice names."""
    became = outcome(wanted, seen)
    primary = seen.service.primary
    runs = primary.revision if primary else 0
    events = sorted(
        (event for event in seen.service.events if event.at >= wanted.since),
        key=lambda event: event.at,
    )
    if became is Outcome.COMPLETED:
        return Verdict(outcome=became, revision=wanted.revision, runs=runs, events=events)
    if became is Outcome.REPLACED:
        return Verdict(
            outcome=became, revision=wanted.revision, runs=runs, cause=Cause.OTHER,
            events=events, advice=advice(Cause.OTHER, name),
        )  # fmt: skip
    targets = _unhealthy(seen.targets)
    cause, task, words = _cause(wanted, seen, events, container)
    return Verdict(
        outcome=became,
        revision=wanted.revision,
        runs=runs,
        cause=cause,
        task=task.id if task else "",
        words=words,
        exit_code=task.exit_code(container) if task else None,
        targets=targets,
        events=events,
        advice=advice(cause, name),
    )


PATTERNS = (
    (Cause.PULL, "CannotPull"),
    (Cause.PULL, "ImageNotFound|manifest unknown"),
    (Cause.SECRET, "ResourceInitializationError"),
    (Cause.MEMORY, "OutOfMemory"),
    (Cause.START, "Cannot(Start|Create|Inspect)Container|ContainerRuntime"),
    (Cause.HEALTH, "failed (ELB|container) health checks"),
    (Cause.PLACEMENT, "RESOURCE:|insufficient (memory|CPU)"),
)
"""What a reason that has these words means; the first that fits."""


def _cause(
    wanted: Wanted, seen: Seen, events: Sequence[Event], container: str
) -> tuple[Cause, Task | None, str]:
    """What failed, the task that shows it, and ECS's words about it."""
    stopped = sorted(
        (
            task
            for task in seen.tasks
            if task.revision == wanted.revision and _by_itself(task, wanted.since)
        ),
        key=lambda task: task.stopped_at or wanted.since,
    )
    if stopped:
        task = stopped[-1]
        return cause_of(task, container), task, task.reason(container)
    for event in reversed(events):
        if "unable to place" in event.message:
            return Cause.PLACEMENT, None, event.message
    unhealthy = _unhealthy(seen.targets)
    if unhealthy:
        running = [task for task in seen.tasks if task.revision == wanted.revision]
        return Cause.HEALTH, next(iter(running), None), unhealthy[0]
    return Cause.SLOW, None, _reason(wanted, seen.service)


def cause_of(task: Task, container: str) -> Cause:
    """Why a task stopped."""
    words = task.reason(container)
    for cause, pattern in PATTERNS:
        if re.search(pattern, words):
            return cause
    return Cause.EXIT if task.exit_code(container) is not None else Cause.START


def _by_itself(task: Task, since: datetime) -> bool:
    """Whether a task ended on its own account: ECS stops those of a failed deployment too."""
    if task.last_status != "STOPPED" and task.desired_status != "STOPPED":
        return False
    if task.created_at and task.created_at < since:
        return False
    return not task.stopped_reason.startswith("Scaling activity initiated by")


def _unhealthy(targets: Sequence[Target]) -> list[str]:
    """Why targets are not healthy, each reason once with how many have it."""
    reasons = [
        ": ".join(part for part in (one.reason, one.description) if part) or one.state
        for one in targets
        if one.state in ("unhealthy", "unavailable")
    ]
    return [f"{counted(reasons.count(one), 'target')}: {one}" for one in dict.fromkeys(reasons)]


def _reason(wanted: Wanted, service: Service) -> str:
    own = service.deployment(wanted.deployment)
    return own.reason if own else ""
