"""What AWS says about a service, as data: only what a release, its verdict and its status need.

Each model reads the answer of one API (ECS DescribeServices, DescribeTasks, DescribeTaskDefinition;
ELB DescribeTargetHealth) and leaves out the rest. Times are in UTC.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

Answer = Mapping[str, Any]
"""One entry of an answer of an AWS API."""


class _Data(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Revision(_Data):
    """A revision of the task definition."""

    number: int
    arn: str
    image: str = Field(description="Reference of the image that its container runs.")
    registered_at: datetime | None = None
    registered_by: str = Field(default="", description="ARN of who registered it.")
    status: str = "ACTIVE"
    architecture: str = Field(default="X86_64", description="Of its instances, as ECS names it.")
    cpu: int = Field(default=0, description="CPU units that its containers reserve.")
    memory_mib: int = Field(default=0, description="MiB that its containers reserve.")

    @property
    def name(self) -> str:
        """`family:number`."""
        return short(self.arn)


class Container(_Data):
    """The container of a task."""

    name: str
    exit_code: int | None = Field(default=None, description="Once it has ended.")
    reason: str = Field(default="", description="ECS's words, such as CannotPullContainerError.")
    image_digest: str = Field(default="", description="Digest of the image it runs.")


class Task(_Data):
    """A task, in ECS's words."""

    id: str
    revision: int
    last_status: str = Field(description="PROVISIONING, PENDING, RUNNING, STOPPED and between.")
    desired_status: str
    health: str = Field(default="UNKNOWN", description="Of its containers' own health checks.")
    started_by: str = ""
    group: str = Field(default="", description="Task group; job-NAME for a run of a job.")
    instance: str = Field(default="", description="Its container instance's id.")
    created_at: datetime | None = None
    started_at: datetime | None = None
    stopped_at: datetime | None = None
    stop_code: str = ""
    stopped_reason: str = ""
    containers: list[Container] = []

    def exit_code(self, container: str) -> int | None:
        """The exit code of a container that has ended."""
        return next((one.exit_code for one in self.containers if one.name == container), None)

    def reason(self, container: str) -> str:
        """Why the task stopped: of the container if it has a reason, and of the task."""
        of_container = next((one.reason for one in self.containers if one.name == container), "")
        return ": ".join(part for part in (self.stopped_reason, of_container) if part)


class Deployment(_Data):
    """A deployment of the service."""

    id: str
    status: str = Field(description="PRIMARY: the newest one. ACTIVE: tasks of it still run.")
    rollout: str = Field(description="IN_PROGRESS, COMPLETED or FAILED.")
    reason: str = Field(default="", description="ECS's words about its state.")
    revision: int
    desired: int
    running: int
    pending: int
    failed: int = Field(default=0, description="Tasks of it that failed to start.")
    created_at: datetime | None = None
    updated_at: datetime | None = None


class Event(_Data):
    """Something ECS said about the service."""

    at: datetime
    message: str


class Service(_Data):
    """The service: `deployments` with the newest first, `events` too."""

    name: str
    arn: str
    status: str
    revision: int
    desired: int
    running: int
    pending: int
    deployments: list[Deployment]
    events: list[Event] = []
    target_group: str = Field(default="", description="ARN; empty without a load balancer.")
    capacity_providers: list[str] = []

    @property
    def primary(self) -> Deployment | None:
        """The newest deployment, to which the service goes."""
        return next((one for one in self.deployments if one.status == "PRIMARY"), None)

    def deployment(self, id: str) -> Deployment | None:  # noqa: A002 - as ECS names it
        """A deployment that ECS still lists."""
        return next((one for one in self.deployments if one.id == id), None)


class Target(_Data):
    """A target of the load balancer."""

    id: str = Field(description="Id of its instance.")
    port: int
    state: str = Field(description="initial, healthy, unhealthy, unused, draining, unavailable.")
    reason: str = ""
    description: str = Field(default="", description="The load balancer's words.")


def short(arn: str) -> str:
    """The last part of an ARN: `family:5`, a task's id."""
    return arn.rpartition("/")[2]


def number(task_definition: str) -> int:
    """The revision in a task definition's ARN."""
    return int(task_definition.rpartition(":")[2])


