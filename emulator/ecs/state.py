"""What the play knows: instances, tasks, targets, services and their deployments.

Times are seconds of the play's clock; those that a client sees (`..._at`) are seconds of the day.
"""

import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from emulator.ecs.behaviour import Behaviour

NEVER = float("inf")


@dataclass(frozen=True)
class Definition:
    """A revision of a task definition, as it was registered."""

    arn: str
    family: str
    containers: tuple[Mapping[str, Any], ...]
    cpu: int | None = None
    memory: int | None = None
    constraints: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True)
class Image:
    """An image that can be pulled."""

    digest: str
    behaviour: Behaviour


@dataclass(frozen=True)
class TargetGroup:
    """What counts of a target group: its health check and how long a target drains."""

    arn: str
    interval: float
    healthy: int
    unhealthy: int
    drains: float
    matcher: str = "200"


@dataclass(frozen=True)
class Launched:
    """An EC2 instance that was told to join a cluster; memory in MiB, CPU in units."""

    id: str
    cluster: str
    group: str
    zone: str
    kind: str
    cpu: int
    memory: int
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Group:
    """A scaling group behind a capacity provider."""

    name: str
    least: int
    most: int
    desired: int
    cpu: int
    memory: int


@dataclass(frozen=True)
class Provider:
    """A capacity provider and what it does with its group."""

    name: str
    group: str
    scales: bool
    target: int
    step_least: int
    step_most: int
    protects: bool
    warm_up: float


@dataclass(frozen=True)
class Policy:
    """A policy of auto scaling: a `target` of a metric, or `steps` over an alarm's threshold.

    A step is a lower and an upper bound above the threshold, and the change between them.
    """

    name: str
    metric: str
    target: float | None = None
    scales_in: bool = True
    threshold: float = 0.0
    above: bool = True
    after: float = 60.0
    kind: str = "ChangeInCapacity"
    steps: tuple[tuple[float | None, float | None, int], ...] = ()
    out_cooldown: float = 300.0
    in_cooldown: float = 300.0


@dataclass(frozen=True)
class Scalable:
    """The bounds that auto scaling keeps the count of a service in, and its policies."""

    least: int
    most: int
    policies: tuple[Policy, ...]


class Outside(Protocol):
    """What the play asks of the account around it, and does there."""

    def definition(self, arn: str) -> Definition:
        """The task definition of an ARN."""

    def image(self, name: str, family: str) -> Image | None:
        """The image of a name, if it can be pulled."""

    def refused_log(self, container: Mapping[str, Any]) -> str | None:
        """Why what a container says cannot be written."""

    def refused_secret(self, source: str) -> str | None:
        """Why the secret or parameter of a `valueFrom` cannot be read."""

    def secret_version(self, source: str) -> str:
        """The version that a secret or parameter has now."""

    def target_group(self, arn: str) -> TargetGroup | None:
        """A target group that a load balancer uses."""

    def scalable(self, service: str) -> Scalable | None:
        """What auto scaling knows of a service, by its key."""

    def launched(self) -> list[Launched]:
        """The instances that run now."""

    def providers(self, cluster: str) -> list[Provider]:
        """The capacity providers of a cluster."""

    def group(self, name: str) -> Group | None:
        """A scaling group."""

    def scale(self, group: str, desired: int) -> None:
        """Set the desired number of a group that is growing."""

    def remove(self, group: str, instance: str) -> None:
        """End an instance of a group that is shrinking."""

    def protect(self, group: str, instances: Mapping[str, bool]) -> None:
        """Say which instances of a group scale-in must spare."""

    def log(
        self, container: Mapping[str, Any], task: str, at: float, lines: tuple[str, ...]
    ) -> None:
        """Write what a container says to the log group that its definition names."""

    def event(self, kind: str, resource: str, detail: Mapping[str, Any]) -> None:
        """Send an event of ECS about a resource to EventBridge."""


