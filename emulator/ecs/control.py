"""What a test or a demonstration tells the play: its time, its containers, its agents.

`GET` on `PATH` reads it, `POST` changes it; `strata/local/ecs.py` and tests use it.
"""

import json
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from emulator.ecs.behaviour import Behaviour, BehaviourError, behaviour
from emulator.ecs.clock import FACTOR, Clock
from emulator.ecs.state import World

PATH = "/strata-api/ecs"
LOADS = {"backlog", "cpu", "memory", "requests"}
"""Metrics of a service that a test may set; the backlog is the messages for each task."""


class ControlError(Exception):
    """A change that cannot be made."""


def _clock() -> Clock:
    day = time.time()
    return Clock(day, day, FACTOR, day, day)


@dataclass
class Control:
    """The clock of this process, what is told of containers, and the worlds that are played."""

    clock: Clock = field(default_factory=_clock)
    told: dict[str, Behaviour] = field(default_factory=dict)
    """`repository:tag`, the name of an image outside ECR, or a family -> how containers behave."""
    worlds: dict[tuple[str, str], World] = field(default_factory=dict)
    lock: threading.RLock = field(default_factory=threading.RLock)


CONTROL = Control()


def settings() -> dict[str, Any]:
    """What is set, as JSON has it; of each task that runs, the versions of its secrets."""
    clock = CONTROL.clock
    return {
        "now": clock.now,
        "factor": clock.factor,
        "told": {name: one.words for name, one in sorted(CONTROL.told.items())},
        "tasks": {
            task.id: {one.name: one.secrets for one in task.containers}
            for world in CONTROL.worlds.values()
            for task in world.tasks.values()
            if task.status == "RUNNING"
        },
        "instances": [
            {
                "instance": one.launched.id,
                "cluster": one.launched.cluster,
                "status": one.status,
                "connected": one.connected,
            }
            for world in CONTROL.worlds.values()
            for one in world.instances.values()
        ],
    }


def change(wanted: Mapping[str, Any]) -> float:
    """Take up what `wanted` names; gives the seconds to step.

    `factor` (0 stands still), `step` (seconds), `behave` (`{NAME: words or null}`), `lines`
    (`{NAME: [line]}`), `agents` (`{EC2 instance: connected}`), `load`
    (`{CLUSTER/SERVICE: {"cpu": 80}}`; nothing in it where nothing is measured).
    """
    seconds = 0.0
    for name, value in wanted.items():
        if name == "factor" and _number(value):
            CONTROL.clock.read(time.time())
            CONTROL.clock.factor = float(value)
        elif name == "step" and _number(value):
            seconds = float(value)
        elif name in CHANGES and isinstance(value, dict):
            for key, one in value.items():
                CHANGES[name](key, one)
        else:
            raise ControlError(f"{name} cannot be {value!r}")
    return seconds


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value >= 0


def _behave(name: str, words: Any) -> None:
    if words is None:
        CONTROL.told.pop(name, None)
        return
    try:
        CONTROL.told[name] = behaviour(str(words))
    except BehaviourError as error:
        raise ControlError(str(error)) from error


def _lines(name: str, lines: Any) -> None:
    if not isinstance(lines, list):
        raise ControlError(f"the lines of {name} are no list")
    CONTROL.told[name] = CONTROL.told.get(name, Behaviour()).logging(tuple(map(str, lines)))


def _agent(instance: str, connected: Any) -> None:
    found = [
        one
        for world in CONTROL.worlds.values()
        for one in world.instances.values()
        if instance in (one.launched.id, one.id, one.arn)
    ]
    if not found or not isinstance(connected, bool):
        raise ControlError(f"{instance} is no container instance")
    for one in found:
        one.connected = connected


def _load(key: str, values: Any) -> None:
    services = [world.services[key] for world in CONTROL.worlds.values() if key in world.services]
    if not services:
        raise ControlError(f"{key} is no service")
    if (
        not isinstance(values, dict)
        or values.keys() - LOADS
        or not all(map(_number, values.values()))
    ):
        raise ControlError(f"{values!r} is no load: numbers of {', '.join(sorted(LOADS))}")
    for one in services:
        one.load = {name: float(value) for name, value in values.items()}


CHANGES = {"behave": _behave, "lines": _lines, "agents": _agent, "load": _load}


def read(body: bytes) -> Mapping[str, Any]:
    """The wishes of a request."""
    try:
        wanted = json.loads(body)
    except ValueError as error:
        raise ControlError(f"no JSON: {error}") from error
    if not isinstance(wanted, dict):
        raise ControlError("no object")
    return wanted
