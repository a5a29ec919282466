"""Starting, finding and stopping the emulator."""

import os
import signal
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path
from typing import Any

import boto3
import pytest

from strata.local import emulator

WorkIn = Callable[[Path], None]

pytestmark = pytest.mark.emulator


def test_it_starts_on_loopback_once_and_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "running").write_text("1 1 of an earlier one\n")
    reader = (tmp_path / "running").open("rb", buffering=0)
    with reader, emulator.emulator(tmp_path) as running:
        assert reader.read() == b"1 1 of an earlier one\n", "written under who reads it"
        assert running.url.startswith("http://127.0.0.1:")
        with urllib.request.urlopen(f"{running.url}/moto-api/") as answer:
            assert answer.status == 200
        assert emulator.start(tmp_path) == running
        assert emulator.status(tmp_path) == running
    assert emulator.status(tmp_path) is None
    with pytest.raises(ProcessLookupError):
        os.kill(running.pid, 0)
    assert emulator.stop(tmp_path) is False


def test_two_that_start_it_at_once_have_one_that_answers(tmp_path: Path) -> None:
    def start(_: int) -> tuple[emulator.EmulatorStatus, bool]:
        running = emulator.start(tmp_path)
        return running, emulator.answers(running.url)

    with ThreadPoolExecutor(4) as pool:
        started = set(pool.map(start, range(4)))
    running = emulator.status(tmp_path)
    assert emulator.stop(tmp_path) is True
    assert started == {(running, True)}


def test_a_process_is_aimed_at_it_as_long_as_it_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = ("AWS_PROFILE", "AWS_ENDPOINT_URL_STS", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS")
    for name in elsewhere:
        monkeypatch.setenv(name, "true")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "of-prod")
    before = dict(os.environ)
    with emulator.emulator(tmp_path) as running:
        assert os.environ["AWS_ENDPOINT_URL"] == running.url
        assert os.environ["AWS_ACCESS_KEY_ID"] == "emulator"
        assert not {*elsewhere} & {*os.environ}
        assert boto3.client("sts", region_name="eu-central-1").get_caller_identity()["Account"]
    assert dict(os.environ) == before


def test_a_proxy_of_the_shell_is_not_asked_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in the network of a company. A port that nobody listens on stands for the proxy."""
    for scheme in ("http", "https"):
        for name in (f"{scheme}_proxy", f"{scheme}_proxy".upper()):
            monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.setenv("NO_PROXY", "intra.example, 10.0.0.1")
    with emulator.emulator(tmp_path) as running:
        with monkeypatch.context() as shell:
            for name in ("NO_PROXY", "no_proxy"):
                shell.delenv(name)
            assert emulator.account(running.url)["plan"] == "paid"
        # It asks the registry of this machine.
        own = Path(f"/proc/{running.pid}/environ").read_bytes().split(b"\0")
        assert b"no_proxy=intra.example,10.0.0.1,127.0.0.1" in own
        assert boto3.client("sts", region_name="eu-central-1").get_caller_identity()["Account"]
        assert os.environ["no_proxy"] == os.environ["NO_PROXY"]
        assert os.environ["NO_PROXY"].startswith("intra.example,10.0.0.1")


def test_whoever_excepts_every_host_from_the_proxy_goes_on_to(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("no_proxy", "*")
    assert emulator.client_environment("http://127.0.0.1:1")["NO_PROXY"] == "*"
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    assert emulator.client_environment("http://127.0.0.1:1")["no_proxy"] == "127.0.0.1"


def test_a_number_that_another_process_has_got_is_no_emulator(tmp_path: Path) -> None:
    (tmp_path / "running").write_text(f"{os.getpid()} 1\n")
    assert emulator.status(tmp_path) is None
    assert emulator.stop(tmp_path) is False


@pytest.mark.parametrize("stopped", [False, True])
def test_one_that_nobody_would_find_is_not_left_running(
    stopped: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where its number cannot be written down, as on a full disk, or Ctrl-C comes first."""
    started: list[subprocess.Popen[bytes]] = []

    class Popen(subprocess.Popen[bytes]):
        def __init__(self, *words: Any, **options: Any) -> None:
            super().__init__(*words, **options)
            started.append(self)

    monkeypatch.setattr(subprocess, "Popen", Popen)
    monkeypatch.setattr(emulator, "status", lambda _: None)
    if not stopped:
        (tmp_path / "running").mkdir()
    monkeypatch.setattr(emulator, "answers", lambda _: signal.raise_signal(signal.SIGINT))
    with pytest.raises(KeyboardInterrupt if stopped else IsADirectoryError):
        emulator.start(tmp_path)
    process = started[-1]
    assert process.returncode == -signal.SIGKILL


