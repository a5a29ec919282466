"""Work in a thread beside a command: its result, its errors, its end."""

import contextlib
import threading
from concurrent.futures import CancelledError

import pytest

from strata.machine.beside import beside


def test_the_result_is_waited_for() -> None:
    go = threading.Event()
    with beside() as thread:
        work = thread.begin(lambda: go.wait(60))
        go.set()
        assert work()
        assert work(), "a second time too"


def test_an_error_is_raised_where_the_result_is_asked_for() -> None:
    def fail() -> None:
        raise LookupError("no such account")

    with beside() as thread:
        work = thread.begin(fail)
        with pytest.raises(LookupError, match="no such account"):
            work()


def test_an_error_that_nobody_asks_for_stops_nothing() -> None:
    done = []
    with beside() as thread:
        thread.begin(lambda: 1 / 0)
        thread.begin(lambda: done.append("next"))()
    assert done == ["next"]


def test_what_waits_in_line_is_dropped_at_the_end() -> None:
    begun, go, done = threading.Event(), threading.Event(), []

    def first() -> None:
        begun.set()
        go.wait(60)
        done.append("first")

    with beside() as thread:
        thread.begin(first)
        second = thread.begin(lambda: done.append("second"))

        def release_first() -> None:
            with contextlib.suppress(CancelledError):
                second()
            go.set()

        threading.Thread(target=release_first, daemon=True).start()
        begun.wait(60)
    assert done == ["first"]
