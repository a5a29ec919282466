"""The deployments of a service and its revisions, by three calls that moto lacks."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

from moto.core.responses import ActionResult
from moto.ecs.exceptions import ServiceNotFoundException
from moto.ecs.responses import EC2ContainerServiceResponse as Response

from emulator.ecs.state import Deployment, Service, World

joined: list[Callable[[str, str], World]] = []


def _every(service: Service) -> list[Deployment]:
    """All deployments of a service, the latest first."""
    found = [*service.deployments, *service.past]
    return sorted(found, key=lambda one: one.created_at, reverse=True)


def _arn(world: World, service: Service, kind: str, deployment: Deployment) -> str:
    return world.arn(f"{kind}/{service.wanted.key}/{deployment.revision}")


def _brief(world: World, service: Service, deployment: Deployment) -> dict[str, Any]:
    wanted = service.wanted
    found = {
        "serviceDeploymentArn": _arn(world, service, "service-deployment", deployment),
        "serviceArn": world.arn(f"service/{wanted.key}"),
        "clusterArn": world.arn(f"cluster/{wanted.cluster}"),
        "createdAt": _when(deployment.created_at),
        "startedAt": _when(deployment.created_at),
        "finishedAt": _when(deployment.finished_at),
        "targetServiceRevisionArn": _arn(world, service, "service-revision", deployment),
        "status": deployment.outcome,
        "statusReason": deployment.reason if deployment.breaks else None,
    }
    return {key: value for key, value in found.items() if value is not None}


def _whole(world: World, service: Service, deployment: Deployment) -> dict[str, Any]:
    wanted = service.wanted
    brief = _brief(world, service, deployment)
    target = {
        "arn": brief.pop("targetServiceRevisionArn"),
        "requestedTaskCount": wanted.count,
        "runningTaskCount": sum(
            one.running and one.deployment == deployment.id for one in world.of_service(service)
        ),
    }
    triggered = "TRIGGERED" if deployment.breaks else "MONITORING"
    going = deployment.outcome in ("IN_PROGRESS", "ROLLBACK_IN_PROGRESS")
    return {
        **brief,
        "updatedAt": _when(deployment.updated_at),
        "targetServiceRevision": target,
        "deploymentConfiguration": {
            "minimumHealthyPercent": wanted.least_percent,
            "maximumPercent": wanted.most_percent,
            "deploymentCircuitBreaker": {"enable": wanted.breaker, "rollback": wanted.rollback},
        },
        "deploymentCircuitBreaker": {
            "status": (triggered if going or deployment.breaks else "MONITORING_COMPLETE")
            if wanted.breaker
            else "DISABLED",
            "failureCount": deployment.failures,
            "threshold": wanted.threshold,
        },
    }


def _when(at: float | None) -> datetime | None:
    return None if at is None else datetime.fromtimestamp(at, UTC)


def _world(response: Any) -> World:
    return joined[0](response.current_account, response.region)


def _list(self: Any) -> Any:
    world = _world(self)
    cluster = self.ecs_backend._get_cluster(self._get_param("cluster") or "default").name
    name = self._get_param("service").rpartition("/")[2]
    service = world.services.get(f"{cluster}/{name}")
    if service is None:
        raise ServiceNotFoundException
    status = self._get_param("status") or []
    created = self._get_param("createdAt") or {}
    found = [
        _brief(world, service, one)
        for one in _every(service)
        if (not status or one.outcome in status) and _between(one.created_at, created)
    ]
    return ActionResult({"serviceDeployments": found})


def _between(at: float, created: dict[str, Any]) -> bool:
    after, before = (_seconds(created.get(one)) for one in ("after", "before"))
    return (after is None or at >= after) and (before is None or at <= before)


def _seconds(given: Any) -> float | None:
    if given is None or isinstance(given, int | float):
        return given
    return float(given.timestamp())


def _deployments(world: World) -> Iterator[tuple[Service, Deployment]]:
    for service in world.services.values():
        for deployment in _every(service):
            yield service, deployment


def _describe(self: Any) -> Any:
    world = _world(self)
    there = {
        _arn(world, one, "service-deployment", of): (one, of) for one, of in _deployments(world)
    }
    wanted = self._get_param("serviceDeploymentArns")
    return ActionResult(
        {
            "serviceDeployments": [_whole(world, *there[one]) for one in wanted if one in there],
            "failures": [{"arn": one, "reason": "MISSING"} for one in wanted if one not in there],
        }
    )


def _describe_revisions(self: Any) -> Any:
    world = _world(self)
    there = {_arn(world, one, "service-revision", of): (one, of) for one, of in _deployments(world)}
    wanted = self._get_param("serviceRevisionArns")
    return ActionResult(
        {
            "serviceRevisions": [_revision(world, *there[one]) for one in wanted if one in there],
            "failures": [{"arn": one, "reason": "MISSING"} for one in wanted if one not in there],
        }
    )


def _revision(world: World, service: Service, deployment: Deployment) -> dict[str, Any]:
    wanted = service.wanted
    return {
        "serviceRevisionArn": _arn(world, service, "service-revision", deployment),
        "serviceArn": world.arn(f"service/{wanted.key}"),
        "clusterArn": world.arn(f"cluster/{wanted.cluster}"),
        "taskDefinition": deployment.definition,
        "capacityProviderStrategy": [dict(one) for one in wanted.strategy],
        "loadBalancers": [dict(one) for one in wanted.balancers],
        "createdAt": _when(deployment.created_at),
    }


def fill(renew: Callable[[str, str], World]) -> None:
    """Answer the three calls in this process."""
    joined[:] = [renew]
    Response.list_service_deployments = _list
    Response.describe_service_deployments = _describe
    Response.describe_service_revisions = _describe_revisions
