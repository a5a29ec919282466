"""What a report says of a failed check: how bad it is, what it protects from, what to write."""

from dataclasses import dataclass
from typing import Literal

Severity = Literal["critical", "high", "medium", "low"]


@dataclass(frozen=True)
class Explanation:
    """The words of a report on a check, without full stops; `more` is the address of a page."""

    severity: Severity
    protects: str
    right: str
    more: str


EXPLANATIONS: dict[str, Explanation] = {}
"""Check -> its explanation, for the checks that have it beside their code, not in `causes.toml`."""


def explain(checks: str, severity: Severity, protects: str, right: str, more: str) -> None:
    """Set the explanation of a check, or of several: `checks` are their ids with blanks between."""
    for check in checks.split():
        EXPLANATIONS[check] = Explanation(severity, protects, right, more)
