"""How much this process prints about its work: `-q` and `-v`."""

import contextlib
from collections.abc import Iterator
from enum import Enum


class Verbosity(Enum):
    """`QUIET`: only results and errors. `VERBOSE`: every step, with the time that it took."""

    QUIET = "quiet"
    USUAL = "usual"
    VERBOSE = "verbose"


class _Chosen:
    verbosity = Verbosity.USUAL


CHOSEN = _Chosen()
"""The verbosity of this process."""


@contextlib.contextmanager
def chosen(verbosity: Verbosity) -> Iterator[None]:
    """Print this much; as much as before afterwards."""
    before = CHOSEN.verbosity
    CHOSEN.verbosity = verbosity
    try:
        yield
    finally:
        CHOSEN.verbosity = before
