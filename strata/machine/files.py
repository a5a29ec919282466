"""Reads JSON and TOML files that may be damaged, says why a file cannot be read, and writes files
whole."""

import contextlib
import errno
import json
import os
import re
import stat
import tomllib
from pathlib import Path
from typing import Any

DEEPEST = 100
"""Tables and lists within each other; Terraform's own JSON has about twenty."""
LONGEST = 4_000
"""Digits of a number. Python 3.11 neither reads nor writes more than 4,300 decimal ones, and would
read a hexadecimal number that no message could repeat."""


class Unreadable(Exception):
    """A file or a text that cannot be read; `line` is 0 when no line can be named."""

    def __init__(self, why: str, line: int = 0) -> None:
        super().__init__(why)
        self.why = why
        self.line = line


def write_whole(path: Path, content: bytes | str, mode: int | None = None) -> None:
    """Write a file in one step, text in UTF-8; `mode` is the file's, if not the usual one.

    Another process reads what was there or what is there now; on a full disk what was there stays.
    An OSError names `path`.
    """
    part = path.with_name(f".{path.name}-{os.urandom(8).hex()}")
    try:
        part.write_bytes(content if isinstance(content, bytes) else content.encode())
        if mode is not None:
            part.chmod(mode)
        part.replace(path)
    except BaseException as error:
        # On a file system that is read-only not even a file that is not there can be deleted.
        with contextlib.suppress(OSError):
            part.unlink()
        if isinstance(error, OSError):
            error.filename, error.filename2 = str(path), None
        raise


def text_of(path: Path) -> str:
    """The text of a file in UTF-8; raises Unreadable."""
    content = bytes_of(path)
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise Unreadable("is not UTF-8", content[: error.start].count(b"\n") + 1) from None


def bytes_of(path: Path) -> bytes:
    """The content of a file; raises Unreadable, also for a pipe, which may never end."""
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            raise Unreadable(os.strerror(errno.EISDIR))
        if not stat.S_ISREG(mode):
            raise Unreadable("is no regular file")
        return path.read_bytes()
    except OSError as error:
        raise Unreadable(error.strerror or "cannot be read") from None
    except ValueError:
        # A NUL in it; the system would never find such a file.
        raise Unreadable("is no path") from None


def toml(text: str) -> dict[str, Any]:
    """A TOML document; raises Unreadable."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"line (\d+)", str(error))
        where = int(line[1]) if line else text.count("\n") + 1
        raise Unreadable(f"is not TOML: {error}", where) from None
    except RecursionError:
        raise Unreadable(TOO_DEEP, _deepest_line(text)) from None
    except ValueError:
        # Besides syntax errors Python's reader refuses only such numbers.
        raise Unreadable(TOO_LONG, _line_of_digits(text)) from None
    fault = _fault(document, numbers=True)
    if fault == TOO_DEEP:
        raise Unreadable(fault, _deepest_line(text))
    if fault:
        raise Unreadable(fault, _line_of_digits(text))
    return document


def json_of(content: bytes | str, *, distinct: bool = False) -> Any:
    """A JSON document in UTF-8; raises Unreadable, with `distinct` also for a key given twice.

    Of two equal keys Python takes the last, and Terraform may take both: for it a resource name
    given twice is two resources.
    """
    try:
        text = content if isinstance(content, str) else content.decode()
        document = json.loads(text, object_pairs_hook=_distinct if distinct else None)
    except UnicodeDecodeError:
        raise Unreadable("is not UTF-8") from None
    except json.JSONDecodeError as error:
        raise Unreadable(f"is not JSON: {error}") from None
    except RecursionError:
        raise Unreadable(TOO_DEEP) from None
    except ValueError:
        raise Unreadable(TOO_LONG) from None
    fault = _fault(document, numbers=False)
    if fault:
        raise Unreadable(fault)
    return document


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise Unreadable(f"has the key {twice} twice in one object")
    return values


TOO_DEEP = f"is nested more than {DEEPEST} levels deep"
TOO_LONG = "holds a number of thousands of digits"


def _fault(document: Any, *, numbers: bool) -> str:
    """What in a document would fail later; a loop, since recursion may be too deep for Python."""
    level, depth = [document], 0
    while level:
        if depth > DEEPEST:
            return TOO_DEEP
        below: list[Any] = []
        for value in level:
            if isinstance(value, dict):
                below += value.values()
            elif isinstance(value, list):
                below += value
            elif numbers and isinstance(value, int) and value.bit_length() > 3 * LONGEST:
                return TOO_LONG
        level, depth = below, depth + 1
    return ""


def _line_of_digits(text: str) -> int:
    """The first line with a number that is too long."""
    for number, line in enumerate(text.splitlines(), 1):
        plain = re.sub(r'"[^"]*"|\'[^\']*\'|#.*', "", line).replace("_", "")
        if re.search(rf"[0-9a-fA-F]{{{LONGEST * 3 // 4},}}", plain):
            return number
    return 1


def _deepest_line(text: str) -> int:
    """The first line on which tables, lists or dotted keys go too deep."""
    depth = 0
    for number, line in enumerate(text.splitlines(), 1):
        plain = re.sub(r'"[^"]*"|\'[^\']*\'|#.*', '""', line)
        key = plain.partition("=")[0]
        if depth + max(plain.count("[") + plain.count("{"), key.count(".")) > DEEPEST:
            return number
        depth = max(0, depth + plain.count("[") + plain.count("{"))
        depth = max(0, depth - plain.count("]") - plain.count("}"))
    return 1
