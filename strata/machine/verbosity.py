"""How much this process prints about its work: `-q` and `-v`."""

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


def quiet(asked: bool) -> None:
    """Choose `QUIET` if it was asked for."""
    if asked:
        CHOSEN.verbosity = Verbosity.QUIET


def verbose(asked: bool) -> None:
    """Choose `VERBOSE` if it was asked for."""
    if asked:
        CHOSEN.verbosity = Verbosity.VERBOSE
