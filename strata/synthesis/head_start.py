"""Starts Node while Python still imports what a command needs.

Node takes half a second to start and to load CDKTF and the provider's classes, and most of that
does not need Python. A thread imports what starts it; the synthesis then finds it imported, or
waits for the rest. An error of the thread is no matter: the synthesis meets it again, and tells it.

The garbage collector stays off in a process that ends with what it synthesizes: it would take an
eighth of Python's time, and find next to nothing (1 MiB of the four environments).
"""

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

STARTING = ("modules.environment_stack", "cdktf_cdktf_provider_aws.provider")
"""What starts Node, and has it load CDKTF and the provider."""


def begin_for(arguments: Sequence[str]) -> None:
    """Begin if these arguments of `strata` are those of a command that synthesizes."""
    words = [word.partition("=")[0] for word in arguments]
    command = next((word for word in words if not word.startswith("-")), None)
    if command in COMMANDS and not NOT_YET.intersection(words):
        begin(collect=command == LONG)


def begin(*, collect: bool = False) -> None:
    """Begin; returns at once. The thread does not keep the process from ending.

    With `collect` the garbage collector goes on.
    """
    if not collect:
        gc.disable()
    threading.Thread(target=_start, name="head start", daemon=True).start()


def _start() -> None:
    # Whatever goes wrong here goes wrong in the synthesis, where it can be told.
    with contextlib.suppress(BaseException):
        from strata.machine.node import require  # noqa: PLC0415 - for the thread to import

        require()
        for module in STARTING:
            importlib.import_module(module)
