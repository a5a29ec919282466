"""The report as Markdown that fits a comment on a pull request."""

import html
import re

from strata.drift.report import Drifted
from strata.review.report import Item, Report
from strata.views.review_words import (
    by_layer,
    by_type,
    chips,
    costs,
    drifted,
    found_in,
    headline,
    origin,
    place,
    stays,
    types,
    verdict,
)

LIMIT = 65_536
"""Characters that GitHub takes in one comment."""
RESERVE = 2_000
"""Kept for the lines that count what was left out."""
LONGEST = 400
"""Characters of a sentence that may not be left out: the verdict, and what it costs."""
MOST = 50
"""Resources that drifted, or findings, that are told one by one."""


def markdown(report: Report, limit: int = LIMIT) -> str:
    """The report in at most `limit` characters; items that do not fit are counted by layer."""
    room = _Room(limit - RESERVE)
    lines = room.take([f"## Plan of {code(report.environment)}", "", headline(report), ""])
    summary = [
        f"{one.question}: **{_plain(one.answer)}**"
        for one in chips(report)
        if one.section != "gate"
    ]
    lines += room.take([" · ".join(summary), "", f"The gate: **{_cut(verdict(report))}**"])
    tail = _tail(report, limit // 4)
    room.left -= sum(len(line) + 1 for line in tail)
    for rank, title in report.titles.items():
        items = report.of(rank)
        if rank == "else":
            whole, *each = costs(report)
            lines += room.take(["", "### What it costs", "", f"{whole}", ""])
            lines += room.take([f"- {_cut(one)}" for one in each])
        lines += room.take(["", f"### {title} ({len(items)})", ""])
        if not items:
            lines += room.take(["Nothing."])
        if rank == "created" and items:
            lines += _folded(items, room)
        else:
            lines += _fitting(items, [_item(one, report) for one in items], room)
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


def _folded(items: list[Item], room: _Room) -> list[str]:
    """What is created: counted by type, each one below a fold."""
    counted = html.escape(types(items))
    if len(counted) > LONGEST:
        counted = f"{len(by_type(items))} types"
    head = room.take([f"<details><summary>{counted}</summary>", ""])
    foot = room.take(["", "</details>"])
    blocks = [[f"- {item.layer}: {code(item.address)}"] for item in items]
    return [*head, *_fitting(items, blocks, room), *foot]


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


def _tail(report: Report, most: int) -> list[str]:
    """What stays, what drifted and what the gate found; the last two in `most` characters each."""
    lines: list[str] = []
    if report.notes:
        lines += ["", f"### What changes nothing ({len(report.notes)})", ""]
        lines += _counted([f"- {_plain(one)}" for one in report.notes], most)
    lines += ["", f"### What stays ({report.counts.stay})", "", stays(report.counts)]
    lines += ["", f"### Changed outside of Terraform ({len(report.drift)})", ""]
    lines += _counted([_drifted(one) for one in report.drift], most)
    if not report.drift:
        lines.append("Nothing.")
    lines += ["", f"### The gate: {_cut(verdict(report))}", ""]
    lines += _counted(
        [
            f"- **{one.severity}**: {_plain(one.protects)} ({code(found_in(one))})"
            for one in report.findings
        ],
        most,
    )
    return lines


def _drifted(one: Drifted) -> str:
    names = ", ".join(code(each.attribute) for each in one.attributes[:5])
    return f"- {one.layer}: {code(one.address)} {drifted(one)}: {names}"


def _counted(lines: list[str], most: int) -> list[str]:
    """The first MOST lines that fit in `most` characters, and how many more there are."""
    room, shown = _Room(most), 0
    while shown < min(len(lines), MOST) and room.fits(lines[shown : shown + 1]):
        room.take(lines[shown : shown + 1])
        shown += 1
    more = ["", f"and {len(lines) - shown} more"] if shown < len(lines) else []
    return [*lines[:shown], *more]


def code(text: str) -> str:
    """A code span, whatever backticks and line breaks are in the text."""
    flat = " ".join(text.split()) or " "
    longest = max((len(one) for one in re.findall("`+", flat)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if longest else ""
    return f"{fence}{pad}{flat}{pad}{fence}"


def _cut(text: str) -> str:
    """The same as `_plain`, of what may be too long."""
    return _plain(text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…")


def _plain(text: str) -> str:
    """Text in which nothing is taken for markup."""
    return re.sub(r"([\\`*_\[\]<>#|@])", r"\\\1", text)
