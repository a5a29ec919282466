"""Findings by cause, and the forms they are shown in."""

import hashlib
import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote
from xml.etree import ElementTree

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from strata.documents.layers import LAYERS
from strata.gate.documents import Unjudgeable
from strata.gate.scan import Failure
from strata.gate.waivers import Waived, Waiver
from strata.machine.files import Unreadable, text_of, toml
from strata.machine.folders import ROOT
from strata.reach.table import PATH_CHECKS
from strata.settings.load import resolve, shown
from strata.settings.positions import Key, line_of, positions
from strata.settings.schema import at
from strata.text.wrapping import wrapped

CAUSES = ROOT / "policies" / "causes.toml"
WAIVERS = "policies/waivers.toml"
MORE = "https://www.checkov.io/5.Policy%20Index/terraform.html"
PATHS = "https://docs.aws.amazon.com/vpc/latest/userguide/VPC_Security.html"
SEVERITIES = ("critical", "high", "medium", "low")

Severity = Literal["critical", "high", "medium", "low"]


class Cause(BaseModel):
    """Which setting makes checks fail, how bad that is, and what to write instead."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    checks: tuple[str, ...]
    below: str = ""
    key: str = ""
    safe: tuple[Any, ...] = ()
    severity: Severity
    protects: str
    right: str
    more: str


class Finding(BaseModel):
    """One cause: a setting in a file, or a construct."""

    model_config = ConfigDict(frozen=True)

    checks: list[str] = Field(description="The checks that fail by it, checkov's and ours.")
    severity: Severity
    protects: str = Field(description="What is unsafe, and what the checks protect from.")
    environments: list[str] = Field(description="Every environment that it is found in.")
    layers: list[str]
    constructs: list[str] = Field(description="Construct paths below the stack, layer first.")
    file: str = Field(
        description="Settings file that causes it, relative to the project; empty: the construct."
    )
    line: int = Field(description="Line of the key, or of the table that lacks it; 0: no file.")
    key: str = Field(description="Dotted key of the setting; empty: the construct causes it.")
    right: str = Field(description="What to write instead.")
    more: str = Field(description="Address of a page that says more.")


class Report(BaseModel):
    """The verdict on one or more environments: clean when there are no findings."""

    model_config = ConfigDict(frozen=True)

    environments: list[str] = Field(description="What was judged.")
    findings: list[Finding] = Field(description="Worst first.")
    waivers: list[Waiver] = Field(description="The waivers that were used.")
    warnings: list[str] = Field(
        description="Waivers that end within thirty days, and environments that say no stage."
    )


def schema_text() -> str:
    """The JSON schema of a report, as in `docs/gate-report.schema.json`."""
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    return json.dumps({**schema, **Report.model_json_schema(mode="serialization")}, indent=2) + "\n"


@cache
def causes() -> list[Cause]:
    """The content of `policies/causes.toml`."""
    try:
        found = toml(text_of(CAUSES)).get("cause")
        return [Cause.model_validate(one) for one in found or []]
    except Unreadable as error:
        raise Unjudgeable(f"{CAUSES}:{error.line}: {error.why}") from None
    except (ValidationError, TypeError):
        raise Unjudgeable(f"{CAUSES}: is not written as its entries are") from None


@dataclass(frozen=True)
class _File:
    """A settings file: how it is named, what it says, and where."""

    name: str
    data: dict[str, Any]
    lines: dict[Key, int]

    def value(self, key: str) -> Any:
        """What the file says at a dotted key, or the default."""
        found: Any = self.data
        for part in key.split("."):
            found = found.get(part) if isinstance(found, dict) else None
        return at(tuple(key.split("."))).get("default") if found is None else found


def report(waived: Waived, files: Mapping[str, str]) -> Report:
    """Group what is left by cause; `files` gives the settings file of each environment, if any."""
    read = {env: _read(Path(file)) for env, file in files.items() if file}
    groups: dict[tuple[str, str], list[tuple[Failure, Cause]]] = {}
    for failure in [one for one in waived.failures if not one.unknown]:
        cause = _cause(failure, read.get(failure.environment))
        file = read.get(failure.environment)
        if cause.key:
            where = (file.name if file else "", cause.key)
        else:
            where = (failure.construct, cause.protects)
        groups.setdefault(where, []).append((failure, cause))
    found = [_finding(group, read) for group in groups.values()]
    found.sort(key=lambda f: (SEVERITIES.index(f.severity), f.file, f.line, f.checks, f.constructs))
    return Report(
        environments=sorted(files), findings=found, waivers=waived.used, warnings=waived.warnings
    )


def _read(path: Path) -> _File:
    text = path.read_text(encoding="utf-8")
    own = path.resolve()
    name = own.relative_to(ROOT) if own.is_relative_to(ROOT) else shown(own)
    return _File(str(name), tomllib.loads(text), positions(text))


def _cause(failure: Failure, file: _File | None) -> Cause:
    for cause in causes():
        if failure.check in cause.checks and cause.below in failure.construct:
            if cause.key and file and file.value(cause.key) in cause.safe:
                value = json.dumps(file.value(cause.key))
                right = f"what {file.name} says: {cause.key} = {value}"
                return cause.model_copy(update={"key": "", "right": right})
            return cause
    if failure.check in PATH_CHECKS:
        return Cause(
            checks=(failure.check,), key=failure.key, severity="high", protects=failure.name,
            more=PATHS, right="mend the rule; strata reach ENV FROM TO PORT explains it",
        )  # fmt: skip
    return Cause(
        checks=(failure.check,), severity="medium", protects=failure.name, more=MORE,
        right="mend the construct, or waive it in policies/waivers.toml",
    )  # fmt: skip


def _finding(group: Sequence[tuple[Failure, Cause]], files: Mapping[str, _File]) -> Finding:
    failures = [failure for failure, _ in group]
    cause = min((cause for _, cause in group), key=lambda c: SEVERITIES.index(c.severity))
    file = files.get(failures[0].environment) if cause.key else None
    constructs = sorted({f.construct for f in failures})
    return Finding(
        checks=sorted({f.check for f in failures}),
        severity=cause.severity,
        protects=cause.protects,
        environments=sorted({f.environment for f in failures}),
        layers=sorted({one.partition("/")[0] for one in constructs}),
        constructs=constructs,
        file=file.name if file else "",
        line=line_of(file.lines, _key(cause.key)) if file else 0,
        key=cause.key,
        right=cause.right,
        more=cause.more,
    )


def _key(dotted: str) -> Key:
    return tuple(int(part) if part.isdigit() else part for part in dotted.split("."))


def settings_files(envs: Sequence[str], names: Sequence[str]) -> dict[str, str]:
    """Environment -> its settings file."""
    return {name: str(resolve(env).resolve()) for env, name in zip(envs, names, strict=True)}


def text(verdict: Report) -> str:
    """For a terminal of 80 columns."""
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
    words = f"{count} finding{'s' if count > 1 else ''}" if count else "clean"
    lines.append(f"{', '.join(verdict.environments)}: {words}")
    return "\n".join(lines) + "\n"


def as_json(verdict: Report) -> str:
    """The report as data."""
    return json.dumps(verdict.model_dump(mode="json"), indent=2) + "\n"


_LEVELS = {"critical": "error", "high": "error", "medium": "warning", "low": "note"}
_SCORES = {"critical": "9.5", "high": "8.0", "medium": "5.5", "low": "2.0"}
"""Code hosts sort by a number from 0 to 10 (GitHub, SARIF support for code scanning)."""


def sarif(verdict: Report) -> str:
    """SARIF 2.1.0, which code hosts show beside the line."""
    rules: dict[str, dict[str, Any]] = {}
    for one in verdict.findings:
        for check in one.checks:
            rules[check] = {
                "id": check,
                "shortDescription": {"text": one.protects},
                "helpUri": one.more,
                "defaultConfiguration": {"level": _LEVELS[one.severity]},
                "properties": {"security-severity": _SCORES[one.severity], "tags": ["security"]},
            }
    for waiver in verdict.waivers:
        rules.setdefault(
            waiver.check,
            {"id": waiver.check, "shortDescription": {"text": "waived"}, "helpUri": MORE},
        )
    order = sorted(rules)
    results = [
        {
            "ruleId": one.checks[0],
            "ruleIndex": order.index(one.checks[0]),
            "level": _LEVELS[one.severity],
            "message": {"text": f"{one.protects}. Right: {one.right}"},
            "locations": [_location(one.file, one.line, one.constructs)],
            "partialFingerprints": {
                "strata/v1": _fingerprint(one.key, *one.checks, *one.environments, *one.constructs)
            },
        }
        for one in verdict.findings
    ]
    results += [
        {
            "ruleId": one.check,
            "ruleIndex": order.index(one.check),
            "level": "note",
            "message": {"text": f"Waived by {one.owner} to {one.expires}: {one.reason}"},
            "locations": [_location("", 0, [one.resource])],
            "partialFingerprints": {
                "strata/v1": _fingerprint(one.check, one.resource, *one.stages, *one.environments)
            },
            "suppressions": [
                {"kind": "external", "status": "accepted", "justification": one.reason}
            ],
        }
        for one in verdict.waivers
    ]
    notes = [{"level": "warning", "message": {"text": one}} for one in verdict.warnings]
    run = {
        "tool": {
            "driver": {
                "name": "strata gate",
                "rules": [rules[check] for check in order],
            }
        },
        "invocations": [{"executionSuccessful": True, "toolExecutionNotifications": notes}],
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {"%SRCROOT%": {"description": {"text": "The top of the project."}}},
        "results": results,
    }
    schema = "https://json.schemastore.org/sarif-2.1.0.json"
    return json.dumps({"$schema": schema, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _location(file: str, line: int, constructs: Sequence[str]) -> dict[str, Any]:
    """A place in the settings, or else in the module of the layer that holds the construct."""
    layer = constructs[0].partition("/")[0]
    place = file or (f"modules/{layer}.py" if layer in LAYERS else "main.py")
    path = Path(place)
    uri = (
        {"uri": path.as_uri()}
        if path.is_absolute()
        else {"uri": quote(place), "uriBaseId": "%SRCROOT%"}
    )
    return {
        "physicalLocation": {"artifactLocation": uri, "region": {"startLine": line or 1}},
        "logicalLocations": [{"fullyQualifiedName": one, "kind": "resource"} for one in constructs],
    }


def _fingerprint(*parts: str) -> str:
    """The same for the same finding, on whatever line it stands."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]


