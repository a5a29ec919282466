"""The gate's verdict for a terminal of 80 columns."""

from strata.gate.report import Report
from strata.gate.whole_environment import first_of, how_to_judge
from strata.text.words import counted
from strata.text.wrapping import wrapped

WAIVERS = "policies/waivers.toml"
STYLES = {
    "critical": "bold red",
    "high": "red",
    "medium": "yellow",
    "low": "cyan",
    "warning": "yellow",
}
"""First word of a line -> how a terminal shows it."""


def text(verdict: Report) -> str:
    """The verdict as plain text."""
    lines = []
    for finding in verdict.findings:
        lines += wrapped(f"{finding.severity}: {finding.protects}")
        where = f"{finding.file}:{finding.line}: {finding.key}" if finding.file else finding.key
        parts = {
            "set in": where,
            "in": f"{', '.join(finding.environments)}: {', '.join(finding.constructs)}",
            "right": finding.right,
            "checks": ", ".join(finding.checks),
            "more": finding.more,
        }
        for label, content in parts.items():
            if content:
                lines += wrapped(content, f"  {label:8}", " " * 10)
        lines.append("")
    lines += [line for warning in verdict.warnings for line in wrapped(f"warning: {warning}")]
    if verdict.waivers:
        lines.append(f"waived in {WAIVERS}: {len(verdict.waivers)}")
    for waiver in verdict.waivers:
        words_of_waiver = f"{waiver.check} {waiver.resource}, {waiver.owner}, to {waiver.expires}"
        lines += wrapped(words_of_waiver, "  ", "    ")
    if verdict.unjudged:
        lines.append("not judged, so there may be more findings:")
    for line in first_of(verdict.unjudged):
        lines += wrapped(line, "  ", "    ")
    if verdict.unjudged:
        lines += wrapped(how_to_judge(verdict.unjudged), "  right   ", " " * 10)
    count = len(verdict.findings)
    words = counted(count, "finding") if count else "clean"
    if verdict.unjudged:
        words += f", {len(verdict.unjudged)} not judged"
    lines.append(f"{', '.join(verdict.environments)}: {words}")
    return "\n".join(lines) + "\n"
