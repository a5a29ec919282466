"""What ECS and Elastic Load Balancing answer of what is played, in place of moto's own answers."""

import json
import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

from moto.core.responses import ActionResult
from moto.ecs.exceptions import (
    EcsClientException,
    InvalidParameterException,
    ServiceNotFoundException,
)
from moto.ecs.responses import EC2ContainerServiceResponse as Response
from moto.elbv2.models import ELBv2Backend, FakeHealthStatus

from emulator.ecs import instances, placement, targets, tasks, words
from emulator.ecs.state import Container, Instance, Task, World

AGENT = {
    "agentVersion": "1.97.1",
    "agentHash": "c0ffee00",
    "dockerVersion": "DockerVersion: 25.0.8",
}
EXEC = (
    "The execute command failed because execute command was not enabled when the task was run or "
    "the execute command agent isn't running. Wait and try again or run a new task with execute "
    "command enabled and try again."
)
"""botocore, TargetNotConnectedException and InvalidParameterException of ExecuteCommand; the words
are those that people meet."""

target_health = ELBv2Backend.describe_target_health

joined: list[Callable[[str, str], World]] = []
"""What takes up a change and gives the world."""


def _world(response: Any) -> World:
    return joined[0](response.current_account, response.region)


def _cluster(response: Any) -> str:
    name = response._get_param("cluster") or "default"
    found = response.ecs_backend._get_cluster(name)
    return str(found.name)


def when(at: float | None) -> datetime | None:
    """A time as moto's answers take it."""
    return None if at is None else datetime.fromtimestamp(at, UTC)


# Services


def _renewed(original: Any) -> Any:
    def answer(self: Any) -> Any:
        given = original(self)
        _world(self)
        return given

    return answer


def _update(self: Any) -> Any:
    given = _UPDATE[0](self)
    service = given.result["service"]
    if self._get_param("forceNewDeployment"):
        service.forced = getattr(service, "forced", 0) + 1
    _world(self)
    return given


_UPDATE: list[Any] = []


# Tasks


def _identifiers(given: Iterable[str]) -> list[str]:
    return [one.rpartition("/")[2] for one in given]


def _task(world: World, task: Task) -> dict[str, Any]:
    instance = world.instances.get(task.instance or "")
    found = {
        "taskArn": task.arn,
        "clusterArn": world.arn(f"cluster/{task.cluster}"),
        "taskDefinitionArn": task.definition.arn,
        "containerInstanceArn": instance.arn if instance else None,
        "availabilityZone": instance.launched.zone if instance else None,
        "group": task.group,
        "startedBy": task.started_by,
        "capacityProviderName": task.provider,
        "launchType": task.launch_type or "EC2",
        "lastStatus": task.status,
        "desiredStatus": task.desired,
        "healthStatus": tasks.health(task),
        "connectivity": "CONNECTED" if instance else None,
        "cpu": str(task.needs.cpu),
        "memory": str(task.needs.memory),
        "overrides": task.overrides or {"containerOverrides": []},
        "tags": task.tags,
        "enableExecuteCommand": task.execute,
        "createdAt": when(task.created_at),
        "pullStartedAt": when(task.pull_started_at),
        "pullStoppedAt": when(task.pull_stopped_at),
        "startedAt": when(task.started_at),
        "stoppingAt": when(task.stopping_at),
        "stoppedAt": when(task.stopped_at),
        "stopCode": task.stop_code,
        "stoppedReason": task.reason,
        "attributes": [],
        "attachments": [],
        "version": 1,
        "containers": [_container(world, task, one) for one in task.containers],
    }
    return {key: value for key, value in found.items() if value is not None}


def _container(world: World, task: Task, container: Container) -> dict[str, Any]:
    arn = world.arn(f"container/{task.cluster}/{task.id}/{container.id}")
    found = {
        "containerArn": arn,
        "taskArn": task.arn,
        "name": container.name,
        "image": container.image,
        "imageDigest": container.digest,
        "runtimeId": f"{task.id}-{container.id[:8]}" if task.started_at else None,
        "lastStatus": container.status,
        "exitCode": container.exit_code,
        "reason": container.reason,
        "healthStatus": container.health,
        "networkBindings": container.ports if task.started_at else [],
        "networkInterfaces": [],
    }
    return {key: value for key, value in found.items() if value is not None}


