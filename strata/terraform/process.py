"""Runs Terraform in the folder of a stack."""

import contextlib
import json
import os
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from strata.errors import NotBegun, StrataError
from strata.terraform import schemas
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
from strata.terraform.schemas import Standby

POLL_SECONDS = 0.1
"""Seconds between two reads of Terraform's output."""

GARBAGE = {"GOGC": "400"}
"""Terraform and the provider mostly read the provider's large schema, and Go's garbage collector
took an eighth of their processor time with its own setting; this costs up to 130 MB a process."""

WORKSPACE = {"TF_WORKSPACE": "default"}
"""The one whose states Strata reads. In another, of the shell or of `terraform workspace select` in
the folder, nothing stands, and all would be made a second time."""

SHARED = "TF_DATA_DIR"
"""Of the shell it would be one folder for all layers, and the backend of the first one theirs."""

LOCK_WAIT = "-lock-timeout=20s"
"""Another plan holds a lock for seconds; without waiting, two users would stop each other."""


@dataclass(frozen=True)
class Terraform:
    """Terraform with the environment variables it runs in.

    Its output goes to `logs/<stack>.log` as lines of JSON, without its quotations of the stack.
    """

    executable: Path
    environment: dict[str, str] = field(repr=False)
    logs: Path
    children: Children = field(default_factory=Children, repr=False, compare=False)

    def init(self, folder: Path, watch: Watch = ignore) -> None:
        """Initialise the folder; the provider is pinned by the JSON."""
        self._run(folder, "init", "-json", "-reconfigure", watch=watch)

    def plan(self, folder: Path, file: Path, *options: str, watch: Watch = ignore) -> bool:
        """Plan the folder into `file`, which may hold secrets; whether anything changes."""
        arguments = ("plan", "-json", LOCK_WAIT, "-detailed-exitcode", f"-out={file}", *options)
        return self._run(folder, *arguments, accept=(0, 2), watch=watch) == 2

    def show(self, folder: Path, file: Path) -> dict[str, Any]:
        """A saved plan as JSON, including sensitive values; nothing of it is logged."""
        return dict(json.loads(self._answer(folder, "show", "-json", str(file))))

    def standby(self) -> "contextlib.AbstractContextManager[Standby | None]":
        """For `show_own` of a plan that is still to be made."""
        return schemas.standby(self._variables())

    def show_own(self, folder: Path, file: Path, standby: Standby | None = None) -> dict[str, Any]:
        """As `show`, but faster, for a plan that `plan` has just made of the folder.

        With a `standby` from before the plan there is less to start.
        """
        with schemas.offered(folder, folder / file, self._variables(), standby) as variables:
            if variables:
                here = replace(self, environment={**self.environment, **variables})
                # If this way fails, the ordinary `show` below reports what is wrong.
                with contextlib.suppress(StrataError):
                    return here.show(folder, file)
        return self.show(folder, file)

    def apply(self, folder: Path, file: Path, watch: Watch = ignore) -> None:
        """Apply exactly this saved plan.

        Raises NotBegun for a plan that is older than the state, and for a locked state.
        """
        self._run(folder, "apply", "-json", LOCK_WAIT, str(file), watch=watch)

    def resources(self, folder: Path) -> list[str]:
        """The addresses in the folder's state."""
        text = self._answer(folder, "state", "list", accept="No state file was found")
        return [line for line in text.splitlines() if line and not line.startswith("data.")]

    def state_move(self, source: Path, old: str, target: Path, new: str) -> None:
        """Move a resource between two state files; a missing target is created."""
        files = (f"-state={source}", f"-state-out={target}")
        self._answer(source.parent, "state", "mv", *files, old, new)

    def state_remove(self, file: Path, address: str) -> None:
        """Remove a resource from a state file; in AWS it stays."""
        self._answer(file.parent, "state", "rm", f"-state={file}", address)

    def state_push(self, folder: Path, file: Path) -> None:
        """Write a state file to the folder's backend, whose lock the caller holds.

        Terraform refuses a state that is older than the backend's, or of another lineage.
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
        events = [command(*arguments)]
        watch(events[0])
        with log.open("ab") as out:
            out.write(json.dumps(events[0]).encode() + b"\n")
            out.flush()
            start = out.tell()
            name, *rest = arguments
            words = [str(self.executable), chdir(folder), name, "-input=false", "-no-color", *rest]
            try:
                with self.children.run(words, self._variables(), out) as process:
                    for new_event in _follow(log, start, process):
                        events.append(new_event)
                        watch(new_event)
            finally:
                # Also when it was stopped in between.
                _forget_source(log, start)
        if process.returncode not in accept:
            kind = NotBegun if refused(events) else StrataError
            raise kind(error_text(events), f"all of it: {log}")
        return process.returncode

    def _variables(self) -> dict[str, str]:
        shell = {name: value for name, value in os.environ.items() if name != SHARED}
        return {**GARBAGE, **shell, **WORKSPACE, **self.environment}

    def _answer(self, folder: Path, *arguments: str, accept: str | None = None) -> str:
        with runnable(self.executable):
            answer = subprocess.run(
                [self.executable, chdir(folder), *arguments],
                env=self._variables(),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                check=False,
                # So that the terminal's Ctrl-C does not reach it.
                start_new_session=True,
            )
        if answer.returncode and not (accept and accept in answer.stderr):
            raise StrataError(answer.stderr.strip())
        return answer.stdout


def _forget_source(log: Path, start: int) -> None:
    """Remove Terraform's quotations of the stack from `log` after `start`: they may hold secrets.

    No line becomes longer or shorter, since another process may append to the file.
    """
    with log.open("r+b") as text:
        text.seek(start)
        for line in text.read().splitlines(keepends=True):
            if b'"snippet"' in line:
                shorter = without_source(event(line.decode(errors="replace")))
                text.seek(start)
                text.write(json.dumps(shorter).encode().ljust(len(line) - 1)[: len(line) - 1])
            start += len(line)


def _follow(log: Path, start: int, process: subprocess.Popen[bytes]) -> Iterator[Event]:
    """Each line that the process writes to `log` after `start`, until it has ended."""
    # With a timeout, Popen.wait looks every 50 ms; in a thread, it returns at once.
    ended = threading.Event()
    threading.Thread(target=_wait, args=(process, ended), daemon=True).start()
    with log.open("rb") as text:
        text.seek(start)
        rest, last = b"", False
        while True:
            chunk = text.read()
            *lines, rest = (rest + chunk).split(b"\n")
            yield from (event(line.decode(errors="replace")) for line in lines)
            if not chunk:
                if last:
                    break
                last = ended.wait(POLL_SECONDS)  # read once more, for its last output
        if rest:
            yield event(rest.decode(errors="replace"))


def _wait(process: subprocess.Popen[bytes], ended: threading.Event) -> None:
    process.wait()
    ended.set()
