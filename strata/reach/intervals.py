"""Sets of whole numbers as intervals: ports, and addresses as numbers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Intervals:
    """Numbers, as (low, high) pairs: both ends belong, sorted, disjoint, never adjacent."""

    pairs: tuple[tuple[int, int], ...] = ()

    @staticmethod
    def of(*pairs: tuple[int, int]) -> Intervals:
        """The union of pairs that may overlap, touch or stand in any order."""
        return _merged(pairs)

    def __bool__(self) -> bool:
        return bool(self.pairs)

    def __contains__(self, number: int) -> bool:
        # Here and below without generators: an analysis asks a hundred thousand times.
        for low, high in self.pairs:  # noqa: SIM110
            if low <= number <= high:
                return True
        return False

    def __and__(self, other: Intervals) -> Intervals:
        if self.pairs == other.pairs:
            return self
        common = []
        for low, high in self.pairs:
            for other_low, other_high in other.pairs:
                first = low if low > other_low else other_low
                last = high if high < other_high else other_high
                if first <= last:
                    common.append((first, last))
        return Intervals(tuple(common))

    def __or__(self, other: Intervals) -> Intervals:
        return _merged((*self.pairs, *other.pairs))

    def __sub__(self, other: Intervals) -> Intervals:
        remaining = list(self.pairs)
        for low, high in other.pairs:
            remaining = [
                part
                for start, end in remaining
                for part in ((start, min(end, low - 1)), (max(start, high + 1), end))
                if part[0] <= part[1]
            ]
        return Intervals(tuple(remaining))

    @property
    def least(self) -> int:
        """The smallest number; raises IndexError when there is none."""
        return self.pairs[0][0]

    def __str__(self) -> str:
        return ",".join(f"{low}" if low == high else f"{low}-{high}" for low, high in self.pairs)


def _merged(pairs: Iterable[tuple[int, int]]) -> Intervals:
    merged: list[tuple[int, int]] = []
    for low, high in sorted(pairs):
        if merged and low <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(high, merged[-1][1]))
        elif low <= high:
            merged.append((low, high))
    return Intervals(tuple(merged))


NONE = Intervals()
PORTS = Intervals(((0, 65535),))
"""Every port, as AWS counts them."""
