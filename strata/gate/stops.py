"""The gate's findings that stop an apply, and how they are accepted by name."""

import json
import re
from collections.abc import Sequence

from strata.errors import StrataError, UsageError
from strata.gate.report import Finding, Report
from strata.text.words import counted

SEVERE = ("critical", "high")
"""The severities that stop an apply."""
NO_VERDICT = "no-verdict"
"""The name to accept that the gate could not judge."""


def stopping(verdict: Report | str) -> dict[str, str]:
    """Name -> what is unsafe, for all that stops an apply; a text as `verdict` says why there is
    none.

    A finding is named by its checks, joined by `+`, as in the gate's report.
    """
    if isinstance(verdict, str):
        return {NO_VERDICT: f"the gate has no verdict: {' '.join(verdict.split())}"}
    stops = {
        acceptance_name(finding): one_line(finding)
        for finding in verdict.findings
        if finding.severity in SEVERE
    }
    if verdict.unjudged:
        count = counted(len(verdict.unjudged), "place")
        stops[NO_VERDICT] = f"the gate could not judge {count}: {verdict.unjudged[0]}"
    return stops


def acceptance_name(finding: Finding) -> str:
    """The name to accept a finding: `CKV_AWS_16`, or `CKV_AWS_29+CKV_AWS_31` for two checks."""
    return "+".join(finding.checks)


def require_names(accepted: Sequence[str]) -> None:
    """Raise UsageError for what cannot be the name of a finding, whatever the gate finds."""
    for name in accepted:
        if not re.fullmatch(r"[\w-]+(\+[\w-]+)*", name):
            raise UsageError(
                f"--accept-finding {json.dumps(name)}: is no name of a finding",
                "its checks with + between them, such as CKV_AWS_16+STRATA_DB_2; the option again "
                f"for each finding, and {NO_VERDICT} for what could not be judged",
            )


def one_line(finding: Finding) -> str:
    """A finding on one line, with the place that causes it."""
    return f"{finding.severity}: {finding.protects} ({finding.place})"


def not_accepted(unsafe: dict[str, str], accepted: Sequence[str]) -> dict[str, str]:
    """The findings that are not accepted; raises UsageError for a name that is not a finding.

    So an old list of names cannot accept a later finding.
    """
    unknown = [name for name in accepted if name not in unsafe]
    if unknown:
        has = "it has no finding of that severity"
        if unsafe:
            has = f"its findings are {', '.join(unsafe)}"
        raise UsageError(
            f"--accept-finding {unknown[0]}: the gate has no such finding; {has}",
            "leave it out" if not unsafe else "name a finding that it has",
        )
    return {name: words for name, words in unsafe.items() if name not in accepted}


def refuse(unsafe: dict[str, str], again: str) -> None:
    """Raise StrataError, with the ways to go on, if there are any; `again` is the command."""
    if not unsafe:
        return
    count = len(unsafe)
    reason = (
        "a finding of the gate stops it" if count == 1 else f"{count} findings of the gate stop it"
    )
    ways = "fix the settings and plan again, waive them in policies/waivers.toml, or accept them"
    if list(unsafe) == [NO_VERDICT]:
        reason, ways = (
            "the gate could not judge it",
            "fix what it names and plan again, or accept it",
        )
    elif NO_VERDICT in unsafe:
        reason = (
            f"{counted(count - 1, 'finding')} of the gate, and what it could not judge, stop it"
        )
    lines = [f"nothing was applied: {reason}"]
    lines += [f"{name}: {words}" for name, words in unsafe.items()]
    accepting = " ".join([again, *(f"--accept-finding {name}" for name in unsafe)])
    raise StrataError(
        "\n".join(lines),
        f"{ways} this once with {accepting}",
    )
