"""`strata logs` as a process of its own, on the emulator's CloudWatch Logs."""

import selectors
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from strata.deployer.table import Use
from strata.settings import load
from tests import ROOT
from tests.deployer.record import forget, not_allowed
from tests.end_to_end.conftest import Client, strata, strata_command

pytestmark = pytest.mark.emulator

GROUP = "/shop/local/service"
FIRST, SECOND = "1a2b3c4d" * 4, "5e6f7a8b" * 4
DEADLINE_SECONDS = 60


@pytest.fixture(scope="module")
def logs(aws: Client, folder: Path) -> Any:
    """CloudWatch Logs with the streams of two tasks."""
    forget()
    before = strata(folder, "logs", "local")
    assert before.returncode == 1
    assert f"there is no log group {GROUP}" in before.stdout
    assert "strata apply local makes it" in before.stdout
    client = aws("logs")
    client.create_log_group(logGroupName=GROUP)
    for task in (FIRST, SECOND):
        client.create_log_stream(logGroupName=GROUP, logStreamName=f"api/api/{task}")
    return client


def write(logs: Any, task: str, *lines: str, ago: float = 0) -> None:
    at = int((time.time() - ago) * 1000)
    logs.put_log_events(
        logGroupName=GROUP,
        logStreamName=f"api/api/{task}",
        logEvents=[{"timestamp": at, "message": line} for line in lines],
    )


def test_lines_are_chosen_by_time_text_and_task(logs: Any, folder: Path) -> None:
    write(logs, FIRST, "an old one", ago=7200)
    write(logs, FIRST, "GET / 200", 'error: "quoted"', ago=60)
    write(logs, SECOND, "GET / 500", ago=30)

    def said(*words: str) -> list[str]:
        answer = strata(folder, "logs", "local", *words)
        assert answer.returncode == 0, answer.stdout
        return [line.partition(" ")[2] for line in answer.stdout.splitlines()]

    usual = ["1a2b3c4d GET / 200", '1a2b3c4d error: "quoted"', "5e6f7a8b GET / 500"]
    assert said() == usual
    assert said("--since", "3h") == ["1a2b3c4d an old one", *usual]
    assert said("--filter", "GET /") == [usual[0], usual[2]]
    assert said("--filter", ': "quoted"') == [usual[1]]
    assert said("--task", "5e6f") == [usual[2]]
    (nothing,) = said("--since", "1s")
    assert nothing.startswith("lines since 20")


def test_follow_shows_a_line_within_two_seconds_and_ctrl_c_ends_it(logs: Any, folder: Path) -> None:
    process = subprocess.Popen(
        strata_command(folder, "logs", "local", "--follow", "--filter", "followed"),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        bufsize=1,
    )
    assert process.stdout and process.stderr
    try:
        write(logs, FIRST, "followed from here")
        _read(process.stdout)
        took: list[float] = []
        for number in range(3):
            written = time.monotonic()
            write(logs, SECOND, f"followed {number}")
            assert _read(process.stdout).rstrip().endswith(f"5e6f7a8b followed {number}")
            took.append(time.monotonic() - written)
        # The best of three: another process may have the processor for a while.
        assert min(took) < 2
        process.send_signal(signal.SIGINT)
        assert process.wait(DEADLINE_SECONDS) == 130
        assert process.stdout.read() == ""
        assert process.stderr.read() == ""
    finally:
        process.kill()
        process.wait()


def _read(stream: Any) -> str:
    """The next line of a process, which must come."""
    with selectors.DefaultSelector() as selector:
        selector.register(stream, selectors.EVENT_READ)
        assert selector.select(DEADLINE_SECONDS), "no line came"
    return str(stream.readline())


def test_the_policy_of_a_release_allows_all_that_was_asked(logs: Any) -> None:
    assert not_allowed(load("local"), use=Use.RELEASE) == []
