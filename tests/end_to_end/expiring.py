"""A login that expires: between a command and the emulator, as services of AWS answer then."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from tests.serving import serving

WORDS = "The security token included in the request is expired"
JSON = json.dumps({"__type": "ExpiredTokenException", "message": WORDS})
"""Of services that speak JSON, such as ECS."""
XML = (
    "<ErrorResponse><Error><Code>ExpiredToken</Code>"
    f"<Message>{WORDS}</Message></Error></ErrorResponse>"
)
"""Of STS and Elastic Load Balancing (botocore, protocol query)."""
OURS = ("content-length", "connection", "date", "server", "transfer-encoding")
"""Headers of an answer that the passing on has of its own."""


class Login:
    """Passes requests on until it has `expired`; `url` is for the command."""

    def __init__(self, emulator: str) -> None:
        self.expired = False
        outer, host = self, urlsplit(emulator).netloc

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *_: Any) -> None:
                """Say nothing."""

            def _answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                if outer.expired:
                    return self._send(400, {}, JSON if "x-amz-target" in self.headers else XML)
                passed = HTTPConnection(host)
                headers = {name: value for name, value in self.headers.items() if name != "Expect"}
                passed.request(self.command, self.path, body, headers)
                answer = passed.getresponse()
                kept = {k: v for k, v in answer.headers.items() if k.lower() not in OURS}
                return self._send(answer.status, kept, answer.read())

            def _send(self, status: int, headers: dict[str, str], content: str | bytes) -> None:
                sent = content.encode() if isinstance(content, str) else content
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("content-length", str(len(sent)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(sent)

            do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = _answer  # noqa: N815 - as they are called

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"


@contextmanager
def login(emulator: str) -> Iterator[Login]:
    """A login that holds until it is said to have expired."""
    one = Login(emulator)
    with serving(one.server):
        yield one
