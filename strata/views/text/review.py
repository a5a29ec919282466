"""A review for a terminal of 80 columns."""

from collections.abc import Iterator

from strata.review.report import Item, Report, short
from strata.text.wrapping import indented
from strata.views.words.review import (
    costs,
    drifted,
    headline,
    origin,
    place,
    stays,
    touched,
    verdict,
)

MOST_ATTRIBUTES = 6
"""Attributes of one item that are shown; the other views have all."""


def text(report: Report) -> str:
    """The report as plain text."""
    sections = list(_sections(report))
    lines = [f"{report.environment}: {headline(report)}", ""]
    for (title, below), (_, after) in zip(sections, [*sections[1:], ("", [])], strict=True):
        # What is short stands close together.
        lines += [*indented(title, 0), *below, *([""] if below or after else [])]
    if report.changes:
        lines += [f"{report.environment}: {touched(report.counts)}"]
    return "\n".join(lines).rstrip("\n") + "\n"


def _sections(report: Report) -> Iterator[tuple[str, list[str]]]:
    """Each heading, and the lines below it."""
    for rank, title in report.titles.items():
        if rank == "else":
            whole, *each = costs(report)
            yield f"What it costs: {whole}", [line for one in each for line in indented(one, 2)]
        items = report.of(rank)
        told = (
            _created(items)
            if rank == "created"
            else [line for item in items for line in _item(item, report)]
        )
        yield f"{title}: {len(items) or 'nothing'}", told
    if report.notes:
        notes = [line for one in report.notes for line in indented(one, 2)]
        yield f"What changes nothing: {len(report.notes)}", notes
    stay = report.counts.stay
    yield f"What stays: {stay or 'nothing'}", indented(stays(report.counts), 2) if stay else []
    yield f"Changed outside of Terraform: {len(report.drift) or 'nothing'}", _drift(report)
    yield (
        f"The gate: {verdict(report)}",
        [
            line
            for one in report.findings
            for line in indented(f"{one.severity}: {one.protects} ({one.place})", 2)
        ],
    )


def _created(items: list[Item]) -> list[str]:
    lines = []
    for layer in dict.fromkeys(item.layer for item in items):
        found = [item.address for item in items if item.layer == layer]
        lines += indented(f"{layer}: {', '.join(found)}", 2)
    return lines


def _item(item: Item, report: Report) -> list[str]:
    lines = [f"  {item.address}", *indented(f"{item.action}: {item.why}", 4)]
    for cause in item.causes:
        lines += indented(f"set: {cause.key} {cause.before} -> {cause.after} ({place(cause)})", 4)
    said = origin(item, report)
    if said:
        lines += indented(f"set: {said}", 4)
    for one in item.attributes[:MOST_ATTRIBUTES]:
        forces = "  forces it" if one.forces else ""
        before = "" if item.action == "create" else f"{one.before} -> "
        lines += indented(f"{one.name}: {before}{one.after}{forces}", 6)
    if len(item.attributes) > MOST_ATTRIBUTES:
        lines.append(f"      and {len(item.attributes) - MOST_ATTRIBUTES} more")
    return lines


def _drift(report: Report) -> list[str]:
    lines = []
    for one in report.drift:
        lines += [f"  {one.address}", *indented(drifted(one), 4)]
        for part in one.attributes[:MOST_ATTRIBUTES]:
            lines += indented(f"{part.attribute}: {short(part.before)} -> {short(part.now)}", 6)
    return lines
