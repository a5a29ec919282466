"""Reports as Markdown: for a comment on a pull request, an issue or a chat."""

import html
import re
from collections.abc import Mapping, Sequence

from strata.cost.change import CostChange
from strata.cost.estimate import Estimate
from strata.drift.report import Drifted
from strata.drift.report import Report as Drift
from strata.review.report import Item, Report
from strata.text.words import shortened
from strata.views.words import cost as cost_words
from strata.views.words import drift as drift_words
from strata.views.words import review as words

LIMIT = 65_536
"""Characters that GitHub takes in one comment."""
RESERVE = 2_000
"""Kept for the lines that count what was left out."""
LONGEST = 400
"""Characters of a sentence that may not be left out: the verdict, and what it costs."""
MOST = 50
"""Resources that drifted, or findings, that are told one by one."""


def review(report: Report, limit: int = LIMIT) -> str:
    """A review in at most `limit` characters; items that do not fit are counted by layer."""
    room = _Room(limit - RESERVE)
    lines = room.take([f"## Plan of {code(report.environment)}", "", words.headline(report), ""])
    summary = [
        f"{one.question}: **{_plain(one.answer)}**"
        for one in words.chips(report)
        if one.section != "gate"
    ]
    lines += room.take([" · ".join(summary), "", f"The gate: **{_cut(words.verdict(report))}**"])
    tail = _tail(report, limit // 4)
    room.left -= sum(len(line) + 1 for line in tail)
    for rank, title in report.titles.items():
        items = report.of(rank)
        if rank == "else":
            whole, *each = words.costs(report)
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
            return [
                *lines,
                "",
                f"and {len(rest)} more, see the HTML report: {words.by_layer(rest)}",
            ]
        lines += room.take(block)
    return lines


def _folded(items: list[Item], room: _Room) -> list[str]:
    """What is created: counted by type, each one below a fold."""
    counted = html.escape(words.types(items))
    if len(counted) > LONGEST:
        counted = f"{len(words.by_type(items))} types"
    head = room.take([f"<details><summary>{counted}</summary>", ""])
    foot = room.take(["", "</details>"])
    blocks = [[f"- {item.layer}: {code(item.address)}"] for item in items]
    return [*head, *_fitting(items, blocks, room), *foot]


def _item(item: Item, report: Report) -> list[str]:
    lines = [f"- {item.layer}: {code(item.address)} {item.action}: {_plain(item.why)}"]
    lines += [
        f"  - set {code(f'{one.key} = {one.before}')} → {code(one.after)}"
        f" in {code(words.place(one))}"
        for one in item.causes
    ]
    said = words.origin(item, report)
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
    lines += ["", f"### What stays ({report.counts.stay})", "", words.stays(report.counts)]
    lines += ["", f"### Changed outside of Terraform ({len(report.drift)})", ""]
    lines += _counted([_drifted(one) for one in report.drift], most)
    if not report.drift:
        lines.append("Nothing.")
    lines += ["", f"### The gate: {_cut(words.verdict(report))}", ""]
    lines += _counted(
        [
            f"- **{one.severity}**: {_plain(one.protects)} ({code(one.place)})"
            for one in report.findings
        ],
        most,
    )
    return lines


def _drifted(one: Drifted) -> str:
    names = ", ".join(code(each.attribute) for each in one.attributes[:5])
    return f"- {one.layer}: {code(one.address)} {words.drifted(one)}: {names}"


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
    return _plain(shortened(text, LONGEST))


def _plain(text: str) -> str:
    """Text in which nothing is taken for markup."""
    return re.sub(r"([\\`*_\[\]<>#|@])", r"\\\1", text)


def drift(report: Drift) -> str:
    """Drift, for an issue or a chat."""
    lines = [f"## Drift of {report.environment}", ""]
    if report.drift:
        lines += [
            "| resource | attribute | before | now | the next apply |",
            "|---|---|---|---|---|",
        ]
    for one in report.drift:
        if one.gone:
            lines.append(f"| {_code_cell(one.address)} | is gone | | | {one.next_apply} |")
        lines += [
            f"| {_code_cell(one.address)} | {_code_cell(each.attribute)} "
            f"| {_code_cell(drift_words.value(each.before))} "
            f"| {_code_cell(drift_words.value(each.now))} | {each.next_apply} |"
            for each in one.attributes
        ]
    if report.added:
        lines += [
            "",
            "### Added below ours",
            "",
            "| below | kind | name | does | to delete it |",
            "|---|---|---|---|---|",
        ]
    lines += [
        f"| {_code_cell(one.address)} | {one.kind} | {_cell(one.name)} | {_cell(one.does)} "
        f"| {_code_cell(one.delete)} |"
        for one in report.added
    ]
    if report.strangers:
        lines += [
            "",
            "### Strangers",
            "",
            "| kind | identifier | name | can be imported to | by |",
            "|---|---|---|---|---|",
        ]
    lines += [
        f"| {one.kind} | {_code_cell(one.identifier)} | {_cell(one.name)} "
        f"| {_code_cell(one.address)} | {_code_cell(one.import_id)} |"
        for one in report.strangers
    ]
    return "\n".join([*lines, "", *drift_words.summary(report)]).replace("\n\n\n", "\n\n") + "\n"


def estimate(cost: Estimate) -> str:
    """An estimate, for a comment on a change."""
    lines = [f"### What {cost.environment} costs a month", ""]
    lines += _table(
        "layer", cost_words.SIZES, {name: cells for _, name, cells in cost_words.layers(cost)}
    )
    lines.append(_cells(f"**{cost_words.total(complete=cost.complete)}**", cost.usd.cents()))
    lines += ["", f"US dollars for {cost.hours} hours in {cost.region}, without tax."]
    lines += [f"\n{one}" for one in cost_words.budget(cost)]
    lines += _bullets("Not priced, and not in the total:", cost_words.missing(cost.not_priced))
    rows = {
        f"`{one.resource}` {one.what}": cost_words.amounts(one) for one in cost_words.entries(cost)
    }
    lines += _below_a_fold("Every charge", _table("charge", cost_words.SIZES, rows))
    lines += _below_a_fold(
        "Use assumed", [f"- {one}" for one in cost_words.assumed(cost.assumptions)]
    )
    lines += ["", cost_words.prices(cost)]
    return "\n".join(lines) + "\n"


def cost_change(cost: CostChange) -> str:
    """What a change costs, for a comment on it."""
    lines = [f"### {cost.environment}: {cost_words.verdict(cost)}", ""]
    sums = {size: cost_words.sides(cost.before, cost.after, size) for size in cost_words.SIZES}
    lines += _table("total", cost_words.SIDES, sums)
    if cost.resources:
        rows = {
            f"`{one.resource}`": cost_words.sides(one.before, one.after, "desired")
            for one in cost.resources
        }
        lines += ["", *_table("at the desired size", cost_words.SIDES, rows)]
    lines += _bullets("Not changed by the settings:", cost.notes)
    lines += _bullets("Not priced, and not in the totals:", cost_words.missing(cost.not_priced))
    lines += _below_a_fold(
        "Use assumed", [f"- {one}" for one in cost_words.assumed(cost.assumptions)]
    )
    return "\n".join(lines) + "\n"


def _table(first: str, heads: Sequence[str], rows: Mapping[str, Sequence[str]]) -> list[str]:
    rule = "|---|" + "---:|" * len(heads)
    return [_cells(first, heads), rule, *(_cells(name, row) for name, row in rows.items())]


def _cells(name: str, cells: Sequence[str]) -> str:
    return f"| {' | '.join([name, *cells])} |"


def _bullets(title: str, sentences: list[str]) -> list[str]:
    return ["", title, "", *(f"- {one}" for one in sentences)] if sentences else []


def _below_a_fold(title: str, lines: list[str]) -> list[str]:
    return ["", f"<details><summary>{title}</summary>", "", *lines, "", "</details>"]


def _cell(words: str) -> str:
    return words.replace("|", "\\|").replace("\n", " ")


def _code_cell(words: str) -> str:
    """Code in a table's cell; a backtick in it needs a longer fence."""
    fence = "``" if "`" in words else "`"
    return f"{fence}{_cell(words)}{fence}" if words else ""