@dataclass
class Instance:
    """A container instance."""

    launched: Launched
    id: str
    arn: str
    joins: float
    joined_at: float = 0.0
    status: str = "REGISTERING"
    connected: bool = True
    gone: bool = False
    attributes: dict[str, str] = field(default_factory=dict)
    emptied: float = 0.0

    @property
    def takes_tasks(self) -> bool:
        """Whether the scheduler may place a task here."""
        return self.status == "ACTIVE" and self.connected and not self.gone


@dataclass
class Container:
    """One container of a task."""

    name: str
    image: str
    status: str = "PENDING"
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    digest: str | None = None
    exit_code: int | None = None
    reason: str | None = None
    health: str = "UNKNOWN"
    secrets: dict[str, str] = field(default_factory=dict)
    """Variable -> the version of the secret that it was given."""
    ports: list[dict[str, Any]] = field(default_factory=list)
    behaviour: Behaviour = field(default_factory=Behaviour)


@dataclass(frozen=True)
class Needs:
    """What a task reserves on its instance: CPU units, MiB, host ports, and ports of any number."""

    cpu: int
    memory: int
    ports: tuple[int, ...] = ()
    any_ports: int = 0


@dataclass
class Task:
    """A task, from its creation until it is forgotten."""

    id: str
    arn: str
    cluster: str
    definition: Definition
    needs: Needs
    group: str
    containers: list[Container]
    created: float
    created_at: float
    service: str | None = None
    deployment: str | None = None
    provider: str | None = None
    launch_type: str | None = None
    started_by: str | None = None
    overrides: Mapping[str, Any] = field(default_factory=dict)
    tags: list[dict[str, str]] = field(default_factory=list)
    execute: bool = False
    instance: str | None = None
    status: str = "PROVISIONING"
    desired: str = "RUNNING"
    due: float = NEVER
    started: float = NEVER
    stopped: float = NEVER
    pull_started_at: float | None = None
    pull_stopped_at: float | None = None
    started_at: float | None = None
    stopping_at: float | None = None
    stopped_at: float | None = None
    stop_code: str | None = None
    reason: str | None = None
    failed: bool = False
    """Whether it stopped by itself or by a failed health check."""
    counted: bool = False
    """Whether its end was counted by its deployment."""
    well: bool = False
    """Whether it was seen healthy."""

    @property
    def wanted(self) -> bool:
        """Whether it is to run, and has not ended."""
        return self.desired == "RUNNING" and self.status != "STOPPED"

    @property
    def running(self) -> bool:
        """Whether it runs, and is to go on."""
        return self.status == "RUNNING" and self.desired == "RUNNING"


@dataclass
class Target:
    """A container's port at a target group."""

    group: TargetGroup
    instance: str
    port: int
    task: str
    registered: float
    answers: float
    """When it begins to answer the health check; NEVER where it does not."""
    state: str = "initial"
    changes: float = NEVER
    """When its state changes."""
    gone: float = NEVER
    """When it has drained."""


@dataclass
class Deployment:
    """One deployment of a service."""

    id: str
    definition: str
    created_at: float
    updated_at: float
    status: str = "PRIMARY"
    rollout: str = "IN_PROGRESS"
    reason: str = ""
    failures: int = 0
    """Tasks that failed one after the other."""
    completed: bool = False
    not_before: float = 0.0
    """Until then no further task is started."""
    start_failures: int = 0
    rolls_back_to: str | None = None
    revision: str = ""
    finished_at: float | None = None
    breaks: bool = False
    """Whether the circuit breaker ended it."""
    outcome: str = "IN_PROGRESS"
    """Its status as ListServiceDeployments has it."""


