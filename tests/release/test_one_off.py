"""Sizes of a task that runs once."""

from types import SimpleNamespace
from typing import Any, cast

import pytest

from strata.release import one_off
from strata.release.model import Task
from strata.release.one_off import Overrides, whole_sizes
from strata.settings import load

CONTAINERS = [{"name": "api", "cpu": 256, "memory": 128}, {"name": "b", "cpu": 64, "memory": 64}]
WHOLE = {"containerDefinitions": CONTAINERS, "cpu": "576", "memory": "320"}


@pytest.mark.parametrize(
    ("definition", "cpu", "memory", "sizes"),
    [
        ({"containerDefinitions": CONTAINERS}, 512, 900, {}),
        (WHOLE, 512, 900, {"cpu": "832", "memory": "1092"}),
        (WHOLE, None, 64, {"memory": "256"}),
        (WHOLE, 128, None, {"cpu": "448"}),
    ],
)
def test_a_whole_task_grows_with_its_container(
    definition: dict[str, Any], cpu: int | None, memory: int | None, sizes: dict[str, str]
) -> None:
    assert whole_sizes(definition, "api", Overrides(["a"], {}, cpu, memory)) == sizes


def looked(statuses: list[str], monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is noted of a task that has these states, one at each look, and then ends."""
    task = {"id": "0123456789abcdef", "revision": 1, "desired_status": "RUNNING"}
    states = iter([*statuses, "STOPPED"])
    ecs = SimpleNamespace(
        task=lambda _: Task.model_validate({**task, "last_status": next(states)}),
        place=SimpleNamespace(container="api"),
    )
    monkeypatch.setattr(one_off, "TaskLog", lambda *_: SimpleNamespace(new=list))
    noted: list[str] = []
    environment = load("local").environment
    one_off.finished(
        environment, cast("Any", ecs), ecs.task(""), lambda _: None,
        note=noted.append, sleep=lambda _: None,
    )  # fmt: skip
    return noted


def test_a_task_without_room_is_told_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """ECS lets it wait without an end, and a command that says nothing seems to hang."""
    [said] = looked(["PROVISIONING"] * 100, monkeypatch)
    assert said.startswith("task 01234567 waits for an instance with room for it: strata status ")


def test_nothing_is_told_of_one_that_an_instance_has_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    assert looked(["PROVISIONING"] * 5 + ["PENDING", "RUNNING"] * 50, monkeypatch) == []
