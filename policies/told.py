"""What a report says of a failed check: how bad it is, what it protects from, what to write."""

from dataclasses import dataclass
from typing import Literal

Severity = Literal["critical", "high", "medium", "low"]


@dataclass(frozen=True)
class Told:
    """What a report says of a check: in words, without a full stop; `more` is a page's address."""

    severity: Severity
    protects: str
    right: str
    more: str


TOLD: dict[str, Told] = {}
"""Check -> what is told of it, of those that say it in their code and not in `causes.toml`."""


def told(checks: str, severity: Severity, protects: str, right: str, more: str) -> None:
    """Say what a report tells of one check, or of several by their ids in one text."""
    for check in checks.split():
        TOLD[check] = Told(severity, protects, right, more)
