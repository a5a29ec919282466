"""`strata run` refuses sizes that no instance has: ECS would let the task wait for ever."""

import copy
from typing import Any

import pytest

from strata.commands.run import check_room, check_size
from strata.errors import UsageError
from strata.release.one_off import Overrides
from strata.settings import Settings
from tests.raised import raised
from tests.settings.test_capacity import BASE

SPOT = {"on_demand_base": 1, "percent": 50, "instance_types": ["t3.small"]}


def settings(**more: Any) -> Settings:
    """A service on t3.micro: 877 MiB for tasks, of which 64 are /tmp, and 2048 CPU units."""
    data: dict[str, Any] = copy.deepcopy(BASE)
    data["cluster"] |= more
    return Settings.model_validate(data)


ROOM: list[tuple[int | None, int | None, dict[str, Any]]] = [
    (None, None, {}),
    (2048, 813, {}),
    (None, 813, {}),
    (2048, None, {}),
    # An instance of another type of the group may take it.
    (None, 1700, {"spot": SPOT}),
    (4096, None, {"spot": {**SPOT, "instance_types": ["t3.xlarge"]}}),
]


def test_what_an_instance_has_room_for_may_run() -> None:
    for cpu, memory, more in ROOM:
        overrides = Overrides(["ls"], {}, cpu, memory)
        error = raised(UsageError, check_room, settings(**more), overrides)
        assert error is None, (cpu, memory, more)


NO_ROOM: list[tuple[int | None, int | None, str, int]] = [
    (None, 814, "--memory 814", 813),
    (128, 3000, "--memory 3000", 813),
    (2049, None, "--cpu 2049", 2048),
    (4096, 100, "--cpu 4096", 2048),
]


def test_what_fits_no_instance_is_refused_with_the_arithmetic() -> None:
    for cpu, memory, option, most in NO_ROOM:
        error = raised(UsageError, check_room, settings(), Overrides(["ls"], {}, cpu, memory))
        said = f"{option} fits no instance: t3.micro has "
        assert error and error.message.startswith(said), option
        assert error.hint == f"at most {most}, or a larger cluster.instance_type", option


@pytest.mark.parametrize(
    ("command", "variables", "said"),
    [
        ([" "], {}, "there is no command to run"),
        # ECS counts the quotes and commas around each word too.
        (["x"] * 2100, {}, "8401 characters of JSON"),
        (["ls"], {"A": "x" * 8000}, "8031 characters of JSON"),
    ],
)
def test_what_ecs_takes_for_no_overrides_is_refused_before_it_is_asked(
    command: list[str], variables: dict[str, str], said: str
) -> None:
    check_size(["ls", "x" * 7900], {"A": "b"})
    with pytest.raises(UsageError, match=said):
        check_size(command, variables)
