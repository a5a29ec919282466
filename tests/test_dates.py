"""No test depends on the day it runs on, or on midnight not coming while it runs."""

import ast
import re
from collections.abc import Iterator

from tests import ROOT

CLOCKS = {"now", "today", "utcnow"}
CALLED = re.compile(rf"\.\s*({'|'.join(CLOCKS)})\b")


def asked_when_read(node: ast.AST) -> Iterator[int]:
    """Lines on which a clock is asked as the file is read, outside of every function's body."""
    parts: list[ast.AST] = list(ast.iter_child_nodes(node))
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        parts = [*node.decorator_list, node.args]
    elif isinstance(node, ast.Lambda):
        parts = [node.args]
    elif isinstance(node, ast.Call) and getattr(node.func, "attr", "") in CLOCKS:
        yield node.lineno
    for part in parts:
        yield from asked_when_read(part)


CODE: list[tuple[str, list[int]]] = [
    ("TODAY = date.today()", [1]),
    ("class Case:\n    day = datetime.now(UTC).date()", [2]),
    ("@parametrize('day', [date.today()])\ndef test(day): ...", [1]),
    ("def test(day=date.today()): ...", [1]),
    ("def test():\n    day = date.today()", []),
    ("clock = lambda: date.today()", []),
]


def test_what_is_asked_as_a_file_is_read_is_seen() -> None:
    for code, lines in CODE:
        assert list(asked_when_read(ast.parse(code))) == lines, code
        assert CALLED.search(code), code


def test_no_test_file_asks_for_the_day_as_it_is_read() -> None:
    # Workers read a file long before they run its tests, and not all on the same day.
    files = [path for path in (ROOT / "tests").rglob("*.py") if "node_modules" not in path.parts]
    texts = {path: path.read_text(encoding="utf-8") for path in files}
    asking = {
        path.relative_to(ROOT).as_posix(): lines
        for path, text in texts.items()
        # Only few name a clock: to parse all of them takes half a second.
        if CALLED.search(text) and (lines := list(asked_when_read(ast.parse(text))))
    }
    assert asking == {}
