"""Compares an estimate with the budget in the settings."""

import math
from pathlib import Path

from strata.cost.estimate import Estimate
from strata.settings import Problem
from strata.settings.load import shown
from strata.settings.positions import Key, line_of, positions
from strata.text.words import plain

KEY: Key = ("cost", "budget_usd_per_month")


def over_budget(estimate: Estimate, file: Path, shows: str) -> Problem | None:
    """The problem when a month at the desired size costs more than the budget in `file`; `shows` is
    the command that shows the estimate.

    Charges without a price are not in the sum, so the real cost can only be higher.
    """
    budget, cost = estimate.budget_usd, estimate.usd.desired
    if budget is None or cost <= budget:
        return None
    sums = " + ".join(f"{layer} {usd.desired:,.2f}" for layer, usd in estimate.layers.items())
    least = "" if estimate.complete else "at least "
    return Problem(
        file=shown(file),
        line=line_of(positions(file.read_text(encoding="utf-8")), KEY),
        key=".".join(str(part) for part in KEY),
        value=plain(budget),
        wrong=f"a month costs {least}{cost:,.2f}, {cost - budget:,.2f} more: {sums}",
        right=f"at least {math.ceil(cost)}, or a smaller environment; {shows} shows what costs how "
        "much",
    )
