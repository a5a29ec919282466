"""The address that the status of a service names, asked from a server on loopback."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from strata.release.status import Address, address
from strata.settings import Settings, load
from tests.serving import serving


class _Server(ThreadingHTTPServer):
    """Answers 404 below /missing, 503 below /broken and else 200; knows what was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []
        super().__init__(("127.0.0.1", 0), _Handler)


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        self.server.asked.append((self.headers["Host"], self.path))
        codes = {"/missing": 404, "/broken": 503}
        self.send_response(codes.get(self.path, 200))
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name of http.server
        pass


@pytest.fixture(scope="module")
def server() -> Iterator[_Server]:
    """A server on a free port of 127.0.0.1."""
    running = _Server()
    with serving(running):
        yield running


def site(server: _Server, **routes: Any) -> Settings:
    """Settings of an environment in AWS whose hosts are all the server's."""
    data = load("dev").model_dump()
    # What a check would refuse: a port, since the server has no other, and HTTP alone.
    data["edge"] |= {
        "domain": f"127.0.0.1:{server.server_port}", "record_name": "", "http": "forward",
        "health_check_path": "/health",
    }  # fmt: skip
    data["services"] = {
        name: {"command": [name], **({"route": route} if route else {})}
        for name, route in routes.items()
    }
    return Settings.model_validate(data)


def test_a_service_with_a_route_is_asked_by_its_host_and_path(server: _Server) -> None:
    host = f"localhost:{server.server_port}"
    route = {"priority": 1, "hosts": [host], "paths": ["/a/*"], "health_check_path": "/a/ok"}
    settings = site(server, admin=route)
    server.asked.clear()
    told = address(settings, "admin")
    assert told == Address(url=f"http://{host}/a/ok", answers=True, says="HTTP 200")
    assert server.asked == [(host, "/a/ok")]


def test_the_site_is_asked_for_its_health(server: _Server) -> None:
    settings = site(server, mail=None)
    server.asked.clear()
    told = address(settings)
    assert told == Address(url=f"http://{settings.edge.domain}", answers=True, says="HTTP 200")
    assert server.asked == [(settings.edge.domain, "/health")]


def test_a_service_without_a_route_has_no_address(server: _Server) -> None:
    server.asked.clear()
    assert address(site(server, mail=None), "mail") is None
    assert server.asked == []


@pytest.mark.parametrize(
    ("path", "answers", "says"),
    [("/missing", True, "HTTP 404"), ("/broken", False, "HTTP 503")],
)
def test_what_its_path_answers_is_said(
    server: _Server, path: str, answers: bool, says: str
) -> None:
    told = address(site(server, admin={"priority": 1, "paths": [path]}), "admin")
    assert told
    assert (told.answers, told.says) == (answers, says)


def test_no_other_service_answers_for_it(server: _Server) -> None:
    settings = site(
        server, all={"priority": 1, "paths": ["/*"]}, admin={"priority": 2, "paths": ["/a"]}
    )
    server.asked.clear()
    for told in (address(settings, "admin"), address(settings)):
        assert told
        assert not told.answers
        assert "the route of services.all takes" in told.says
    assert server.asked == []
