"""What is played, seen through AWS's API."""

import pytest

from tests.emulator.ecs.shop import Shop, shown
from tests.emulator.refusals.world import refuses

pytestmark = pytest.mark.emulator


def test_from_a_group_to_healthy_targets(shop: Shop) -> None:
    """Instances join, tasks start on them, targets get healthy, the group grows with what waits."""
    shop.instances()
    digest = shop.image("1", "good", "listening", "on 3000")
    made = shop.create(shop.revision("1"))
    assert (made["runningCount"], made["pendingCount"]) == (0, 3)
    assert made["deployments"][0]["rolloutState"] == "IN_PROGRESS"
    shop.step(600)
    service = shop.service()
    [deployment] = service["deployments"]
    assert (service["runningCount"], service["pendingCount"]) == (3, 0), shown(service)
    assert deployment["rolloutState"] == "COMPLETED"
    assert service["events"][0]["message"] == "(service api) has reached a steady state."
    tasks = shop.tasks(serviceName="api")
    assert {one["lastStatus"] for one in tasks} == {"RUNNING"}
    assert {one["containers"][0]["imageDigest"] for one in tasks} == {digest}
    assert len(shop.container_instances()) == 3
    assert {one["availabilityZone"] for one in tasks} == {
        "eu-central-1a", "eu-central-1b", "eu-central-1c",
    }  # fmt: skip
    assert [one["TargetHealth"]["State"] for one in shop.health()] == ["healthy"] * 3
    assert all(lines == ["listening", "on 3000"] for lines in shop.logged().values())
    assert set(shop.logged()) == {f"api/api/{one['taskArn'].split('/')[-1]}" for one in tasks}


def test_an_image_that_is_not_there_cannot_be_pulled(shop: Shop) -> None:
    shop.instances()
    shop.create(shop.revision("none"))
    shop.step(600)
    service = shop.service()
    assert service["runningCount"] == 0
    [deployment] = service["deployments"]
    assert (deployment["status"], deployment["rolloutState"]) == ("PRIMARY", "FAILED")
    assert deployment["rolloutStateReason"] == (
        "ECS deployment circuit breaker: tasks failed to start."
    )
    stopped = [
        one for one in shop.tasks(desiredStatus="STOPPED") if one["stopCode"] == "TaskFailedToStart"
    ]
    assert len(stopped) == 3
    assert stopped[0]["containers"][0]["reason"].startswith("CannotPullContainerError: ")


def test_it_is_taken_down_in_the_order_of_the_layers(shop: Shop) -> None:
    """The service drains, then the group's instances leave, then the cluster goes."""
    shop.instances()
    shop.image("1")
    shop.create(shop.revision("1"))
    shop.step(600)
    named = {"cluster": shop.cluster, "service": "api"}
    with refuses("InvalidParameterException", "while it is scaled above 0"):
        shop.ecs.delete_service(**named)
    shop.ecs.update_service(**named, desiredCount=0)
    assert shop.ecs.delete_service(**named)["service"]["status"] == "DRAINING"
    assert shop.ecs.list_services(cluster=shop.cluster)["serviceArns"] == []
    shop.step(600)
    assert shop.service()["status"] == "INACTIVE"
    shop.ecs.put_cluster_capacity_providers(
        cluster=shop.cluster, capacityProviders=[], defaultCapacityProviderStrategy=[]
    )
    shop.ecs.delete_capacity_provider(capacityProvider=shop.provider)
    with refuses("ClusterContainsContainerInstancesException"):
        shop.ecs.delete_cluster(cluster=shop.cluster)
    shop.aws("autoscaling").delete_auto_scaling_group(
        AutoScalingGroupName=shop.group, ForceDelete=True
    )
    assert shop.container_instances() == []
    assert shop.ecs.delete_cluster(cluster=shop.cluster)["cluster"]["status"] == "INACTIVE"
