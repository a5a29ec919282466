"""Requests to an emulator that gives no answer."""

import http.server
import socket
import threading
from collections.abc import Callable

import pytest

from strata.errors import StrataError
from strata.local import ecs, emulator, requests
from tests.serving import serving

REQUESTS: tuple[tuple[str, Callable[[str], object]], ...] = (
    ("account", emulator.account),
    ("spending", lambda url: emulator.spend(url, "all", 1.0)),
    ("ecs", ecs.control),
)


@pytest.mark.parametrize("name, ask", REQUESTS, ids=[name for name, _ in REQUESTS])
def test_one_that_hangs_or_is_gone_is_said_with_what_to_do(
    name: str, ask: Callable[[str], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(requests, "ANSWER_SECONDS", 0.1)
    # The system accepts the connection, and nobody ever reads from it.
    with socket.create_server(("127.0.0.1", 0)) as hanging:
        url = f"http://127.0.0.1:{hanging.getsockname()[1]}"
        # Who waits without a limit is told that the connection is gone.
        limit = threading.Timer(10, hanging.close)
        limit.start()
        with pytest.raises(StrataError) as late:
            ask(url)
        limit.cancel()
    with pytest.raises(StrataError) as gone:
        ask(url)
    said = f"the emulator at {url} gave no answer to /strata-api/{name}"
    assert late.value.message == f"{said} within 0.1 s"
    assert gone.value.message == f"{said}: Connection refused"
    assert late.value.hint == gone.value.hint
    assert "strata emulator stop" in str(late.value.hint)


@pytest.mark.parametrize("name, ask", REQUESTS, ids=[name for name, _ in REQUESTS])
@pytest.mark.parametrize("status", [404, 500, 200])
def test_an_answer_that_is_none_of_ours_is_said_too(
    name: str, ask: Callable[[str], object], status: int
) -> None:
    """An emulator of an older Strata knows fewer paths, and one that failed answers with a page."""

    class Page(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.end_headers()
            self.wfile.write(b"<!doctype html>")

        def do_POST(self) -> None:
            self.do_GET()

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page)
    url = f"http://127.0.0.1:{server.server_port}"
    with serving(server), pytest.raises(StrataError) as error:
        ask(url)
    assert error.value.message == (
        f"the emulator at {url} gave no answer to /strata-api/{name} but HTTP status {status}"
    )
    assert "strata emulator stop" in str(error.value.hint)
