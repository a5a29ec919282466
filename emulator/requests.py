"""Holds each request against AWS's own service model, before moto sees it.

The models are botocore's: which members are required, their type, enumeration, pattern, length and
range. A service refuses what breaks them with an error code of its own; the words come from one
framework for most of them ("1 validation error detected: ..."). See `emulator/codes.py`.
"""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import regex
from botocore.exceptions import UnknownServiceError
from botocore.model import OperationNotFoundError
from moto.core.parse import PROTOCOL_PARSERS, UNDEFINED, RequestParserError
from moto.core.request import determine_request_protocol
from moto.core.routing import get_service_router
from moto.core.utils import get_service_model
from werkzeug.exceptions import NotFound

from emulator.calls import Call
from emulator.codes import Fault, Kind, worded

NUMBERS = {"integer", "long", "short", "byte"}
FRACTIONS = {"float", "double"}


def read(response: Any) -> tuple[Call | None, Any]:
    """The request that moto's `response` is about to answer, and the shape of its parameters.

    None for what is no operation of the model, and for CBOR, which moto's parsers do not have.
    """
    service = response.boto3_service_name
    request = response.normalized_request
    try:
        model = get_service_model(service)
        if "cbor" in (request.content_type or ""):
            return None, None
        protocol = determine_request_protocol(model, request.content_type)
        operation, path = _operation(response, model, protocol)
    except UNKNOWN:
        return None, None
    shape = operation.input_shape
    parameters = _parameters(protocol, operation, response, path) if shape else {}
    account, region = response.current_account, response.region
    return Call(service, operation.name, parameters, account, region), shape


UNKNOWN = (NotFound, NotImplementedError, OperationNotFoundError, UnknownServiceError)
"""What says that botocore has no such service or operation."""


def _operation(response: Any, model: Any, protocol: str) -> tuple[Any, dict[str, Any]]:
    if protocol in ("ec2", "query", "json"):
        return model.operation_model(response._get_action()), {}
    operation, path = get_service_router(model.service_name).match(response.normalized_request)
    return operation, path


def _parameters(protocol: str, operation: Any, response: Any, path: dict[str, Any]) -> Any:
    request = response.normalized_request
    if protocol == "json":
        # As it was sent: a parser would make numbers of texts.
        return json.loads(request.data or b"{}")
    parser = _parser(protocol)(operation)
    return parser.parse(
        {
            "method": request.method,
            "values": request.values,
            "headers": request.headers,
            "body": request.data,
            "url_path": request.path,
            "url_params": path,
        }
    )


@cache
def _parser(protocol: str) -> Any:
    """moto's parser, except that a text that is no number or boolean stays one, to be refused."""
    base = PROTOCOL_PARSERS[protocol]

    def text(self: Any, shape: Any, node: Any, *prefix: str) -> Any:
        if prefix:
            return self._default_handle(shape, node, *prefix)
        return getattr(node, "text", node)

    def number(make: Any) -> Any:
        def parse(self: Any, shape: Any, node: Any, *prefix: str) -> Any:
            value = text(self, shape, node, *prefix)
            try:
                return value if value is UNDEFINED or value is None else make(value)
            except (TypeError, ValueError):
                return value

        return parse

    def boolean(self: Any, shape: Any, node: Any, *prefix: str) -> Any:
        value = text(self, shape, node, *prefix)
        return {"true": True, "false": False}.get(str(value).lower(), value)

    whole, fraction = number(int), number(float)
    methods = {
        **{f"_parse_{kind}": whole for kind in NUMBERS},
        **{f"_parse_{kind}": fraction for kind in FRACTIONS},
        "_parse_boolean": boolean,
        "_parse_timestamp": text,
        "_parse_blob": text,
    }
    return type(f"Strict{base.__name__}", (base,), methods)


