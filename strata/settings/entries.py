"""Reads the project's own lists, files of `[[move]]` or `[[waiver]]`, with errors as for settings.

The description of a field says what is right at its key.
"""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, PrivateAttr, ValidationError
from pydantic_core import ErrorDetails

from strata.errors import UsageError
from strata.machine.files import Unreadable, bytes_of
from strata.settings.advice import NoToml, decode, parse
from strata.settings.load import KINDS, Problem, dotted, shown, shown_value
from strata.settings.positions import Key, line_of, positions

WORDS = {
    "tuple_type": "should be a list",
    "missing": "is missing",
    "string_pattern_mismatch": "does not have that form",
    "string_too_short": "is too short",
}


@dataclass(frozen=True)
class Source:
    """A file of entries: its content, and the line of each key."""

    file: Path
    table: str
    data: dict[str, Any]
    lines: dict[Key, int]

    def problem(self, key: Key, wrong: str, right: str) -> Problem:
        """What is wrong at a key, with its line and value."""
        value = shown_value(key, self.data)
        return Problem(self.file, line_of(self.lines, key), dotted(key), value, wrong, right)


class Entry(BaseModel):
    """A table of such a list. It knows its file and number when it was read from a file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    _source: Source | None = PrivateAttr(default=None)
    _number: int = PrivateAttr(default=0)

    def __eq__(self, other: object) -> bool:
        """By their content, in whichever file they are."""
        return type(self) is type(other) and dict(self) == dict(other)

    __hash__ = BaseModel.__hash__

    @property
    def line(self) -> int:
        """The line where it begins; 0 if it was read from no file."""
        if self._source is None:
            return 0
        return line_of(self._source.lines, (self._source.table, self._number))

    def problem(self, key: str, wrong: str, right: str) -> Problem:
        """What is wrong at one of its keys."""
        if self._source is None:
            return Problem(Path(), 0, key, "", wrong, right)
        return self._source.problem((self._source.table, self._number, key), wrong, right)


Model = TypeVar("Model", bound=Entry)


def refusal(problems: Iterable[Problem]) -> str:
    """The message for problems in one file."""
    by_line = sorted(problems, key=lambda problem: problem.line)
    many = "s" if len(by_line) != 1 else ""
    return "\n".join([f"{len(by_line)} problem{many} in {by_line[0].file}", *map(str, by_line)])


def read(
    file: Path, table: str, kind: type[Model], refuse: type[UsageError] = UsageError
) -> list[Model]:
    """The entries `[[table]]` of a file; raises `refuse` when it is not a list of them."""
    named = shown(file)
    try:
        text = decode(bytes_of(file))
        data = parse(text)
    except Unreadable as error:
        raise refuse(f"{named}: {error.why}") from None
    except NoToml as error:
        problem = Problem(named, error.line, "", "", error.wrong, error.right)
        raise refuse(refusal([problem])) from None
    source = Source(named, table, data, positions(text))
    problems = [
        source.problem((key,), "is no table of this file", f"[[{table}]], and its keys below it")
        for key in data
        if key != table
    ]
    entries = data.get(table, [])
    if not (isinstance(entries, list) and all(isinstance(entry, dict) for entry in entries)):
        right = f"[[{table}]] in two brackets on a line for each, and its keys below it"
        problems.append(source.problem((table,), "should be a list of tables", right))
        entries = []
    models = []
    for number, entry in enumerate(entries):
        try:
            model = kind.model_validate(entry)
        except ValidationError as error:
            faults = error.errors(include_url=False)
            problems += [_problem(fault, number, source, kind) for fault in faults]
        else:
            model._source, model._number = source, number
            models.append(model)
    if problems:
        raise refuse(refusal(problems))
    return models


def _problem(fault: ErrorDetails, number: int, source: Source, kind: type[Entry]) -> Problem:
    key: Key = (source.table, number, *fault["loc"])
    described = {
        field.alias or name: str(field.description) for name, field in kind.model_fields.items()
    }
    name = str(fault["loc"][0]) if fault["loc"] else ""
    if fault["type"] == "extra_forbidden":
        close = difflib.get_close_matches(name, described, n=1)
        right = f"perhaps {close[0]}" if close else f"one of {', '.join(described)}"
        return source.problem(key, f"is not a key of [[{source.table}]]", right)
    if fault["type"] == "value_error":
        wrong, _, right = str(fault["ctx"]["error"]).partition(": ")
        return source.problem(key, wrong, right)
    return source.problem(key, _words(fault), described[name])


def _words(fault: ErrorDetails) -> str:
    """Pydantic's error in the words of the guides."""
    kind = fault["type"]
    if kind in KINDS:
        return f"should be {KINDS[kind]}"
    if kind.startswith("date"):
        return "should be a date"
    if kind == "string_too_short" and not fault["input"]:
        return "is empty"
    return WORDS.get(kind, fault["msg"].replace("Input should", "should"))
