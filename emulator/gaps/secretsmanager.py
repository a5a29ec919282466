"""Secrets Manager: a secret that RDS manages rotates into nothing, and no event says so.

moto makes a version without a value current, at once even when it should only keep a schedule, and
keeps no schedule but days. It refuses to end the rotation of a secret without a function.
"""

import json
import secrets
import time
import uuid
from typing import Any

from moto.core.responses import BaseResponse
from moto.secretsmanager.exceptions import InvalidRequestException
from moto.secretsmanager.models import FakeSecret, SecretsManagerBackend
from moto.secretsmanager.responses import SecretsManagerResponse

from emulator import events

RULES_OF_RDS = {"AutomaticallyAfterDays": 7}
"""What RDS sets for a master password (RDS User Guide, password management)."""

answer = FakeSecret.to_dict
make_managed = SecretsManagerBackend.create_managed_secret
rotate = SecretsManagerResponse.rotate_secret
cancel = SecretsManagerBackend.cancel_rotate_secret
move = SecretsManagerResponse.update_secret_version_stage
put = SecretsManagerResponse.put_secret_value


def _answer(self: Any) -> dict[str, Any]:
    found: dict[str, Any] = answer(self)
    if "RotationRules" in found:
        found["RotationRules"] = getattr(self, "rotation_rules", found["RotationRules"])
        if not self.rotation_lambda_arn:
            del found["RotationLambdaARN"]
    return found


def _make_managed(self: Any, *arguments: Any, **named: Any) -> Any:
    secret = make_managed(self, *arguments, **named)
    secret.rotation_rules = RULES_OF_RDS
    secret.rotation_requested = secret.rotation_enabled = True
    return secret


def _current(secret: Any) -> str:
    stages = ((name, version["version_stages"]) for name, version in secret.versions.items())
    return next((name for name, names in stages if "AWSCURRENT" in names), "")


def _rotate(self: Any) -> str:
    secret = self.backend.secrets.get(self._get_param("SecretId"))
    if getattr(secret, "owning_service", None) is None:
        return str(rotate(self))
    secret.rotation_rules = self._get_param("RotationRules") or secret.rotation_rules
    secret.rotation_requested = secret.rotation_enabled = True
    version = self._get_param("ClientRequestToken") or str(uuid.uuid4())
    if self._get_bool_param("RotateImmediately", True):
        before = _current(secret)
        value = json.loads(secret.versions[before]["secret_string"])
        secret.versions[version] = {
            "createdate": int(time.time()),
            "version_id": version,
            "version_stages": ["AWSCURRENT"],
            "secret_string": json.dumps({**value, "password": secrets.token_urlsafe(24)}),
        }
        secret.remove_version_stages_from_old_versions(["AWSPREVIOUS"])
        stages = secret.versions[before]["version_stages"]
        stages[stages.index("AWSCURRENT")] = "AWSPREVIOUS"
        secret.set_default_version_id(version)
        secret.last_rotation_date = int(time.time())
        _tell(self, secret)
    return str(secret.to_short_dict(version_id=version))


def _tell(response: BaseResponse, secret: Any) -> None:
    """Secret Label Updated (Secrets Manager User Guide, secret event notifications)."""
    events.send(
        f"http://{response.headers['Host']}",
        response.current_account,
        response.region,
        {
            "source": "aws.secretsmanager",
            "detail-type": "Secret Label Updated",
            "resources": [secret.arn],
            "detail": {
                "name": secret.name,
                "labelUpdated": "AWSCURRENT",
                "versionId": _current(secret),
            },
        },
    )


def _moved(before: Any) -> Any:
    """A call that may move AWSCURRENT, and the event when it does."""

    def call(self: Any) -> Any:
        secret = self.backend.secrets.get(self._get_param("SecretId"))
        was = _current(secret) if secret is not None else ""
        answered = before(self)
        now = _current(secret) if secret is not None else ""
        if was and now != was:
            # moto reads the value of the version that it took for the current one.
            secret.set_default_version_id(now)
            _tell(self, secret)
        return answered

    return call


def _cancel(self: Any, secret_id: str) -> str:
    secret = self.secrets.get(secret_id)
    if getattr(secret, "owning_service", None) is None:
        return str(cancel(self, secret_id))
    if secret.is_deleted():
        raise InvalidRequestException("The secret is marked deleted.")
    secret.rotation_enabled = False
    return str(secret.to_short_dict())


def fill() -> None:
    """Rotate what RDS manages, keep every schedule, and tell of each value that becomes current."""
    FakeSecret.to_dict = _answer
    SecretsManagerBackend.create_managed_secret = _make_managed
    SecretsManagerBackend.cancel_rotate_secret = _cancel
    SecretsManagerResponse.rotate_secret = _rotate
    SecretsManagerResponse.put_secret_value = _moved(put)
    SecretsManagerResponse.update_secret_version_stage = _moved(move)
