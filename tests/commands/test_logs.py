"""What `strata logs` takes, and how it writes a line."""

import sys
from datetime import UTC, datetime, timedelta, timezone

import pytest

from strata import cli
from strata.commands.logs import BEGINNING, moment, shown, task_id
from strata.errors import UsageError
from strata.release.service_log import Line
from tests.raised import raised

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)


MOMENTS = [
    ("30s", NOW - timedelta(seconds=30)),
    ("15m", NOW - timedelta(minutes=15)),
    ("1h", NOW - timedelta(hours=1)),
    ("2d", NOW - timedelta(days=2)),
    ("1w", NOW - timedelta(weeks=1)),
    ("0s", NOW),
    ("999999999w", BEGINNING),
    ("2026-11-28T09:30", datetime(2026, 11, 28, 9, 30, tzinfo=UTC)),
    ("2026-11-28T09:30:05Z", datetime(2026, 11, 28, 9, 30, 5, tzinfo=UTC)),
    ("2026-11-28", datetime(2026, 11, 28, tzinfo=UTC)),
    (
        "2026-11-28T12:30+01:00",
        datetime(2026, 11, 28, 12, 30, tzinfo=timezone(timedelta(hours=1))),
    ),
]


def test_since_when() -> None:
    for text, at in MOMENTS:
        assert moment(text, NOW) == at, text


NO_TIMES = [
    "",
    "1",
    "h",
    "-1h",
    "1.5h",
    "1 h",
    "1h30m",
    "\u0661h",
    "yesterday",
    "2026-13-01",
    "1h\n",
]


def test_what_is_no_time_is_wrong_usage() -> None:
    for text in NO_TIMES:
        error = raised(UsageError, moment, text, NOW)
        assert error and "is no time" in error.message, repr(text)


def test_what_is_still_to_come_is_wrong_usage() -> None:
    with pytest.raises(UsageError, match="still to come"):
        moment("2026-11-28T13:00", NOW)


def test_a_task_by_its_id_or_its_beginning_or_its_arn() -> None:
    assert task_id("1a2b") == "1a2b"
    assert task_id("1a2b" * 8) == "1a2b" * 8
    arn = f"arn:aws:ecs:eu-central-1:111111111111:task/shop-dev/{'1a2b' * 8}"
    assert task_id(arn) == "1a2b" * 8


NO_TASK_IDS = ["", "1a2", "xyz1", "1A2B", "1a2b*", "1a2b " * 2, "a" * 37]


def test_what_is_no_task_id_is_wrong_usage() -> None:
    for text in NO_TASK_IDS:
        error = raised(UsageError, task_id, text)
        assert error and "is no task id" in error.message, repr(text)


def test_a_line_has_its_time_in_utc_and_its_task() -> None:
    line = Line(NOW, "1a2b3c4d" * 4, "GET / 200")
    assert shown(line) == "2026-11-28T12:00:00Z 1a2b3c4d GET / 200"


@pytest.mark.parametrize("other", [("--follow",), ("--task", "1a2b")])
def test_previous_goes_with_no_other_choice_of_tasks(
    other: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["strata", "logs", "dev", "--previous", *other])
    assert cli.main() == 2
    assert "--previous is a task that has stopped" in capsys.readouterr().err
