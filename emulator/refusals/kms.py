"""What AWS Key Management Service refuses."""

import json
from typing import Any

from emulator.calls import Call
from emulator.refusals.table import Table

TABLE = Table("kms")


@TABLE.row(
    "CreateAlias",
    "UpdateAlias",
    "DeleteAlias",
    code="NotAuthorizedException",
    source="botocore 1.44.5, CreateAlias AliasName: alias/aws/ is reserved",
)
def alias_of_aws(call: Call) -> str | None:
    if call.get("AliasName", "").startswith("alias/aws/"):
        return "Aliases that begin with alias/aws/ are reserved for AWS"
    return None


@TABLE.row(
    "CreateKey",
    "PutKeyPolicy",
    code="MalformedPolicyDocumentException",
    source="KMS Developer Guide, Default key policy, 2026-11; "
    "botocore 1.44.5, BypassPolicyLockoutSafetyCheck",
)
def policy_that_locks_out(call: Call) -> str | None:
    policy = call.get("Policy")
    if policy is None or call.get("BypassPolicyLockoutSafetyCheck"):
        return None
    statements = json.loads(policy).get("Statement", [])
    every = statements if isinstance(statements, list) else [statements]
    if any(_lets_change(call, one) for one in every):
        return None
    return "The new key policy will not allow you to update the key policy in the future."


def _lets_change(call: Call, statement: dict[str, Any]) -> bool:
    actions = _texts(statement.get("Action"))
    principal = statement.get("Principal")
    allowed = _texts(principal.get("AWS") if isinstance(principal, dict) else principal)
    ours = ("*", call.account, f"arn:aws:iam::{call.account}:")
    return (
        statement.get("Effect") == "Allow"
        and any(one in ("*", "kms:*", "kms:Put*", "kms:PutKeyPolicy") for one in actions)
        and any(one in ours[:2] or one.startswith(ours[2]) for one in allowed)
    )


def _texts(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value or ())
