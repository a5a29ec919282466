"""The report as Markdown that fits a comment on a pull request."""

import re

from strata.plan.report import TITLES, Item, Report
from strata.plan.views.words import (
    by_layer,
    costs,
    drifted,
    found_in,
    headline,
    origin,
    place,
    stays,
    verdict,
)

LIMIT = 65_536
"""Characters that GitHub takes in one comment."""
RESERVE = 2_000
"""Kept for the lines that count what was left out."""


def markdown(report: Report, limit: int = LIMIT) -> str:
    """The report in at most `limit` characters; items that do not fit are counted by layer."""
    room = _Room(limit - RESERVE)
    lines = room.take([f"## Plan of {code(report.environment)}", "", headline(report), ""])
    summary = [f"{title.lower()}: **{len(report.of(rank))}**" for rank, title in TITLES.items()]
    lines += room.take([" · ".join(summary), "", f"The gate: **{_plain(verdict(report))}**"])
    tail = _tail(report)
    room.left -= sum(len(line) + 1 for line in tail)
    for rank, title in TITLES.items():
        items = report.of(rank)
        if rank == "else":
            whole, *each = costs(report)
            lines += room.take(["", "### What it costs", "", f"{whole}", ""])
            lines += room.take([f"- {_plain(one)}" for one in each])
        lines += room.take(["", f"### {title} ({len(items)})", ""])
        if not items:
            lines += room.take(["Nothing."])
        blocks = [_created(one) if rank == "created" else _item(one, report) for one in items]
        lines += _fitting(items, blocks, room)
    return "\n".join([*lines, *tail]) + "\n"


class _Room:
    """How many characters are left."""

    def __init__(self, left: int) -> None:
        self.left = left

    def take(self, lines: list[str]) -> list[str]:
        """The lines, paid for."""
        self.left -= sum(len(line) + 1 for line in lines)
        return lines

    def fits(self, lines: list[str]) -> bool:
        """Whether there is room for the lines."""
        return sum(len(line) + 1 for line in lines) <= self.left


def _fitting(items: list[Item], blocks: list[list[str]], room: _Room) -> list[str]:
    lines: list[str] = []
    for index, block in enumerate(blocks):
        if not room.fits(block):
            rest = items[index:]
            return [*lines, "", f"and {len(rest)} more, see the HTML report: {by_layer(rest)}"]
        lines += room.take(block)
    return lines


def _created(item: Item) -> list[str]:
    return [f"- {item.layer}: {code(item.address)}"]


def _item(item: Item, report: Report) -> list[str]:
    lines = [f"- {item.layer}: {code(item.address)} {item.action}: {_plain(item.why)}"]
    lines += [
        f"  - set {code(f'{one.key} = {one.before}')} → {code(one.after)} in {code(place(one))}"
        for one in item.causes
    ]
    said = origin(item, report)
    lines += [f"  - {said}"] if said else []
    lines += [
        f"  - {code(one.name)}: {code(one.before)} → {code(one.after)}"
        + (" **forces the replacement**" if one.forces else "")
        for one in item.attributes
    ]
    return lines


def _tail(report: Report) -> list[str]:
    lines = ["", f"### What stays ({report.counts.stay})", "", stays(report.counts)]
    lines += ["", f"### Changed outside of Terraform ({len(report.drift)})", ""]
    for drift in report.drift[:50]:
        names = ", ".join(code(one.attribute) for one in drift.attributes[:5])
        lines.append(f"- {drift.layer}: {code(drift.address)} {drifted(drift)}: {names}")
    if len(report.drift) > 50:
        lines.append(f"and {len(report.drift) - 50} more")
    if not report.drift:
        lines.append("Nothing.")
    lines += ["", f"### The gate: {_plain(verdict(report))}", ""]
    for one in report.findings[:50]:
        lines.append(f"- **{one.severity}**: {_plain(one.protects)} ({code(found_in(one))})")
    if len(report.findings) > 50:
        lines.append(f"and {len(report.findings) - 50} more")
    return lines


def code(text: str) -> str:
    """A code span, whatever backticks and line breaks are in the text."""
    flat = " ".join(text.split()) or " "
    longest = max((len(one) for one in re.findall("`+", flat)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if longest else ""
    return f"{fence}{pad}{flat}{pad}{fence}"


def _plain(text: str) -> str:
    """Text in which nothing is taken for markup."""
    return re.sub(r"([\\`*_\[\]<>#|@])", r"\\\1", text)
