"""An account around the play that needs no server: a cluster, its group, images, a target group."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from emulator.ecs import advance, services
from emulator.ecs.behaviour import Behaviour, behaviour
from emulator.ecs.state import (
    Definition,
    Group,
    Image,
    Launched,
    Provider,
    Scalable,
    Service,
    TargetGroup,
    Task,
    Wanted,
    World,
)

CLUSTER = "shop"
GROUP = TargetGroup("arn:aws:elasticloadbalancing:::targetgroup/shop/1", 15, 2, 2, 60)
ZONES = ("a", "b", "c")
BALANCER = {"targetGroupArn": GROUP.arn, "containerName": "api", "containerPort": 3000}
SPREAD = (
    {"type": "spread", "field": "attribute:ecs.availability-zone"},
    {"type": "spread", "field": "instanceId"},
)


def container(**more: Any) -> dict[str, Any]:
    """A container of 512 CPU units and 512 MiB that listens at port 3000."""
    return {
        "name": "api",
        "image": "shop",
        "cpu": 512,
        "memory": 512,
        "essential": True,
        "portMappings": [{"containerPort": 3000, "hostPort": 0, "protocol": "tcp"}],
        **more,
    }


@dataclass
class Around:
    """What `emulator.ecs.state.Outside` asks, held in memory."""

    definitions: dict[str, Definition] = field(default_factory=dict)
    images: dict[str, Behaviour] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)
    """Secrets that cannot be read, and why."""
    size: Group = field(default_factory=lambda: Group("group", 1, 5, 1, 2048, 900))
    instances: list[Launched] = field(default_factory=list)
    provider: Provider = field(
        default_factory=lambda: Provider("instances", "group", True, 100, 1, 5, False, 120)
    )
    no_log: str | None = None
    events: list[tuple[str, str, Mapping[str, Any]]] = field(default_factory=list)
    """Kind, resource and detail of each event."""
    scales: Scalable | None = None
    protected: dict[str, bool] = field(default_factory=dict)
    lines: list[tuple[str, str]] = field(default_factory=list)
    launches: int = 0

    def __post_init__(self) -> None:
        self.launch(self.size.desired)

    def launch(self, number: int) -> None:
        """Launch instances, each in the next zone."""
        for _ in range(number):
            zone = ZONES[self.launches % 3]
            self.launches += 1
            self.instances.append(
                Launched(
                    f"i-{self.launches}", CLUSTER, "group", zone, "t3.micro",
                    self.size.cpu, self.size.memory, {"ecs.availability-zone": zone},
                )
            )  # fmt: skip

    def terminate(self, instance: str) -> None:
        """End an instance behind everybody's back."""
        self.instances = [one for one in self.instances if one.id != instance]

    def definition(self, arn: str) -> Definition:
        return self.definitions[arn]

    def image(self, name: str, family: str) -> Image | None:
        return Image("sha256:1", self.images[name]) if name in self.images else None

    def event(self, kind: str, resource: str, detail: Mapping[str, Any]) -> None:
        self.events.append((kind, resource, detail))

    def refused_log(self, container: Mapping[str, Any]) -> str | None:
        return self.no_log

    def refused_secret(self, source: str) -> str | None:
        return self.secrets.get(source)

    def secret_version(self, source: str) -> str:
        return "1"

    def target_group(self, arn: str) -> TargetGroup | None:
        return GROUP if arn == GROUP.arn else None

    def scalable(self, service: str) -> Scalable | None:
        return self.scales

    def launched(self) -> list[Launched]:
        return list(self.instances)

    def providers(self, cluster: str) -> list[Provider]:
        return [self.provider] if cluster == CLUSTER else []

    def group(self, name: str) -> Group | None:
        return self.size if name == "group" else None

    def scale(self, group: str, desired: int) -> None:
        self.launch(desired - self.size.desired)
        self.size = replace(self.size, desired=desired)

    def remove(self, group: str, instance: str) -> None:
        self.terminate(instance)
        self.size = replace(self.size, desired=self.size.desired - 1)

    def protect(self, group: str, instances: Mapping[str, bool]) -> None:
        self.protected = dict(instances)

    def log(
        self, container: Mapping[str, Any], task: str, at: float, lines: tuple[str, ...]
    ) -> None:
        self.lines += [(task, line) for line in lines]


class Play:
    """A world with one service that a test moves."""

    def __init__(self, **around: Any) -> None:
        self.around = Around(**around)
        self.around.images["shop"] = Behaviour()
        self.world = World(self.around, "123456789012", "eu-central-1")
        self.revisions = 0

    def revision(self, behaves: str | None = "good", **more: Any) -> str:
        """Register a revision whose image behaves so; None has no image. Gives its ARN."""
        self.revisions += 1
        arn = f"arn:aws:ecs:::task-definition/shop:{self.revisions}"
        image = f"shop:{self.revisions}"
        if behaves is not None:
            self.around.images[image] = behaviour(behaves)
        self.around.definitions[arn] = Definition(arn, "shop", (container(image=image, **more),))
        return arn

    def want(self, definition: str | None = None, **more: Any) -> Service:
        """Ask for the service, or for something else of it."""
        before = self.world.services.get(f"{CLUSTER}/api")
        if before is None:
            wanted = Wanted(
                CLUSTER, "api", definition or self.revision(), 3,
                least_percent=50, most_percent=200, breaker=True, rollback=True, grace=60,
                balancers=(BALANCER,), placement=SPREAD,
                strategy=({"capacityProvider": "instances", "base": 1, "weight": 100},),
            )  # fmt: skip
        else:
            wanted = before.wanted
        if definition:
            more["definition"] = definition
        service = services.want(self.world, replace(wanted, **more))
        advance.settle(self.world)
        return service

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        advance.advance(self.world, self.world.now + seconds)

    @property
    def service(self) -> Service:
        return self.world.services[f"{CLUSTER}/api"]

    @property
    def tasks(self) -> list[Task]:
        """All tasks that are remembered, the oldest first."""
        return list(self.world.tasks.values())

    def running(self, definition: str | None = None) -> list[Task]:
        """Tasks that run, of one revision or of any."""
        return [
            one for one in self.tasks if one.running and definition in (None, one.definition.arn)
        ]

    def stopped(self) -> list[Task]:
        return [one for one in self.tasks if one.status == "STOPPED"]

    @property
    def said(self) -> list[str]:
        """Service events, the oldest first."""
        return [one.message for one in reversed(self.service.events)]
