"""What the gate found that stops an apply, and how it is accepted by name."""

from collections.abc import Sequence

from strata.errors import StrataError, UsageError
from strata.gate.report import Finding, Report

SEVERE = ("critical", "high")
"""The severities that stop an apply."""
NO_VERDICT = "no-verdict"
"""The name under which it is accepted that the gate could not judge."""


def stopping(verdict: Report | str) -> dict[str, str]:
    """Name -> what is unsafe, of all that stops an apply; `verdict` is why there is none, as text.

    A finding is named by its checks, joined by `+`, as it stands in the gate's report.
    """
    if isinstance(verdict, str):
        return {NO_VERDICT: f"the gate has no verdict: {' '.join(verdict.split())}"}
    return {named(one): said(one) for one in verdict.findings if one.severity in SEVERE}


def named(finding: Finding) -> str:
    """What a finding is accepted by: `CKV_AWS_16`, or `CKV_AWS_29+CKV_AWS_31` of two checks."""
    return "+".join(finding.checks)


def said(finding: Finding) -> str:
    """A finding on one line, with the place that causes it."""
    return f"{finding.severity}: {finding.protects} ({finding.place})"


def left(found: dict[str, str], accepted: Sequence[str]) -> dict[str, str]:
    """What is not accepted; raises UsageError for a name of nothing that the gate found.

    So no list that was written once lets through what comes later.
    """
    unknown = [one for one in accepted if one not in found]
    if unknown:
        has = f"it found {', '.join(found)}" if found else "it found nothing of that severity"
        raise UsageError(
            f"--accept-finding {unknown[0]}: the gate did not find this; {has}",
            "leave it out" if not found else "name what it found",
        )
    return {name: words for name, words in found.items() if name not in accepted}


def refuse(found: dict[str, str], again: str) -> None:
    """Raise StrataError, with the ways to go on, for what is left; `again` is the command."""
    if not found:
        return
    count = len(found)
    what = (
        "a finding of the gate stops it" if count == 1 else f"{count} findings of the gate stop it"
    )
    ways = "mend the settings and plan again, waive them in policies/waivers.toml, or accept them"
    if NO_VERDICT in found:
        what, ways = "the gate could not judge it", "mend what it says and plan again, or accept it"
    lines = [f"nothing was applied: {what}"]
    lines += [f"{name}: {words}" for name, words in found.items()]
    accepting = " ".join([again, *(f"--accept-finding {name}" for name in found)])
    raise StrataError(
        "\n".join(lines),
        f"{ways} this once with {accepting}",
    )