def revision(answer: Answer, container: str) -> Revision:
    """A revision, from DescribeTaskDefinition's `taskDefinition`."""
    definitions = answer["containerDefinitions"]
    own = next((one for one in definitions if one["name"] == container), definitions[0])
    return Revision(
        number=answer["revision"],
        arn=answer["taskDefinitionArn"],
        image=own["image"],
        registered_at=_utc(answer.get("registeredAt")),
        registered_by=answer.get("registeredBy", ""),
        status=answer.get("status", "ACTIVE"),
        architecture=answer.get("runtimePlatform", {}).get("cpuArchitecture", "X86_64"),
        cpu=int(answer.get("cpu") or sum(one.get("cpu") or 0 for one in definitions)),
        memory_mib=int(answer.get("memory") or sum(_memory(one) for one in definitions)),
    )


def _memory(container: Answer) -> int:
    # ECS places by the reservation where there is one (ECS guide, task definition parameters).
    return int(container.get("memoryReservation") or container.get("memory") or 0)


def task(answer: Answer) -> Task:
    """A task, from DescribeTasks."""
    return Task(
        id=short(answer["taskArn"]),
        revision=number(answer["taskDefinitionArn"]),
        last_status=answer["lastStatus"],
        desired_status=answer["desiredStatus"],
        health=answer.get("healthStatus", "UNKNOWN"),
        started_by=answer.get("startedBy", ""),
        group=answer.get("group", ""),
        instance=short(answer.get("containerInstanceArn", "")),
        created_at=_utc(answer.get("createdAt")),
        started_at=_utc(answer.get("startedAt")),
        stopped_at=_utc(answer.get("stoppedAt")),
        stop_code=answer.get("stopCode", ""),
        stopped_reason=answer.get("stoppedReason", ""),
        containers=[
            Container(
                name=one["name"],
                exit_code=one.get("exitCode"),
                reason=one.get("reason", ""),
                image_digest=one.get("imageDigest", ""),
            )
            for one in answer.get("containers", [])
        ],
    )


def service(answer: Answer) -> Service:
    """The service, from DescribeServices."""
    steady = len(answer["deployments"]) == 1 and answer["runningCount"] == answer["desiredCount"]
    deployments = [
        _deployment(one, "COMPLETED" if steady else "IN_PROGRESS") for one in answer["deployments"]
    ]
    balancers = answer.get("loadBalancers", [])
    strategy = answer.get("capacityProviderStrategy", [])
    return Service(
        name=answer["serviceName"],
        arn=answer["serviceArn"],
        status=answer["status"],
        revision=number(answer["taskDefinition"]),
        desired=answer["desiredCount"],
        running=answer["runningCount"],
        pending=answer["pendingCount"],
        deployments=deployments,
        events=[
            Event(at=_known(one["createdAt"]), message=one["message"])
            for one in answer.get("events", [])
        ],
        target_group=next((one.get("targetGroupArn", "") for one in balancers), ""),
        capacity_providers=[one["capacityProvider"] for one in strategy],
    )


def _deployment(answer: Answer, by_counts: str) -> Deployment:
    """A deployment; `by_counts` is its rollout's state where ECS names none."""
    return Deployment(
        id=answer["id"],
        status=answer["status"],
        rollout=answer.get("rolloutState") or by_counts,
        reason=answer.get("rolloutStateReason", ""),
        revision=number(answer["taskDefinition"]),
        desired=answer["desiredCount"],
        running=answer["runningCount"],
        pending=answer["pendingCount"],
        failed=answer.get("failedTasks", 0),
        created_at=_utc(answer.get("createdAt")),
        updated_at=_utc(answer.get("updatedAt")),
    )


def target(answer: Answer) -> Target:
    """A target, from DescribeTargetHealth."""
    health = answer["TargetHealth"]
    return Target(
        id=answer["Target"]["Id"],
        port=answer["Target"].get("Port", 0),
        state=health["State"],
        reason=health.get("Reason", ""),
        description=health.get("Description", ""),
    )


def _utc(moment: datetime | None) -> datetime | None:
    return _known(moment) if moment else None


def _known(moment: datetime) -> datetime:
    return moment.astimezone(UTC)
