"""Findings by cause, and the forms they are shown in."""

import json
import textwrap
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from pydantic import BaseModel, ConfigDict

from strata.gate.scan import Failure
from strata.gate.waivers import Waived, Waiver
from strata.paths import ROOT
from strata.settings.load import resolve, shown
from strata.settings.positions import Key, line_of, positions

CAUSES = ROOT / "policies" / "causes.toml"
MORE = "https://www.checkov.io/5.Policy%20Index/terraform.html"
SEVERITIES = ("critical", "high", "medium", "low")


class Cause(BaseModel):
    """Which setting makes checks fail, how bad that is, and what to write instead."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    checks: tuple[str, ...]
    below: str = ""
    key: str = ""
    severity: str
    protects: str
    right: str


class Finding(BaseModel):
    """One cause: a setting in a file, or a construct."""

    model_config = ConfigDict(frozen=True)

    checks: list[str]
    severity: str
    protects: str
    environments: list[str]
    layers: list[str]
    constructs: list[str]
    file: str
    line: int
    key: str
    right: str
    more: str = MORE


class Report(BaseModel):
    """The verdict; `model_json_schema()` of it is what JSON output follows."""

    environments: list[str]
    findings: list[Finding]
    waivers: list[Waiver]
    warnings: list[str]


@cache
def causes() -> list[Cause]:
    """The content of `policies/causes.toml`."""
    data = tomllib.loads(CAUSES.read_text(encoding="utf-8"))
    return [Cause.model_validate(one) for one in data["cause"]]


def report(waived: Waived, files: Mapping[str, str]) -> Report:
    """Group what is left by cause; `files` gives the settings file of each environment."""
    groups: dict[tuple[str, str], list[tuple[Failure, Cause]]] = {}
    for failure in waived.failures:
        cause = _cause(failure)
        settings = files.get(failure.environment, "") if cause.key else ""
        where = (settings, cause.key) if cause.key else (failure.construct, failure.check)
        groups.setdefault(where, []).append((failure, cause))
    lines = {
        file: positions(Path(file).read_text(encoding="utf-8"))
        for file in set(files.values()) - {""}
    }
    found = [_finding(group, files, lines) for group in groups.values()]
    found.sort(key=lambda f: (SEVERITIES.index(f.severity), f.file, f.line, f.checks, f.constructs))
    return Report(
        environments=sorted(files), findings=found, waivers=waived.used, warnings=waived.warnings
    )


def _cause(failure: Failure) -> Cause:
    for cause in causes():
        if failure.check in cause.checks and cause.below in failure.construct:
            return cause
    return Cause(
        checks=(failure.check,), severity="medium", protects=failure.name,
        right="mend the construct, or waive it in policies/waivers.toml",
    )  # fmt: skip


def _finding(
    group: Sequence[tuple[Failure, Cause]],
    files: Mapping[str, str],
    lines: Mapping[str, dict[Key, int]],
) -> Finding:
    failures = [failure for failure, _ in group]
    cause = min((cause for _, cause in group), key=lambda c: SEVERITIES.index(c.severity))
    file = files.get(failures[0].environment, "") if cause.key else ""
    constructs = sorted({f.construct for f in failures})
    return Finding(
        checks=sorted({f.check for f in failures}),
        severity=cause.severity,
        protects=cause.protects,
        environments=sorted({f.environment for f in failures}),
        layers=sorted({one.partition("/")[0] for one in constructs}),
        constructs=constructs,
        file=file,
        line=line_of(lines[file], tuple(cause.key.split("."))) if file else 0,
        key=cause.key,
        right=cause.right,
    )


def settings_files(envs: Sequence[str], names: Sequence[str]) -> dict[str, str]:
    """Environment -> its settings file, relative to where the command runs."""
    return {name: str(shown(resolve(env).resolve())) for env, name in zip(envs, names, strict=True)}


def text(verdict: Report) -> str:
    """For a terminal of 80 columns."""
    lines = []
    for one in verdict.findings:
        lines += textwrap.wrap(f"{one.severity}: {one.protects}", 80)
        where = f"{one.file}:{one.line}: {one.key}" if one.file else one.key
        parts = {
            "set in": where,
            "in": f"{', '.join(one.environments)}: {', '.join(one.constructs)}",
            "right": one.right,
            "checks": ", ".join(one.checks),
        }
        for label, content in parts.items():
            if content:
                lines += textwrap.wrap(
                    content, 80, initial_indent=f"  {label:8}", subsequent_indent=" " * 10,
                    break_long_words=False, break_on_hyphens=False,
                )  # fmt: skip
        lines.append("")
    lines += [line for one in verdict.warnings for line in textwrap.wrap(f"warning: {one}", 80)]
    if verdict.waivers:
        lines.append(f"waived in policies/waivers.toml: {len(verdict.waivers)}")
    for waiver in verdict.waivers:
        lines += textwrap.wrap(
            f"{waiver.check} {waiver.resource}, {waiver.owner}, to {waiver.expires}", 80,
            initial_indent="  ", subsequent_indent="    ", break_on_hyphens=False,
        )  # fmt: skip
    count = len(verdict.findings)
    words = f"{count} finding{'s' if count > 1 else ''}" if count else "clean"
    lines.append(f"{', '.join(verdict.environments)}: {words}")
    return "\n".join(lines) + "\n"


def as_json(verdict: Report) -> str:
    """The report as data."""
    return json.dumps(verdict.model_dump(mode="json"), indent=2) + "\n"


def sarif(verdict: Report) -> str:
    """SARIF 2.1.0, which code hosts show beside the line."""
    levels = {"critical": "error", "high": "error", "medium": "warning", "low": "note"}
    rules = {check: f.protects for f in verdict.findings for check in f.checks}
    results: list[dict[str, Any]] = [
        {
            "ruleId": one.checks[0],
            "level": levels[one.severity],
            "message": {"text": f"{one.protects}. Right: {one.right}"},
            "locations": [
                {
                    "physicalLocation": {
                        "artifactLocation": {"uri": one.file or "main.py"},
                        "region": {"startLine": one.line or 1},
                    }
                }
            ],
        }
        for one in verdict.findings
    ]
    driver = {
        "name": "strata gate",
        "rules": [
            {"id": check, "shortDescription": {"text": words}, "helpUri": MORE}
            for check, words in sorted(rules.items())
        ],
    }
    schema = "https://json.schemastore.org/sarif-2.1.0.json"
    runs = [{"tool": {"driver": driver}, "results": results}]
    return json.dumps({"$schema": schema, "version": "2.1.0", "runs": runs}, indent=2) + "\n"


def junit(verdict: Report) -> str:
    """JUnit XML: a test case per finding, and one for the verdict itself."""
    count = len(verdict.findings)
    suite = ElementTree.Element(
        "testsuite", name="strata gate", tests=str(count + 1), failures=str(count)
    )
    ElementTree.SubElement(suite, "testcase", name="judged", classname="strata.gate")
    for one in verdict.findings:
        case = ElementTree.SubElement(
            suite, "testcase", name=f"{' '.join(one.checks)} {one.key or one.constructs[0]}",
            classname=f"strata.gate.{one.layers[0]}",
        )  # fmt: skip
        failure = ElementTree.SubElement(case, "failure", message=one.protects)
        failure.text = f"{one.file}:{one.line} {one.key}\n{one.right}"
    ElementTree.indent(suite)
    return ElementTree.tostring(suite, encoding="unicode", xml_declaration=True) + "\n"


FORMATS = {"text": text, "json": as_json, "sarif": sarif, "junit": junit}
