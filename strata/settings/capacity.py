"""How many tasks an instance holds: the arithmetic that ECS does when it places them."""

from dataclasses import dataclass

from strata.settings import figures
from strata.settings.models import Settings


@dataclass(frozen=True)
class Fit:
    """What an instance has left for tasks and what one task takes: MiB, and CPU units."""

    instance_type: str
    instance_mib: int
    system_mib: int
    agent_mib: int
    cpu: int
    task_mib: int
    task_cpu: int
    fixed_port: bool

    @property
    def left_mib(self) -> int:
        """Memory for tasks, MiB."""
        return self.instance_mib - self.system_mib - self.agent_mib

    @property
    def tasks(self) -> int:
        """Tasks that one instance holds."""
        by_size = min(self.left_mib // self.task_mib, self.cpu // self.task_cpu)
        return min(by_size, 1) if self.fixed_port else by_size

    def memory_words(self) -> str:
        """The arithmetic in memory."""
        return (
            f"{self.instance_type} has {self.instance_mib} MiB; the system keeps "
            f"{self.system_mib} and the agent {self.agent_mib}, which leaves {self.left_mib}"
        )

    def cpu_words(self) -> str:
        """The arithmetic in CPU units."""
        return f"{self.instance_type} has {self.cpu // 1024} vCPU = {self.cpu} CPU units"


def fit(settings: Settings) -> Fit | None:
    """How a task fits its instance; None for a type that does not exist."""
    kind = figures.instance_types().get(settings.cluster.instance_type)
    if kind is None:
        return None
    return Fit(
        instance_type=settings.cluster.instance_type,
        instance_mib=kind.memory_mib,
        system_mib=figures.SYSTEM_MIB + round(kind.memory_mib * figures.SYSTEM_SHARE),
        agent_mib=figures.AGENT_MIB,
        cpu=kind.vcpus * figures.CPU_UNITS,
        task_mib=settings.service.memory_mib,
        task_cpu=settings.service.cpu,
        fixed_port=settings.service.host_port != 0,
    )


def largest_count(settings: Settings) -> int:
    """The most tasks that a scaler or a schedule may ask for."""
    scaling = settings.service.scaling
    return max([settings.service.desired_count, scaling.max, *(s.max for s in scaling.schedules)])
