"""What the emulator's process does without: collections of garbage, mostly, logging, a tidy end.

While the models of AWS's services are loaded, Python's collector looks through them again and
again: that was half of the processor time up to a service's first answer. Taking moto apart at the
end took most of a second, and there is nothing to save. Python's logging for the line of each
answer took a twenty-fifth of the answer.
"""

import contextlib
import gc
import itertools
import os
import sys
from typing import Any

import moto.server
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler

ANSWERS = 5000
"""Answers between two collections, 20 MiB of garbage; the models are loaded by then."""

inner: list[Any] = []
"""The dispatch that was there before."""
numbers = itertools.count(1)


def _serve(self: Any, environ: dict[str, Any], start_response: Any) -> Any:
    if next(numbers) % ANSWERS == 0:
        gc.collect()
        # What is left mostly stays: the next time need not look at it.
        gc.freeze()
    return inner[0](self, environ, start_response)


def _end(*_: object) -> None:
    """End at once; everything that the process has is in memory."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


def _log(self: Any, _kind: str, message: str, *arguments: Any) -> None:
    """Write what werkzeug would log, the line of an answer most of all."""
    said = message % arguments if arguments else message
    # A full disk is no reason to leave a request without an answer.
    with contextlib.suppress(OSError):
        sys.stderr.write(f"{self.address_string()} - - [{self.log_date_time_string()}] {said}\n")


def hold() -> None:
    """Collect garbage seldom, write lines of answers as they are, and end at once at Ctrl-C and
    SIGTERM."""
    gc.disable()
    inner[:] = [DomainDispatcherApplication.__call__]
    DomainDispatcherApplication.__call__ = _serve
    MotoRequestHandler.log = _log
    moto.server.signal_handler = _end
