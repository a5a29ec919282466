"""Refuses what AWS refuses: what breaks AWS's own model of a request, then what the tables name.

Before moto sees the request, in moto's own dispatch, where the account, the region and the protocol
of the answer are known. An error that is raised here has the form of its service and protocol.
"""

import sys
import warnings
from typing import Any

from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult, BaseResponse
from moto.s3.exceptions import S3ClientError
from moto.s3.responses import S3Response

from emulator import account, refusals, requests, seen
from emulator.calls import Call


class Refused(ServiceException):
    """A refusal; a class of our own, since moto looks for the model of an error by its module."""


class RefusedByS3(S3ClientError):
    """A refusal where S3's own dispatch takes errors."""


bucket_response = S3Response._bucket_response
key_response = S3Response._key_response
parse_parameters = BaseResponse.parse_parameters

inner: list[Any] = []
"""The dispatch that was there before, which others may have changed."""

UNMODELLED = "Exception.* does not match an error shape"
"""moto's warning of a code that a service names in its guide and not in its model."""


def _parse_parameters(self: Any, request: Any) -> None:
    """moto's own parser, whose failure waits: most such requests are refused in AWS's words."""
    self.parsing_failed = None
    try:
        parse_parameters(self, request)
    except Exception as error:  # noqa: BLE001 - raised again where nothing is refused
        self.params = {}
        self.parsing_failed = error


def _refused(response: Any) -> tuple[str, str] | None:
    """Code and words of AWS, where it would refuse what `response` is to answer."""
    call, broken = requests.refused(response)
    seen.note(response.headers.get("Authorization", ""), call or _unread(response))
    refusal = broken or (refusals.refused(call) if call else None)
    if call and refusal is None:
        account.use(call)
    if refusal:
        operation = call.operation if call else response._get_action()
        words = f"refused {response.boto3_service_name} {operation}: {refusal[0]}: {refusal[1]}"
        sys.stderr.write(f"{words}\n")
    return refusal


def _unread(response: Any) -> Call:
    """A call whose parameters could not be read, by its name."""
    service, region = response.boto3_service_name, response.region
    return Call(service, response._get_action() or "", {}, response.current_account, region)


def _call_action(self: Any) -> Any:
    refusal = _refused(self)
    if refusal is None:
        if getattr(self, "parsing_failed", None):
            raise self.parsing_failed
        return inner[0](self)
    status, headers, body = self.serialized(ActionResult(Refused(*refusal)))
    headers, body = self._enrich_response({**headers, "status": status}, body)
    return status, headers, body


def _bucket_response(self: Any, request: Any, full_url: str) -> Any:
    _hold_s3(self)
    return bucket_response(self, request, full_url)


def _key_response(self: Any, request: Any, full_url: str) -> Any:
    _hold_s3(self)
    return key_response(self, request, full_url)


def _hold_s3(response: Any) -> None:
    refusal = _refused(response)
    if refusal:
        raise RefusedByS3(*refusal)


def hold() -> None:
    """Be as strict as AWS in this process."""
    warnings.filterwarnings("ignore", UNMODELLED, UserWarning)
    inner[:] = [BaseResponse.call_action]
    BaseResponse.parse_parameters = _parse_parameters
    BaseResponse.call_action = _call_action
    S3Response._bucket_response = _bucket_response
    S3Response._key_response = _key_response
