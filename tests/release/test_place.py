"""The names that a release uses are those of the synthesized JSON."""

from collections.abc import Callable
from typing import Any

import pytest

from strata.errors import UsageError
from strata.release.place import place
from strata.settings import Settings, load
from tests.raised import raised

Json = dict[str, Any]


def named(repository: str) -> Settings:
    local = load("local")
    return local.model_copy(
        update={"registry": local.registry.model_copy(update={"repository": repository})}
    )


@pytest.mark.parametrize("env", ["local", "dev", "staging", "prod"])
def test_the_names_are_those_that_are_made(env: str, composed: Callable[[str], Json]) -> None:
    made = composed(env)["resource"]
    here = place(load(env))
    task = made["aws_ecs_task_definition"]["service_task_definition"]
    assert here.cluster == made["aws_ecs_cluster"]["cluster_cluster"]["name"]
    assert here.service == made["aws_ecs_service"]["service_service"]["name"]
    assert here.family == task["family"]
    assert here.log_group == made["aws_cloudwatch_log_group"]["service_log_group"]["name"]
    assert here.repository == made["aws_ecr_repository"]["registry_repository"]["name"]
    assert here.target_group in {one["name"] for one in made["aws_lb_target_group"].values()}


def test_a_renamed_repository_is_another_parameter() -> None:
    """Its value is not planned again, and the images of the old one are not in the new one."""
    names = {
        place(named(repository)).parameter
        for repository in ("", "shop-local", "store/api", "store.api")
    }
    assert names == {
        "/shop/local/image/1.0.0",
        "/shop/local/image/store/api/1.0.0",
        "/shop/local/image/store.api/1.0.0",
    }


def test_an_image_is_named_by_tag_or_digest() -> None:
    here = place(load("local"))
    registry = "123456789012.dkr.ecr.eu-central-1.amazonaws.com"
    assert here.image("1.0.1") == f"{registry}/shop-local:1.0.1"
    assert here.image("sha256:" + "a" * 64) == f"{registry}/shop-local@sha256:{'a' * 64}"


MISSING: list[tuple[dict[str, object], str]] = [
    ({}, "leave --service away"),
    ({"mail": {"command": ["a"]}}, "perhaps mail"),
    ({"stock": {"command": ["a"]}, "mail": {"command": ["a"]}}, "perhaps mail"),
    ({"stock": {"command": ["a"]}}, "one of stock"),
]


def test_a_service_that_is_not_there_is_told_with_those_that_are() -> None:
    for services, right in MISSING:
        data = {**load("local").model_dump(by_alias=True), "services": services}
        error = raised(UsageError, place, Settings.model_validate(data), "mial")
        assert error and (error.hint or "").startswith(right), services
