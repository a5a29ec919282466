"""How many instances run: the minimum, the number for the desired tasks, and the maximum."""

import contextlib
import json
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from math import ceil

from strata.cost.range import Range
from strata.cost.resources import Resource, Resources, blocks
from strata.documents import Json
from strata.resources.containers import Container, containers
from strata.settings import Settings
from strata.settings.capacity import Fit, Task, fit, of_service, worker_task
from strata.settings.resource_names import service_name

SERVICE = "service"
"""The layer of the services and schedules that are counted; others run where they say."""

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
    jobs = _jobs(capacity, resources) if capacity else []
    services = _own_first(resources.of("aws_ecs_service"), settings)
    workers = _workers(capacity, services[1:], resources, settings) if capacity else []

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

    service = services[0] if services else None
    target = next(iter(resources.of("aws_appautoscaling_target")), None)
    desired = int(service.values.get("desired_count") or 0) if service else 0
    lowest = int(target.values.get("min_capacity") or 0) if target else desired
    return Range(minimum=needed(min(lowest, desired)), desired=needed(desired), maximum=most)


def _own_first(services: Sequence[Resource], settings: Settings) -> list[Resource]:
    """The service itself before others."""
    own = service_name(settings.environment)
    return sorted(services, key=lambda one: one.values.get("name") != own)


def _capacity(template: Resource | None, resources: Resources, settings: Settings) -> Fit | None:
    """How tasks fit on an instance, by the arithmetic that also checks settings."""
    instance_type = template.values.get("instance_type") if template else None
    own = _definitions(resources).get(service_name(settings.environment))
    return fit(
        instance_type or settings.cluster.instance_type, _reserved(own, of_service(settings))
    )


def _definitions(resources: Resources) -> dict[str, Resource]:
    """The task definitions by family, which has the name of its service."""
    return {str(one.values.get("family")): one for one in resources.of("aws_ecs_task_definition")}


# Jobs and workers are those of the resources: a plan has two sides, and the settings are of one.
def _jobs(capacity: Fit, resources: Resources) -> list[Task]:
    """The tasks of the jobs that have a schedule and fit on an instance."""
    tasks = []
    for schedule in resources.of("aws_scheduler_schedule"):
        if schedule.layer == SERVICE:
            sizes = _overrides(schedule.block("target").get("input"))
            tasks.append(
                replace(
                    capacity.task,
                    memory_mib=sizes.get("memory") or capacity.task.memory_mib,
                    cpu=sizes.get("cpu") or capacity.task.cpu,
                )
            )
    return [task for task in tasks if capacity.holds(task)]


def _overrides(given: object) -> Json:
    """What a schedule overrides of the first container; empty while it is not known."""
    with contextlib.suppress(ValueError, TypeError, KeyError, IndexError):
        return dict(json.loads(str(given))["containerOverrides"][0])
    return {}


def _workers(
    capacity: Fit, services: Sequence[Resource], resources: Resources, settings: Settings
) -> list[Task]:
    """The desired tasks of the workers that have one of these services and fit on an instance."""
    definitions = _definitions(resources)
    workers = {
        service_name(settings.environment, name): worker_task(capacity.task, worker)
        for name, worker in settings.services.items()
    }
    alone = replace(capacity.task, fixed_port=False)
    tasks = []
    for service in services:
        if service.layer == SERVICE:
            name = str(service.values.get("name"))
            reserved = _reserved(definitions.get(name), workers.get(name, alone))
            task = replace(reserved, fixed_port=False)
            tasks += [task] * int(service.values.get("desired_count") or 0)
    return [task for task in tasks if capacity.holds(task)]


def _reserved(definition: Resource | None, otherwise: Task) -> Task:
    """What ECS reserves for the containers of a task, of which the first is the application's;
    what the definition does not name, or not yet, is as `otherwise`."""
    of_task = _containers(definition)
    if definition is None or not of_task:
        return otherwise
    application, *sidecars = of_task
    port = application.ports[0].host_port if application.ports else None
    alone = Task(
        memory_mib=application.memory or otherwise.memory_mib,
        # Shared memory is counted as tmpfs is.
        tmpfs_mib=sum(container.tmpfs + container.shared_memory for container in of_task),
        cpu=application.cpu or otherwise.cpu,
        fixed_port=otherwise.fixed_port if port is None else port != 0,
        sidecars_mib=sum(container.memory or 0 for container in sidecars),
        sidecars_cpu=sum(container.cpu or 0 for container in sidecars),
    )
    # A task has a size of its own where a proxy of Service Connect is in it.
    memory, cpu = (int(definition.values.get(size) or 0) for size in ("memory", "cpu"))
    return replace(
        alone,
        proxy_mib=max(memory - alone.reserved_mib, 0),
        proxy_cpu=max(cpu - alone.reserved_cpu, 0),
    )


def _containers(definition: Resource | None) -> list[Container]:
    """The containers that a task runs; none while they are not known."""
    with contextlib.suppress(ValueError):
        return containers(definition.values.get("container_definitions")) if definition else []
    return []


def _target_share(group: Resource, resources: Resources) -> int:
    """The share of instances that managed scaling fills, percent."""
    for provider in resources.of("aws_ecs_capacity_provider"):
        block = provider.block("auto_scaling_group_provider")
        if resources.target(block.get("auto_scaling_group_arn"), group.type) is group:
            scaling = next(iter(blocks(block, "managed_scaling")), {})
            return int(scaling.get("target_capacity") or 100)
    return 100
