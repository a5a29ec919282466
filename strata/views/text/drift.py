"""Drift for a terminal of 80 columns."""

import shlex

from strata.drift.report import Report
from strata.text.wrapping import command, indented
from strata.views.words import drift as words
from strata.views.words.drift import change, summary


def text(report: Report) -> str:
    """The report as plain text."""
    lines: list[str] = []
    layer = ""
    for resource in report.drift:
        if resource.layer != layer:
            layer = resource.layer
            lines += [layer]
        lines.append(f"  {resource.address}")
        if resource.gone:
            lines += indented(f"was deleted; the next apply {resource.next_apply}", 4)
        for attribute in resource.attributes:
            lines += indented(f"{attribute.attribute}: {change(attribute)}", 4)
            lines += indented(f"the next apply {attribute.next_apply}", 6)
    if report.added:
        lines += ["", "added to our resources by hand: in no state, and no apply removes it"]
    for child in report.added:
        lines += indented(f"{child.address}", 2)
        lines += indented(f"{child.kind} {child.name}: {child.does}", 4)
        lines += command(child.delete, 4)
    for release in report.released:
        lines += ["", "released by other means than Strata"]
        lines += indented(words.released(release), 2)
        lines += command(release.keep, 4)
    if report.strangers:
        lines += ["", "strangers: resources in no state"]
        for stranger in report.strangers:
            lines += indented(f"{stranger.kind} {stranger.name}".rstrip(), 2)
            lines += indented(stranger.identifier, 4)
            if stranger.address:
                taken = ["terraform", "import", stranger.address, stranger.import_id]
                lines += command(shlex.join(taken), 4)
    if lines:
        lines.append("")
    return "\n".join([*lines, *summary(report)]) + "\n"