def _run_task(self: Any) -> Any:
    world, cluster = _world(self), _cluster(self)
    definition = world.outside.definition(self._get_param("taskDefinition"))
    overrides = self._get_param("overrides") or {}
    _known_containers(definition, overrides)
    strategy = self._get_param("capacityProviderStrategy")
    kind = self._get_param("launchType")
    found = self.ecs_backend._get_cluster(cluster)
    if not strategy and not kind:
        strategy = found.default_capacity_provider_strategy
    provider = strategy[0]["capacityProvider"].split("/")[-1] if strategy else None
    if provider in ("FARGATE", "FARGATE_SPOT"):
        kind = "FARGATE"
    made, failures = [], []
    for _ in range(int(self._get_param("count") or 1)):
        task = tasks.make(
            world,
            cluster,
            definition,
            self._get_param("group") or f"family:{definition.family}",
            overrides=overrides,
            provider=provider if kind != "FARGATE" else None,
            launch_type=None if provider and kind != "FARGATE" else kind or "EC2",
            started_by=self._get_param("startedBy"),
            tags=self._get_param("tags") or [],
            execute=bool(self._get_param("enableExecuteCommand")),
        )
        placed = tasks.place(
            world,
            task,
            tuple(self._get_param("placementStrategy") or ()),
            tuple(self._get_param("placementConstraints") or ()),
        )
        if placed or task.provider:
            made.append(task)
        else:
            del world.tasks[task.id]
            failures += _failures(world, task)
    return ActionResult({"tasks": [_task(world, one) for one in made], "failures": failures})


def _known_containers(definition: Any, overrides: Any) -> None:
    """Overrides name containers of the task definition."""
    names = {one["name"] for one in definition.containers}
    for one in overrides.get("containerOverrides") or ():
        if one.get("name") not in names:
            raise InvalidParameterException(
                f"Override for container named {one.get('name')} is not a container in the "
                "TaskDefinition."
            )


FAILURES = {
    words.MEMORY: "RESOURCE:MEMORY",
    words.CPU: "RESOURCE:CPU",
    words.PORT: "RESOURCE:PORTS",
    words.AGENT: "AGENT",
    words.ATTRIBUTE: "ATTRIBUTE",
}
"""Why RunTask places nothing (guide, "API failure reasons")."""


def _failures(world: World, task: Task) -> list[dict[str, str]]:
    found = placement.candidates(world, task)
    if not found:
        raise InvalidParameterException("No Container Instances were found in your cluster.")
    reasons = ((one, placement.lacking(world, one, task, ())) for one in found)
    return [{"arn": one.arn, "reason": FAILURES.get(why, "ATTRIBUTE")} for one, why in reasons]


def _start_task(self: Any) -> Any:
    world, cluster = _world(self), _cluster(self)
    definition = world.outside.definition(self._get_param("taskDefinition"))
    made, failures = [], []
    for one in _identifiers(self._get_param("containerInstances") or ()):
        task = tasks.make(
            world, cluster, definition,
            self._get_param("group") or f"family:{definition.family}",
            overrides=self._get_param("overrides") or {}, launch_type="EC2",
            started_by=self._get_param("startedBy"), tags=self._get_param("tags") or [],
        )  # fmt: skip
        instance = world.instances.get(one)
        why = placement.lacking(world, instance, task, ()) if instance else "MISSING"
        if instance is None or why:
            del world.tasks[task.id]
            arn = world.arn(f"container-instance/{cluster}/{one}")
            failures.append({"arn": arn, "reason": FAILURES.get(why, "MISSING")})
            continue
        placement.put(world, task, instance)
        task.status, task.due = "PENDING", world.now + tasks.STARTS
        made.append(task)
    return ActionResult({"tasks": [_task(world, one) for one in made], "failures": failures})


def _describe_tasks(self: Any) -> Any:
    world, cluster = _world(self), _cluster(self)
    wanted = self._get_param("tasks") or []
    if not wanted:
        raise InvalidParameterException("Tasks cannot be empty.")
    found, failures = [], []
    for given, name in zip(wanted, _identifiers(wanted), strict=True):
        task = world.tasks.get(name)
        if task and task.cluster == cluster:
            found.append(_task(world, task))
        else:
            arn = given if given.startswith("arn:") else world.arn(f"task/{cluster}/{name}")
            failures.append({"arn": arn, "reason": "MISSING"})
    if "TAGS" not in (self._get_param("include") or []):
        for one in found:
            one.pop("tags", None)
    return ActionResult({"tasks": found, "failures": failures})


