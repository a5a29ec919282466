"""Systems Manager: sessions. They are started and ended, and nothing is at their other end."""

import re
from typing import Any

from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult
from moto.ec2.models import ec2_backends
from moto.moto_api._internal import mock_random
from moto.ssm.responses import SimpleSystemManagerResponse as Response

DOCUMENTS = {
    "": set(),
    "AWS-StartPortForwardingSession": {"portNumber"},
    "AWS-StartPortForwardingSessionToRemoteHost": {"host", "portNumber"},
}
"""A document -> the parameters that it must be given (Systems Manager User Guide, start a session;
words of the answers believed)."""

KNOWN = {"host", "portNumber", "localPortNumber"}


class SessionError(ServiceException):
    """A session that cannot be started."""


def _start(self: Any) -> Any:
    target, document = self._get_param("Target"), self._get_param("DocumentName") or ""
    given = self._get_param("Parameters") or {}
    backend = ec2_backends[self.current_account][self.region]
    running = [
        one.id
        for reservation in backend.reservations.values()
        for one in reservation.instances
        if one.state == "running"
    ]
    if target not in running:
        raise SessionError("TargetNotConnected", f"{target} is not connected.")
    if document not in DOCUMENTS:
        raise SessionError("InvalidDocument", f"Document with name {document} does not exist.")
    lacking, unknown = DOCUMENTS[document] - given.keys(), given.keys() - KNOWN
    if lacking or (document and unknown):
        names = ", ".join(sorted(lacking or unknown))
        raise SessionError("InvalidParameters", f"Parameters of {document}: {names}")
    id_ = f"emulator-{mock_random.get_random_hex(17)}"
    url = f"wss://ssmmessages.{self.region}.amazonaws.com/v1/data-channel/{id_}?role=publish_subscribe"
    return ActionResult({"SessionId": id_, "TokenValue": "emulated", "StreamUrl": url})


def _terminate(self: Any) -> Any:
    id_ = self._get_param("SessionId")
    if not re.fullmatch(r"[a-z-]+[0-9a-f]{17}", id_):
        raise SessionError("DoesNotExistException", f"Session {id_} does not exist.")
    return ActionResult({"SessionId": id_})


def fill() -> None:
    """Start and end sessions."""
    Response.start_session = _start
    Response.terminate_session = _terminate
