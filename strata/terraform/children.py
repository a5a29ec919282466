"""The Terraform processes that this process started, and those that an earlier process left.

Each runs in a session of its own and writes to a file, not to a pipe: neither the terminal's Ctrl-C
nor the end of `strata` reaches it, so that it finishes its layer, writes its state and releases its
lock. Its `-chdir` names the layer it works on, by which a later run finds it.
"""

import contextlib
import signal
import subprocess
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import BinaryIO

from strata.errors import StrataError
from strata.machine.processes import with_argument
from strata.machine.unforeseen import words


class Children:
    """The running processes; `interrupt` may be called from a signal handler."""

    def __init__(self) -> None:
        self._running: set[subprocess.Popen[bytes]] = set()
        self._stopped = False
        self._lock = threading.RLock()

    @contextlib.contextmanager
    def run(
        self, command: list[str], environment: Mapping[str, str], out: BinaryIO
    ) -> Iterator[subprocess.Popen[bytes]]:
        """A process that writes to `out`, and is waited for at the block's end.

        Raises StrataError once `interrupt` was called: then no further step begins.
        """
        with self._lock:
            if self._stopped:
                raise StrataError("interrupted before its next step")
            with runnable(Path(command[0])):
                process = subprocess.Popen(
                    command,
                    env=dict(environment),
                    stdin=subprocess.DEVNULL,
                    stdout=out,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )
            self._running.add(process)
        try:
            yield process
        except BaseException:
            # Nobody waits for its result any more: Ctrl-C while nothing is changed yet.
            self._stop(process)
            raise
        finally:
            process.wait()
            with self._lock:
                self._running.discard(process)

    def interrupt(self) -> None:
        """Interrupt each process as Ctrl-C would; at the second time Terraform drops its work."""
        with self._lock:
            self._stopped = True
            for process in self._running:
                self._stop(process)

    @staticmethod
    def _stop(process: subprocess.Popen[bytes]) -> None:
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(signal.SIGINT)


@contextlib.contextmanager
def runnable(executable: Path) -> Iterator[None]:
    """A block that starts an executable; raises StrataError where the system cannot run it."""
    try:
        yield
    except OSError as error:
        raise StrataError(
            f"{executable} cannot be run: {words(error)}",
            "install the Terraform that .terraform-version names, or delete this file: then it is "
            "downloaded",
        ) from error


def chdir(folder: Path) -> str:
    """The argument that has Terraform work in `folder`; it identifies the process, too."""
    return f"-chdir={folder.resolve()}"


def left_running(folder: Path) -> int | None:
    """The id of a Terraform process that works in `folder` now, whoever started it."""
    return next(iter(with_argument(chdir(folder))), None)
