"""Numbers and lists as a sentence has them."""

from collections.abc import Sequence


def counted(number: int, noun: str) -> str:
    """`1 rule`, `3 rules`."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def listed(parts: Sequence[str], separator: str = ", ") -> str:
    """`a`, `a and b`, `a, b and c`; empty for none."""
    *others, last = parts or [""]
    return f"{separator.join(others)} and {last}" if others else last


def shortened(text: str, most: int) -> str:
    """At most `most` characters of a text, the last a `…` where it is longer."""
    return text if len(text) <= most else f"{text[: most - 1]}…"
