"""The report for a terminal of 80 columns."""

import textwrap

from strata.plan.report import TITLES, Item, Report
from strata.plan.views.words import (
    costs,
    headline,
    origin,
    place,
    stays,
    touched,
    verdict,
)

WIDTH = 80
MOST_ATTRIBUTES = 6
"""Attributes of one item that are shown; the other views have all."""


def text(report: Report) -> str:
    """The report as plain text."""
    lines = [f"{report.environment}: {headline(report)}"]
    for rank, title in TITLES.items():
        items = report.of(rank)
        if rank == "else":
            whole, *each = costs(report)
            lines += [*([""] if each else []), *_wrapped(f"What it costs: {whole}", 0)]
            lines += [line for one in each for line in _wrapped(one, 2)]
        lines += [*([""] if items else []), f"{title}: {len(items) or 'nothing'}"]
        if rank == "created":
            lines += _created(items)
        else:
            for item in items:
                lines += _item(item, report)
    lines += [f"What stays: {report.counts.stay}", *_wrapped(stays(report.counts), 2)]
    lines += _drift(report)
    lines += _wrapped(f"The gate: {verdict(report)}", 0)
    for one in report.findings:
        where = f"{one.file}:{one.line} {one.key}" if one.file else ", ".join(one.constructs)
        lines += _wrapped(f"{one.severity}: {one.protects} ({where})", 2)
    if report.changes:
        lines += ["", f"{report.environment}: {touched(report.counts)}"]
    return "\n".join(lines) + "\n"


def _created(items: list[Item]) -> list[str]:
    lines = []
    for layer in dict.fromkeys(item.layer for item in items):
        found = [item.address for item in items if item.layer == layer]
        lines += _wrapped(f"{layer}: {', '.join(found)}", 2)
    return lines


def _item(item: Item, report: Report) -> list[str]:
    lines = [f"  {item.address}", *_wrapped(f"{item.action}: {item.why}", 4)]
    for cause in item.causes:
        lines += _wrapped(f"set: {cause.key} {cause.before} -> {cause.after} ({place(cause)})", 4)
    said = origin(item, report)
    if said:
        lines += _wrapped(f"set: {said}", 4)
    for one in item.attributes[:MOST_ATTRIBUTES]:
        forces = "  forces it" if one.forces else ""
        before = "" if item.action == "create" else f"{one.before} -> "
        lines += _wrapped(f"{one.name}: {before}{one.after}{forces}", 6)
    if len(item.attributes) > MOST_ATTRIBUTES:
        lines.append(f"      and {len(item.attributes) - MOST_ATTRIBUTES} more attributes")
    return lines


def _drift(report: Report) -> list[str]:
    if not report.drift:
        return ["Changed outside of Terraform: nothing"]
    lines = ["", f"Changed outside of Terraform: {len(report.drift)}"]
    for one in report.drift:
        back = "this plan puts it back" if one.put_back else "this plan leaves it so"
        state = "is gone" if one.gone else "is not as it was left"
        lines += [f"  {one.address}", *_wrapped(f"{state}; {back}", 4)]
        for attribute in one.attributes:
            lines += _wrapped(f"{attribute.name}: {attribute.before} -> {attribute.after}", 6)
    return lines


def _wrapped(content: str, indent: int) -> list[str]:
    return textwrap.wrap(
        content,
        WIDTH,
        initial_indent=" " * indent,
        subsequent_indent=" " * (indent + 2),
        break_on_hyphens=False,
    )
