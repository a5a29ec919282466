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
"""The most characters that GitHub accepts in a comment."""
RESERVE = 2_000
"""Characters reserved for the lines that count what was left out."""
LONGEST = 400
"""The most characters of a sentence that may not be left out: the verdict, and the cost."""
MOST = 50
"""The most resources that drifted, or findings, that are listed one by one."""


def review(report: Report, limit: int = LIMIT) -> str:
    """A review in at most `limit` characters; items that do not fit are counted by layer."""
    room = _Room(limit - RESERVE)
    lines = room.take([f"## Plan of {code(report.environment)}", "", words.headline(report), ""])
    summary = [
        f"{chip.question}: **{_plain(chip.answer)}**"
        for chip in words.chips(report)
        if chip.section != "gate"
    ]
    lines += room.take([" · ".join(summary), "", f"The gate: **{_cut(words.verdict(report))}**"])
    tail = _tail(report, limit // 4)
    room.left -= sum(len(line) + 1 for line in tail)
    for rank, title in report.titles.items():
        items = report.of(rank)
        if rank == "else":
            total, *lines_of_cost = words.costs(report)
            lines += room.take(["", "### What it costs", "", f"{total}", ""])
            lines += room.take([f"- {_cut(line)}" for line in lines_of_cost])
        lines += room.take(["", f"### {title} ({len(items)})", ""])
        if not items:
            lines += room.take(["Nothing."])
        if rank == "created" and items:
            lines += _folded(items, room)
        else:
            lines += _fitting(items, [_item(item, report) for item in items], room)
    return "\n".join([*lines, *tail]) + "\n"


class _Room:
    """How many characters are left."""

    def __init__(self, left: int) -> None:
        self.left = left

    def take(self, lines: list[str]) -> list[str]:
        """The lines, whose characters are subtracted from what is left."""
        self.left -= sum(len(line) + 1 for line in lines)
        return lines

    def fits(self, lines: list[str]) -> bool:
        """Whether there is room for the lines."""
        return sum(len(line) + 1 for line in lines) <= self.left


def _fitting(items: list[Item], blocks: list[list[str]], room: _Room) -> list[str]:
    lines: list[str] = []
    for index, block in enumerate(blocks):
        if not room.fits(block):
            left_out = items[index:]
            return [
                *lines,
                "",
                f"and {len(left_out)} more, see the HTML report: {words.by_layer(left_out)}",
            ]
        lines += room.take(block)
    return lines


def _folded(items: list[Item], room: _Room) -> list[str]:
    """Created resources: counted by type, and listed below a fold."""
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
        f"  - set {code(f'{cause.key} = {cause.before}')} → {code(cause.after)}"
        f" in {code(words.place(cause))}"
        for cause in item.causes
    ]
    origin = words.origin(item, report)
    lines += [f"  - {origin}"] if origin else []
    lines += [
        f"  - {code(attribute.name)}: {code(attribute.before)} → {code(attribute.after)}"
        + (" **forces the replacement**" if attribute.forces else "")
        for attribute in item.attributes
    ]
    return lines


def _tail(report: Report, most: int) -> list[str]:
    """What stays, what drifted and the gate's findings; the last two in `most` characters each."""
    lines: list[str] = []
    if report.notes:
        lines += ["", f"### What changes nothing ({len(report.notes)})", ""]
        lines += _counted([f"- {_plain(note)}" for note in report.notes], most)
    lines += ["", f"### What stays ({report.counts.stay})", "", words.stays(report.counts)]
    lines += ["", f"### Changed outside of Terraform ({len(report.drift)})", ""]
    lines += _counted([_drifted(drifted) for drifted in report.drift], most)
    if not report.drift:
        lines.append("Nothing.")
    lines += ["", f"### The gate: {_cut(words.verdict(report))}", ""]
    lines += _counted(
        [
            f"- **{finding.severity}**: {_plain(finding.protects)} ({code(finding.place)})"
            for finding in report.findings
        ]
        + [f"- not judged: {code(line)}" for line in (report.gate.unjudged if report.gate else ())],
        most,
    )
    return lines


def _drifted(drifted: Drifted) -> str:
    names = ", ".join(code(attribute.attribute) for attribute in drifted.attributes[:5])
    return f"- {drifted.layer}: {code(drifted.address)} {words.drifted(drifted)}: {names}"


