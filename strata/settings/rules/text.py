"""Text that CDKTF would mistake for one of its tokens."""

import re
from collections.abc import Iterator
from typing import Any

from strata.settings.models import Settings
from strata.settings.positions import Key
from strata.settings.rules.finding import Finding

MARK = "TfToken["
"""CDKTF replaces text with this mark by another value (cdktf 0.21, `tokens/private/encoding`)."""

_NUMBER = re.compile(r"(?<![-+.\d])[-+.\d]++e[-+.\d]+")
_NUMBER_MARKS = (-8.38e298, -8.10e298)
"""Numbers, also as digits in a text, that CDKTF replaces: doubles that begin with 0xfdff."""


_NUMBER_PART = re.compile(r"[-+.\d]e[-+.\d]")
"""What is in each text with such a number; JSON escapes none of these characters, nor of MARK."""


def check(settings: Settings) -> Iterator[Finding]:
    """Check every text of the file."""
    # Few files have a text that has to be looked at by itself.
    whole = settings.model_dump_json(by_alias=True)
    if MARK not in whole and not _NUMBER_PART.search(whole):
        return
    for key, text in _texts((), settings.model_dump(by_alias=True)):
        if MARK in text or any(map(_is_mark, _NUMBER.findall(text))):
            yield Finding(
                key,
                "contains a CDKTF token, which CDKTF would replace by another value",
                f"the text without {MARK if MARK in text else 'that number'}",
            )


def _texts(key: Key, value: Any) -> Iterator[tuple[Key, str]]:
    if isinstance(value, str):
        yield key, value
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield (*key, name), name
            yield from _texts((*key, name), inner)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _texts((*key, index), inner)


def _is_mark(figures: str) -> bool:
    try:
        return _NUMBER_MARKS[0] <= float(figures) <= _NUMBER_MARKS[1]
    except ValueError:
        return False
