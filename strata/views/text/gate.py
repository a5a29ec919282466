"""The gate's verdict for a terminal of 80 columns."""

from strata.gate.report import Report
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
    for one in verdict.findings:
        lines += wrapped(f"{one.severity}: {one.protects}")
        where = f"{one.file}:{one.line}: {one.key}" if one.file else one.key
        parts = {
            "set in": where,
            "in": f"{', '.join(one.environments)}: {', '.join(one.constructs)}",
            "right": one.right,
            "checks": ", ".join(one.checks),
            "more": one.more,
        }
        for label, content in parts.items():
            if content:
                lines += wrapped(content, f"  {label:8}", " " * 10)
        lines.append("")
    lines += [line for one in verdict.warnings for line in wrapped(f"warning: {one}")]
    if verdict.waivers:
        lines.append(f"waived in {WAIVERS}: {len(verdict.waivers)}")
    for waiver in verdict.waivers:
        said = f"{waiver.check} {waiver.resource}, {waiver.owner}, to {waiver.expires}"
        lines += wrapped(said, "  ", "    ")
    count = len(verdict.findings)
    words = counted(count, "finding") if count else "clean"
    lines.append(f"{', '.join(verdict.environments)}: {words}")
    return "\n".join(lines) + "\n"
