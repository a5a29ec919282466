"""The gate's verdict as SARIF 2.1.0, which code hosts show beside the line."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

from strata.documents.layers import ALL_LAYERS
from strata.gate.report import MORE, Report
from strata.gate.waivers import WAIVERS, Waiver

_LEVELS = {"critical": "error", "high": "error", "medium": "warning", "low": "note"}
_SCORES = {"critical": "9.5", "high": "8.0", "medium": "5.5", "low": "2.0"}
"""Code hosts sort by a number from 0 to 10 (GitHub, SARIF support for code scanning)."""


def sarif(verdict: Report, lines: Mapping[Waiver, int] = MappingProxyType({})) -> str:
    """The verdict as a SARIF log of one run; `lines` are those of the waivers in their file."""
    rules: dict[str, dict[str, Any]] = {}
    for finding in verdict.findings:
        for check in finding.checks:
            rules[check] = {
                "id": check,
                **_explained(finding.protects, f"Right: {finding.right}", finding.more),
                "defaultConfiguration": {"level": _LEVELS[finding.severity]},
                "properties": {
                    "security-severity": _SCORES[finding.severity],
                    "tags": ["security"],
                },
            }
    for waiver in verdict.waivers:
        accepted = f"Accepted in {WAIVERS.as_posix()}"
        rules.setdefault(
            waiver.check,
            {"id": waiver.check, **_explained(accepted, "Nothing is to be done.", MORE)},
        )
    order = sorted(rules)
    results = [
        {
            "ruleId": finding.checks[0],
            "ruleIndex": order.index(finding.checks[0]),
            "level": _LEVELS[finding.severity],
            "message": {"text": f"{finding.protects}. Right: {finding.right}"},
            "locations": [_location(finding.file, finding.line, finding.constructs)],
            "partialFingerprints": {
                "strata/v1": _fingerprint(
                    finding.key, *finding.checks, *finding.environments, *finding.constructs
                )
            },
        }
        for finding in verdict.findings
    ]
    results += [
        {
            "ruleId": waiver.check,
            "ruleIndex": order.index(waiver.check),
            "level": "note",
            "message": {"text": f"Waived by {waiver.owner} to {waiver.expires}: {waiver.reason}"},
            # Not where the construct stands: code hosts take two results of one check at one line
            # for the same, and another construct of the layer may have it unwaived.
            "locations": [_location(WAIVERS.as_posix(), lines.get(waiver, 1), [waiver.resource])],
            "partialFingerprints": {
                "strata/v1": _fingerprint(
                    waiver.check, waiver.resource, *waiver.stages, *waiver.environments
                )
            },
            "suppressions": [
                {"kind": "external", "status": "accepted", "justification": waiver.reason}
            ],
        }
        for waiver in verdict.waivers
    ]
    notes = [{"level": "warning", "message": {"text": warning}} for warning in verdict.warnings]
    notes += [
        {"level": "error", "message": {"text": f"Not judged: {line}"}} for line in verdict.unjudged
    ]
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


def _explained(what: str, right: str, more: str) -> dict[str, Any]:
    """What a code host wants of each rule (GitHub, SARIF support, `reportingDescriptor`)."""
    return {
        "shortDescription": {"text": what},
        "fullDescription": {"text": what},
        "help": {"text": f"{right}\n{more}"},
        "helpUri": more,
    }


def _location(file: str, line: int, constructs: Sequence[str]) -> dict[str, Any]:
    """A place in the settings, or else in the module of the construct's layer."""
    layer = constructs[0].partition("/")[0]
    place = file or (f"modules/{layer}.py" if layer in ALL_LAYERS else "main.py")
    path = Path(place)
    uri = (
        {"uri": path.as_uri()}
        if path.is_absolute()
        else {"uri": quote(place), "uriBaseId": "%SRCROOT%"}
    )
    return {
        "physicalLocation": {"artifactLocation": uri, "region": {"startLine": line or 1}},
        "logicalLocations": [
            {"fullyQualifiedName": construct, "kind": "resource"} for construct in constructs
        ],
    }


def _fingerprint(*parts: str) -> str:
    """The same for the same finding, whatever line it is on."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]
