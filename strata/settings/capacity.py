"""How many tasks fit on an instance and what a deployment needs: the arithmetic of ECS."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from strata.settings import figures
from strata.settings.models import Job, Service, Settings, Worker


@dataclass(frozen=True)
class Task:
    """What ECS reserves for a task on its instance: MiB, CPU units, a host port of its own.

    `memory_mib` and `cpu` are of the application's container, `sidecars_mib` and `sidecars_cpu` of
    all others together; `tmpfs_mib` is of all. `proxy_mib` and `proxy_cpu` are of the proxy of
    Service Connect, 0 without one.
    """

    memory_mib: int
    tmpfs_mib: int
    cpu: int
    fixed_port: bool
    sidecars_mib: int = 0
    sidecars_cpu: int = 0
    proxy_mib: int = 0
    proxy_cpu: int = 0

    @property
    def reserved_mib(self) -> int:
        """The hard limits of the containers plus their tmpfs mounts, MiB.

        Both count against the memory of the instance when ECS places a task (amazon-ecs-agent,
        proposals/shmsize-tmpfs.md, task placement).
        """
        return self.memory_mib + self.beside_mib

    @property
    def beside_mib(self) -> int:
        """What the task reserves beside the limit of the application's container, MiB."""
        return self.tmpfs_mib + self.sidecars_mib + self.proxy_mib

    @property
    def reserved_cpu(self) -> int:
        """The CPU units of all containers."""
        return self.cpu + self.beside_cpu

    @property
    def beside_cpu(self) -> int:
        """The CPU units that the task reserves beside the application's container."""
        return self.sidecars_cpu + self.proxy_cpu

    def memory_words(self) -> str:
        """The arithmetic in memory."""
        parts = [str(self.memory_mib)]
        parts += [f"{self.sidecars_mib} of sidecars"] if self.sidecars_mib else []
        parts += [f"{self.tmpfs_mib} of /tmp"] if self.tmpfs_mib else []
        parts += [f"{self.proxy_mib} of Service Connect"] if self.proxy_mib else []
        total = f" = {self.reserved_mib}" if len(parts) > 1 else ""
        return f"{' + '.join(parts)}{total} MiB"

    def cpu_words(self) -> str:
        """The arithmetic in CPU units."""
        parts = [str(self.cpu)]
        parts += [f"{self.sidecars_cpu} of sidecars"] if self.sidecars_cpu else []
        parts += [f"{self.proxy_cpu} of Service Connect"] if self.proxy_cpu else []
        return " + ".join(parts) + (f" = {self.reserved_cpu}" if len(parts) > 1 else "")


@dataclass(frozen=True)
class _Room:
    """What is free on an instance: MiB, CPU units, the fixed host port."""

    mib: int
    cpu: int
    port_free: bool

    def takes(self, task: Task) -> bool:
        return (
            task.reserved_mib <= self.mib
            and task.reserved_cpu <= self.cpu
            and (self.port_free or not task.fixed_port)
        )

    def without(self, task: Task) -> "_Room":
        return _Room(
            self.mib - task.reserved_mib,
            self.cpu - task.reserved_cpu,
            self.port_free and not task.fixed_port,
        )


