"""What a rule finds."""

import difflib
from collections.abc import Collection
from dataclasses import dataclass

from strata.settings.positions import Key


@dataclass(frozen=True)
class Finding:
    """A key that cannot stay as it is; `reads` are the other keys that the judgement rests on."""

    key: Key
    wrong: str
    right: str
    reads: tuple[Key, ...] = ()


def near(word: str, known: Collection[str], otherwise: str) -> str:
    """The known words that `word` resembles."""
    close = difflib.get_close_matches(word, sorted(known), n=3, cutoff=0.5)
    return f"perhaps {' or '.join(close)}" if close else otherwise
