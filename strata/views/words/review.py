"""Sentences that the views of a review share."""

from collections.abc import Iterator
from dataclasses import dataclass

from strata.cost.change import CostChange
from strata.cost.estimate import NotPriced
from strata.cost.range import dollars
from strata.drift.report import Drifted
from strata.gate.report import SEVERITIES
from strata.review.ranks import Rank
from strata.review.report import Counts, Item, Report, Setting
from strata.text.words import counted


@dataclass(frozen=True)
class Chip:
    """An answer at the top of the page: the section it leads to, its question, and the answer.

    `quiet` is set when there is nothing to look at.
    """

    section: str
    question: str
    answer: str
    detail: str
    quiet: bool


def chips(report: Report) -> Iterator[Chip]:
    """What a reviewer wants to know first: the ranks, the gate and the cost."""
    yield from (_ranked(report, rank) for rank in report.titles if rank not in LATER)
    yield Chip("gate", "the gate", _judged(report), _judgement(report), quiet=_clean(report))
    cost = report.cost
    amount = cost.difference.desired
    yield Chip(
        "cost", "what it costs", f"{signed(amount)} $",
        f"a month: {_from_to(cost)}{_partly(report)}",
        quiet=cost.exact and dollars(amount) == "0.00",
    )  # fmt: skip
    yield from (_ranked(report, rank) for rank in report.titles if rank in LATER)


LATER: tuple[Rank, ...] = ("else", "created")
"""The ranks that come after the cost."""


def _ranked(report: Report, rank: Rank) -> Chip:
    items = report.of(rank)
    title, answer = report.titles[rank], str(len(items) or "nothing")
    question = title[0].lower() + title[1:]
    return Chip(rank, question, answer, by_layer(items), quiet=not items)


def _clean(report: Report) -> bool:
    return report.gate is not None and not report.findings


def _judged(report: Report) -> str:
    """`clean`, `2 findings` or `no verdict`."""
    if report.gate is None:
        return "no verdict"
    count = len(report.findings)
    return counted(count, "finding") if count else "clean"


def _judgement(report: Report) -> str:
    """How bad the findings are, and how many were waived."""
    severities = [finding.severity for finding in report.findings]
    parts = [
        f"{severities.count(severity)} {severity}"
        for severity in SEVERITIES
        if severity in severities
    ]
    return ", ".join([*parts, *_unjudged(report), *_waived(report)])


def _unjudged(report: Report) -> list[str]:
    count = len(report.gate.unjudged) if report.gate else 0
    return [f"{count} not judged"] if count else []


def _waived(report: Report) -> list[str]:
    return [f"{len(report.gate.waivers)} waived"] if report.gate and report.gate.waivers else []


def _partly(report: Report) -> str:
    count = len({charge.resource for charge in report.cost.not_priced})
    return f", {count} not priced" if count else ""


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
    """The origin of a change that no setting explains; empty where one does."""
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
    return ", ".join([_judged(report), *_unjudged(report), *_waived(report)])


def drifted(resource: Drifted) -> str:
    """The state of a resource that drifted, and what this plan does about it."""
    actions = (
        [resource.next_apply]
        if resource.next_apply
        else [a.next_apply for a in resource.attributes]
    )
    state = "was deleted" if resource.gone else "is not as it was left"
    return f"{state}; this plan {', '.join(dict.fromkeys(actions))}"


def by_layer(items: list[Item]) -> str:
    """`network 3, edge 1`."""
    layers = [item.layer or "no layer" for item in items]
    return ", ".join(f"{layer} {layers.count(layer)}" for layer in dict.fromkeys(layers))


def by_type(items: list[Item]) -> dict[str, list[Item]]:
    """Terraform's resource type -> its items, the type with the most first."""
    items_by_type: dict[str, list[Item]] = {}
    for item in items:
        items_by_type.setdefault(item.address.partition(".")[0], []).append(item)
    return dict(sorted(items_by_type.items(), key=lambda entry: (-len(entry[1]), entry[0])))


def types(items: list[Item]) -> str:
    """`aws_subnet 6, aws_route 4`."""
    return ", ".join(
        f"{kind} {len(items_of_type)}" for kind, items_of_type in by_type(items).items()
    )


MOST_COSTS = 12
"""The most resources whose cost is listed; `strata cost --plan` has all."""


def costs(report: Report) -> list[str]:
    """What the change costs at the desired size, and by which resources."""
    cost = report.cost
    before, after = cost.before.desired, cost.after.desired
    least = "" if cost.exact else ", as far as it is priced"
    lines = [f"{signed(after - before)} US dollars a month: {_from_to(cost)}{least}"]
    resources = sorted(cost.resources, key=lambda resource: -abs(resource.difference.desired))
    for resource in resources[:MOST_COSTS]:
        lines.append(
            f"{resource.layer}: {resource.resource}: {signed(resource.difference.desired)}"
        )
    if len(resources) > MOST_COSTS:
        lines.append(f"and {counted(len(resources) - MOST_COSTS, 'more resource')}")
    lines += cost.notes
    missing = _not_priced(cost.not_priced)
    lines += missing[:MOST_COSTS]
    if len(missing) > MOST_COSTS:
        lines.append(f"and {len(missing) - MOST_COSTS} more are not priced")
    return lines


def _not_priced(missing: list[NotPriced]) -> list[str]:
    """Each charge without a price, why it has none, and its resources."""
    resources_by_reason: dict[tuple[str, str], dict[str, None]] = {}
    for charge in missing:
        resources_by_reason.setdefault((charge.what, charge.why), {})[charge.resource] = None
    return [
        f"not priced: {subject}: {why}: {', '.join(names)}"
        for (subject, why), names in resources_by_reason.items()
    ]


def _from_to(cost: CostChange) -> str:
    return f"{dollars(cost.before.desired)} before, {dollars(cost.after.desired)} after"


def signed(amount: float) -> str:
    """`+1.20`, `-1.20` or `0.00`."""
    text = dollars(amount)
    return f"+{text}" if amount > 0 and text != "0.00" else text
