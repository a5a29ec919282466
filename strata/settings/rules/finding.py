"""The finding of a rule, and help with its wording."""

import difflib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from strata.settings.positions import Key

MANY = 2000
"""The most words that a word is compared with."""


@dataclass(frozen=True)
class Finding:
    """A key that cannot stay as it is; `reads` are the other keys that the rule has read."""

    key: Key
    wrong: str
    right: str
    reads: tuple[Key, ...] = ()


def near(word: str, known: Collection[str], otherwise: str) -> str:
    """The known words that `word` resembles."""
    if len(known) > MANY:
        # Each comparison takes time: of thousands, only those with the same first letters.
        beginning = word[:3].lower()
        known = [other for other in known if other[:3].lower() == beginning][:MANY]
    close = difflib.get_close_matches(word, sorted(known), n=3, cutoff=0.5)
    return f"perhaps {' or '.join(close)}" if close else otherwise


def missing_here(
    key: Key, name: str, offered: Mapping[str, frozenset[str]], region: str, fits: Iterable[str]
) -> Iterator[Finding]:
    """The finding on a type that exists but is not offered in the region.

    `offered` gives the regions of each type, `fits` the suitable types.
    """
    where = offered.get(name)
    if where is None or region in where:
        return
    if not any(region in regions for regions in offered.values()):
        return
    here = [fit for fit in fits if region in offered.get(fit, ())]
    # Types of the same size are suggested, if there are any.
    size = name.rpartition(".")[2]
    alike = [fit for fit in here if fit.rpartition(".")[2] == size]
    yield Finding(
        key,
        f"is not offered in {region}",
        near(name, alike or here, "another type"),
        (("environment", "region"),),
    )
