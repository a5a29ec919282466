"""IAM: moto denies where a condition is not met, and speaks plain HTTP.

A bucket policy that refuses everything but TLS would lock everybody out. Every call counts as TLS.
Service-linked roles have other names than AWS gives them, all but Auto Scaling's.
"""

from typing import Any

from moto.iam.access_control import IAMPolicyStatement, PermissionResult
from moto.iam.models import IAMBackend

from emulator.account import ROLES

judge = IAMPolicyStatement.is_action_permitted
make_role = IAMBackend.create_role


def _judge(self: Any, *args: Any, **kwargs: Any) -> Any:
    condition = self._statement.get("Condition", {}).get("Bool", {})
    tls_only = str(condition.get("aws:SecureTransport")).lower() == "false"
    if tls_only and self._statement["Effect"] == "Deny":
        return PermissionResult.NEUTRAL
    return judge(self, *args, **kwargs)


def _make_role(self: Any, role_name: str, *args: Any, **kwargs: Any) -> Any:
    own = ROLES.get(kwargs.get("linked_service") or "", role_name)
    return make_role(self, own, *args, **kwargs)


def fill() -> None:
    """Let a TLS-only statement pass, and name service-linked roles as AWS does."""
    IAMBackend.create_role = _make_role
    IAMPolicyStatement.is_action_permitted = _judge
