"""Drift for a terminal of 80 columns."""

import re

from strata.drift.report import Report
from strata.text.wrapping import WIDTH, wrapped
from strata.views.words.drift import change, summary


def text(report: Report) -> str:
    """The report as plain text."""
    lines: list[str] = []
    layer = ""
    for one in report.drift:
        if one.layer != layer:
            layer = one.layer
            lines += [layer]
        lines.append(f"  {one.address}")
        if one.gone:
            lines += _folded(f"is gone; the next apply {one.next_apply}", 4)
        for attribute in one.attributes:
            lines += _folded(f"{attribute.attribute}: {change(attribute)}", 4)
            lines += _folded(f"the next apply {attribute.next_apply}", 6)
    if report.added:
        lines += ["", "added below ours, where no state knows it and no apply takes it away"]
    for child in report.added:
        lines += _folded(f"{child.address}", 2)
        lines += _folded(f"{child.kind} {child.name}: {child.does}", 4)
        lines += _command(child.delete, 4)
    if report.strangers:
        lines += ["", "strangers, which no state knows"]
        for stranger in report.strangers:
            lines += _folded(f"{stranger.kind} {stranger.name}".rstrip(), 2)
            lines += _folded(stranger.identifier, 4)
            if stranger.address:
                lines += _folded(f"terraform import {stranger.address} {stranger.import_id}", 4)
    if lines:
        lines.append("")
    return "\n".join([*lines, *summary(report)]) + "\n"


def _folded(words: str, indent: int) -> list[str]:
    return wrapped(words, " " * indent, " " * (indent + 2))


def _command(words: str, indent: int) -> list[str]:
    """Lines of a command as a shell takes them: broken between its words alone, so that one that
    is long has a longer line of its own."""
    lines: list[str] = []
    line = " " * indent
    for word in re.findall(r"""(?:'[^']*'|"[^"]*"|[^\s'"])+""", words):
        if line.strip() and len(f"{line} {word}") > WIDTH - len(" \\"):
            lines.append(f"{line} \\")
            line = " " * (indent + 2)
        line += f" {word}" if line.strip() else word
    return [*lines, line]
