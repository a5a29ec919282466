"""Processes of `strata` that are forks of one that has imported what commands import.

The imports are more than half of the processor time of an apply. A fork is a process as any other,
with its own number, signals, streams and exit code, and ends as one that was started. `Command` is
the side of the tests; `python -m tests.end_to_end.forks` is the process that forks, which takes
requests by the socket that is its standard input.
"""

import contextlib
import functools
import gc
import importlib
import json
import os
import pkgutil
import select
import selectors
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import strata
from strata.gate.scan import load_policies
from tests import ROOT
from tests.end_to_end import driver

REQUEST_BYTES = 1_000_000
"""More than the command line and the environment variables of a command have."""
ANSWER_BYTES = 32
FILES = 4
"""That come with a request: where it is answered, and the three standard streams."""

Request = dict[str, Any]


class Command:
    """`strata` with all that it makes in `folder`; as subprocess.Popen without pipes.

    `out` takes both output streams, unless there is another for errors. Standard input is empty.
    """

    def __init__(
        self,
        folder: Path,
        *arguments: str | Path,
        out: int,
        err: int | None = None,
        environment: Mapping[str, str] = os.environ,
    ) -> None:
        words = [str(word) for word in (folder, *arguments)]
        request = {"words": words, "environment": dict(environment)}
        self.returncode: int | None = None
        self._answer, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs, Path(os.devnull).open("rb") as nothing:
            files = [theirs.fileno(), nothing.fileno(), out, out if err is None else err]
            socket.send_fds(_server(), [json.dumps(request).encode()], files)
        self.pid = int(self._answer.recv(ANSWER_BYTES))

    def poll(self) -> int | None:
        """Its exit code, or the signal that ended it as a negative number; None while it runs."""
        if self.returncode is None and select.select([self._answer], [], [], 0)[0]:
            self._read()
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """As `poll`, once it has ended; raises subprocess.TimeoutExpired."""
        if self.returncode is None:
            if not select.select([self._answer], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired("strata", timeout or 0)
            self._read()
        return int(self.returncode or 0)

    def send_signal(self, number: int) -> None:
        """Send it a signal; nothing once it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(signal.SIGKILL)

    def _read(self) -> None:
        with self._answer:
            self.returncode = int(self._answer.recv(ANSWER_BYTES))


@functools.cache
def _server() -> socket.socket:
    """Where the process that forks takes its requests; it ends with this one."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        subprocess.Popen(
            [sys.executable, "-m", __name__],
            cwd=ROOT,
            stdin=theirs.fileno(),
            stdout=subprocess.DEVNULL,
        )
    return ours


class Server:
    """Forks for each request, and answers with the fork's number, and with what ended it."""

    def __init__(self, requests: socket.socket) -> None:
        self._requests = requests
        self._answers: dict[int, socket.socket] = {}
        # A signal writes to the first when a fork has ended.
        self._ended, self._woken = socket.socketpair()
        self._ended.setblocking(False)
        signal.set_wakeup_fd(self._ended.fileno())
        signal.signal(signal.SIGCHLD, lambda *_: None)
        # It ends with the process that asks.
        signal.signal(signal.SIGINT, signal.SIG_IGN)

    def serve(self) -> Request | None:
        """A request, in the fork that was made for it; None here, where there will be no more."""
        with selectors.DefaultSelector() as selector:
            selector.register(self._requests, selectors.EVENT_READ)
            selector.register(self._woken, selectors.EVENT_READ)
            while True:
                ready = {key.fileobj for key, _ in selector.select()}
                if self._woken in ready:
                    self._woken.recv(REQUEST_BYTES)
                    self._answer_ended()
                if self._requests in ready:
                    message, files, *_ = socket.recv_fds(self._requests, REQUEST_BYTES, FILES)
                    if not message:
                        return None
                    if self._fork(files) == 0:
                        return dict(json.loads(message))

    def _fork(self, files: list[int]) -> int:
        pid = os.fork()
        if pid == 0:
            self._forget()
            for stream, file in enumerate(files[1:]):
                os.dup2(file, stream)
        else:
            self._answers[pid] = socket.socket(fileno=os.dup(files[0]))
            self._answers[pid].send(str(pid).encode())
        for file in files:
            os.close(file)
        return pid

    def _forget(self) -> None:
        """Have in a fork what a process has that was just started."""
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        for one in (*self._answers.values(), self._ended, self._woken, self._requests):
            one.close()

    def _answer_ended(self) -> None:
        with contextlib.suppress(ChildProcessError):
            while (ended := os.waitpid(-1, os.WNOHANG))[0]:
                pid, status = ended
                # Nobody may wait for it any more.
                with contextlib.suppress(OSError), self._answers.pop(pid) as answer:
                    answer.send(str(os.waitstatus_to_exitcode(status)).encode())


def import_all() -> None:
    """Import what a command may import, but for what starts Node, which forks would share."""
    for module in pkgutil.walk_packages(strata.__path__, "strata."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    load_policies()
    # As in tests/conftest.py.
    gc.set_threshold(1_000_000, 10, 10)
    # What no collection touches, a fork need not copy.
    gc.collect()
    gc.freeze()


def main() -> None:
    """Import, and fork until nobody asks any more."""
    import_all()
    request = Server(socket.socket(fileno=os.dup(0))).serve()
    if request:
        os.environ.clear()
        os.environ.update(request["environment"])
        folder, *arguments = request["words"]
        driver.run(folder, arguments)


if __name__ == "__main__":
    main()
