"""How the containers of an image behave, as a test or a demonstration says it.

`good` starts and stays. A command that a task is given in place of the image's own, as RunTask's
overrides do, ends by itself: after a second with exit code 0, and where `command:CODE` or
`command:CODE:SECONDS` says so, with another code or later; of all else such an image is good.
`exit:CODE` or `exit:CODE:SECONDS` ends with that code so long after its
start, `oom:SECONDS` for want of memory. `unhealthy` runs and never passes the load balancer's
health check, `sick` its own; `slow:SECONDS` passes both only after that time.
"""

import math
from dataclasses import dataclass, field, replace

GOOD = "good"
OOM_CODE = 137
FORMS = (
    "good, command:CODE, command:CODE:SECONDS, exit:CODE, exit:CODE:SECONDS, oom, oom:SECONDS, "
    "unhealthy, sick or slow:SECONDS"
)


class BehaviourError(Exception):
    """Words that name no behaviour."""


@dataclass(frozen=True)
class Behaviour:
    """What the containers of an image do after their start; times in seconds."""

    exit_code: int | None = None
    exit_after: float = 1.0
    command_code: int = 0
    command_after: float = 1.0
    oom: bool = False
    answers: bool = True
    well: bool = True
    slow: float = 0.0
    lines: tuple[str, ...] = ()
    words: str = field(default=GOOD, compare=False)

    def logging(self, lines: tuple[str, ...]) -> "Behaviour":
        """The same, writing `lines` at the start."""
        return replace(self, lines=lines)

    def of_a_command(self) -> "Behaviour":
        """What a container of the image does that is given a command of its own."""
        if self.exit_code is not None:
            return self
        return replace(self, exit_code=self.command_code, exit_after=self.command_after)


def behaviour(words: str) -> Behaviour:
    """The behaviour that `words` name."""
    kind, *numbers = words.split(":")
    try:
        values = [float(one) for one in numbers]
        return replace(_named(kind, values), words=words)
    except (ValueError, IndexError) as error:
        raise BehaviourError(f"{words!r} is none of {FORMS}") from error


def _named(kind: str, values: list[float]) -> Behaviour:
    if not all(0 <= value < math.inf for value in values):
        raise ValueError(kind)
    if kind in ("exit", "command") and 1 <= len(values) <= 2 and values[0] in range(256):
        code, after = int(values[0]), [*values, 1.0][1]
        if kind == "command":
            return Behaviour(command_code=code, command_after=after)
        return Behaviour(exit_code=code, exit_after=after)
    if kind == "oom" and len(values) <= 1:
        return Behaviour(exit_code=OOM_CODE, exit_after=[*values, 1.0][0], oom=True)
    if kind == "slow" and len(values) == 1:
        return Behaviour(slow=values[0])
    simple = {
        GOOD: Behaviour(),
        "unhealthy": Behaviour(answers=False),
        "sick": Behaviour(well=False),
    }
    if kind in simple and not values:
        return simple[kind]
    raise ValueError(kind)
