"""Application Auto Scaling refuses services that are not there."""

import pytest

from tests.emulator.refusals.test_ecs import service
from tests.emulator.refusals.world import Aws, refuses

pytestmark = pytest.mark.emulator


def register(aws: Aws, resource: str, least: int = 1, most: int = 2) -> None:
    aws("application-autoscaling").register_scalable_target(
        ServiceNamespace="ecs",
        ResourceId=resource,
        ScalableDimension="ecs:service:DesiredCount",
        MinCapacity=least,
        MaxCapacity=most,
    )


def test_most_below_least(aws: Aws) -> None:
    made = service(aws)
    with refuses("ValidationException", "cannot be less than minimum capacity"):
        register(aws, f"service/{made['cluster']}/{made['serviceName']}", 3, 2)


def test_service_that_is_not_active(aws: Aws) -> None:
    made = service(aws)
    resource = f"service/{made['cluster']}/{made['serviceName']}"
    register(aws, resource)
    aws("ecs").delete_service(cluster=made["cluster"], service=made["serviceName"])
    with refuses("ValidationException", "ECS service doesn't exist"):
        register(aws, resource)