@dataclass(frozen=True)
class Fit:
    """The room of an instance for tasks, in MiB and CPU units, and the task that it runs."""

    instance_type: str
    instance_mib: int
    system_mib: int
    agent_mib: int
    cpu: int
    task: Task

    @property
    def left_mib(self) -> int:
        """Memory for tasks, MiB."""
        return self.instance_mib - self.system_mib - self.agent_mib

    @property
    def tasks_by_size(self) -> int:
        """Tasks that fit on one instance by memory and CPU units alone."""
        return min(self.left_mib // self.task.reserved_mib, self.cpu // self.task.reserved_cpu)

    @property
    def tasks(self) -> int:
        """Tasks that fit on one instance."""
        return min(self.tasks_by_size, 1) if self.task.fixed_port else self.tasks_by_size

    def instances(self, tasks: int, jobs: Sequence[Task] = ()) -> int:
        """Instances that `tasks` tasks need, and beside them one task of each job.

        Only if at least one task, and each job, fits on an instance. Jobs are put, the largest
        first, on the first instance with room left.
        """
        count = -(-tasks // self.tasks)
        if not jobs:
            return count
        rooms = [self._room(min(self.tasks, tasks - at * self.tasks)) for at in range(count)]
        for job in sorted(jobs, key=lambda one: one.reserved_mib, reverse=True):
            index = next((at for at, room in enumerate(rooms) if room.takes(job)), len(rooms))
            if index == len(rooms):
                rooms.append(self._room(0))
            rooms[index] = rooms[index].without(job)
        return len(rooms)

    def _room(self, tasks: int) -> "_Room":
        """What `tasks` tasks leave of an instance."""
        return _Room(
            self.left_mib - tasks * self.task.reserved_mib,
            self.cpu - tasks * self.task.reserved_cpu,
            port_free=not (tasks and self.task.fixed_port),
        )

    def holds(self, job: Task) -> bool:
        """Whether the task of a job fits on an instance of its own."""
        return self._room(0).takes(job)

    def memory_words(self) -> str:
        """The arithmetic in memory."""
        return (
            f"{self.instance_type} has {self.instance_mib} MiB; the system keeps "
            f"{self.system_mib} and the agent {self.agent_mib}, which leaves {self.left_mib}"
        )

    def cpu_words(self) -> str:
        """The arithmetic in CPU units."""
        return f"{self.instance_type} has {self.cpu // 1024} vCPU = {self.cpu} CPU units"

    def words(self) -> str:
        """Why this number of tasks fits on an instance."""
        port = "a fixed host port lets it hold one" if self.task.fixed_port else ""
        sizes = (
            f"{self.memory_words()} MiB for tasks of {self.task.memory_words()}; "
            f"{self.cpu_words()} for tasks of {self.task.cpu_words()}"
        )
        result = f"an instance holds {self.tasks}"
        return "; ".join(part for part in (sizes, port, result) if part)


@dataclass(frozen=True)
class Deployment:
    """A rolling update of `tasks` tasks: the least and the most tasks that run during it.

    ECS rounds the healthy share up and the maximum share down (ECS API reference,
    DeploymentConfiguration).
    """

    tasks: int
    least: int
    most: int

    @property
    def stops_first(self) -> bool:
        """Whether a task may stop before a new one starts."""
        return self.least < self.tasks

    @property
    def stuck(self) -> bool:
        """Whether no task may stop and none may start."""
        return not self.stops_first and self.most <= self.tasks

    @property
    def room(self) -> int:
        """Tasks that must fit on the cluster at the same time for the deployment to go on."""
        return self.tasks if self.stops_first else self.tasks + 1


def task(service: Service) -> Task:
    """What ECS reserves for the task of these settings.

    A container that ends before the others start counts as well: ECS places the whole task.
    """
    sidecars = service.sidecars
    mounts = sum(container.readonly_root_filesystem for container in service.containers)
    exec_mib = figures.EXEC_MIB if service.exec and service.readonly_root_filesystem else 0
    return Task(
        memory_mib=service.memory_mib,
        tmpfs_mib=mounts * figures.TMPFS_MIB + exec_mib,
        cpu=service.cpu,
        fixed_port=service.host_port != 0,
        sidecars_mib=sum(sidecar.memory_mib for sidecar in sidecars),
        sidecars_cpu=sum(sidecar.cpu for sidecar in sidecars),
    )


PROXY_MIB, PROXY_CPU = 64, 256
"""What AWS recommends to add to a task for the proxy of Service Connect (ECS Developer Guide,
Service Connect proxy; more from 500 requests a second on)."""


def of_service(settings: Settings) -> Task:
    """What ECS reserves for a task of the service, with the proxy of Service Connect if any."""
    found = task(settings.service)
    if not settings.connected:
        return found
    return replace(found, proxy_mib=PROXY_MIB, proxy_cpu=PROXY_CPU)


WORKER_HEALTHY_PERCENT, WORKER_MAXIMUM_PERCENT = 50, 200
"""Shares of a worker's tasks in a deployment: the new one of a single task starts first."""


def job_task(service: Task, job: Job | Worker) -> Task:
    """What ECS reserves for a task of a job or worker: as for the service, with its own sizes."""
    return replace(
        service,
        memory_mib=job.memory_mib or service.memory_mib,
        cpu=job.cpu or service.cpu,
    )


def worker_task(service: Task, worker: Worker) -> Task:
    """What ECS reserves for a task of a worker, which has no port of its own on the instance."""
    return replace(job_task(service, worker), fixed_port=False)


def worker_room(worker: Worker) -> int:
    """Tasks of a worker that must fit on the cluster at the same time, in a deployment too."""
    most = worker.max_count or worker.desired_count
    # Of one task, half is one, rounded up: it may not stop before another has started.
    return 2 if most == 1 else most


APP_USER_MIB, APP_USER_CPU = 128, 128
"""The container that makes the user of `[database.app_user]`: bash, curl and MySQL's client."""


def app_user_task(settings: Settings) -> Task | None:
    """What ECS reserves for the task that makes the application's user; None without the user.

    An apply runs it before the service layer, a rotation before and after the deployment, so that
    it is beside all tasks but never beside a deployment of the service.
    """
    if settings.database.app_user is None:
        return None
    return Task(
        memory_mib=APP_USER_MIB, tmpfs_mib=figures.TMPFS_MIB, cpu=APP_USER_CPU, fixed_port=False
    )


def beside(settings: Settings) -> list[Task]:
    """The tasks that may run beside those of the service: of all workers, and one of each job."""
    service = of_service(settings)
    workers = [
        worker_task(service, worker)
        for worker in settings.services.values()
        for _ in range(worker_room(worker))
    ]
    return [*workers, *(job_task(service, job) for job in settings.jobs.values())]


def fit(instance_type: str, task: Task) -> Fit | None:
    """How a task fits its instance; None for a type that does not exist."""
    kind = figures.instance_types().get(instance_type)
    if kind is None:
        return None
    return Fit(
        instance_type=instance_type,
        instance_mib=kind.memory_mib,
        system_mib=figures.SYSTEM_MIB + round(kind.memory_mib * figures.SYSTEM_SHARE),
        agent_mib=figures.AGENT_MIB,
        cpu=kind.vcpus * figures.CPU_UNITS,
        task=task,
    )


def on_demand(instances: int, base: int, percent: int) -> int:
    """How many of the instances of a group are on-demand: the base, and a share of those beyond it,
    rounded up (EC2 Auto Scaling API reference, InstancesDistribution)."""
    beyond = max(instances - base, 0)
    return min(instances, base) - (-beyond * percent // 100)


def largest_count(service: Service) -> int:
    """The most tasks that a scaler or a schedule may ask for."""
    scaling = service.scaling
    scheduled = [schedule.max for schedule in scaling.schedules]
    return max([service.desired_count, scaling.max, *scheduled])


def least_count(service: Service) -> int:
    """The fewest tasks that a scaler or a schedule may leave."""
    scaling = service.scaling
    scheduled = [schedule.min for schedule in scaling.schedules]
    return min([service.desired_count, scaling.min, *scheduled])


def deployments(service: Service) -> Iterator[Deployment]:
    """A deployment at each number of tasks from 1 that the service may have."""
    for tasks in range(max(least_count(service), 1), largest_count(service) + 1):
        yield Deployment(
            tasks=tasks,
            least=-(-tasks * service.minimum_healthy_percent // 100),
            most=tasks * service.maximum_percent // 100,
        )