@dataclass(frozen=True)
class Wanted:
    """What a service was asked to be."""

    cluster: str
    name: str
    definition: str
    count: int
    least_percent: int = 100
    most_percent: int = 200
    breaker: bool = False
    rollback: bool = False
    grace: float = 0.0
    balancers: tuple[Mapping[str, Any], ...] = ()
    strategy: tuple[Mapping[str, Any], ...] = ()
    placement: tuple[Mapping[str, Any], ...] = ()
    constraints: tuple[Mapping[str, Any], ...] = ()
    launch_type: str | None = None
    tags: tuple[Mapping[str, str], ...] = ()
    execute: bool = False
    forced: int = 0
    """How often a new deployment was forced."""
    connect: Mapping[str, Any] | None = None
    """Its Service Connect, as it was asked for."""

    @property
    def key(self) -> str:
        """Cluster and name, as scalable targets have them."""
        return f"{self.cluster}/{self.name}"

    @property
    def least(self) -> int:
        """Tasks that stay healthy in a deployment (rounded up: API, DeploymentConfiguration)."""
        return -(-self.count * self.least_percent // 100)

    @property
    def most(self) -> int:
        """Tasks that may run or start at once (rounded down)."""
        return self.count * self.most_percent // 100

    @property
    def threshold(self) -> int:
        """Failed tasks at which the circuit breaker ends a deployment (API Reference,
        ServiceDeploymentCircuitBreaker: 0.5 of the desired count, 3 to 200)."""
        return min(max(-(-self.count // 2), 3), 200)


@dataclass(frozen=True)
class Event:
    """A service event."""

    id: str
    at: float
    message: str


@dataclass
class Service:
    """A service at work."""

    wanted: Wanted
    status: str = "ACTIVE"
    deployments: list[Deployment] = field(default_factory=list)
    past: list[Deployment] = field(default_factory=list)
    """Deployments that are over, the latest first."""
    events: list[Event] = field(default_factory=list)
    """The latest first."""
    steady: bool = False
    said: set[str] = field(default_factory=set)
    """Causes that stand, whose event is not repeated."""
    load: dict[str, float] = field(default_factory=dict)
    """`cpu` and `memory` in percent, `requests` a minute and target, as a test says them."""
    breaches: dict[str, tuple[int, float]] = field(default_factory=dict)
    """Policy of auto scaling -> its direction, and when it acts."""
    cools: float = 0.0
    """Until then auto scaling does not move it again."""

    @property
    def primary(self) -> Deployment:
        """The deployment that is wanted."""
        return self.deployments[0]


@dataclass
class World:
    """All that is played in one account and region."""

    outside: Outside
    account: str
    region: str
    now: float = 0.0
    of_day: Callable[[float], float] = lambda at: at
    instances: dict[str, Instance] = field(default_factory=dict)
    tasks: dict[str, Task] = field(default_factory=dict)
    deregistered: set[str] = field(default_factory=set)
    """EC2 instances that were deregistered, and run on."""
    targets: list[Target] = field(default_factory=list)
    services: dict[str, Service] = field(default_factory=dict)
    kept: float = 3600.0
    """Seconds for which a stopped task is remembered."""
    measured: dict[str, float] = field(default_factory=dict)
    """Capacity provider -> its CapacityProviderReservation when it was last looked at."""
    scaling: dict[str, float] = field(default_factory=dict)
    """Capacity provider -> when managed scaling looks at it next."""
    low_since: dict[str, float] = field(default_factory=dict)
    """Capacity provider -> since when it has had more instances than it needs."""

    @property
    def stamp(self) -> float:
        """The day's time of now."""
        return self.of_day(self.now)

    def arn(self, resource: str) -> str:
        """The ARN of an ECS resource."""
        return f"arn:aws:ecs:{self.region}:{self.account}:{resource}"

    def of_service(self, service: Service) -> Iterator[Task]:
        """The tasks of a service that have not ended."""
        name, cluster = service.wanted.name, service.wanted.cluster
        for task in self.tasks.values():
            # One by one, since this is most of what a play takes.
            if task.service == name and task.cluster == cluster and task.status != "STOPPED":
                yield task

    def on(self, instance: Instance) -> list[Task]:
        """The tasks that hold resources of an instance."""
        return [
            task
            for task in self.tasks.values()
            if task.instance == instance.id and task.status != "STOPPED"
        ]

    def of_cluster(self, cluster: str) -> list[Instance]:
        """The container instances that registered with a cluster."""
        return [
            one
            for one in self.instances.values()
            if one.launched.cluster == cluster and one.status != "REGISTERING"
        ]


def identifier() -> str:
    """The identifier of a task or an instance."""
    return uuid.uuid4().hex
