"""Step Functions: two calls are missing that the Terraform provider makes in each plan.

No definition can be validated, and no versions are listed.
"""

import json
from typing import Any

from moto.core.responses import ActionResult
from moto.stepfunctions.responses import StepFunctionResponse


def _validate(self: Any) -> ActionResult:
    diagnostics = [
        {"severity": "ERROR", "code": code, "message": message}
        for code, message in _faults(str(self._get_param("definition")))
    ]
    result = "FAIL" if diagnostics else "OK"
    return ActionResult({"result": result, "diagnostics": diagnostics, "truncated": False})


def _faults(text: str) -> list[tuple[str, str]]:
    try:
        machine = json.loads(text)
    except ValueError:
        return [("INVALID_JSON_DESCRIPTION", "The definition is not JSON.")]
    states = machine.get("States") if isinstance(machine, dict) else None
    if not isinstance(states, dict) or machine.get("StartAt") not in states:
        return [("MISSING_TRANSITION_TARGET", "StartAt names no state of the definition.")]
    return []


def _versions(self: Any) -> ActionResult:
    machine = self.stepfunction_backend.describe_state_machine(self._get_param("stateMachineArn"))
    newest_first = sorted(machine.versions.items(), reverse=True)
    listed = [
        {"stateMachineVersionArn": version.arn, "creationDate": version.creation_date}
        for _, version in newest_first
    ]
    return ActionResult({"stateMachineVersions": listed})


def fill() -> None:
    """Validate what a definition must have at the least, and list the versions of a machine."""
    StepFunctionResponse.list_state_machine_versions = _versions
    StepFunctionResponse.validate_state_machine_definition = _validate
