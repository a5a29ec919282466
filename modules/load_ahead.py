"""Has Node load packages while Python goes on.

jsii waits until Node has loaded a package, and makes nothing of the answer: a third of a second for
CDKTF and the provider, and Node's own start before it. Here a request to load is written, and its
answer is read before the first request of another kind. Meanwhile Python imports the classes of the
package, which takes as long.

Nothing depends on it: where jsii is not built as expected, it waits as it always does.
"""

import json
from collections.abc import Callable
from importlib import import_module
from typing import Any

from jsii.errors import JSIIError

AHEAD = "_strata_ahead"
"""The attribute of jsii's process with the answers that nobody has read."""

Answer = tuple[Callable[[], object], Callable[[], None] | None]
"""Reads an answer, or raises; what is done then, if that is not the end."""


def install() -> None:
    """Have jsii's kernel load ahead; to be called before Node is started."""
    try:
        kernel_class = import_module("jsii._kernel").Kernel
        provider = import_module("jsii._kernel.providers").ProcessProvider
        process_class = import_module("jsii._kernel.providers.process")._NodeProcess
        wait_for, handshake, send = kernel_class.load, process_class.handshake, process_class.send
        process_class._next_message  # noqa: B018 - there must be one
    except (ImportError, AttributeError):
        return

    def load(self: Any, name: str, version: str, tarball: str) -> None:
        if not isinstance(self.provider, provider):
            wait_for(self, name, version, tarball)
            return
        process = self.provider._process
        request = {"api": "load", "name": name, "version": version, "tarball": tarball}
        process._process.stdin.write(f"{json.dumps(request)}\n".encode())
        process._process.stdin.flush()
        _unread(process).append((lambda: _loaded(process._next_message()), None))

    def begin(self: Any) -> None:
        setattr(self, AHEAD, [(lambda: handshake(self), None)])

    def settled(self: Any, request: Any, response_type: Any) -> Any:
        settle(self)
        return send(self, request, response_type)

    kernel_class.load, process_class.handshake, process_class.send = load, begin, settled


def load_or(do: Callable[[], None], kernel: Any, name: str, version: str, tarball: str) -> None:
    """Have `kernel` load a package, and `do` something else if that fails, now or later.

    `do` starts Node anew: what the old one was asked for after this is forgotten.
    """
    try:
        kernel.load(name, version, tarball)
    except Exception:  # noqa: BLE001 - whatever it was, there is another way
        do()
    else:
        process = getattr(kernel.provider, "_process", None)
        if process is not None and (unread := _unread(process)):
            read, _ = unread.pop()
            unread.append((read, do))


def settle(process: Any) -> None:
    """Read all answers; raises what went wrong, unless there is something else to do."""
    while unread := _unread(process):
        read, do = unread.pop(0)
        try:
            read()
        except Exception:
            unread.clear()
            if do is None:
                raise
            do()


def _unread(process: Any) -> list[Answer]:
    # jsii may have started its process before it was changed here.
    unread: list[Answer] = vars(process).setdefault(AHEAD, [])
    return unread


def _loaded(answer: Any) -> None:
    if "error" in answer:
        raise JSIIError(answer["error"])