def _counted(lines: list[str], most: int) -> list[str]:
    """The first MOST lines that fit in `most` characters, and how many more there are."""
    room, count = _Room(most), 0
    while count < min(len(lines), MOST) and room.fits(lines[count : count + 1]):
        room.take(lines[count : count + 1])
        count += 1
    more = ["", f"and {len(lines) - count} more"] if count < len(lines) else []
    return [*lines[:count], *more]


def code(text: str) -> str:
    """A code span, whatever backticks and line breaks are in the text."""
    flat = " ".join(text.split()) or " "
    longest = max((len(run) for run in re.findall("`+", flat)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if longest else ""
    return f"{fence}{pad}{flat}{pad}{fence}"


def _cut(text: str) -> str:
    """The same as `_plain`, for text that may be too long."""
    return _plain(shortened(text, LONGEST))


def _plain(text: str) -> str:
    """Text with every character of markup escaped."""
    return re.sub(r"([\\`*_\[\]<>#|@])", r"\\\1", text)


def drift(report: Drift) -> str:
    """Drift, for an issue or a chat."""
    lines = [f"## Drift of {report.environment}", ""]
    if report.drift:
        lines += [
            "| resource | attribute | before | now | the next apply |",
            "|---|---|---|---|---|",
        ]
    for drifted in report.drift:
        if drifted.gone:
            lines.append(f"| {_code_cell(drifted.address)} | deleted | | | {drifted.next_apply} |")
        lines += [
            f"| {_code_cell(drifted.address)} | {_code_cell(attribute.attribute)} "
            f"| {_code_cell(drift_words.value(attribute.before))} "
            f"| {_code_cell(drift_words.value(attribute.now))} | {attribute.next_apply} |"
            for attribute in drifted.attributes
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
        f"| {_code_cell(added.address)} | {added.kind} | {_cell(added.name)} | {_cell(added.does)} "
        f"| {_code_cell(added.delete)} |"
        for added in report.added
    ]
    for release in report.released:
        lines += ["", "### Released by other means than Strata", ""]
        lines.append(f"{drift_words.released(release)} `{release.keep}`")
    if report.strangers:
        lines += [
            "",
            "### Strangers",
            "",
            "| kind | identifier | name | can be imported to | by |",
            "|---|---|---|---|---|",
        ]
    lines += [
        f"| {stranger.kind} | {_code_cell(stranger.identifier)} | {_cell(stranger.name)} "
        f"| {_code_cell(stranger.address)} | {_code_cell(stranger.import_id)} |"
        for stranger in report.strangers
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
    lines += [f"\n{line}" for line in cost_words.budget(cost)]
    lines += _bullets("To compare:", cost.notes)
    lines += _bullets("Not priced, and not in the total:", cost_words.missing(cost.not_priced))
    rows = {
        f"`{entry.resource}` {entry.what}": cost_words.amounts(entry)
        for entry in cost_words.entries(cost)
    }
    lines += _below_a_fold("Every charge", _table("charge", cost_words.SIZES, rows))
    lines += _below_a_fold(
        "Use assumed", [f"- {assumption}" for assumption in cost_words.assumed(cost.assumptions)]
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
            f"`{resource.resource}`": cost_words.sides(resource.before, resource.after, "desired")
            for resource in cost.resources
        }
        lines += ["", *_table("at the desired size", cost_words.SIDES, rows)]
    lines += _bullets("Not changed by the settings:", cost.notes)
    lines += _bullets("Not priced, and not in the totals:", cost_words.missing(cost.not_priced))
    lines += _below_a_fold(
        "Use assumed", [f"- {assumption}" for assumption in cost_words.assumed(cost.assumptions)]
    )
    return "\n".join(lines) + "\n"


def _table(first: str, heads: Sequence[str], rows: Mapping[str, Sequence[str]]) -> list[str]:
    rule = "|---|" + "---:|" * len(heads)
    return [_cells(first, heads), rule, *(_cells(name, row) for name, row in rows.items())]


def _cells(name: str, cells: Sequence[str]) -> str:
    return f"| {' | '.join([name, *cells])} |"


def _bullets(title: str, sentences: list[str]) -> list[str]:
    return ["", title, "", *(f"- {sentence}" for sentence in sentences)] if sentences else []


def _below_a_fold(title: str, lines: list[str]) -> list[str]:
    return ["", f"<details><summary>{title}</summary>", "", *lines, "", "</details>"]


def _cell(words: str) -> str:
    return words.replace("|", "\\|").replace("\n", " ")


def _code_cell(words: str) -> str:
    """Code in a table's cell; a backtick in it needs a longer fence."""
    fence = "``" if "`" in words else "`"
    return f"{fence}{_cell(words)}{fence}" if words else ""
