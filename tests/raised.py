"""The error of one call among many of a test: none is passed over."""

from collections.abc import Callable
from typing import Any, TypeVar

Kind = TypeVar("Kind", bound=Exception)


def raised(kind: type[Kind], call: Callable[..., object], *given: Any, **named: Any) -> Kind | None:
    """The error of that kind that a call ends with, or nothing where it goes through."""
    try:
        call(*given, **named)
    except kind as error:
        return error
    return None
