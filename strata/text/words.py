"""Numbers and lists as a sentence has them."""

from collections.abc import Sequence
from decimal import Decimal


def counted(number: int, noun: str) -> str:
    """`1 rule`, `3 rules`."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def plain(number: float) -> str:
    """All digits of a number, without a fraction of 0 and without an exponent: `1234567.5`, where
    `:g` has `1.23457e+06`."""
    return f"{Decimal(repr(float(number))).normalize():f}"


def listed(parts: Sequence[str], separator: str = ", ") -> str:
    """`a`, `a and b`, `a, b and c`; empty for none."""
    *others, last = parts or [""]
    return f"{separator.join(others)} and {last}" if others else last


def and_said(text: str) -> str:
    """`, but: ` and the first line of what a program said; empty for none."""
    lines = ("".join(filter(str.isprintable, line)).strip() for line in text.splitlines())
    first = next(filter(None, lines), "")
    return f", but: {shortened(first, 200)}" if first else ""


def shortened(text: str, most: int) -> str:
    """At most `most` characters of a text, the last a `…` where it is longer."""
    return text if len(text) <= most else f"{text[: most - 1]}…"
