"""The form of a table of refusals."""

from collections.abc import Callable
from dataclasses import dataclass

from emulator.calls import Call

Words = Callable[[Call], str | None]
"""Gives AWS's message where it would refuse the call."""


@dataclass(frozen=True)
class Row:
    """One rule of AWS's that moto does not have."""

    operations: tuple[str, ...]
    code: str
    source: str
    words: Words

    @property
    def name(self) -> str:
        """What it is called in the table and by its test."""
        return self.words.__name__


class Table:
    """The rows of one service, in the order in which they are asked."""

    def __init__(self, service: str) -> None:
        self.service = service
        self.rows: list[Row] = []

    def row(self, *operations: str, code: str, source: str) -> Callable[[Words], Words]:
        """Take a function that gives AWS's message as a row.

        `source` is a page of AWS's, a member of botocore's model or an issue, with its date.
        """

        def take(words: Words) -> Words:
            self.rows.append(Row(operations, code, source, words))
            return words

        return take

    def refused(self, call: Call) -> tuple[str, str] | None:
        """Code and message of the first row that refuses `call`."""
        for row in self.rows:
            if call.operation in row.operations:
                words = row.words(call)
                if words:
                    return row.code, words
        return None
