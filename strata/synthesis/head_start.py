"""Starts Node while Python still imports what a command needs.

Node takes half a second to start and to load CDKTF and the provider's classes. It is asked to
before anything else (`modules/load_ahead.py`), and the synthesis waits for what is left of that. An
error here is no matter: the synthesis meets it again, and tells it.

The garbage collector stays off in a process that ends with what it synthesizes: it would take an
eighth of Python's time, and find next to nothing (1 MiB of the four environments).
"""

import atexit
import contextlib
import gc
import importlib
import threading
from collections.abc import Sequence

COMMANDS = frozenset({"apply", "check", "cost", "gate", "map", "plan", "reach", "synth"})
"""Those that begin with a synthesis."""

LONG = "apply"
"""The one of them that goes on for minutes after it."""

NOT_YET = frozenset({"-h", "--help", "--live", "--project", "--refresh", "--synthesized"})
"""Options with which nothing is synthesized, or in a folder that is not known yet."""

STARTING = ("modules.environment_stack", "cdktf_cdktf_provider_aws._jsii")
"""What has Node load CDKTF and the provider; none of it waits for the answer."""


def begin_for(arguments: Sequence[str]) -> None:
    """Begin if these arguments of `strata` are those of a command that synthesizes."""
    words = [word.partition("=")[0] for word in arguments]
    command = next((word for word in words if not word.startswith("-")), None)
    if command in COMMANDS and not NOT_YET.intersection(words):
        begin(collect=command == LONG)


def begin(*, collect: bool = False) -> None:
    """Start Node; returns while it works. With `collect` the garbage collector goes on."""
    if not collect:
        gc.disable()
        # Python looks for garbage once more at its end: a third of a second of a `strata plan`.
        atexit.register(gc.freeze)
    # Whatever goes wrong here goes wrong in the synthesis, where it can be told.
    with contextlib.suppress(Exception):
        _start()


def _start() -> None:
    able = threading.Event()
    asking = threading.Thread(target=_ask, args=(able,), daemon=True)
    asking.start()
    # What starts Node is imported while Node is asked for its version.
    importlib.import_module("modules")
    asking.join()
    if able.is_set():
        for module in STARTING:
            importlib.import_module(module)


def _ask(able: threading.Event) -> None:
    with contextlib.suppress(Exception):
        from strata.machine.node import require  # noqa: PLC0415 - not every command comes here

        require()
        able.set()
