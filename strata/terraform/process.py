"""Runs Terraform in the folder of a stack."""

import contextlib
import json
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from strata.errors import NotBegun, StrataError
from strata.terraform.children import Children, chdir, runnable
from strata.terraform.events import (
    Event,
    Watch,
    command,
    error_text,
    event,
    ignore,
    refused,
    without_source,
)
from strata.terraform.schemas import offered

POLL_SECONDS = 0.1
"""Between two looks at what Terraform has written."""

GARBAGE = {"GOGC": "400"}
"""Terraform and the provider mostly read the provider's large schema, and Go's garbage collector
took an eighth of their processor time with its own setting; this costs up to 130 MB a process."""

LOCK_WAIT = "-lock-timeout=20s"
"""A plan of somebody else holds a lock for seconds: two people would stop each other for it."""


@dataclass(frozen=True)
class Terraform:
    """Terraform with the environment variables it runs in.

    All that it says goes to `logs/<stack>.log`, a line of JSON each, without the lines of the stack
    that it quotes.
    """

    executable: Path
    environment: dict[str, str] = field(repr=False)
    logs: Path
    children: Children = field(default_factory=Children, repr=False, compare=False)

    def init(self, folder: Path, watch: Watch = ignore) -> None:
        """Make the folder ready; the provider is pinned by the JSON."""
        self._run(folder, "init", "-json", "-reconfigure", watch=watch)

    def plan(self, folder: Path, file: Path, *options: str, watch: Watch = ignore) -> bool:
        """Plan the folder into `file`, which may hold secrets; whether anything changes."""
        arguments = ("plan", "-json", LOCK_WAIT, "-detailed-exitcode", f"-out={file}", *options)
        return self._run(folder, *arguments, accept=(0, 2), watch=watch) == 2

    def show(self, folder: Path, file: Path) -> dict[str, Any]:
        """A saved plan as JSON, sensitive values and all; nothing of it is logged."""
        return dict(json.loads(self._answer(folder, "show", "-json", str(file))))

    def show_own(self, folder: Path, file: Path) -> dict[str, Any]:
        """As `show`, of a plan that `plan` has just made of the folder: that is quicker."""
        with offered(folder, folder / file, self._variables()) as variables:
            if variables:
                here = replace(self, environment={**self.environment, **variables})
                # What is wrong with it is told by the provider itself, if it is not this way.
                with contextlib.suppress(StrataError):
                    return here.show(folder, file)
        return self.show(folder, file)

    def apply(self, folder: Path, file: Path, watch: Watch = ignore) -> None:
        """Apply exactly this saved plan.

        Raises NotBegun for a plan that the state has left behind, and for a state that is locked.
        """
        self._run(folder, "apply", "-json", LOCK_WAIT, str(file), watch=watch)

    def resources(self, folder: Path) -> list[str]:
        """The addresses in the folder's state."""
        text = self._answer(folder, "state", "list", accept="No state file was found")
        return [line for line in text.splitlines() if line and not line.startswith("data.")]

    def state_move(self, source: Path, old: str, target: Path, new: str) -> None:
        """Move a resource between two state files; a target that is not there is made."""
        files = (f"-state={source}", f"-state-out={target}")
        self._answer(source.parent, "state", "mv", *files, old, new)

    def state_remove(self, file: Path, address: str) -> None:
        """Take a resource out of a state file; it goes on standing in AWS."""
        self._answer(file.parent, "state", "rm", f"-state={file}", address)

    def state_push(self, folder: Path, file: Path) -> None:
        """Write a state file to the folder's backend, whose lock the caller holds.

        Terraform refuses one that is older than what is there, or of another lineage.
        """
        self._answer(folder, "state", "push", "-lock=false", str(file))

    def outputs(self, folder: Path) -> dict[str, Any]:
        """Output -> value."""
        answer = json.loads(self._answer(folder, "output", "-json"))
        return {name: output["value"] for name, output in answer.items()}

    def _run(
        self, folder: Path, *arguments: str, accept: tuple[int, ...] = (0,), watch: Watch
    ) -> int:
        self.logs.mkdir(parents=True, exist_ok=True)
        log = self.logs / f"{folder.name}.log"
        said = [command(*arguments)]
        watch(said[0])
        with log.open("ab") as out:
            out.write(json.dumps(said[0]).encode() + b"\n")
            out.flush()
            start = out.tell()
            name, *rest = arguments
            words = [str(self.executable), chdir(folder), name, "-input=false", "-no-color", *rest]
            try:
                with self.children.run(words, self._variables(), out) as process:
                    for one in _follow(log, start, process):
                        said.append(one)
                        watch(one)
            finally:
                # Also when it was stopped in between.
                _forget_source(log, start)
        if process.returncode not in accept:
            kind = NotBegun if refused(said) else StrataError
            raise kind(error_text(said), f"all of it: {log}")
        return process.returncode

    def _variables(self) -> dict[str, str]:
        return {**GARBAGE, **os.environ, **self.environment}

    def _answer(self, folder: Path, *arguments: str, accept: str | None = None) -> str:
        with runnable(self.executable):
            answer = subprocess.run(
                [self.executable, chdir(folder), *arguments],
                env=self._variables(),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                check=False,
                # The terminal's Ctrl-C is not for it.
                start_new_session=True,
            )
        if answer.returncode and not (accept and accept in answer.stderr):
            raise StrataError(answer.stderr.strip())
        return answer.stdout


def _forget_source(log: Path, start: int) -> None:
    """Take what Terraform quoted of the stack out of `log` after `start`: a literal may be secret.

    No line becomes longer or shorter, since another process may write behind them.
    """
    with log.open("r+b") as text:
        text.seek(start)
        for line in text.read().splitlines(keepends=True):
            if b'"snippet"' in line:
                said = json.dumps(without_source(event(line.decode(errors="replace")))).encode()
                text.seek(start)
                text.write(said.ljust(len(line) - 1)[: len(line) - 1])
            start += len(line)


def _follow(log: Path, start: int, process: subprocess.Popen[bytes]) -> Iterator[Event]:
    """Each line that the process writes to `log` after `start`, until it has ended."""
    with log.open("rb") as text:
        text.seek(start)
        rest, ended = b"", False
        while True:
            chunk = text.read()
            *lines, rest = (rest + chunk).split(b"\n")
            yield from (event(line.decode(errors="replace")) for line in lines)
            if not chunk:
                if ended:
                    break
                try:
                    process.wait(POLL_SECONDS)
                    ended = True  # and once more, for what it wrote last
                except subprocess.TimeoutExpired:
                    pass
        if rest:
            yield event(rest.decode(errors="replace"))
