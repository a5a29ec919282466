"""Tells the emulator what ECS does there: its time, its containers, its agents."""

from typing import Any

from strata.errors import UsageError
from strata.local import requests

FORMS = (
    "good, command:CODE, command:CODE:SECONDS, exit:CODE, exit:CODE:SECONDS, oom, oom:SECONDS, "
    "unhealthy, sick or slow:SECONDS"
)
"""How the containers of an image may behave; `emulator/ecs/behaviour.py` says what each does."""


def control(url: str, **changes: Any) -> dict[str, Any]:
    """What the emulator's ECS is set to, after `changes` (`emulator/ecs/control.py`).

    Raises UsageError where a change cannot be made.
    """
    try:
        return requests.asked(url, "ecs", changes)
    except requests.Refused as refused:
        raise UsageError(f"the emulator's ECS: {refused}") from refused


def step(url: str, seconds: float) -> None:
    """Let `seconds` pass in the emulator's ECS."""
    control(url, step=seconds)


def behave(url: str, image: str, behaves: str = "good", lines: tuple[str, ...] = ()) -> None:
    """Say how containers of `image` (`repository:tag`) behave from now on, and what they write when
    they start. Raises UsageError where `behaves` is none of `FORMS`."""
    control(url, behave={image: behaves}, lines={image: lines})
