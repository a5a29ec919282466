"""A command that was forked behaves as one that was started."""

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.end_to_end.conftest import strata
from tests.end_to_end.forks import Command
from tests.end_to_end.test_killed import until

# What uses it is marked so.
pytestmark = pytest.mark.emulator

Start = Callable[..., Command]


@pytest.fixture
def start(tmp_path: Path) -> Start:
    """Starts a command whose streams go to the files `out` and `err`."""

    def started(*words: str, **environment: str) -> Command:
        with (tmp_path / "out").open("wb") as out, (tmp_path / "err").open("wb") as err:
            return Command(
                tmp_path,
                *words,
                out=out.fileno(),
                err=err.fileno(),
                environment={**os.environ, **environment},
            )

    return started


def test_it_has_its_own_exit_code_streams_and_variables(start: Start, tmp_path: Path) -> None:
    assert start("schema").wait() == 0
    assert (tmp_path / "out").read_text().startswith("{")
    assert (tmp_path / "err").read_text() == ""
    without = start("synth", "local", JSII_NODE="/nowhere/node")
    assert without.wait() == without.wait() == without.poll() == 1
    assert (tmp_path / "out").read_text() == ""
    assert "/nowhere/node" in (tmp_path / "err").read_text()
    assert strata(tmp_path, "--version").stdout.startswith("strata ")


@pytest.mark.parametrize(
    ("sent", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGKILL, -9)]
)
def test_a_signal_ends_it_and_no_other(
    sent: signal.Signals, code: int, start: Start, tmp_path: Path
) -> None:
    first, other = start("synth", "local"), start("schema")
    until((tmp_path / "cdktf.out").is_dir)
    assert first.poll() is None
    first.send_signal(sent)
    assert first.wait(60) == code
    assert other.wait(60) == 0
    # It is not sent to whoever has the number now.
    first.kill()
