"""Sentences that the views of an estimate and of a change of cost share."""

from collections.abc import Iterator, Sequence

from strata.cost.change import CostChange
from strata.cost.estimate import ORDER, Assumption, Estimate, Line, NotPriced
from strata.cost.range import Range, dollars
from strata.text.words import plain

SIZES = ("minimum", "desired", "maximum")
NOT_PRICED = ("", "", "not priced")
SIDES = ("before", "after", "change")


def verdict(change: CostChange) -> str:
    """What a change costs, in one sentence."""
    amount = change.difference.desired
    words = "adds" if amount >= 0 else "takes"
    if dollars(amount) == "0.00":
        words, amount = "adds", 0
    away = " away" if amount < 0 else ""
    least = "" if change.exact else ", as far as it is priced"
    return f"the change {words} {dollars(abs(amount))} US dollars a month{away}{least}"


def sides(before: Range, after: Range, size: str) -> tuple[str, str, str]:
    """Before, after and the signed difference, at a size."""
    old, new = getattr(before, size), getattr(after, size)
    difference = dollars(new - old)
    plus = "+" if new > old and difference != "0.00" else ""
    return dollars(old), dollars(new), f"{plus}{difference}"


def layers(cost: Estimate) -> Iterator[tuple[str, str, Sequence[str]]]:
    """Each layer, its heading and its sum; a layer without any price has no sum, rather than 0."""
    lacking = {charge.layer for charge in cost.not_priced}
    for layer in ORDER:
        if sums := cost.layers.get(layer):
            yield layer, f"{layer}, at least" if layer in lacking else layer, sums.cents()
        elif layer in lacking:
            yield layer, layer, NOT_PRICED


def entries(cost: Estimate) -> list[Line | NotPriced]:
    """Every charge, with a price or without."""
    return [*cost.lines, *cost.not_priced]


def amounts(line: Line | NotPriced) -> Sequence[str]:
    """A charge at each size."""
    return line.usd.cents() if isinstance(line, Line) else NOT_PRICED


def total(*, complete: bool) -> str:
    """The heading of the sum."""
    return "total" if complete else "total, at least"


def budget(cost: Estimate) -> Iterator[str]:
    """What is left of the budget, if there is one."""
    if cost.budget_usd is not None:
        remaining = cost.budget_usd - cost.usd.desired
        words = f"{dollars(remaining)} left" if remaining >= 0 else f"over by {dollars(-remaining)}"
        yield f"budget {dollars(cost.budget_usd)} at the desired size: {words}"


def prices(cost: Estimate) -> str:
    """The source of the prices, and their dates."""
    dates = sorted(line.as_of for line in cost.lines)
    when = f", of {dates[0]} to {dates[-1]}" if dates else ""
    return f"AWS's on-demand prices{when}; strata cost --refresh renews them."


def missing(not_priced: Sequence[NotPriced]) -> list[str]:
    """What has no price, and why."""
    return [f"{charge.resource}: {charge.what}: {charge.why}" for charge in not_priced]


def assumed(assumptions: Sequence[Assumption]) -> list[str]:
    """The use that was assumed, key by key."""
    return [
        f"{assumption.key.rpartition('.')[2]} = {plain(assumption.value)}: {assumption.meaning}"
        for assumption in assumptions
    ]
