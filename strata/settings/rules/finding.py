"""What a rule finds."""

import difflib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from strata.settings.positions import Key

MANY = 2000
"""Words that one is compared with."""


@dataclass(frozen=True)
class Finding:
    """A key that cannot stay as it is; `reads` are the other keys that the judgement rests on."""

    key: Key
    wrong: str
    right: str
    reads: tuple[Key, ...] = ()


def near(word: str, known: Collection[str], otherwise: str) -> str:
    """The known words that `word` resembles."""
    if len(known) > MANY:
        # Each comparison costs: of thousands, those of nearly the same beginning.
        known = [one for one in known if one[:3].lower() == word[:3].lower()][:MANY]
    close = difflib.get_close_matches(word, sorted(known), n=3, cutoff=0.5)
    return f"perhaps {' or '.join(close)}" if close else otherwise


def missing_here(
    key: Key, name: str, offered: Mapping[str, frozenset[str]], region: str, fits: Collection[str]
) -> Iterator[Finding]:
    """The finding on a type that exists and that the region does not have.

    `offered` gives the regions of each type, `fits` the types that would do.
    """
    where = offered.get(name)
    if where is None or region in where or not any(region in one for one in offered.values()):
        return
    here = [one for one in fits if region in offered.get(one, ())]
    # Of the same size, if there is one.
    size = name.rpartition(".")[2]
    alike = [one for one in here if one.rpartition(".")[2] == size]
    yield Finding(
        key,
        f"is not offered in {region}",
        near(name, alike or here, "another type"),
        (("environment", "region"),),
    )
