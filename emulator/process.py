"""What the emulator's process does without: collections of garbage, mostly, and a tidy end.

While the models of AWS's services are loaded, Python's collector looks through them again and
again: that was half of the processor time up to a service's first answer. Taking moto apart at the
end took most of a second, and there is nothing to save.
"""

import gc
import itertools
import os
import sys
from typing import Any

import moto.server
from moto.moto_server.werkzeug_app import DomainDispatcherApplication

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


def hold() -> None:
    """Collect garbage seldom, and end at once at Ctrl-C and SIGTERM."""
    gc.disable()
    inner[:] = [DomainDispatcherApplication.__call__]
    DomainDispatcherApplication.__call__ = _serve
    moto.server.signal_handler = _end