def _list_tasks(self: Any) -> Any:
    world, cluster = _world(self), _cluster(self)
    service = self._get_param("serviceName")
    if service:
        service = service.rpartition("/")[2]
        if f"{cluster}:{service}" not in self.ecs_backend.services:
            raise ServiceNotFoundException
    instance = (self._get_param("containerInstance") or "").rpartition("/")[2]
    desired = self._get_param("desiredStatus") or "RUNNING"
    filters: dict[str, Callable[[Task], Any]] = {
        "family": lambda one: one.definition.family,
        "startedBy": lambda one: one.started_by,
        "launchType": lambda one: one.launch_type or "EC2",
    }
    found = [
        one.arn
        for one in world.tasks.values()
        if one.cluster == cluster
        and one.desired == desired
        and (not service or one.service == service)
        and (not instance or one.instance == instance)
        and all(
            read(one) == self._get_param(name)
            for name, read in filters.items()
            if self._get_param(name)
        )
    ]
    return ActionResult({"taskArns": found})


def _stop_task(self: Any) -> Any:
    world, cluster = _world(self), _cluster(self)
    task = world.tasks.get(_identifiers([self._get_param("task")])[0])
    if task is None or task.cluster != cluster:
        raise InvalidParameterException("The referenced task was not found.")
    reason = self._get_param("reason") or "Task stopped by user"
    tasks.stop(world, task, "UserInitiated", reason)
    return ActionResult({"task": _task(world, task)})


def _execute_command(self: Any) -> Any:
    world, cluster = _world(self), _cluster(self)
    task = world.tasks.get(_identifiers([self._get_param("task")])[0])
    if task is None or task.cluster != cluster:
        raise InvalidParameterException("The referenced task was not found.")
    if not task.execute or not task.running:
        raise InvalidParameterException(EXEC)
    name = self._get_param("container") or task.containers[0].name
    container = next((one for one in task.containers if one.name == name), None)
    if container is None:
        raise InvalidParameterException(f"The container {name} was not found in the task.")
    session = f"ecs-execute-command-{task.id[:17]}"
    url = f"wss://ssmmessages.{world.region}.amazonaws.com/v1/data-channel/{session}"
    return ActionResult(
        {
            "clusterArn": world.arn(f"cluster/{cluster}"),
            "taskArn": task.arn,
            "containerName": container.name,
            "containerArn": world.arn(f"container/{cluster}/{task.id}/{container.id}"),
            "interactive": bool(self._get_param("interactive")),
            "session": {"sessionId": session, "streamUrl": url, "tokenValue": "emulated"},
        }
    )


# Container instances


def _resources(cpu: int, memory: int, ports: Iterable[int]) -> list[dict[str, Any]]:
    numbers = {"CPU": cpu, "MEMORY": memory}
    found: list[dict[str, Any]] = [
        {"name": name, "type": "INTEGER", "doubleValue": 0.0, "longValue": 0, "integerValue": value}
        for name, value in numbers.items()
    ]
    sets = {"PORTS": [str(one) for one in sorted(ports)], "PORTS_UDP": []}
    for name, values in sets.items():
        found.append(
            {"name": name, "type": "STRINGSET", "doubleValue": 0.0, "longValue": 0,
             "integerValue": 0, "stringSetValue": values}
        )  # fmt: skip
    return found


def _instance(world: World, instance: Instance) -> dict[str, Any]:
    cpu, memory, ports = placement.left(world, instance)
    held = world.on(instance)
    there = {one.name for one in world.outside.providers(instance.launched.cluster)
             if one.group == instance.launched.group}  # fmt: skip
    found = {
        "containerInstanceArn": instance.arn,
        "ec2InstanceId": instance.launched.id,
        "capacityProviderName": next(iter(there), None),
        "status": instance.status,
        "agentConnected": instance.connected,
        "runningTasksCount": sum(one.status == "RUNNING" for one in held),
        "pendingTasksCount": sum(one.status in ("PENDING", "ACTIVATING") for one in held),
        "registeredAt": when(instance.joined_at),
        "registeredResources": _resources(
            instance.launched.cpu, instance.launched.memory, placement.RESERVED_PORTS
        ),
        "remainingResources": _resources(cpu, memory, ports),
        "attributes": [
            {"name": name, "value": value}
            for name, value in sorted(instance.attributes.items())
            if value
        ],
        "versionInfo": AGENT,
        "version": 1,
        "attachments": [],
        "tags": [],
    }
    return {key: value for key, value in found.items() if value is not None}


def _register(self: Any) -> Any:
    """RegisterContainerInstance, as the agent calls it."""
    document = json.loads(self._get_param("instanceIdentityDocument") or "{}")
    name = str(document.get("instanceId"))
    world = _world(self)
    world.outside.by_hand[name] = _cluster(self)  # type: ignore[attr-defined]
    instances.sync(world)
    found = next((one for one in world.instances.values() if one.launched.id == name), None)
    if found is None:
        raise EcsClientException(f"The instance {name} does not run.")
    found.joins = world.now
    instances.step(world)
    return ActionResult({"containerInstance": _instance(world, found)})


