"""What was deployed never expires: the mark on the emulator, and the policy as ECR evaluates it."""

import fnmatch
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest

from modules.registry import lifecycle_policy
from strata.local import emulator
from strata.release import images
from strata.release.place import place
from strata.settings import load
from strata.settings.models import Worker

LOCAL = load("local")
WHERE = place(LOCAL)
MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with emulator.emulator(tmp_path_factory.mktemp("emulator")):
        make: Any = boto3.client
        ecr = make("ecr", region_name=LOCAL.environment.region)
        ecr.create_repository(repositoryName=WHERE.repository, imageTagMutability="IMMUTABLE")
        yield lambda name: make(name, region_name=LOCAL.environment.region)


def push(aws: Any, tag: str, repository: str = WHERE.repository) -> str:
    config = {"mediaType": "x", "size": 2, "digest": f"sha256:{tag}"}
    layers = [{"mediaType": "x", "size": 1, "digest": f"sha256:{tag}-layer"}]
    text = json.dumps(
        {"schemaVersion": 2, "mediaType": MANIFEST, "config": config, "layers": layers}
    )
    answer = aws("ecr").put_image(
        repositoryName=repository, imageManifest=text, imageTag=tag,
        imageManifestMediaType=MANIFEST,
    )  # fmt: skip
    return str(answer["image"]["imageId"]["imageDigest"])


def tags(aws: Any, digest: str, repository: str = WHERE.repository) -> set[str]:
    [image] = aws("ecr").describe_images(
        repositoryName=repository, imageIds=[{"imageDigest": digest}]
    )["imageDetails"]
    return set(image["imageTags"])


@pytest.mark.emulator
def test_an_image_gets_its_mark_once_beside_its_own_tag(aws: Any) -> None:
    digest = push(aws, "1.0.0")
    assert images.keep(LOCAL, [WHERE.image("1.0.0")]) == ["deployed-1.0.0"]
    assert tags(aws, digest) == {"1.0.0", "deployed-1.0.0"}
    assert images.keep(LOCAL, [WHERE.image("1.0.0")]) == []
    by_digest = images.keep(LOCAL, [WHERE.image(digest), f"{WHERE.image('1.0.0')}@{digest}"])
    assert by_digest == [f"deployed-{digest.replace(':', '-')}"]
    assert images.keep(LOCAL, [WHERE.image("deployed-1.0.0")]) == []


@pytest.mark.emulator
def test_an_image_of_a_further_service_is_marked_in_its_own_repository(aws: Any) -> None:
    more = LOCAL.model_copy(update={"services": {"admin": Worker(repository="shop/admin")}})
    own = place(more, "admin")
    aws("ecr").create_repository(repositoryName=own.repository)
    digest = push(aws, "7", own.repository)
    assert images.keep(more, [own.image("7"), WHERE.image("7")]) == ["deployed-7"]
    assert tags(aws, digest, own.repository) == {"7", "deployed-7"}


@pytest.mark.emulator
def test_images_of_other_registries_and_absent_ones_are_passed_over(aws: Any) -> None:
    push(aws, "2.0.0")
    for image in ("nginx:2.0.0", WHERE.image("9.9.9"), f"{WHERE.registry}/other:2.0.0"):
        assert images.keep(LOCAL, [image]) == []


@pytest.mark.emulator
def test_what_every_deployment_of_the_service_runs_is_marked(aws: Any) -> None:
    ecs = aws("ecs")
    digests = {tag: push(aws, tag) for tag in ("3.0.0", "3.0.1")}
    ecs.create_cluster(clusterName=WHERE.cluster)
    container = {"name": WHERE.container, "memory": 128}
    arns = [
        ecs.register_task_definition(
            family=WHERE.family, containerDefinitions=[{**container, "image": WHERE.image(tag)}]
        )["taskDefinition"]["taskDefinitionArn"]
        for tag in digests
    ]
    ecs.create_service(
        cluster=WHERE.cluster, serviceName=WHERE.service, taskDefinition=arns[0], desiredCount=1
    )
    assert images.keep_running(LOCAL) == ["deployed-3.0.0"]
    ecs.update_service(cluster=WHERE.cluster, service=WHERE.service, taskDefinition=arns[1])
    images.keep_running(LOCAL)
    assert "deployed-3.0.1" in tags(aws, digests["3.0.1"])


Pushed = tuple[datetime, set[str]]


def expired(policy: str, repository: list[Pushed]) -> list[set[str]]:
    """The tags of the images that ECR expires: what a rule selects is safe from every later rule,
    and each rule counts all images that it selects, the newest first (ECR User Guide, lifecycle
    policies, evaluation rules)."""
    safe: list[Pushed] = []
    gone: list[set[str]] = []
    for rule in sorted(json.loads(policy)["rules"], key=lambda one: one["rulePriority"]):
        selection = rule["selection"]
        assert selection["countType"] == "imageCountMoreThan"
        patterns = selection.get("tagPatternList", ["*"])
        selected = [
            image
            for image in sorted(repository, key=lambda one: one[0], reverse=True)
            if selection["tagStatus"] == "any"
            or all(any(fnmatch.fnmatchcase(tag, p) for tag in image[1]) for p in patterns)
        ]
        beyond = selected[selection["countNumber"] :]
        gone += [image[1] for image in beyond if image not in safe and image[1] not in gone]
        safe += selected
    return gone


def test_a_running_image_outlives_any_number_of_pushes_and_others_do_not() -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    running: Pushed = (start, {"1.0.0", images.mark("1.0.0")})
    rolled_back_to: Pushed = (start - timedelta(days=1), {"0.9.0", images.mark("0.9.0")})
    pushes: list[Pushed] = [
        (start + timedelta(hours=number), {f"build-{number}"}) for number in range(1, 200)
    ]
    gone = expired(lifecycle_policy(keep_images=30), [running, rolled_back_to, *pushes])
    assert not [one for one in gone if one & (running[1] | rolled_back_to[1])]
    assert gone == [{f"build-{number}"} for number in range(169, 0, -1)]
    # Without its mark it would be gone: what holds it is the mark.
    assert {"1.0.0"} in expired(lifecycle_policy(30), [(start, {"1.0.0"}), *pushes])
