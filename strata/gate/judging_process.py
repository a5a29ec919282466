"""Judges in a separate process, while this one waits for Node and Terraform.

The import of checkov alone takes about as long as a synthesis. A thread would not do: it cannot be
stopped, and Ctrl-C would wait for checkov. If the process gives no answer, because it failed or was
killed, this process judges instead, so that every error reads the same.
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
"""Begins to judge a synthesis in a folder, for the environments with these settings files; the
third argument names the environments that will have plans."""


def judge_here(folder: Path, files: Mapping[str, str], _planned: Collection[str]) -> Verdict:
    """Judge in this process, when the verdict is requested."""
    from strata.gate.judge import judge  # noqa: PLC0415 - not needed where the process answers

    return lambda plans: judge(folder, files, plans)


@contextlib.contextmanager
def judging_process() -> Iterator[Begin]:
    """A process that imports checkov at once, and then judges on request.

    It ends with the block, or when this process ends in any other way.
    """
    if "checkov" in sys.modules:
        # Nothing to wait for.
        yield judge_here
        return
    path = os.pathsep.join([str(PLACE), *filter(None, [os.environ.get("PYTHONPATH")])])
    process = subprocess.Popen(
        # -P: nothing is imported from the user's folder.
        [sys.executable, "-P", "-m", __name__, project()],
        env={**os.environ, "PYTHONPATH": path},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        # The terminal's Ctrl-C ends the block, and with it the process.
        start_new_session=True,
    )
    try:
        yield _Process(cast("IO[bytes]", process.stdin), cast("IO[bytes]", process.stdout)).begin
    finally:
        process.kill()
        # Requests that were not sent any more are dropped.
        with contextlib.suppress(OSError):
            process.communicate()


class _Process:
    """The process, from this side."""

    def __init__(self, questions: IO[bytes], answers: IO[bytes]) -> None:
        self._questions, self._answers = questions, answers

    def begin(self, folder: Path, files: Mapping[str, str], planned: Collection[str]) -> Verdict:
        """As `judge_here` does, but now."""
        from strata.gate.report import Report  # noqa: PLC0415

        self._tell({"folder": str(folder.resolve()), "files": files, "planned": [*planned]})

        def verdict(plans: Mapping[str, Json]) -> Report:
            self._tell(plans)
            try:
                return Report.model_validate_json(self._answers.readline())
            except ValidationError:
                return judge_here(folder, files, planned)(plans)

        return verdict

    def _tell(self, message: Any) -> None:
        # If the process is gone there will be no answer.
        with contextlib.suppress(OSError):
            self._questions.write(json.dumps(message).encode() + b"\n")
            self._questions.flush()


def main() -> None:
    """The process itself: reads two lines of JSON for each verdict, and writes a report."""
    requests: queue.SimpleQueue[Any] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(requests,), daemon=True).start()
    try:
        _answer_all(requests)
    finally:
        # Without an answer. The thread reads stdin, and Python would wait for it.
        os._exit(1)


def _answer_all(requests: "queue.SimpleQueue[Any]") -> None:
    with os.fdopen(os.dup(1), "wb") as answers:
        # Output of checkov must not mix with the answers.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        from strata.gate.judge import begin  # noqa: PLC0415 - the thread listens already
        from strata.gate.scan import known_checks  # noqa: PLC0415

        known_checks()
        while True:
            request = requests.get()
            begun = begin(Path(request["folder"]), request["files"], request["planned"])
            answers.write(begun.verdict(requests.get()).model_dump_json().encode() + b"\n")
            answers.flush()


def _listen(requests: "queue.SimpleQueue[Any]") -> None:
    for line in sys.stdin.buffer:
        requests.put(json.loads(line))
    # The other process has ended, and waits for nothing.
    os._exit(0)


if __name__ == "__main__":
    use(Folders.of(Path(sys.argv[1])))
    main()