def _list_instances(self: Any) -> Any:
    world, cluster = _world(self), _cluster(self)
    status, text = self._get_param("status"), self._get_param("filter") or ""
    found = [
        one
        for one in world.of_cluster(cluster)
        if one.status == status or (status is None and one.status in ("ACTIVE", "DRAINING"))
    ]
    matching = re.fullmatch(r"\s*ec2InstanceId\s*(?:==|in)\s*\[?([^\]]*)\]?\s*", text)
    if matching:
        named = {one.strip() for one in matching[1].split(",")}
        found = [one for one in found if one.launched.id in named]
    return ActionResult({"containerInstanceArns": sorted(one.arn for one in found)})


def _found(self: Any, world: World, cluster: str) -> tuple[list[Instance], list[dict[str, str]]]:
    given = self._get_param("containerInstances") or []
    if not given:
        raise EcsClientException("Container Instances cannot be empty.")
    found, failures = [], []
    there = {one.id: one for one in world.of_cluster(cluster)}
    for name in _identifiers(given):
        if name in there:
            found.append(there[name])
        else:
            arn = world.arn(f"container-instance/{cluster}/{name}")
            failures.append({"arn": arn, "reason": "MISSING"})
    return found, failures


def _describe_instances(self: Any) -> Any:
    world, cluster = _world(self), _cluster(self)
    found, failures = _found(self, world, cluster)
    answered = [_instance(world, one) for one in found]
    return ActionResult({"containerInstances": answered, "failures": failures})


def _change_state(self: Any) -> Any:
    world, cluster = _world(self), _cluster(self)
    status = str(self._get_param("status")).upper()
    if status not in ("ACTIVE", "DRAINING"):
        raise InvalidParameterException(
            "Container instance status should be one of [ACTIVE, DRAINING]"
        )
    found, failures = _found(self, world, cluster)
    for instance in found:
        instance.status = status
    answered = [_instance(world, one) for one in found]
    return ActionResult({"containerInstances": answered, "failures": failures})


def _deregister(self: Any) -> Any:
    world, cluster = _world(self), _cluster(self)
    name = _identifiers([self._get_param("containerInstance")])[0]
    instance = {one.id: one for one in world.of_cluster(cluster)}.get(name)
    if instance is None:
        raise InvalidParameterException("The referenced container instance was not found.")
    if world.on(instance) and not self._get_param("force"):
        raise InvalidParameterException("Found running tasks on the instance.")
    instances.deregister(world, instance)
    return ActionResult({"containerInstance": _instance(world, instance)})


# Targets


def _target_health(self: Any, target_group_arn: str, given: list[dict[str, Any]]) -> list[Any]:
    world = joined[0](self.account_id, self.region_name)
    own = [one for one in world.targets if one.group.arn == target_group_arn]
    by_hand = target_health(self, target_group_arn, [])
    group = self.target_groups[target_group_arn]
    found = [_health(world, one, group.health_check_port) for one in own]
    if not given:
        return [*found, *by_hand]
    answered: list[Any] = []
    for wanted in given:
        port = wanted.get("Port")
        mine = [
            one
            for one in found
            if one.instance_id == wanted["Id"] and (port is None or int(port) == one.port)
        ]
        answered += mine or target_health(self, target_group_arn, [wanted])
    return answered


def _health(world: World, target: Any, port: Any) -> Any:
    instance = world.instances.get(target.instance)
    name = instance.launched.id if instance else target.instance
    state, reason, description = targets.described(target, world.now)
    health_port = target.port if port == "traffic-port" else port
    return FakeHealthStatus(name, target.port, str(health_port), state, reason, description)


def fill(renew: Callable[[str, str], World]) -> None:
    """Answer from the play in this process; `renew` takes up a change and gives the world."""
    joined[:] = [renew]
    # moto keeps attributes as a mapping, and turns them into a list in its answers.
    Response.RESPONSE_KEY_PATH_TO_TRANSFORMER = {}
    _UPDATE[:] = [Response.update_service]
    Response.create_service = _renewed(Response.create_service)
    Response.update_service = _update
    Response.delete_service = _renewed(Response.delete_service)
    Response.run_task = _run_task
    Response.start_task = _start_task
    Response.describe_tasks = _describe_tasks
    Response.list_tasks = _list_tasks
    Response.stop_task = _stop_task
    Response.execute_command = _execute_command
    Response.register_container_instance = _register
    Response.list_container_instances = _list_instances
    Response.describe_container_instances = _describe_instances
    Response.update_container_instances_state = _change_state
    Response.deregister_container_instance = _deregister
    ELBv2Backend.describe_target_health = _target_health
