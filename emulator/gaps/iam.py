"""IAM: moto denies where a condition is not met, and speaks plain HTTP.

A bucket policy that refuses everything but TLS would lock everybody out. Every call counts as TLS.
"""

from typing import Any

from moto.iam.access_control import IAMPolicyStatement, PermissionResult

judge = IAMPolicyStatement.is_action_permitted


def _judge(self: Any, *args: Any, **kwargs: Any) -> Any:
    condition = self._statement.get("Condition", {}).get("Bool", {})
    tls_only = str(condition.get("aws:SecureTransport")).lower() == "false"
    if tls_only and self._statement["Effect"] == "Deny":
        return PermissionResult.NEUTRAL
    return judge(self, *args, **kwargs)


def fill() -> None:
    """Let a TLS-only statement pass."""
    IAMPolicyStatement.is_action_permitted = _judge
