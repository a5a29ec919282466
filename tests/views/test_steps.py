"""What is said while work takes long."""

import contextlib
import os
import pty
import sys
import threading
from collections.abc import Iterator

import pytest

from strata.machine import verbosity
from strata.machine.verbosity import Verbosity
from strata.views import steps

Said = pytest.CaptureFixture[str]


class Soon(threading.Timer):
    """Has no patience."""

    def start(self) -> None:
        self.function(*self.args)


def test_a_log_names_what_takes_longer_than_two_seconds_in_a_line(
    capsys: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited = []

    def timer(seconds: float, *rest: object) -> threading.Timer:
        waited.append(seconds)
        return Soon(seconds, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(threading, "Timer", timer)
    with steps.step("planning [local]"):
        assert capsys.readouterr().err == "planning [local] ...\n"
    assert waited == [2.0]
    assert capsys.readouterr() == ("", "")


def test_a_log_says_nothing_of_what_is_quick(capsys: Said) -> None:
    with steps.step("looking"):
        pass
    assert capsys.readouterr() == ("", "")


def test_quiet_says_nothing_and_verbose_each_step_with_its_time(
    capsys: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(steps, "PATIENCE_SECONDS", 0)
    monkeypatch.setattr(verbosity.CHOSEN, "verbosity", Verbosity.QUIET)
    with steps.step("planning"):
        pass
    assert capsys.readouterr() == ("", "")
    monkeypatch.setattr(verbosity.CHOSEN, "verbosity", Verbosity.VERBOSE)
    with steps.step("planning"), steps.step("judging"):
        pass
    assert capsys.readouterr().err.splitlines() == [
        "planning ...", "judging ...", "judging: 0.0 s", "planning: 0.0 s"
    ]  # fmt: skip


@pytest.fixture
def new_console() -> Iterator[None]:
    """A console of what is stderr in this test, and not of what was or will be."""
    steps.shared_console.cache_clear()
    yield
    steps.shared_console.cache_clear()


@pytest.mark.usefixtures("new_console")
def test_a_terminal_shows_it_and_nothing_of_it_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    reading, writing = pty.openpty()
    with os.fdopen(writing, "w") as terminal:
        monkeypatch.setattr(sys, "stderr", terminal)
        with steps.step("planning [local]"), steps.step("judging"):
            pass
    text = ""
    # Linux ends it with an error once nobody writes any more.
    with contextlib.suppress(OSError):
        while part := os.read(reading, 4096):
            text += part.decode()
    os.close(reading)
    assert "planning [local]" in text
    assert "judging" in text
    # The line is cleared at the end, and the cursor is back.
    assert text.rpartition("judging")[2].count("\x1b[2K") > 0
    assert text.rindex("\x1b[?25h") > text.rindex("\x1b[?25l")
