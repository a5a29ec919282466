"""Sentences that all views of a report share."""

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
    count = len(report.gate.findings)
    waived = f", {len(report.gate.waivers)} waived" if report.gate.waivers else ""
    return (f"{count} finding{'s' if count > 1 else ''}" if count else "clean") + waived


def by_layer(items: list[Item]) -> str:
    """`network 3, edge 1`."""
    layers = [item.layer or "no layer" for item in items]
    return ", ".join(f"{layer} {layers.count(layer)}" for layer in dict.fromkeys(layers))
