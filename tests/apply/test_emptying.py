"""What ECS keeps and no state holds is taken away, on the emulator."""

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.client import BaseClient

from strata.apply.emptying import forget_dead_instances, forget_revisions
from strata.local import emulator
from strata.release.place import place
from strata.settings import load

pytestmark = pytest.mark.emulator
LOCAL = load("local")
WHERE = place(LOCAL)


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with emulator.emulator(tmp_path_factory.mktemp("emulator")):
        make: Any = boto3.client
        yield lambda name: make(name, region_name=LOCAL.environment.region)


def registered(aws: Any) -> list[str]:
    answer = aws("ecs").list_container_instances(cluster=WHERE.cluster)
    return list(answer["containerInstanceArns"])


def test_an_environment_without_a_cluster_has_nothing_to_forget(aws: Any) -> None:
    assert forget_dead_instances(LOCAL) == []
    assert forget_revisions(LOCAL) == []


def test_an_instance_with_a_dead_agent_no_longer_holds_its_cluster(
    aws: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    ecs, ec2 = aws("ecs"), aws("ec2")
    ecs.create_cluster(clusterName=WHERE.cluster)
    image = ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    made = ec2.run_instances(ImageId=image, MinCount=2, MaxCount=2)["Instances"]
    ids = [one["InstanceId"] for one in made]
    for one in ids:
        document = {"instanceId": one, "accountId": "123456789012", "region": "eu-central-1"}
        ecs.register_container_instance(
            cluster=WHERE.cluster, instanceIdentityDocument=json.dumps(document)
        )
    call: Any = BaseClient._make_api_call  # type: ignore[attr-defined]

    def lost(self: BaseClient, operation: str, arguments: dict[str, Any]) -> Any:
        """ECS' answer once the agent of the first instance is lost."""
        answer = call(self, operation, arguments)
        if operation == "DescribeContainerInstances":
            for one in answer["containerInstances"]:
                one["agentConnected"] = one["ec2InstanceId"] != ids[0]
        return answer

    monkeypatch.setattr(BaseClient, "_make_api_call", lost)
    assert forget_dead_instances(LOCAL) == [ids[0]]
    [living] = ecs.describe_container_instances(
        cluster=WHERE.cluster, containerInstances=registered(aws)
    )["containerInstances"]
    assert living["ec2InstanceId"] == ids[1]
    assert forget_dead_instances(LOCAL) == []


def test_every_revision_goes_and_those_of_other_families_stay(aws: Any) -> None:
    ecs = aws("ecs")
    other = f"{WHERE.family}-other"
    for family in (WHERE.family, WHERE.family, other):
        ecs.register_task_definition(
            family=family, containerDefinitions=[{"name": "api", "image": "api", "memory": 128}]
        )
    assert forget_revisions(LOCAL) == [2, 1]
    assert forget_revisions(LOCAL) == []
    [left] = ecs.list_task_definitions(status="ACTIVE")["taskDefinitionArns"]
    assert left.rpartition("/")[2] == f"{other}:1"
