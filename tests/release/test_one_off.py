"""Sizes of a task that runs once."""

from typing import Any

import pytest

from strata.release.one_off import Overrides, whole_sizes

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
