"""The gate's verdict as SARIF 2.1.0, which code hosts show beside the line."""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from strata.documents.layers import ALL_LAYERS
from strata.gate.report import MORE, Report

_LEVELS = {"critical": "error", "high": "error", "medium": "warning", "low": "note"}
_SCORES = {"critical": "9.5", "high": "8.0", "medium": "5.5", "low": "2.0"}
"""Code hosts sort by a number from 0 to 10 (GitHub, SARIF support for code scanning)."""


def sarif(verdict: Report) -> str:
    """The verdict as a SARIF log of one run."""
    rules: dict[str, dict[str, Any]] = {}
    for finding in verdict.findings:
        for check in finding.checks:
            rules[check] = {
                "id": check,
                "shortDescription": {"text": finding.protects},
                "helpUri": finding.more,
                "defaultConfiguration": {"level": _LEVELS[finding.severity]},
                "properties": {
                    "security-severity": _SCORES[finding.severity],
                    "tags": ["security"],
                },
            }
    for waiver in verdict.waivers:
        rules.setdefault(
            waiver.check,
            {"id": waiver.check, "shortDescription": {"text": "waived"}, "helpUri": MORE},
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
            "locations": [_location("", 0, [waiver.resource])],
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