def junit(verdict: Report) -> str:
    """JUnit XML: a test case for the verdict itself, one for each finding and each waiver."""
    count, skipped = len(verdict.findings), len(verdict.waivers)
    counts = {
        "tests": str(count + skipped + 1), "failures": str(count), "errors": "0", "time": "0",
    }  # fmt: skip
    # Only a suite counts what was skipped: Jenkins' xUnit plugin refuses it above (junit-10.xsd).
    root = ElementTree.Element("testsuites", counts, name="strata gate")
    suite = ElementTree.SubElement(
        root, "testsuite", counts, name="strata gate", skipped=str(skipped)
    )
    judged = ElementTree.SubElement(
        suite, "testcase", name=f"judged {', '.join(verdict.environments)}",
        classname="strata.gate", time="0",
    )  # fmt: skip
    if verdict.warnings:
        ElementTree.SubElement(judged, "system-out").text = "\n".join(verdict.warnings)
    for one in verdict.findings:
        where = f"{one.file}:{one.line} {one.key}" if one.file else one.key
        case = ElementTree.SubElement(
            suite, "testcase", time="0", classname=f"strata.gate.{one.layers[0]}",
            name=f"{', '.join(one.environments)}: {one.key or one.constructs[0]} "
            f"({', '.join(one.checks)})",
        )  # fmt: skip
        failure = ElementTree.SubElement(case, "failure", message=one.protects, type=one.severity)
        lines = [where, ", ".join(one.constructs), f"right: {one.right}", one.more]
        failure.text = "\n".join(line for line in lines if line)
    for waiver in verdict.waivers:
        # Another waiver may be of the same resource elsewhere; a server shows a name once.
        places = waiver.stages or waiver.environments
        where = f" in {', '.join(places)}" if places else ""
        case = ElementTree.SubElement(
            suite, "testcase", name=f"{waiver.check} {waiver.resource}{where}", time="0",
            classname=f"strata.gate.{waiver.resource.partition('/')[0]}",
        )  # fmt: skip
        ElementTree.SubElement(
            case,
            "skipped",
            message=f"waived by {waiver.owner} to {waiver.expires}: {waiver.reason}",
        )
    _escape(root)
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


_NOT_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 has no way to write (section 2.2)."""


def _escape(root: ElementTree.Element) -> None:
    """Write what no XML may hold as JSON would, such as \\u0000."""

    def legal(text: str) -> str:
        return _NOT_XML.sub(lambda one: f"\\u{ord(one[0]):04x}", text)

    for element in root.iter():
        element.text = element.text and legal(element.text)
        for name, value in element.items():
            element.set(name, legal(value))


FORMATS = {"text": text, "json": as_json, "sarif": sarif, "junit": junit}
