"""What the AWS provider itself marks as secret, and which expressions would show it."""

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from strata.documents.templates import expressions

SENSITIVE = Path(__file__).with_suffix(".toml")
"""Type -> the arguments and attributes that the provider marks as sensitive or write-only; those of
data sources and ephemeral resources under `data.` and `ephemeral.`."""
_LITERAL = re.compile(r'"((?:[^"\\]|\\.)*)"')
_INDEX = re.compile(r"\[\s*(?:\*|\d+|each\.\w+|count\.index)\s*\]|\.\*|\.\d+")
_ATTRIBUTE = re.compile(r"\.(\w+)|\[\s*\"(\w+)\"\s*\]")


def shows_secret(template: str) -> bool:
    """Whether an expression in a template reads a value that the provider marks as sensitive.

    It may do so by any syntax: an index, a splat, a loop, or the whole block around the value.
    """
    return any(_shows(expression) for expression in expressions(template))


def secrets_of(place: str) -> tuple[str, ...]:
    """The sensitive arguments and attributes of a type, by its name or `data.` and its name."""
    return _sensitive().get(place, ())


@cache
def _sensitive() -> Mapping[str, tuple[str, ...]]:
    with SENSITIVE.open("rb") as file:
        return {place: tuple(paths) for place, paths in tomllib.load(file).items()}


@cache
def _references() -> re.Pattern[str]:
    names = sorted(_sensitive(), key=len, reverse=True)
    return re.compile(rf"(?<![\w.])({'|'.join(map(re.escape, names))})\.[\w-]+")


def _shows(expression: str) -> bool:
    for match in _references().finditer(expression):
        read_ = _path(expression, match.end())
        for secret in secrets_of(match[1]):
            path = secret.split(".")
            if path[: len(read_)] == read_ or read_[: len(path)] == path:
                return True
    return any(shows_secret(text) for text in _LITERAL.findall(expression))


def _path(expression: str, place: int) -> list[str]:
    """The attributes that are read from the reference before `place`; empty for all of them."""
    names: list[str] = []
    while True:
        index = _INDEX.match(expression, place)
        step = index or _ATTRIBUTE.match(expression, place)
        if not step:
            return names
        if not index:
            names.append(step[1] or step[2])
        place = step.end()
