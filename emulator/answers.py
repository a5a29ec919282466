"""Gives every request one answer, and none that is asked for again.

Under load the server's answer is lost on its way now and then. An SDK then sends the request once
more, with the same `amz-sdk-invocation-id`; done twice, a record "already exists". So it has the
answer that it had. And what moto lacks has an answer that no SDK repeats.
"""

import io
import sys
import threading
import traceback
from collections import OrderedDict
from collections.abc import Callable, Iterable
from typing import Any

from flask import Flask
from moto import backends
from moto.core.responses import BaseResponse
from moto.moto_server.werkzeug_app import DomainDispatcherApplication
from werkzeug.exceptions import MethodNotAllowed, NotFound

from emulator import account, dns, missing, pushes, seen, spending
from emulator.calls import Call
from emulator.ecs import control, edge
from emulator.missing import Answer

KEPT = 200
"""Answers that are remembered: an SDK repeats a request within seconds."""

CHANGED = "during iteration"
"""What Python says when another request changed what this one was looking through."""

FORM = "application/x-www-form-urlencoded"

SETTINGS = {
    account.PATH: account.answer,
    control.PATH: edge.answer,
    dns.PATH: dns.answer,
    seen.PATH: seen.answer,
    spending.PATH: spending.answer,
}
"""What is no AWS at all: the settings of the account and of what ECS does, the DNS, the record of
calls, and what a month has cost."""

serve = DomainDispatcherApplication.__call__
get_backend = backends.get_backend
call_action = BaseResponse.call_action
raise_routing_exception = Flask.raise_routing_exception
answered: "OrderedDict[str, Answer]" = OrderedDict()
lock = threading.Lock()


def _serve(self: Any, environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
    if environ.get("PATH_INFO") in SETTINGS:
        return _settings(environ, start_response)
    if environ.get("HTTP_X_AMZ_TARGET", "").endswith(".GetAccountPlanState"):
        # moto does not have the service.
        call = Call("freetier", "GetAccountPlanState", {}, "", "us-east-1")
        seen.note(environ.get("HTTP_AUTHORIZATION", ""), call)
        return _json("200 OK", account.plan_state(), start_response)
    request = environ.get("HTTP_AMZ_SDK_INVOCATION_ID", "")
    with lock:
        answer = answered.get(request)
    if answer is None:
        answer = _answer(self, environ)
        if request and answer[0].startswith("2") and environ["REQUEST_METHOD"] != "GET":
            with lock:
                answered[request] = answer
                while len(answered) > KEPT:
                    answered.popitem(last=False)
    status, headers, body = answer
    start_response(status, headers)
    return [body]


def _settings(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
    length = environ.get("CONTENT_LENGTH") or "0"
    asked = SETTINGS[environ["PATH_INFO"]]
    status, body = asked(environ["REQUEST_METHOD"], environ["wsgi.input"].read(int(length)))
    if environ["REQUEST_METHOD"] == "POST" and environ["PATH_INFO"] == account.PATH:
        pushes.push()
    return _json(status, body, start_response)


def _json(status: str, body: bytes, start_response: Callable[..., Any]) -> list[bytes]:
    headers = [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
    start_response(status, headers)
    return [body]


def _answer(self: Any, environ: dict[str, Any]) -> Answer:
    form = _form(environ)
    try:
        answer = _asked(self, environ)
    except NotImplementedError as error:
        call = missing.asked(environ, form)
        return _said(missing.lacks(call, str(error)))
    except Exception as error:  # noqa: BLE001 - whatever it is, a 500 would be asked for again
        traceback.print_exc()
        call = missing.asked(environ, form)
        words = f"{type(error).__name__}: {error}"
        if isinstance(error, RuntimeError) and CHANGED in words:
            return _said(missing.busy(call, words))
        return _said(missing.failed(call, words))
    if answer[0].startswith("5"):
        words = f"{answer[0]} {answer[2].decode('utf-8', 'replace')}"
        return _said(missing.failed(missing.asked(environ, form), words))
    return answer


def _form(environ: dict[str, Any]) -> bytes:
    """A form's body, left to be read again: it names the operation."""
    length = environ.get("CONTENT_LENGTH") or "0"
    if not environ.get("CONTENT_TYPE", "").startswith(FORM) or not length.isdecimal():
        return b""
    body: bytes = environ["wsgi.input"].read(int(length))
    environ["wsgi.input"] = io.BytesIO(body)
    return body


def _asked(self: Any, environ: dict[str, Any]) -> Answer:
    started: list[tuple[str, list[tuple[str, str]]]] = []

    def start(status: str, headers: list[tuple[str, str]], _: Any = None) -> None:
        started.append((status, headers))

    parts: Iterable[bytes] = serve(self, environ, start)
    try:
        body = b"".join(parts)
    finally:
        getattr(parts, "close", lambda: None)()
    return (*started[-1], body)


def _said(answer: Answer) -> Answer:
    """An answer whose words stand in the log too."""
    sys.stderr.write(f"{answer[2].decode()}\n")
    sys.stderr.flush()
    return answer


def _call_action(self: Any) -> Any:
    answer = call_action(self)
    if answer[0] == 404 and not answer[2] and not self._get_action():
        raise NotImplementedError("no operation has this method and path")
    return answer


def _get_backend(name: str | None) -> Any:
    if name is None:
        raise NotImplementedError("moto does not have this service")
    return get_backend(name)


def _no_route(self: Any, request: Any) -> Any:
    if isinstance(request.routing_exception, NotFound | MethodNotAllowed):
        raise NotImplementedError("no operation has this method and path")
    return raise_routing_exception(self, request)


def keep() -> None:
    """Remember answers in this process, and name what is missing."""
    DomainDispatcherApplication.__call__ = _serve
    backends.get_backend = _get_backend
    BaseResponse.call_action = _call_action
    Flask.raise_routing_exception = _no_route
