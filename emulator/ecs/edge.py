"""Joins the play with moto: reads what services are to be, and writes what became of them."""

import contextlib
import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from moto.core.responses import BaseResponse

from emulator.ecs import advance, answers, control, revisions, services
from emulator.ecs.account import Moto
from emulator.ecs.control import CONTROL, ControlError
from emulator.ecs.state import Deployment, Service, Wanted, World

SERVICES = ("ecs", "autoscaling", "ec2", "elbv2", "logs", "application-autoscaling", "cloudwatch")
"""The services whose answers depend on the play."""

PLAYED = ("ecs", "elbv2")
"""Those whose answers are the play's own."""

inner: list[Callable[[Any], Any]] = []


def world(account: str, region: str) -> World:
    """The world of an account and region."""
    key = (account, region)
    if key not in CONTROL.worlds:
        CONTROL.worlds[key] = World(
            Moto(account, region), account, region, CONTROL.clock.now, CONTROL.clock.of_day
        )
    return CONTROL.worlds[key]


def idle(account: str, region: str) -> bool:
    """Whether there is nothing to play: no cluster was ever made."""
    return (account, region) not in CONTROL.worlds and not Moto(account, region).backend(
        "ecs"
    ).clusters


def play(account: str, region: str, seconds: float = 0.0) -> World:
    """Bring a world up to now, or further, and write it to moto's state."""
    with CONTROL.lock:
        one = world(account, region)
        one.kept = 3600.0 * max(CONTROL.clock.factor, 1.0)
        now = time.time()
        take(one)
        advance.advance(one, CONTROL.clock.step(seconds, now))
        show(one)
        return one


def renew(account: str, region: str) -> World:
    """Take up what a request changed, at the same moment."""
    with CONTROL.lock:
        one = world(account, region)
        take(one)
        advance.settle(one)
        show(one)
        return one


def take(one: World) -> None:
    """Read from moto what services are to be."""
    ecs = one.outside.backend("ecs")  # type: ignore[attr-defined]
    for made in list(ecs.services.values()):
        key = f"{made.cluster_name}/{made.name}"
        known = one.services.get(key)
        if made.status == "ACTIVE" and _played(made):
            if known is None or _plays(made) is not known:
                one.services.pop(key, None)
            made.play = services.want(one, _wanted(one, made))
        elif known is not None and known.status == "ACTIVE" and _plays(made) is known:
            services.retire(one, known)


def _plays(made: Any) -> Service | None:
    """What is played of moto's service."""
    found = getattr(made, "play", None)
    return found if isinstance(found, Service) else None


def _played(made: Any) -> bool:
    kind = (made.deployment_controller or {}).get("type", "ECS")
    return kind == "ECS" and made.scheduling_strategy == "REPLICA" and bool(made.task_definition)


def _wanted(one: World, made: Any) -> Wanted:
    how = getattr(made, "deployment_configuration", None) or {}
    breaker = how.get("deploymentCircuitBreaker") or {}
    arn = one.outside.definition(made.task_definition).arn
    made.task_definition = arn
    return Wanted(
        cluster=made.cluster_name,
        name=made.name,
        definition=arn,
        count=int(made.desired_count or 0),
        least_percent=int(how.get("minimumHealthyPercent", 100)),
        most_percent=int(how.get("maximumPercent", 200)),
        breaker=bool(breaker.get("enable")),
        rollback=bool(breaker.get("rollback")),
        grace=float(getattr(made, "health_check_grace_period_seconds", 0) or 0),
        balancers=tuple(made.load_balancers or ()),
        strategy=tuple(getattr(made, "capacity_provider_strategy", None) or ()),
        placement=tuple(getattr(made, "placement_strategy", None) or ()),
        constraints=tuple(getattr(made, "placement_constraints", None) or ()),
        launch_type=made.launch_type,
        tags=tuple(made.tags or ()) if made.propagate_tags == "SERVICE" else (),
        execute=bool(getattr(made, "enable_execute_command", False)),
        forced=getattr(made, "forced", 0),
        connect=getattr(made, "connect", None),
    )


