"""Text for a terminal of 80 columns, with nothing that is copied out of it broken in two."""

import re
import textwrap
from collections.abc import Iterable

WIDTH = 80

_WHOLE = re.compile(
    r"""
    \w://                                # a URL, also one in quotes or brackets
    | \barn:aws
    | ^\W*(module|data)\.\w
    | ^\W*[a-z][a-z0-9]*(_\w+)+\.\w      # a Terraform address, with its key if it has one
    | ^\w+(\[\d+\])?(\.\w+(\[\d+\])?)+:?$ # the path of an argument
    | ^\W*[\w.~@+%-]*/[\w./@:+%,~-]*\W*$ # the path of a file or a construct
    | ^\W*[\w.+-]+@[\w-]+\.\w
    """,
    re.VERBOSE,
)

_CUT = re.compile(r"…|\.\.\.")
"""What was shortened is no address any more."""

_BLANK = "\0"
"""Stands for a blank at which no line ends."""


def wrapped(text: str, first: str = "", rest: str = "", width: int = WIDTH) -> list[str]:
    """Lines of at most `width` columns; the first begins with `first`, the others with `rest`.

    Lines end between words. Of words that are too long, an address stays whole, on a line of its
    own that is indented less when that helps, and longer when it must be; any other is cut.
    """
    lines: list[str] = []
    for line in unbroken(text, first, rest, width):
        start = rest if lines else first
        # textwrap leaves a line too long only where a single word is.
        lines += [line] if len(line) <= width else _long(line[len(start) :], start, rest, width)
    return lines


def indented(text: str, indent: int, hang: int = 2) -> list[str]:
    """Lines as of `wrapped`, `indent` columns in; all but the first `hang` columns more."""
    return wrapped(text, " " * indent, " " * (indent + hang))


def unbroken(text: str, first: str = "", rest: str = "", width: int = WIDTH) -> list[str]:
    """Lines that end between words; one word that is too long has a longer line.

    What a shell takes as one word, in single quotes, is one here too, where a line has room for it.
    """
    room = max(width - max(len(first), len(rest)) - len("''"), 1)
    quoted = re.compile(rf"(?<!\S)'[^'\n]{{1,{room}}}'(?!\S)")
    lines = textwrap.wrap(
        quoted.sub(lambda word: word[0].replace(" ", _BLANK), text),
        width,
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return [line.replace(_BLANK, " ") for line in lines]


def command(text: str, indent: int) -> list[str]:
    """A command as a shell takes it, with `\\` at the ends of its lines: broken between its words
    alone, so that one that is long has a longer line of its own."""
    lines: list[str] = []
    line = " " * indent
    for word in re.findall(r"""(?:'[^']*'|"[^"]*"|[^\s'"])+""", text):
        if line.strip() and len(f"{line} {word}") > WIDTH - len(" \\"):
            lines.append(f"{line} \\")
            line = " " * (indent + 2)
        line += f" {word}" if line.strip() else word
    return [*lines, line]


def by_commas(parts: Iterable[str], width: int, first: str = "") -> tuple[str, ...]:
    """Parts with commas between them, in lines of at most `width` columns where they fit."""
    lines: list[str] = []
    current = first
    for index, part in enumerate(parts):
        text = part if index == 0 else f", {part}"
        if index and len(current + text) > width:
            lines.append(current + ",")
            current = part
        else:
            current += text
    return (*lines, current)


def _long(word: str, start: str, rest: str, width: int) -> list[str]:
    label = [start.rstrip()] if start.strip() else []
    if _WHOLE.search(word) and not _CUT.search(word):
        indent = len(rest if label else start)
        if len(word) <= width:
            indent = min(indent, width - len(word))
        return [*label, " " * indent + word]
    room = max(width - len(rest), 1)
    if label:
        return [*label, *(rest + word[at : at + room] for at in range(0, len(word), room))]
    head = max(width - len(start), 1)
    tail = (rest + word[at : at + room] for at in range(head, len(word), room))
    return [start + word[:head], *tail]
