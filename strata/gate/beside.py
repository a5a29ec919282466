"""Judges in a process of its own, beside what this one waits for: Node, then Terraform.

The import of checkov alone takes about as long as a synthesis. A thread would not do: it cannot be
stopped, and Ctrl-C would wait for checkov. What the process does not answer, because it failed or
was killed, is judged in this one, so that every error reads the same.
"""

import contextlib
import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, cast

from pydantic import ValidationError

from strata.documents import Json
from strata.machine.folders import Folders, project, use

if TYPE_CHECKING:
    from strata.gate.report import Report

PLACE = Path(__file__).resolve().parents[2]
"""Where this Strata is imported from."""

Verdict = Callable[[Mapping[str, Json]], "Report"]
"""The verdict on a synthesis and on these plans of it, by environment; raises Unjudgeable."""

Begin = Callable[[Path, Mapping[str, str], Collection[str]], Verdict]
"""Begins to judge what a synthesis wrote to a folder, of the environments with these settings
files; the third are those of which there will be plans."""


def here(folder: Path, files: Mapping[str, str], _planned: Collection[str]) -> Verdict:
    """Judge in this process, all of it when the verdict is asked for."""
    from strata.gate.judge import judge  # noqa: PLC0415 - not needed where the process answers

    return lambda plans: judge(folder, files, plans)


@contextlib.contextmanager
def beside() -> Iterator[Begin]:
    """A process that imports checkov at once, and judges what it is then told to.

    It ends with the block, and when this process ends in any other way.
    """
    if "checkov" in sys.modules:
        # Nothing to wait for.
        yield here
        return
    path = os.pathsep.join([str(PLACE), *filter(None, [os.environ.get("PYTHONPATH")])])
    process = subprocess.Popen(
        # -P: nothing in the folder of the user is imported.
        [sys.executable, "-P", "-m", __name__, project()],
        env={**os.environ, "PYTHONPATH": path},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        # The terminal's Ctrl-C ends the block, and with it the process.
        start_new_session=True,
    )
    try:
        yield _Asked(cast("IO[bytes]", process.stdin), cast("IO[bytes]", process.stdout)).begin
    finally:
        process.kill()
        # What it was not told any more is lost with it.
        with contextlib.suppress(OSError):
            process.communicate()


class _Asked:
    """The process, from this side."""

    def __init__(self, questions: IO[bytes], answers: IO[bytes]) -> None:
        self._questions, self._answers = questions, answers

    def begin(self, folder: Path, files: Mapping[str, str], planned: Collection[str]) -> Verdict:
        """As `here` does, but now."""
        from strata.gate.report import Report  # noqa: PLC0415

        self._tell({"folder": str(folder.resolve()), "files": files, "planned": [*planned]})

        def verdict(plans: Mapping[str, Json]) -> Report:
            self._tell(plans)
            try:
                return Report.model_validate_json(self._answers.readline())
            except ValidationError:
                return here(folder, files, planned)(plans)

        return verdict

    def _tell(self, what: Any) -> None:
        # When it is gone there will be no answer.
        with contextlib.suppress(OSError):
            self._questions.write(json.dumps(what).encode() + b"\n")
            self._questions.flush()


def main() -> None:
    """The process, from its own side: two lines of JSON for each verdict, a report for them."""
    told: queue.SimpleQueue[Any] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(told,), daemon=True).start()
    try:
        _answer_all(told)
    finally:
        # Without an answer. The thread has its hand on stdin, and Python would wait for it.
        os._exit(1)


def _answer_all(told: "queue.SimpleQueue[Any]") -> None:
    with os.fdopen(os.dup(1), "wb") as answers:
        # What checkov prints is no answer.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        from strata.gate.judge import begin  # noqa: PLC0415 - the thread listens already
        from strata.gate.scan import known_checks  # noqa: PLC0415

        known_checks()
        while True:
            what = told.get()
            begun = begin(Path(what["folder"]), what["files"], what["planned"])
            answers.write(begun.verdict(told.get()).model_dump_json().encode() + b"\n")
            answers.flush()


def _listen(told: "queue.SimpleQueue[Any]") -> None:
    for line in sys.stdin.buffer:
        told.put(json.loads(line))
    # Whoever asked has ended, and waits for nothing.
    os._exit(0)


if __name__ == "__main__":
    use(Folders.of(Path(sys.argv[1])))
    main()
