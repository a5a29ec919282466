"""Gives a request that an SDK repeats the answer that it had.

Under load the server's answer is lost on its way now and then. An SDK then sends the request once
more, with the same `amz-sdk-invocation-id`; done twice, a record "already exists".
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable
from typing import Any

from moto.moto_server.werkzeug_app import DomainDispatcherApplication

KEPT = 200
"""Answers that are remembered: an SDK repeats a request within seconds."""

Answer = tuple[str, list[tuple[str, str]], bytes]

serve = DomainDispatcherApplication.__call__
answered: "OrderedDict[str, Answer]" = OrderedDict()
lock = threading.Lock()


def _serve(self: Any, environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
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


def _answer(self: Any, environ: dict[str, Any]) -> Answer:
    started: list[tuple[str, list[tuple[str, str]]]] = []

    def start(status: str, headers: list[tuple[str, str]], _: Any = None) -> None:
        started.append((status, headers))

    parts: Iterable[bytes] = serve(self, environ, start)
    try:
        body = b"".join(parts)
    finally:
        getattr(parts, "close", lambda: None)()
    return (*started[-1], body)


def keep() -> None:
    """Remember answers in this process."""
    DomainDispatcherApplication.__call__ = _serve
