"""What becomes of Terraform when `strata` is interrupted, or dies. Real processes."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from strata.errors import StrataError
from strata.terraform.children import Children, chdir, left_running
from tests import ROOT

WORKER = """
import signal, sys, time
signal.signal(signal.SIGINT, lambda *_: sys.exit(3))
print("ready", flush=True)
while True:
    time.sleep(0.1)  # a signal just before a longer wait would be handled after it
"""
PARENT = """
import sys
from pathlib import Path
from strata.terraform.children import Children, chdir
folder, worker = Path(sys.argv[1]), sys.argv[2]
with (folder / "log").open("ab") as out:
    with Children().run([sys.executable, "-c", worker, chdir(folder)], {}, out):
        pass
"""


def wait_for_ready(log: Path) -> None:
    deadline = time.monotonic() + 20
    while not (log.exists() and "ready" in log.read_text()):
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_an_interrupt_reaches_what_runs(tmp_path: Path) -> None:
    children, log = Children(), tmp_path / "log"
    with log.open("ab") as out:
        command = [sys.executable, "-c", WORKER, chdir(tmp_path)]
        with children.run(command, {}, out) as process:
            wait_for_ready(log)
            assert left_running(tmp_path) == process.pid
            children.interrupt()
        assert process.returncode == 3
        with pytest.raises(StrataError, match="interrupted"), children.run(command, {}, out):
            pass
    assert left_running(tmp_path) is None


def test_it_is_stopped_when_nobody_follows_it_any_more(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with pytest.raises(KeyboardInterrupt), log.open("ab") as out:
        command = [sys.executable, "-c", WORKER, chdir(tmp_path)]
        with Children().run(command, {}, out):
            wait_for_ready(log)
            raise KeyboardInterrupt
    assert left_running(tmp_path) is None


def test_it_outlives_strata_and_the_next_run_finds_it(tmp_path: Path) -> None:
    command = [sys.executable, "-c", PARENT, str(tmp_path), WORKER]
    parent = subprocess.Popen(command, cwd=ROOT, start_new_session=True)
    wait_for_ready(tmp_path / "log")
    # The terminal's Ctrl-C goes to the whole group of `strata`, and so does this.
    os.killpg(parent.pid, signal.SIGKILL)
    parent.wait()
    pid = left_running(tmp_path)
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    deadline = time.monotonic() + 20
    while left_running(tmp_path):
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_another_folder_is_not_taken_for_this_one(tmp_path: Path) -> None:
    (tmp_path / "local-edge").mkdir()
    log = tmp_path / "log"
    with log.open("ab") as out:
        command = [sys.executable, "-c", WORKER, chdir(tmp_path / "local-edge")]
        with Children().run(command, {}, out) as process:
            wait_for_ready(log)
            assert left_running(tmp_path / "local") is None
            assert left_running(tmp_path / "local-edge") == process.pid
            process.kill()


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="the rest of the file is the same")
def test_a_dead_process_that_nobody_has_collected_runs_no_more(tmp_path: Path) -> None:
    process = subprocess.Popen([sys.executable, "-c", "", chdir(tmp_path)])
    deadline = time.monotonic() + 20
    while left_running(tmp_path):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    process.wait()
