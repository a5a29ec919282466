"""Releases that others made are told apart from drift."""

import json
from typing import Any

from strata.drift.moving import why_moving
from strata.drift.releases import elsewhere
from strata.release.model import Revision
from strata.settings import load

ARN = "arn:aws:ecs:eu-central-1:123456789012:task-definition/shop-dev"
DEV = load("dev").environment
WHO = "arn:aws:sts::123456789012:assumed-role/ci/run"


def resources(image: str, known: str, newest: int = 5, runs: int = 5) -> list[tuple[str, Any]]:
    definitions = json.dumps([{"name": "api", "image": image}])
    task = {"arn": f"{ARN}:{newest}", "family": "shop-dev", "container_definitions": definitions}
    return [
        ("aws_ecs_task_definition.service_task_definition", task),
        ("aws_ecs_service.service_service", {"task_definition": f"{ARN}:{runs}"}),
        ("aws_ssm_parameter.service_image", {"insecure_value": known}),
    ]


def described(arn: str) -> Revision:
    number = int(arn.rpartition(":")[2])
    return Revision(number=number, arn=arn, image=f"image of {number}", registered_by=WHO)


def test_a_release_of_strata_is_none_by_others() -> None:
    assert elsewhere(DEV, resources("shop:2", "shop:2"), described) == []


def test_another_image_than_the_record_is_a_release_by_others() -> None:
    [found] = elsewhere(DEV, resources("shop:ci", "shop:2"), described)
    assert (found.revision, found.known, found.registered_by) == (5, "shop:2", WHO)


def test_an_older_revision_that_runs_is_one_too() -> None:
    [found] = elsewhere(DEV, resources("shop:2", "shop:2", newest=5, runs=4), described)
    assert (found.revision, found.image) == (4, "image of 4")


def test_a_worker_is_told_by_its_own_parameter() -> None:
    theirs = [
        (address.replace("service_", "service_worker_mail_", 1) if kind != "service" else address,
         {key: value.replace("shop-dev", "shop-dev-mail") for key, value in body.items()})
        for address, body in resources("shop:ci", "shop:2")
        for kind in [address.rpartition("_")[2]]
    ]  # fmt: skip
    theirs = [
        (address.replace("service_service", "service_worker_mail_service"), body)
        for address, body in theirs
    ]
    [found] = elsewhere(DEV, [*resources("shop:3", "shop:3"), *theirs], described)
    assert found.address == "aws_ecs_task_definition.service_worker_mail_task_definition"
    assert (found.known, found.service) == ("shop:2", "mail")
    assert found.keep == "strata deploy dev --service mail --take-over"


def test_without_the_parameter_nothing_is_known_of_releases() -> None:
    assert elsewhere(DEV, resources("shop:ci", "shop:2")[:2], described) == []


def moving(attribute: str, before: object, now: object) -> str | None:
    return why_moving(None, "aws_ecs_task_definition", attribute, before, now)


def test_nothing_but_the_image_moves_by_a_release() -> None:
    before = json.dumps([{"name": "api", "image": "a", "cpu": 1}])
    assert moving("container_definitions", before, before.replace('"a"', '"b"'))
    assert moving("container_definitions", before, before.replace("1", "2")) is None
    assert moving("cpu", "1", "2") is None
    service = why_moving(None, "aws_ecs_service", "task_definition", f"{ARN}:1", f"{ARN}:2")
    assert service
    other = why_moving(None, "aws_ecs_service", "task_definition", f"{ARN}:1", "arn:x:other:1")
    assert other is None
