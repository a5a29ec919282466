"""What ECR says of the image of an environment, on the emulator."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from strata.aws.images import Presence, image_of, look, push_commands
from strata.local import emulator as emulation
from strata.settings import Settings, load
from strata.settings.models import Worker

LOCAL = load("local")


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of an emulator of our own."""
    with emulation.emulator(tmp_path_factory.mktemp("images")) as running:
        yield running.url


def tagged(tag: str) -> Settings:
    service = LOCAL.service.model_copy(update={"image_tag": tag})
    return LOCAL.model_copy(update={"service": service})


def test_an_image_is_there_only_under_its_own_tag(aws: str) -> None:
    assert look(LOCAL, image_of(LOCAL)).presence is Presence.NO_REPOSITORY
    make: Any = boto3.client
    make("ecr", region_name=LOCAL.environment.region).create_repository(repositoryName="shop-local")
    assert look(LOCAL, image_of(LOCAL)).presence is Presence.NO_IMAGE
    emulation.push(aws, "shop-local", "1.0.0")
    assert look(LOCAL, image_of(LOCAL)).presence is Presence.PRESENT
    assert look(LOCAL, image_of(tagged("1.0.1"))).presence is Presence.NO_IMAGE


def test_an_ecr_that_cannot_be_asked_is_no_missing_image(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)
    answer = look(LOCAL, image_of(LOCAL))
    assert answer.presence is Presence.UNKNOWN
    assert answer.why.startswith("AWS cannot be reached")


def test_the_command_names_the_environment_and_the_tag_of_its_own_repository() -> None:
    prod = load("prod")
    assert str(image_of(prod)) == "333333333333.dkr.ecr.eu-central-1.amazonaws.com/shop-prod:1.0.0"
    assert push_commands(prod, image_of(prod)) == ["strata push prod --tag 1.0.0"]
    more = prod.model_copy(update={"services": {
        "admin": Worker(repository="shop/admin", image_tag="7"), "mail": Worker(command=["mail"]),
    }})  # fmt: skip
    admin, mail = (image_of(more, name) for name in ("admin", "mail"))
    assert push_commands(more, admin) == ["strata push prod --service admin --tag 7"]
    assert push_commands(more, mail) == ["strata push prod --tag 1.0.0"]
    named = prod.registry.model_copy(update={"repository": "team/api"})
    assert image_of(prod.model_copy(update={"registry": named})).repository == "team/api"


def test_the_repository_is_the_one_that_the_registry_layer_makes(
    stack: Any, tmp_path: Path
) -> None:
    for name in ("local", "dev", "staging", "prod"):
        [made] = stack(f"{name}-registry")["resource"]["aws_ecr_repository"].values()
        assert made["name"] == image_of(load(name)).repository
