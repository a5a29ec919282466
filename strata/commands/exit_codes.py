"""The exit codes of each command, so that a failure is never taken for a result.

Scripts and CI read the code alone: a crash of `strata gate` with 1 would be "findings", and one of
`strata plan` with 2 would be "changes".
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class ExitCodes:
    """`answers` are the codes beside 0 that stand for a result, each with its meaning.

    `could_not` is the code when the command could not do its work or has no result. `passed_on`
    says whose exit code it passes on: every code but `could_not` may then stand for a result.
    """

    could_not: int = 1
    answers: Mapping[int, str] = field(default_factory=dict)
    passed_on: str = ""

    def of_error(self, code: int) -> int:
        """The code of an error with `code`, unless that stands for a result of this command."""
        taken = code == 0 or code in self.answers or bool(self.passed_on)
        return self.could_not if taken else code


EXIT_CODES: Mapping[str, ExitCodes] = {
    "check": ExitCodes(2, {1: "a path is not as expected"}),
    "schema": ExitCodes(),
    "synth": ExitCodes(),
    "gate": ExitCodes(2, {1: "findings"}),
    "reach": ExitCodes(2, {1: "a path is not as expected"}),
    "map": ExitCodes(),
    "cost": ExitCodes(),
    "policy": ExitCodes(),
    "bootstrap": ExitCodes(),
    "plan": ExitCodes(1, {2: "changes"}),
    "apply": ExitCodes(),
    "push": ExitCodes(),
    "logs": ExitCodes(),
    "run": ExitCodes(125, passed_on="that of the command in the container"),
    "exec": ExitCodes(),
    "tunnel": ExitCodes(),
    "deploy": ExitCodes(2, {1: "it failed or was rolled back", 3: "it is not decided in time"}),
    "rollback": ExitCodes(2, {1: "it failed or was rolled back", 3: "it is not decided in time"}),
    "status": ExitCodes(),
    "drift": ExitCodes(1, {3: "drift"}),
    "move": ExitCodes(),
    "destroy": ExitCodes(),
    "unlock": ExitCodes(),
    "redis-auth": ExitCodes(),
    "database-user": ExitCodes(),
    "rotate": ExitCodes(),
    "secret set": ExitCodes(),
    "secret list": ExitCodes(),
    "secret rotate": ExitCodes(),
    "output": ExitCodes(),
    "demo": ExitCodes(),
    "emulator start": ExitCodes(),
    "emulator stop": ExitCodes(),
    "emulator status": ExitCodes(2, {1: "it does not run"}),
    "emulator delegate": ExitCodes(),
    "emulator push": ExitCodes(),
    "emulator agent": ExitCodes(),
    "emulator spend": ExitCodes(),
    "emulator account": ExitCodes(),
    "emulator env": ExitCodes(),
    "completion": ExitCodes(),
}
"""Command -> its codes."""

WRONG_USAGE = ExitCodes(2)
"""The codes for an unknown command."""


def codes_of(arguments: list[str]) -> ExitCodes:
    """The codes of the command that `arguments` begin with."""
    # The value of --project, the only option with a value before a command, is not a command.
    option_values = {at + 1 for at, argument in enumerate(arguments) if argument == "--project"}
    words = [
        argument
        for at, argument in enumerate(arguments)
        if not argument.startswith("-") and at not in option_values
    ]
    for name in (" ".join(words[:2]), *words[:1]):
        if name in EXIT_CODES:
            return EXIT_CODES[name]
    return WRONG_USAGE
