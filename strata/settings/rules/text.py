"""Text that CDKTF would take for a mark of its own."""

import re
from collections.abc import Iterator
from typing import Any

from strata.settings.models import Settings
from strata.settings.positions import Key
from strata.settings.rules.finding import Finding

MARK = "TfToken["
"""CDKTF puts another value where it finds this (cdktf 0.21, `tokens/private/encoding`)."""

_NUMBER = re.compile(r"(?<![-+.\d])[-+.\d]++e[-+.\d]+")
_NUMBER_MARKS = (-8.38e298, -8.10e298)
"""Numbers, as figures in a text too, that CDKTF puts other values for: doubles beginning 0xfdff."""


def check(settings: Settings) -> Iterator[Finding]:
    """Judge every text of the file."""
    for key, text in _texts((), settings.model_dump(by_alias=True)):
        if MARK in text or any(map(_is_mark, _NUMBER.findall(text))):
            yield Finding(
                key,
                "holds a mark by which CDKTF finds values of its own, and puts one there",
                f"the text without {MARK if MARK in text else 'that number'}",
            )


def _texts(key: Key, found: Any) -> Iterator[tuple[Key, str]]:
    if isinstance(found, str):
        yield key, found
    elif isinstance(found, dict):
        for name, value in found.items():
            yield (*key, name), name
            yield from _texts((*key, name), value)
    elif isinstance(found, list):
        for index, value in enumerate(found):
            yield from _texts((*key, index), value)


def _is_mark(figures: str) -> bool:
    try:
        return _NUMBER_MARKS[0] <= float(figures) <= _NUMBER_MARKS[1]
    except ValueError:
        return False
