"""The answer to a call that moto lacks or fails at: an error that names it and nothing repeats.

moto answers 500 there, or a 404 without a body. SDKs and the Terraform provider repeat a 500 for
minutes, and take a 404 for a resource that is gone. No SDK repeats a 400 whose code it does not
know. The code is our own: the provider passes over S3's `NotImplemented` while it reads a bucket.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs
from xml.sax.saxutils import escape

from botocore.exceptions import UnknownServiceError
from botocore.loaders import Loader

Answer = tuple[str, list[tuple[str, str]], bytes]
Environ = Mapping[str, Any]

LACKS = "NotImplementedByEmulator"
FAILED = "EmulatorFailed"
BUSY = "EmulatorBusy"
LONGEST = 500
"""Characters of moto's own words that are passed on."""

loader = Loader()


@dataclass(frozen=True)
class Call:
    """Which operation of which service was asked for, and the protocol of its answer."""

    service: str
    operation: str
    protocol: str


def form(environ: Environ, body: bytes) -> dict[str, list[str]]:
    """The parameters of a request of the query protocol."""
    return parse_qs(f"{body.decode('utf-8', 'replace')}&{environ.get('QUERY_STRING', '')}")


def asked(environ: Environ, body: bytes) -> Call:
    """The call in a request, of which `body` is known where it is a form."""
    service = _service(environ)
    target = environ.get("HTTP_X_AMZ_TARGET", "")
    if target:
        return Call(service, target.rpartition(".")[2], "json")
    action = form(environ, body).get("Action")
    if action:
        return Call(service, action[0], "ec2" if service == "ec2" else "query")
    return _rest(service, environ)


def _service(environ: Environ) -> str:
    """The name that the request is signed for; S3 where it is not signed, as moto takes it."""
    scope = re.search(r"Credential=([^,\s]+)", environ.get("HTTP_AUTHORIZATION", ""))
    parts = scope[1].split("/") if scope else []
    return parts[3] if len(parts) == len(("key", "day", "region", "service", "end")) else "s3"


def _rest(service: str, environ: Environ) -> Call:
    method, path = environ["REQUEST_METHOD"], environ.get("PATH_INFO", "/")
    try:
        model = loader.load_service_model(service, "service-2")
    except UnknownServiceError:
        return Call(service, f"{method} {path}", "rest-json")
    protocol = "s3" if service == "s3" else model["metadata"]["protocol"]
    query = parse_qs(environ.get("QUERY_STRING", ""), keep_blank_values=True).keys()
    given = {("querystring", one) for one in query} | {
        ("header", name.removeprefix("HTTP_").replace("_", "-").lower()) for name in environ
    }
    found = [
        (len(needed), -address.count("{"), name)
        for name, operation in model["operations"].items()
        for address, needed in [_needed(model, operation)]
        if operation["http"]["method"] == method
        and needed <= given
        and re.fullmatch(_pattern(address), path.rstrip("/") or "/")
    ]
    return Call(service, max(found)[2] if found else f"{method} {path}", protocol)


def _needed(model: Any, operation: Any) -> tuple[str, set[tuple[str, str]]]:
    """The path of an operation, and (place, name) of all else that tells it from others."""
    path, _, query = operation["http"]["requestUri"].partition("?")
    needed = {("querystring", one.partition("=")[0]) for one in query.split("&") if one}
    shape = model["shapes"][operation["input"]["shape"]] if "input" in operation else {}
    for name in shape.get("required", []):
        member = shape["members"][name]
        if member.get("location") == "querystring":
            needed.add(("querystring", member["locationName"]))
        elif member.get("location") == "header":
            needed.add(("header", member["locationName"].lower()))
    return path.rstrip("/") or "/", needed


def _pattern(path: str) -> str:
    pieces = re.split(r"(\{[^}]+\})", path)
    return "".join(
        re.escape(one) if not one.startswith("{") else ".+" if one.endswith("+}") else "[^/]+"
        for one in pieces
    )


def lacks(call: Call, words: str) -> Answer:
    """The answer to what moto does not have: the operation, or something that it was asked with."""
    return _error(call, LACKS, f"the emulator does not have {call.service} {call.operation}", words)


def failed(call: Call, words: str) -> Answer:
    """The answer where moto failed within itself."""
    return _error(call, FAILED, f"the emulator failed at {call.service} {call.operation}", words)


def busy(call: Call, words: str) -> Answer:
    """The answer where two requests at once met within moto; the next one may well pass."""
    what = f"the emulator was disturbed at {call.service} {call.operation}"
    return _error(call, BUSY, what, words, HTTPStatus.SERVICE_UNAVAILABLE)


def _error(
    call: Call, code: str, what: str, words: str, status: HTTPStatus = HTTPStatus.BAD_REQUEST
) -> Answer:
    detail = " ".join(words.split())[:LONGEST]
    message = f"{what}: {detail}" if detail else what
    kind, body = _written(call.protocol, code, message)
    headers = [
        ("Content-Type", kind),
        ("Content-Length", str(len(body))),
        ("x-amzn-ErrorType", code),
    ]
    return f"{status.value} {status.phrase}", headers, body


def _written(protocol: str, code: str, message: str) -> tuple[str, bytes]:
    if protocol in ("json", "rest-json"):
        kind = "application/x-amz-json-1.1" if protocol == "json" else "application/json"
        data = {"__type": code, "message": message}
        return kind, json.dumps(data).encode()
    error = f"<Code>{code}</Code><Message>{escape(message)}</Message>"
    if protocol == "s3":
        text = f"<Error>{error}</Error>"
    elif protocol == "ec2":
        text = f"<Response><Errors><Error>{error}</Error></Errors></Response>"
    else:
        error = f"<Error><Type>Sender</Type>{error}</Error>"
        text = f"<ErrorResponse>{error}</ErrorResponse>"
    return "text/xml", f'<?xml version="1.0" encoding="UTF-8"?>\n{text}'.encode()
