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
"""The most attributes of an item that are shown; the other views have all."""


def text(report: Report) -> str:
    """The report as plain text."""
    sections = list(_sections(report))
    lines = [f"{report.environment}: {headline(report)}", ""]
    for (title, below), (_, after) in zip(sections, [*sections[1:], ("", [])], strict=True):
        # No empty line between short sections.
        lines += [*indented(title, 0), *below, *([""] if below or after else [])]
    if report.changes:
        lines += [f"{report.environment}: {touched(report.counts)}"]
    return "\n".join(lines).rstrip("\n") + "\n"


def _sections(report: Report) -> Iterator[tuple[str, list[str]]]:
    """Each heading, and the lines below it."""
    for rank, title in report.titles.items():
        if rank == "else":
            total, *lines_of_cost = costs(report)
            yield (
                f"What it costs: {total}",
                [line for sentence in lines_of_cost for line in indented(sentence, 2)],
            )
        items = report.of(rank)
        lines = (
            _created(items)
            if rank == "created"
            else [line for item in items for line in _item(item, report)]
        )
        yield f"{title}: {len(items) or 'nothing'}", lines
    if report.notes:
        notes = [line for note in report.notes for line in indented(note, 2)]
        yield f"What changes nothing: {len(report.notes)}", notes
    stay = report.counts.stay
    yield f"What stays: {stay or 'nothing'}", indented(stays(report.counts), 2) if stay else []
    yield f"Changed outside of Terraform: {len(report.drift) or 'nothing'}", _drift(report)
    yield (
        f"The gate: {verdict(report)}",
        [
            line
            for finding in report.findings
            for line in indented(f"{finding.severity}: {finding.protects} ({finding.place})", 2)
        ],
    )


def _created(items: list[Item]) -> list[str]:
    lines = []
    for layer in dict.fromkeys(item.layer for item in items):
        addresses = [item.address for item in items if item.layer == layer]
        lines += indented(f"{layer}: {', '.join(addresses)}", 2)
    return lines


def _item(item: Item, report: Report) -> list[str]:
    lines = [f"  {item.address}", *indented(f"{item.action}: {item.why}", 4)]
    for cause in item.causes:
        lines += indented(f"set: {cause.key} {cause.before} -> {cause.after} ({place(cause)})", 4)
    cause_words = origin(item, report)
    if cause_words:
        lines += indented(f"set: {cause_words}", 4)
    for attribute in item.attributes[:MOST_ATTRIBUTES]:
        forces = "  forces it" if attribute.forces else ""
        before = "" if item.action == "create" else f"{attribute.before} -> "
        lines += indented(f"{attribute.name}: {before}{attribute.after}{forces}", 6)
    if len(item.attributes) > MOST_ATTRIBUTES:
        lines.append(f"      and {len(item.attributes) - MOST_ATTRIBUTES} more")
    return lines


def _drift(report: Report) -> list[str]:
    lines = []
    for resource in report.drift:
        lines += [f"  {resource.address}", *indented(drifted(resource), 4)]
        for attribute in resource.attributes[:MOST_ATTRIBUTES]:
            lines += indented(
                f"{attribute.attribute}: {short(attribute.before)} -> {short(attribute.now)}", 6
            )
    return lines
