"""Which lines of the service's log are asked for and given, on CloudWatch's own model."""

from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.stub import ANY, Stubber

from strata.errors import StrataError
from strata.release import service_log
from strata.release.place import place
from strata.release.service_log import Line, Query, ServiceLog
from strata.settings import load

PLACE = place(load("dev"))
NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The log of the service, and a stub of its client."""
    make: Any = boto3.client
    client = make("logs", "eu-central-1", aws_access_key_id="x", aws_secret_access_key="x")

    class Session:
        def client(self, *_: object, **__: object) -> Any:
            return client

    monkeypatch.setattr(service_log, "session", lambda _: Session())
    with Stubber(client) as stub:
        yield ServiceLog(load("dev").environment, PLACE), stub


def event(id_: str, seconds: float, message: str = "", task: str = "1" * 32) -> dict[str, Any]:
    at = NOW + timedelta(seconds=seconds)
    return {
        "eventId": id_,
        "timestamp": int(at.timestamp() * 1000),
        "message": message or id_,
        "logStreamName": f"api/api/{task}",
    }


def page(*events: dict[str, Any], more: str | None = None) -> dict[str, Any]:
    return {"events": list(events), **({"nextToken": more} if more else {})}


def asked(**wanted: Any) -> dict[str, Any]:
    return {"logGroupName": "/shop/dev/service", "startTime": ANY, **wanted}


def test_lines_of_all_pages_come_with_their_task(log: Any) -> None:
    found, stub = log
    since = {"startTime": int(NOW.timestamp() * 1000)}
    # A page may be empty and still not be the last (API reference, FilterLogEvents).
    stub.add_response("filter_log_events", page(more="a"), asked(**since))
    stub.add_response("filter_log_events", page(event("x", 1), more="b"), asked(nextToken="a"))
    stub.add_response("filter_log_events", page(event("y\n", 2)), asked(nextToken="b"))
    assert list(found.lines(Query(NOW))) == [
        Line(NOW + timedelta(seconds=1), "1" * 32, "x"),
        Line(NOW + timedelta(seconds=2), "1" * 32, "y"),
    ]


def test_one_task_is_asked_for_by_the_beginning_of_its_id(log: Any) -> None:
    found, stub = log
    stub.add_response("filter_log_events", page(), asked(logStreamNamePrefix="api/api/1a2b"))
    assert list(found.lines(Query(NOW, task="1a2b"))) == []
    stub.assert_no_pending_responses()


@pytest.mark.parametrize(
    ("text", "pattern"),
    [
        ("error", '"error"'),
        ("GET /orders", '"GET /orders"'),
        ("?maybe -not [x] {$.a = 1} %b%", '"?maybe -not [x] {$.a = 1} %b%"'),
        ('"level":"error"', '"level"'),
        ("C:\\temporary", '"temporary"'),
    ],
)
def test_a_text_is_a_phrase_and_no_pattern(text: str, pattern: str, log: Any) -> None:
    found, stub = log
    events = page(event("x", 1, f"before {text} after"), event("y", 1, "level temporary"))
    stub.add_response("filter_log_events", events, asked(filterPattern=pattern))
    assert [line.text for line in found.lines(Query(NOW, text))] == [f"before {text} after"]


@pytest.mark.parametrize("text", ['"', "\\", '" "'])
def test_a_text_that_no_phrase_can_say_is_looked_for_here(text: str, log: Any) -> None:
    found, stub = log
    stub.add_response("filter_log_events", page(event("x", 1, f"a{text}b"), event("y", 1)), asked())
    assert [line.text for line in found.lines(Query(NOW, text))] == [f"a{text}b"]


def test_a_line_is_given_once_and_one_that_comes_late_too(log: Any) -> None:
    found, stub = log
    first, late, new = event("first", 60), event("late", 50), event("new", 61)
    stub.add_response("filter_log_events", page(first), asked())
    # Asked for again since some seconds before the newest, for what other tasks send later.
    again = int((NOW + timedelta(seconds=60) - service_log.LATE).timestamp() * 1000)
    stub.add_response("filter_log_events", page(late, first), asked(startTime=again))
    stub.add_response("filter_log_events", page(late, first, new), asked(startTime=again))
    waited: list[float] = []
    lines = found.follow(Query(NOW), waited.append)
    assert [next(lines).text for _ in range(3)] == ["first", "late", "new"]
    assert waited == [service_log.POLL_SECONDS] * 2
    assert service_log.POLL_SECONDS <= 1


def test_what_was_given_long_ago_is_forgotten(log: Any) -> None:
    found, stub = log
    for seconds in range(0, 600, 60):
        stub.add_response("filter_log_events", page(event(f"at {seconds}", seconds)), asked())
    lines = found.follow(Query(NOW), lambda _: None)
    for _ in range(10):
        next(lines)
    assert len(found._seen) <= 2


def test_a_group_that_is_not_there_is_named_with_what_makes_it(log: Any) -> None:
    found, stub = log
    stub.add_client_error("filter_log_events", "ResourceNotFoundException")
    with pytest.raises(StrataError, match="there is no log group /shop/dev/service") as error:
        list(found.lines(Query(NOW)))
    assert error.value.hint == "strata apply dev makes it, with the service"


def test_an_expired_login_is_told(log: Any) -> None:
    found, stub = log
    stub.add_client_error("filter_log_events", "ExpiredTokenException")
    with pytest.raises(StrataError, match="credentials have expired"):
        list(found.lines(Query(NOW)))
