"""The forms that an estimate and a change are shown in."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from strata.cost.change import CostChange
from strata.cost.estimate import ORDER, Assumption, Estimate, Line, NotPriced
from strata.cost.items import label
from strata.cost.range import Range, dollars
from strata.text.wrapping import WIDTH, wrapped

CELL = 10
LABEL = WIDTH - 3 * CELL
SIZES = ("minimum", "desired", "maximum")
NOT_PRICED = ("", "", "not priced")
SIDES = ("before", "after", "change")
FREE_TIER = (
    "The free tier of twelve months covered part of this, in accounts made before 2025-07-15 and "
    "so until 2026-07 at the latest. Later accounts get credits in its place."
)


def text(cost: Estimate) -> str:
    """An estimate for a terminal of 80 columns."""
    lines = [
        f"{cost.environment} in {cost.region}: US dollars for a month of {cost.hours} hours, "
        "without tax",
        "",
        _row("", SIZES),
    ]
    for layer, name, cells in _layers(cost):
        lines.append(_row(name, cells))
        for line in _entries(cost):
            if line.layer == layer:
                lines += _charge(f"{label(line.resource)}: {line.what}", _of(line))
    lines += ["", _row(_total(complete=cost.complete), cost.usd.cents()), *_budget(cost)]
    lines += _section("not priced, and not in the total:", _missing(cost.not_priced))
    lines += _section("use assumed, as [cost.usage] sets it:", _assumed(cost.assumptions))
    if cost.free_tier:
        free = (f"{label(one.resource)}: {one.what}: {one.free}" for one in cost.free_tier)
        lines += ["", *wrapped(FREE_TIER), *(f"  {one}" for one in free)]
    lines += ["", *wrapped(_prices(cost))]
    return "\n".join(lines) + "\n"


def markdown(cost: Estimate) -> str:
    """An estimate for a comment on a change."""
    lines = [f"### What {cost.environment} costs a month", ""]
    lines += _table("layer", SIZES, {name: cells for _, name, cells in _layers(cost)})
    lines.append(_cells(f"**{_total(complete=cost.complete)}**", cost.usd.cents()))
    lines += ["", f"US dollars for {cost.hours} hours in {cost.region}, without tax."]
    lines += [f"\n{one}" for one in _budget(cost)]
    lines += _bullets("Not priced, and not in the total:", _missing(cost.not_priced))
    rows = {f"`{one.resource}` {one.what}": _of(one) for one in _entries(cost)}
    lines += _folded("Every charge", _table("charge", SIZES, rows))
    lines += _folded("Use assumed", [f"- {one}" for one in _assumed(cost.assumptions)])
    lines += ["", _prices(cost)]
    return "\n".join(lines) + "\n"


def text_change(change: CostChange) -> str:
    """A change for a terminal of 80 columns."""
    lines = [f"{change.environment}: {_verdict(change)}", ""]
    if change.resources:
        lines += [_row("at the desired size", SIDES)]
        for one in change.resources:
            cells = _sides(one.before, one.after, "desired")
            lines += _charge(f"{one.layer}/{label(one.resource)}", cells)
        lines.append("")
    lines.append(_row("total", SIDES))
    for size in SIZES:
        lines.append(_row(f"  {size}", _sides(change.before, change.after, size)))
    lines += _section("not changed by the settings:", change.notes)
    lines += _section("not priced, and not in the totals:", _missing(change.not_priced))
    lines += _section("use assumed, as [cost.usage] sets it:", _assumed(change.assumptions))
    return "\n".join(lines) + "\n"


def markdown_change(change: CostChange) -> str:
    """A change for a comment on it."""
    lines = [f"### {change.environment}: {_verdict(change)}", ""]
    sums = {size: _sides(change.before, change.after, size) for size in SIZES}
    lines += _table("total", SIDES, sums)
    if change.resources:
        rows = {
            f"`{one.resource}`": _sides(one.before, one.after, "desired")
            for one in change.resources
        }
        lines += ["", *_table("at the desired size", SIDES, rows)]
    lines += _bullets("Not changed by the settings:", change.notes)
    lines += _bullets("Not priced, and not in the totals:", _missing(change.not_priced))
    lines += _folded("Use assumed", [f"- {one}" for one in _assumed(change.assumptions)])
    return "\n".join(lines) + "\n"


def as_json(report: Estimate | CostChange) -> str:
    """A report as data."""
    return report.model_dump_json(indent=2) + "\n"


ESTIMATES: Mapping[str, Callable[[Estimate], str]] = {
    "text": text,
    "json": as_json,
    "md": markdown,
}
CHANGES: Mapping[str, Callable[[CostChange], str]] = {
    "text": text_change,
    "json": as_json,
    "md": markdown_change,
}


def _verdict(change: CostChange) -> str:
    amount = change.difference.desired
    words = "adds" if amount >= 0 else "takes"
    if dollars(amount) == "0.00":
        words, amount = "adds", 0
    away = " away" if amount < 0 else ""
    least = "" if change.exact else ", as far as it is priced"
    return f"the change {words} {dollars(abs(amount))} US dollars a month{away}{least}"


def _sides(before: Range, after: Range, size: str) -> tuple[str, str, str]:
    old, new = getattr(before, size), getattr(after, size)
    difference = dollars(new - old)
    plus = "+" if new > old and difference != "0.00" else ""
    return dollars(old), dollars(new), f"{plus}{difference}"


def _layers(cost: Estimate) -> Iterator[tuple[str, str, Sequence[str]]]:
    """Each layer, its heading and its sum; without any price it has none, rather than 0."""
    lacking = {one.layer for one in cost.not_priced}
    for layer in ORDER:
        if sums := cost.layers.get(layer):
            yield layer, f"{layer}, at least" if layer in lacking else layer, sums.cents()
        elif layer in lacking:
            yield layer, layer, NOT_PRICED


def _entries(cost: Estimate) -> list[Line | NotPriced]:
    return [*cost.lines, *cost.not_priced]


def _of(line: Line | NotPriced) -> Sequence[str]:
    return line.usd.cents() if isinstance(line, Line) else NOT_PRICED


def _total(*, complete: bool) -> str:
    return "total" if complete else "total, at least"


def _budget(cost: Estimate) -> Iterator[str]:
    if cost.budget_usd is not None:
        rest = cost.budget_usd - cost.usd.desired
        words = f"{dollars(rest)} left" if rest >= 0 else f"over by {dollars(-rest)}"
        yield f"budget {dollars(cost.budget_usd)} at the desired size: {words}"


def _prices(cost: Estimate) -> str:
    dates = sorted(line.as_of for line in cost.lines)
    when = f", of {dates[0]} to {dates[-1]}" if dates else ""
    return f"AWS's on-demand prices{when}; strata cost --refresh renews them."


def _row(name: str, cells: Sequence[str]) -> str:
    return f"{name:{LABEL}}" + "".join(f"{cell:>{CELL}}" for cell in cells)


def _charge(name: str, cells: Sequence[str]) -> list[str]:
    *above, last = wrapped(name, "  ", "    ", LABEL - 1)
    if len(last) >= LABEL:
        above, last = [*above, last], ""
    return [*above, _row(last, cells)]


def _section(title: str, entries: list[str]) -> list[str]:
    if not entries:
        return []
    lines = ["", title]
    for one in entries:
        lines += wrapped(one, "  ", "    ")
    return lines


def _missing(entries: Sequence[NotPriced]) -> list[str]:
    return [f"{one.resource}: {one.what}: {one.why}" for one in entries]


def _assumed(entries: Sequence[Assumption]) -> list[str]:
    return [f"{one.key.rpartition('.')[2]} = {one.value:g}: {one.meaning}" for one in entries]


def _table(first: str, heads: Sequence[str], rows: Mapping[str, Sequence[str]]) -> list[str]:
    rule = "|---|" + "---:|" * len(heads)
    return [_cells(first, heads), rule, *(_cells(name, row) for name, row in rows.items())]


def _cells(name: str, cells: Sequence[str]) -> str:
    return f"| {' | '.join([name, *cells])} |"


def _bullets(title: str, entries: list[str]) -> list[str]:
    return ["", title, "", *(f"- {one}" for one in entries)] if entries else []


def _folded(title: str, lines: list[str]) -> list[str]:
    return ["", f"<details><summary>{title}</summary>", "", *lines, "", "</details>"]