def test_a_port_that_begins_as_its_own_is_none_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(emulator, "command_line", lambda _: "python -m emulator 8000")
    (tmp_path / "running").write_text("1 800\n")
    assert emulator.status(tmp_path) is None
    (tmp_path / "running").write_text("1 8000\n")
    assert emulator.status(tmp_path) == emulator.EmulatorStatus("http://127.0.0.1:8000", 1)


def test_one_that_ends_just_before_it_is_killed_has_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = "import sys; print(flush=True); sys.stdin.read()"
    process = subprocess.Popen(
        [sys.executable, "-c", program, "-m", "emulator", "1"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    killpg = os.killpg

    def too_late(group: int, number: int) -> None:
        """SIGTERM is not heeded, and before SIGKILL it ends."""
        if number == signal.SIGKILL:
            process.communicate()
            killpg(group, number)

    monkeypatch.setattr(os, "killpg", too_late)
    monkeypatch.setattr(emulator, "STOP_SECONDS", -1)
    (tmp_path / "running").write_text(f"{process.pid} 1\n")
    with process:
        # Until it runs, nobody sees its command line.
        assert process.stdout is not None and process.stdout.readline()
        assert emulator.stop(tmp_path) is True
    assert emulator.status(tmp_path) is None


def test_one_that_has_ended_and_that_nobody_collects_has_stopped(tmp_path: Path) -> None:
    """Where the first process of a container is no init."""
    program = (
        "import subprocess, sys; print(subprocess.Popen([sys.executable, '-c', "
        "'import signal; print(flush=True); signal.pause()', '-m', 'emulator', '1'], "
        "start_new_session=True).pid, flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as parent:
        assert parent.stdout is not None
        # Its number, and that it runs, in either order.
        (pid,) = [line for line in (parent.stdout.readline() for _ in range(2)) if line.strip()]
        (tmp_path / "running").write_text(f"{int(pid)} 1\n")
        with ThreadPoolExecutor(1) as pool:
            stopped = pool.submit(emulator.stop, tmp_path)
            wait([stopped], timeout=5)
            ended = stopped.done()
            # Its parent ends, and it is collected.
            parent.communicate()
        assert ended and stopped.result()


def test_one_that_is_started_while_another_is_stopped_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def meanwhile(folder: Path) -> None:
        (folder / "running").write_text("1 8000\n")

    with monkeypatch.context() as one:
        one.setattr(emulator, "status", meanwhile)
        assert emulator.stop(tmp_path) is False
    monkeypatch.setattr(emulator, "command_line", lambda _: "python -m emulator 8000")
    assert emulator.status(tmp_path) == emulator.EmulatorStatus("http://127.0.0.1:8000", 1)


def test_two_that_start_at_once_make_its_environment_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, work_in: WorkIn
) -> None:
    busy = threading.Lock()
    installs: list[Any] = []

    def run(command: list[Any], **options: Any) -> None:
        assert busy.acquire(blocking=False), "the other one is not done"
        if "venv" in command:
            (command[-1] / "bin").mkdir(parents=True)
        else:
            installs.append(command)
        busy.release()

    work_in(tmp_path / "work")
    monkeypatch.setattr(subprocess, "run", run)
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda _: emulator.python(), range(4)))
    assert len(installs) == 1
    assert len(set(made)) == 1