def show(one: World) -> None:
    """Write to moto's services and clusters what became of them."""
    ecs = one.outside.backend("ecs")  # type: ignore[attr-defined]
    for made in list(ecs.services.values()):
        service = _plays(made)
        if service:
            _show(one, made, service)
    for cluster in list(ecs.clusters.values()):
        mine = [task for task in one.tasks.values() if task.cluster == cluster.name]
        cluster.running_tasks_count = sum(task.status == "RUNNING" for task in mine)
        cluster.pending_tasks_count = sum(task.status in PENDING for task in mine)
        cluster.registered_container_instances_count = len(one.of_cluster(cluster.name))
        cluster.active_services_count = sum(
            made.cluster_name == cluster.name and made.status == "ACTIVE"
            for made in ecs.services.values()
        )


PENDING = ("PROVISIONING", "PENDING", "ACTIVATING")


def _show(one: World, made: Any, service: Service) -> None:
    wanted = service.wanted
    made.status = service.status
    made.task_definition = wanted.definition
    made.desired_count = wanted.count
    every = list(one.of_service(service))
    made.running_count = sum(task.status == "RUNNING" for task in every)
    made.pending_count = sum(task.status in PENDING for task in every)
    made.deployments = [_deployment(one, service, deployment) for deployment in service.deployments]
    made.events = [
        {"id": event.id, "createdAt": when(event.at), "message": event.message}
        for event in service.events
    ]


def _deployment(one: World, service: Service, deployment: Deployment) -> dict[str, Any]:
    wanted = service.wanted
    mine = [task for task in one.of_service(service) if task.deployment == deployment.id]
    primary = deployment is service.primary
    return {
        "id": deployment.id,
        "status": deployment.status,
        "taskDefinition": deployment.definition,
        "desiredCount": wanted.count if primary else sum(task.wanted for task in mine),
        "pendingCount": sum(task.status in PENDING for task in mine),
        "runningCount": sum(task.status == "RUNNING" for task in mine),
        "failedTasks": deployment.failures,
        "createdAt": when(deployment.created_at),
        "updatedAt": when(deployment.updated_at),
        "capacityProviderStrategy": [dict(item) for item in wanted.strategy],
        "launchType": None if wanted.strategy else wanted.launch_type,
        "rolloutState": deployment.rollout,
        "rolloutStateReason": deployment.reason,
        # It is in the answer of a deployment alone (botocore 1.44.8, Service and Deployment), and
        # in none once it is off (hashicorp/terraform-provider-aws PR 43871).
        **(
            {"serviceConnectConfiguration": wanted.connect}
            if wanted.connect and wanted.connect.get("enabled")
            else {}
        ),
    }


def when(at: float | None) -> datetime | None:
    """A time as moto's answers take it."""
    return None if at is None else datetime.fromtimestamp(at, UTC)


def _call_action(self: Any) -> Any:
    if self.boto3_service_name not in SERVICES or idle(self.current_account, self.region):
        return inner[0](self)
    # What ECS answers is read from the world, which must not move meanwhile.
    with CONTROL.lock if self.boto3_service_name in PLAYED else contextlib.nullcontext():
        play(self.current_account, self.region)
        answer = inner[0](self)
        if not self._get_action().startswith(("Describe", "List", "Get")):
            renew(self.current_account, self.region)
        return answer


def answer(method: str, body: bytes) -> tuple[str, bytes]:
    """The status and the JSON of a request of the control."""
    with CONTROL.lock:
        try:
            seconds = control.change(control.read(body)) if method == "POST" else 0.0
        except ControlError as error:
            return "400 BAD REQUEST", json.dumps({"message": str(error)}).encode()
        if not CONTROL.worlds:
            CONTROL.clock.step(seconds, time.time())
        for number, (account, region) in enumerate(list(CONTROL.worlds)):
            play(account, region, 0.0 if number else seconds)
        return "200 OK", json.dumps(control.settings()).encode()


def hold() -> None:
    """Play ECS in this process."""
    answers.fill(renew)
    revisions.fill(renew)
    inner[:] = [BaseResponse.call_action]
    BaseResponse.call_action = _call_action
