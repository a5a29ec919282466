"""The first day on a fresh account, in the order of the tests: what is missing is told, and what
was done is not done again."""

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest

from strata.documents.layers import LAYERS
from strata.local import emulator as emulation
from strata.settings import load
from strata.state.states import read_states
from tests import ROOT
from tests.end_to_end.conftest import Client, strata

pytestmark = [pytest.mark.emulator, pytest.mark.usefixtures("provider")]

LOCAL = load("local")
IMAGE = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/shop-local:1.0.0"
PUSH = "strata emulator push shop-local 1.0.0"


@dataclass(frozen=True)
class Day:
    """A person's folder and settings file, and the emulator's URL."""

    own: Path
    env: Path
    url: str

    @property
    def review(self) -> Path:
        return self.own / "review"

    def strata(self, *arguments: str | Path) -> "subprocess.CompletedProcess[str]":
        return strata(self.own, *arguments)

    def apply(self) -> "subprocess.CompletedProcess[str]":
        return self.strata("apply", self.env, "--reviewed", self.review)


@pytest.fixture(scope="module")
def aws(folder: Path) -> Iterator[Client]:
    """A fresh account: no bucket, no image, nothing delegated."""
    with emulation.emulator(folder / "emulator"):
        make: Any = boto3.client
        yield lambda name: make(name, region_name=LOCAL.environment.region)


@pytest.fixture(scope="module")
def day(aws: Client, folder: Path) -> Day:
    env = folder / "local.toml"
    env.write_text((ROOT / "envs" / "local.toml").read_text())
    url = aws("sts").meta.endpoint_url
    emulation.delegate(url, LOCAL.edge.domain)
    return Day(folder / "own", env, url)


def applied() -> set[str]:
    """The layers that have a state."""
    return {layer for layer, state in read_states(LOCAL.environment).items() if state}


def test_the_plan_says_that_the_image_is_pushed_during_the_apply(day: Day) -> None:
    assert day.strata("bootstrap", day.env).returncode == 0
    answer = day.strata("plan", day.env, "--out", day.review)
    assert answer.returncode == 2, answer.stdout
    assert f"image      {IMAGE} can be pushed once the registry layer is applied" in answer.stdout
    assert f"           {PUSH}\n" in answer.stdout


def test_without_an_image_all_but_the_service_is_applied(day: Day, aws: Client) -> None:
    answer = day.apply()
    assert answer.returncode == 1, answer.stdout
    first, *_ = answer.stdout.split("error: ")[1:]
    assert first.startswith(f"service: not applied: the image {IMAGE} is not in the repository\n")
    for layer in set(LAYERS) - {"service"}:
        assert f"{layer} (applied)" in first
    assert "not done: service\n" in first
    assert first.endswith(
        f"hint: push it:\n    {PUSH}\ngo on with strata apply {day.env} --reviewed {day.review}\n"
    )
    assert applied() == set(LAYERS) - {"service"}
    assert aws("ecs").list_services(cluster="shop-local")["serviceArns"] == []


def test_as_long_as_it_is_missing_nothing_more_is_begun(day: Day) -> None:
    answer = day.apply()
    assert answer.returncode == 1, answer.stdout
    assert f"error: nothing more was applied: the image {IMAGE} is not in" in answer.stdout
    assert PUSH in answer.stdout
    assert "planning" not in answer.stdout
    answer = day.strata("plan", day.env, "--out", day.own / "second")
    assert answer.returncode == 2, answer.stdout
    assert "strata apply would stop before the first change: the image" in answer.stdout


def test_after_the_push_the_same_review_comes_to_its_end(day: Day, aws: Client) -> None:
    emulation.push(day.url, "shop-local", "1.0.0")
    answer = day.apply()
    assert answer.returncode == 0, answer.stdout
    assert "local is applied as reviewed" in answer.stdout
    assert applied() == set(LAYERS)
    assert len(aws("ecs").list_services(cluster="shop-local")["serviceArns"]) == 1
