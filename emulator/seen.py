"""The calls that the emulator was asked, so that a policy can be held against them.

The emulator checks no permission. It keeps what such a check would look at: who asked, for which
operation, on what, and the tags that it had then. Values that AWS's model calls
sensitive, and bodies, are left out. The record is read, and begun anew,
at `PATH`.
"""

import json
import re
import threading
from typing import Any

from moto.core.utils import get_service_model

from emulator.calls import Call

PATH = "/strata-api/calls"

LONGEST = 256
"""Characters of a text that may name a resource; longer ones are documents."""

UNSAID = re.compile(r"token|password", re.IGNORECASE)
"""Names of parameters whose values are secret, though not every model says so (ElastiCache's
AuthToken), or mean nothing."""

EC2_ID = re.compile(r"[a-z]+-[0-9a-f]{8,17}")
CREDENTIAL = re.compile(r"Credential=([^/\s]+)/")

CONTAINERS: dict[str, type] = {"structure": dict, "map": dict, "list": list}
SCALAR = (str, int, float, bool, type(None))

lock = threading.Lock()
calls: dict[str, dict[str, Any]] = {}


def note(authorization: str, call: Call) -> None:
    """Keep a call of the principal whose `Authorization` header this is, once."""
    who = CREDENTIAL.search(authorization)
    parameters = _named(_shape(call), call.parameters)
    seen = {
        "principal": who[1] if who else "",
        "service": call.service,
        "operation": call.operation,
        "region": call.region,
        "parameters": parameters,
        "tags": _tags(call, json.dumps(parameters)),
    }
    with lock:
        calls.setdefault(json.dumps(seen, sort_keys=True), seen)


def _shape(call: Call) -> Any:
    try:
        return get_service_model(call.service).operation_model(call.operation).input_shape
    except Exception:  # noqa: BLE001 - a service that botocore lacks
        return None


def _named(shape: Any, value: Any) -> Any:
    """The parameters without what is sensitive, and without documents and bodies."""
    if shape is None:
        return {}
    if shape.type_name == "blob" or shape.metadata.get("sensitive"):
        return None
    if not isinstance(value, CONTAINERS.get(shape.type_name, SCALAR)):
        # Refused by the model, before anybody asks for a permission.
        return None
    if isinstance(value, dict):
        members = shape.members if shape.type_name == "structure" else dict.fromkeys(value, shape)
        return {
            name: _named(shape.value if shape.type_name == "map" else members[name], inner)
            for name, inner in value.items()
            if name in members and not UNSAID.search(name)
        }
    if isinstance(value, list):
        return [_named(shape.member, inner) for inner in value]
    return None if isinstance(value, str) and len(value) > LONGEST else value


def _tags(call: Call, text: str) -> dict[str, dict[str, str]]:
    """The tags that the resources in a call have now, by what names them there."""
    if call.service in ("ec2", "ssm"):
        kept = call.backend("ec2").tags
        return {one: dict(kept[one]) for one in EC2_ID.findall(text) if kept.get(one)}
    if call.service == "acm":
        certificates = call.backend("acm")._certificates
        return {arn: dict(found.tags) for arn, found in certificates.items() if arn in text}
    if call.service == "kms":
        backend = call.backend("kms")
        tags = backend.tagger.get_tag_dict_for_resource
        return {key: dict(tags(key)) for key in backend.keys if key in text}
    return {}


def answer(method: str, _body: bytes) -> tuple[str, bytes]:
    """The status and the JSON of a request for the record: GET reads it, POST begins a new one."""
    with lock:
        if method == "POST":
            calls.clear()
        return "200 OK", json.dumps({"calls": list(calls.values())}).encode()