def refused(response: Any) -> tuple[Call | None, tuple[str, str] | None]:
    """The request, and AWS's code and words where its model refuses it."""
    try:
        request, shape = read(response)
    except (RequestParserError, json.JSONDecodeError) as error:
        fault = Fault(Kind.UNREADABLE, "", str(error))
        return None, worded(response.boto3_service_name, [fault])
    if request is None or shape is None:
        return request, None
    found = list(faults(shape, request.parameters, ""))
    return request, worded(request.service, found) if found else None


def faults(shape: Any, value: Any, path: str) -> Iterator[Fault]:
    """What of `value` breaks its shape; `path` as AWS names it (`tags.1.member.key`)."""
    kind = shape.type_name
    if not _fits(kind, value):
        yield Fault(Kind.TYPE, path, value, kind)
    elif kind == "structure":
        yield from _structure(shape, value, path)
    elif kind == "list":
        yield from _length(shape, value, path)
        for number, one in enumerate(value, 1):
            yield from faults(shape.member, one, f"{path}.{number}.member")
    elif kind == "map":
        yield from _length(shape, value, path)
        for key, one in value.items():
            yield from faults(shape.key, key, path)
            yield from faults(shape.value, one, f"{path}.{key}.member")
    elif kind == "string":
        yield from _text(shape, value, path)
    elif kind in NUMBERS | FRACTIONS:
        yield from _range(shape, value, path)


def _fits(kind: str, value: Any) -> bool:
    if kind in ("structure", "map"):
        return isinstance(value, dict)
    if kind == "list":
        return isinstance(value, list)
    if kind == "boolean":
        return isinstance(value, bool)
    if kind in NUMBERS | FRACTIONS:
        # A fraction where a whole number is meant is cut off by AWS, and not refused.
        return isinstance(value, int | float) and not isinstance(value, bool)
    return isinstance(value, str) if kind == "string" else True


def _structure(shape: Any, value: Mapping[str, Any], path: str) -> Iterator[Fault]:
    if getattr(shape, "is_document_type", False):
        return
    before = f"{path}." if path else ""
    for name in shape.required_members:
        if value.get(name) is None:
            yield Fault(Kind.MISSING, f"{before}{_lower(name)}", name)
    members = shape.members
    for name, one in value.items():
        # JSON's null is as good as nothing, and a member that the model lacks is passed over.
        if name in members and one is not None:
            yield from faults(members[name], one, f"{before}{_lower(name)}")


def _lower(name: str) -> str:
    return name[0].lower() + name[1:]


def _length(shape: Any, value: Any, path: str) -> Iterator[Fault]:
    at_least, at_most = shape.metadata.get("min"), shape.metadata.get("max")
    if at_least is not None and len(value) < at_least:
        yield Fault(Kind.SHORT, path, value, at_least)
    if at_most is not None and len(value) > at_most:
        yield Fault(Kind.LONG, path, value, at_most)


def _range(shape: Any, value: float, path: str) -> Iterator[Fault]:
    at_least, at_most = shape.metadata.get("min"), shape.metadata.get("max")
    if at_least is not None and value < at_least:
        yield Fault(Kind.SMALL, path, value, at_least)
    if at_most is not None and value > at_most:
        yield Fault(Kind.LARGE, path, value, at_most)


def _text(shape: Any, value: str, path: str) -> Iterator[Fault]:
    yield from _length(shape, value, path)
    enum = shape.metadata.get("enum")
    if enum and value not in enum:
        yield Fault(Kind.ENUM, path, value, enum)
    pattern = shape.metadata.get("pattern")
    if pattern and not _compiled(pattern).fullmatch(value):
        yield Fault(Kind.PATTERN, path, value, pattern)


@cache
def _compiled(pattern: str) -> Any:
    """A pattern in Java's words: the whole text must match, and pairs of surrogates mean the planes
    above the first."""
    pattern = pattern.replace(r"\uD800\uDC00-\uDBFF\uDFFF", r"\U00010000-\U0010FFFF")
    pattern = pattern.replace(r"\u10000-\u10FFFF", r"\U00010000-\U0010FFFF")
    return regex.compile(pattern)
