"""Sentences that the views of drift share."""

from typing import Any

from strata.documents.layers import LAYERS
from strata.drift.report import Attribute, Released, Report
from strata.plan_file.changes import shown
from strata.text.words import counted
from strata.text.wrapping import wrapped

LONGEST = 400
"""Characters of a value in text and Markdown; JSON has all of it."""


def summary(report: Report) -> list[str]:
    """What was found, in lines of 80 columns; the first has the counts."""
    count = len(report.drift)
    words = f"{counted(count, 'resource')} drifted" if count else "no drift"
    if not set(LAYERS) - {*report.never_applied, *report.destroyed}:
        words = f"nothing exists, it was {'destroyed' if report.destroyed else 'not applied'}"
    if report.added:
        words += f", {len(report.added)} added below ours"
    if report.released:
        words += ", released by other means"
    if report.strangers:
        words += f", {counted(len(report.strangers), 'stranger')}"
    lines = wrapped(f"{report.environment}: {words}")
    if report.left_out:
        lines.append(f"left out, since they move by themselves: {len(report.left_out)}")
    lines += [
        line
        for place in report.unchecked
        for line in wrapped(f"not looked at, since access is denied: {place}")
    ]
    if report.destroyed:
        lines += wrapped(f"destroyed: {', '.join(report.destroyed)}")
    if report.never_applied:
        lines += wrapped(f"never applied: {', '.join(report.never_applied)}")
    return lines


def released(release: Released) -> str:
    """Which image others released, who and when, and what the next apply does about it."""
    by = f" by {release.registered_by}" if release.registered_by else ""
    when = f" at {release.registered_at:%Y-%m-%d %H:%M:%S} UTC" if release.registered_at else ""
    after = (
        f"the next apply puts {release.known} back"
        if release.known != release.image
        else "the service does not run the newest revision, and the next apply changes that"
    )
    return f"revision {release.revision}, {release.image}, registered{by}{when}; {after}, unless:"


def change(attribute: Attribute) -> str:
    """`"a" -> "b"`, and `added "b"` for what was not there."""
    if attribute.before is None:
        return f"added {value(attribute.now)}"
    return f"{value(attribute.before)} -> {value(attribute.now)}"


def value(data: Any) -> str:
    """A value as JSON, not too long."""
    words = shown(data)
    return words if len(words) <= LONGEST else f"{words[:LONGEST]}..."
