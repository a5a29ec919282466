"""How much this process says of what it does: `-q` and `-v`."""

from enum import Enum


class Verbosity(Enum):
    """`QUIET`: results and errors alone. `VERBOSE`: every step, with the time that it took."""

    QUIET = "quiet"
    USUAL = "usual"
    VERBOSE = "verbose"


class _Chosen:
    verbosity = Verbosity.USUAL


CHOSEN = _Chosen()
"""What this process was asked for."""


def quiet(asked: bool) -> None:
    """Choose it if it was asked for."""
    if asked:
        CHOSEN.verbosity = Verbosity.QUIET


def verbose(asked: bool) -> None:
    """Choose it if it was asked for."""
    if asked:
        CHOSEN.verbosity = Verbosity.VERBOSE
