"""How many instances run: the minimum, the number for the desired tasks, and the maximum."""

import contextlib
from collections.abc import Sequence
from fractions import Fraction
from math import ceil

from strata.cost.range import Range
from strata.cost.resources import Resource, Resources, blocks
from strata.resources.containers import Container, containers
from strata.settings import Settings
from strata.settings.capacity import Fit, Task, fit, job_task, of_service, worker_task
from strata.settings.resource_names import service_name

HOURS = 730
"""Hours of a month, as AWS's calculator counts them: 365 days of 24 hours, a twelfth of them."""


def instances(
    group: Resource, template: Resource | None, resources: Resources, settings: Settings
) -> Range:
    """Instances of an auto scaling group.

    Managed scaling runs as many instances as the tasks need, within the sizes of the group. The
    minimum is for the fewest tasks that auto scaling may leave, desired is for the desired count of
    the service. At the maximum the group is full. What jobs need more is counted for the hours that
    they are assumed to run, all at the same time: a part of an instance.
    """
    least, most = int(group.values.get("min_size") or 0), int(group.values.get("max_size") or 0)
    capacity = _capacity(template, resources, settings)
    share = _target_share(group, resources)
    jobs = _jobs(capacity, resources, settings) if capacity else []
    workers = _workers(capacity, resources, settings) if capacity else []

    def running(tasks: int, beside: Sequence[Task]) -> int:
        beside = [*workers, *beside]
        full = capacity.instances(tasks, beside) if capacity and capacity.tasks else tasks
        # The scaler keeps only `share` percent of the instances' room in use.
        wanted = ceil(Fraction(full * 100, share))
        return min(max(wanted, least), most)

    def needed(tasks: int) -> float:
        alone = running(tasks, ())
        hours = min(settings.cost.usage.job_hours, HOURS) if jobs else 0
        return alone + (running(tasks, jobs) - alone) * hours / HOURS

    service = next(iter(_own_first(resources.of("aws_ecs_service"), "name", settings)), None)
    target = next(iter(resources.of("aws_appautoscaling_target")), None)
    desired = int(service.values.get("desired_count") or 0) if service else 0
    lowest = int(target.values.get("min_capacity") or 0) if target else desired
    return Range(minimum=needed(min(lowest, desired)), desired=needed(desired), maximum=most)


def _own_first(found: Sequence[Resource], key: str, settings: Settings) -> list[Resource]:
    """Those of the service itself before those of others, such as a one-off task."""
    own = service_name(settings.environment)
    return sorted(found, key=lambda one: one.values.get(key) != own)


def _capacity(template: Resource | None, resources: Resources, settings: Settings) -> Fit | None:
    """How tasks fit on an instance, by the arithmetic that also checks settings."""
    instance_type = template.values.get("instance_type") if template else None
    return fit(
        instance_type or settings.cluster.instance_type,
        _reserved(_containers(resources, settings), of_service(settings)),
    )


def _jobs(capacity: Fit, resources: Resources, settings: Settings) -> list[Task]:
    """The tasks of the jobs that have a schedule and fit on an instance."""
    names = {one.values.get("name") for one in resources.of("aws_scheduler_schedule")}
    tasks = [job_task(capacity.task, job) for name, job in settings.jobs.items() if name in names]
    return [task for task in tasks if capacity.holds(task)]


def _workers(capacity: Fit, resources: Resources, settings: Settings) -> list[Task]:
    """The desired tasks of the workers that have a service and fit on an instance."""
    names = {one.values.get("name") for one in resources.of("aws_ecs_service")}
    tasks = [
        worker_task(capacity.task, worker)
        for name, worker in settings.services.items()
        if service_name(settings.environment, name) in names
        for _ in range(worker.desired_count)
    ]
    return [task for task in tasks if capacity.holds(task)]


def _reserved(of_task: list[Container], by_settings: Task) -> Task:
    """What ECS reserves for the containers of a task, of which the first is the application's;
    values that it does not name come from the settings."""
    if not of_task:
        return by_settings
    application, *sidecars = of_task
    port = application.ports[0].host_port if application.ports else None
    return Task(
        memory_mib=application.memory or by_settings.memory_mib,
        # Shared memory is counted as tmpfs is.
        tmpfs_mib=sum(container.tmpfs + container.shared_memory for container in of_task),
        cpu=application.cpu or by_settings.cpu,
        fixed_port=by_settings.fixed_port if port is None else port != 0,
        sidecars_mib=sum(container.memory or 0 for container in sidecars),
        sidecars_cpu=sum(container.cpu or 0 for container in sidecars),
        proxy_mib=by_settings.proxy_mib,
        proxy_cpu=by_settings.proxy_cpu,
    )


def _containers(resources: Resources, settings: Settings) -> list[Container]:
    """The containers that a task of the service runs; none while they are not known."""
    definitions = resources.of("aws_ecs_task_definition")
    for definition in _own_first(definitions, "family", settings):
        with contextlib.suppress(ValueError):
            of_task = containers(definition.values.get("container_definitions"))
            if of_task:
                return of_task
    return []


def _target_share(group: Resource, resources: Resources) -> int:
    """The share of instances that managed scaling fills, percent."""
    for provider in resources.of("aws_ecs_capacity_provider"):
        block = provider.block("auto_scaling_group_provider")
        if resources.target(block.get("auto_scaling_group_arn"), group.type) is group:
            scaling = next(iter(blocks(block, "managed_scaling")), {})
            return int(scaling.get("target_capacity") or 100)
    return 100
