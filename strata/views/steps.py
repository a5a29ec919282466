"""Shows what is being done while it takes long: live on a terminal, else as a line.

All of it goes to stderr, so that stdout is for results alone.
"""

import contextlib
import threading
import time
from collections.abc import Iterator
from functools import cache

from rich.console import Console

from strata.machine.verbosity import CHOSEN, Verbosity

PATIENCE_SECONDS = 2.0
"""Work that takes longer is named."""


@contextlib.contextmanager
def step(what: str) -> Iterator[None]:
    """Work that may take long, such as `planning local`.

    A terminal shows it with the time it has taken, until it is done. Elsewhere a line is printed
    once it has taken two seconds. `-q` prints nothing, `-v` each step and its time.
    """
    console = shared_console()
    if CHOSEN.verbosity is Verbosity.QUIET:
        yield
    elif CHOSEN.verbosity is Verbosity.VERBOSE:
        start = time.monotonic()
        _say(console, f"{what} ...")
        try:
            yield
        finally:
            _say(console, f"{what}: {time.monotonic() - start:.1f} s")
    elif console.is_terminal:
        with _spinner(console, what):
            yield
    else:
        line = threading.Timer(PATIENCE_SECONDS, _say, (console, f"{what} ..."))
        line.daemon = True
        line.start()
        try:
            yield
        finally:
            line.cancel()


@cache
def shared_console() -> Console:
    """The console of all steps, shared so that nested steps do not clash on a terminal."""
    return Console(stderr=True, highlight=False, markup=False, emoji=False, soft_wrap=True)


@contextlib.contextmanager
def _spinner(console: Console, label: str) -> Iterator[None]:
    from rich.progress import (  # noqa: PLC0415 - a log needs none of it
        Progress,
        SpinnerColumn,
        TextColumn,
        TimeElapsedColumn,
    )

    columns = (
        SpinnerColumn("line"),
        TextColumn("{task.description}", markup=False),
        TimeElapsedColumn(),
    )
    # Output of a child or a pipe on stdout is left alone.
    with Progress(*columns, console=console, transient=True, redirect_stdout=False) as progress:
        progress.add_task(label, total=None)
        yield


def _say(console: Console, line: str) -> None:
    # The work goes on even if nothing can be printed any more.
    with contextlib.suppress(OSError):
        console.print(line)
