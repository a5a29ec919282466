"""An estimate and a change of cost for a terminal of 80 columns."""

from collections.abc import Sequence

from strata.cost.change import CostChange
from strata.cost.estimate import Estimate
from strata.cost.resources import label
from strata.text.wrapping import WIDTH, wrapped
from strata.views.words.cost import (
    SIDES,
    SIZES,
    amounts,
    assumed,
    budget,
    entries,
    layers,
    missing,
    prices,
    sides,
    total,
    verdict,
)

CELL = 10
LABEL = WIDTH - 3 * CELL
FREE_TIER = (
    "The free tier of twelve months covered part of this, in accounts made before 2025-07-15 and "
    "so until 2026-07 at the latest. Later accounts get credits in its place."
)


def estimate(cost: Estimate) -> str:
    """An estimate as plain text."""
    lines = [
        f"{cost.environment} in {cost.region}: US dollars for a month of {cost.hours} hours, "
        "without tax",
        "",
        _row("", SIZES),
    ]
    for layer, name, cells in layers(cost):
        lines.append(_row(name, cells))
        for line in entries(cost):
            if line.layer == layer:
                lines += _charge(f"{label(line.resource)}: {line.what}", amounts(line))
    lines += ["", _row(total(complete=cost.complete), cost.usd.cents()), *budget(cost)]
    lines += _section("to compare:", cost.notes)
    lines += _section("not priced, and not in the total:", missing(cost.not_priced))
    lines += _section("use assumed, as [cost.usage] sets it:", assumed(cost.assumptions))
    if cost.free_tier:
        free = (
            f"{label(charge.resource)}: {charge.what}: {charge.free}" for charge in cost.free_tier
        )
        lines += ["", *wrapped(FREE_TIER), *(f"  {line}" for line in free)]
    lines += ["", *wrapped(prices(cost))]
    return "\n".join(lines) + "\n"


def change(cost: CostChange) -> str:
    """What a change costs, as plain text."""
    lines = [f"{cost.environment}: {verdict(cost)}", ""]
    if cost.resources:
        lines += [_row("at the desired size", SIDES)]
        for resource in cost.resources:
            cells = sides(resource.before, resource.after, "desired")
            lines += _charge(f"{resource.layer}/{label(resource.resource)}", cells)
        lines.append("")
    lines.append(_row("total", SIDES))
    for size in SIZES:
        lines.append(_row(f"  {size}", sides(cost.before, cost.after, size)))
    lines += _section("not changed by the settings:", cost.notes)
    lines += _section("not priced, and not in the totals:", missing(cost.not_priced))
    lines += _section("use assumed, as [cost.usage] sets it:", assumed(cost.assumptions))
    return "\n".join(lines) + "\n"


def _row(name: str, cells: Sequence[str]) -> str:
    return f"{name:{LABEL}}" + "".join(f"{cell:>{CELL}}" for cell in cells)


def _charge(name: str, cells: Sequence[str]) -> list[str]:
    *above, last = wrapped(name, "  ", "    ", LABEL - 1)
    if len(last) >= LABEL:
        above, last = [*above, last], ""
    return [*above, _row(last, cells)]


def _section(title: str, sentences: list[str]) -> list[str]:
    if not sentences:
        return []
    lines = ["", title]
    for sentence in sentences:
        lines += wrapped(sentence, "  ", "    ")
    return lines
