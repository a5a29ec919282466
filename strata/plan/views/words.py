"""Sentences that all views of a report share."""

from strata.cost.change import CostChange
from strata.cost.range import dollars
from strata.drift.report import Drifted
from strata.gate.report import Finding
from strata.plan.report import Counts, Item, Report, Setting


def headline(report: Report) -> str:
    """What happens, in one line."""
    if not report.changes:
        return "No change."
    return f"{touched(report.counts)}; {report.counts.stay} stay."


def touched(counts: Counts) -> str:
    """`2 created, 1 replaced`, without what is 0."""
    parts = (
        (counts.create, "created"),
        (counts.update, "changed"),
        (counts.replace, "replaced"),
        (counts.delete, "destroyed"),
        (counts.move, "moved"),
        (counts.imported, "imported"),
        (counts.forget, "left alone from then on"),
    )
    return ", ".join(f"{count} {word}" for count, word in parts if count)


def stays(counts: Counts) -> str:
    """`network 49, edge 9`."""
    return ", ".join(f"{layer} {n}" for layer, n in counts.stay_by_layer.items() if n) or "nothing"


def place(setting: Setting) -> str:
    """`envs/local.toml:12`, and the file alone for a key that it does not have."""
    return f"{setting.file}:{setting.line}" if setting.line else setting.file


def origin(item: Item, report: Report) -> str:
    """Where a change comes from that no setting of the user's explains; empty where one does."""
    if item.drift:
        return "puts back what was changed outside"
    if item.causes or item.layer in report.first:
        return ""
    if item.layer in report.unexplained:
        return f"not known: what {item.layer} was applied with last was not noted"
    return "no setting: the code was changed, or the resource outside"


def verdict(report: Report) -> str:
    """The gate's verdict in a few words."""
    if report.gate is None:
        return f"no verdict: {' '.join(report.no_verdict.split())}"
    count = len(report.findings)
    waived = f", {len(report.gate.waivers)} waived" if report.gate.waivers else ""
    return (f"{count} finding{'s' if count > 1 else ''}" if count else "clean") + waived


def drifted(one: Drifted) -> str:
    """What became of a resource, and what this plan does about it."""
    then = [one.next_apply] if one.next_apply else [a.next_apply for a in one.attributes]
    state = "is gone" if one.gone else "is not as it was left"
    return f"{state}; this plan {', '.join(dict.fromkeys(then))}"


def found_in(finding: Finding) -> str:
    """The setting that causes what the gate found, else the constructs."""
    if finding.file:
        return f"{finding.file}:{finding.line} {finding.key}"
    return ", ".join(finding.constructs)


def by_layer(items: list[Item]) -> str:
    """`network 3, edge 1`."""
    layers = [item.layer or "no layer" for item in items]
    return ", ".join(f"{layer} {layers.count(layer)}" for layer in dict.fromkeys(layers))


MOST_COSTS = 12
"""Resources whose cost is told one by one; `strata cost --plan` has all."""


def costs(report: Report) -> list[str]:
    """What the change costs at the desired size, and which resources make it so."""
    cost = report.cost
    before, after = cost.before.desired, cost.after.desired
    least = "" if cost.exact else ", as far as it is priced"
    lines = [f"{signed(after - before)} US dollars a month: {_from_to(cost)}{least}"]
    found = sorted(cost.resources, key=lambda one: -abs(one.difference.desired))
    for one in found[:MOST_COSTS]:
        lines.append(f"{one.layer}: {one.resource}: {signed(one.difference.desired)}")
    if len(found) > MOST_COSTS:
        lines.append(f"and {len(found) - MOST_COSTS} more resources")
    lines += cost.notes
    if cost.not_priced:
        names = dict.fromkeys(one.resource for one in cost.not_priced)
        lines.append(f"not priced: {', '.join(names)}")
    return lines


def _from_to(cost: CostChange) -> str:
    return f"{dollars(cost.before.desired)} before, {dollars(cost.after.desired)} after"


def signed(amount: float) -> str:
    """`+1.20`, `-1.20` or `0.00`."""
    said = dollars(amount)
    return f"+{said}" if amount > 0 and said != "0.00" else said
