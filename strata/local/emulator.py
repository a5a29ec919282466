"""Starts, stops and finds the emulator; what stands in it lives in memory and goes with it."""

import contextlib
import hashlib
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock

from strata.errors import StrataError, UsageError
from strata.local import requests
from strata.machine.files import write_whole
from strata.machine.folders import project, work_folder
from strata.machine.processes import command_line

START_SECONDS = 60
STOP_SECONDS = 10
LOOPBACK = "127.0.0.1"


FOREIGN = (
    "AWS_PROFILE",
    "AWS_DEFAULT_PROFILE",
    "AWS_SESSION_TOKEN",
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
)
"""Variables of the user's that would be tried before ours, and must not be set."""

_ENDPOINT = re.compile(r"AWS_ENDPOINT_URL_\w+|(TF_)?AWS_\w+_ENDPOINT")
"""More of them: the endpoint of one service, or of a kind, as in `AWS_USE_FIPS_ENDPOINT`."""


def foreign() -> list[str]:
    """The variables that must not be set, and those of their kind that are."""
    return [*FOREIGN, *sorted(name for name in os.environ if _ENDPOINT.fullmatch(name))]


@dataclass(frozen=True)
class EmulatorStatus:
    """A running emulator."""

    url: str
    pid: int


def usual_folder() -> Path:
    """Where the project's emulator has its log and says that it runs."""
    return work_folder() / "emulator"


def client_environment(url: str) -> dict[str, str]:
    """Environment variables that point the AWS SDKs and Terraform at `url`, and nowhere else."""
    return {
        "AWS_ENDPOINT_URL": url,
        "AWS_ACCESS_KEY_ID": "emulator",
        "AWS_SECRET_ACCESS_KEY": "emulator",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        **without_proxy(),
    }


def without_proxy() -> dict[str, str]:
    """Variables by which the shell's proxy is not asked for 127.0.0.1, which Terraform would not do
    anyway, but Python."""
    excepted = os.environ.get("no_proxy") or os.environ.get("NO_PROXY") or ""
    hosts = [host.strip() for host in excepted.split(",") if host.strip()]
    # Alone it stands for every host, and beside another one for none.
    if "*" not in hosts:
        hosts = list(dict.fromkeys([*hosts, LOOPBACK]))
    return dict.fromkeys(("NO_PROXY", "no_proxy"), ",".join(hosts))


def status(folder: Path | None = None) -> EmulatorStatus | None:
    """The emulator that was started from `folder`, if it still runs."""
    folder = folder or usual_folder()
    try:
        pid, port = map(int, (folder / "running").read_text().split())
    except (FileNotFoundError, ValueError):
        return None
    # Another process may have got the number since.
    ours = f"-m emulator {port} " in f"{command_line(pid)} "
    return EmulatorStatus(_url(port), pid) if ours else None


def start(folder: Path | None = None) -> EmulatorStatus:
    """Start the emulator on a free port of 127.0.0.1, or give the one that runs."""
    folder = folder or usual_folder()
    folder.mkdir(parents=True, exist_ok=True)
    # Of two that start at once the second finds the first one's, and that it answers.
    with FileLock(folder / "start.lock"):
        return status(folder) or _started(folder)


def _started(folder: Path) -> EmulatorStatus:
    interpreter = python()
    port = free_port()
    left_out = foreign()
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [interpreter, "-m", "emulator", str(port)],
            cwd=project(),
            # A profile of the user's is none of its business, and would stop it if not found.
            env={
                **{name: value for name, value in os.environ.items() if name not in left_out},
                **without_proxy(),
            },
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        write_whole(folder / "running", f"{process.pid} {port}\n")
        _wait(process, _url(port), folder / "log")
    except BaseException:
        # Nobody would find it to stop it, or the next start would find one without an answer.
        process.kill()
        process.wait()
        raise
    return EmulatorStatus(_url(port), process.pid)


def _wait(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not answers(url):
        if process.poll() is not None or time.monotonic() > deadline:
            raise StrataError("the emulator did not start", f"see {log}")
        time.sleep(0.1)


def account(url: str, **changes: str | bool) -> dict[str, Any]:
    """What the emulator's account is set to, after `changes` (`emulator/account.py`)."""
    return _asked(url, "account", changes)


def _asked(url: str, name: str, changes: Mapping[str, Any]) -> dict[str, Any]:
    try:
        return requests.asked(url, name, changes)
    except requests.Refused as refused:
        raise UsageError(f"the emulator's account: {refused}") from refused


def delegate(url: str, domain: str) -> None:
    """Let the registrar of `domain` point at the name servers of the zone of that name."""
    account(url, delegate=domain)


def spend(url: str, budget: str, usd: float, forecast: float | None = None) -> list[str]:
    """Let a month have cost so much; gives the addresses and topics that the budget told of it."""
    spent = {"budget": budget, "usd": usd, "forecast": forecast}
    return list(_asked(url, "spending", spent)["told"])


def push(url: str, repository: str, tag: str) -> None:
    """Have an image pushed to a repository, at once or as soon as the repository exists."""
    account(url, push=f"{repository}:{tag}")


def stop(folder: Path | None = None) -> bool:
    """End the emulator of `folder`; False when none ran."""
    folder = folder or usual_folder()
    running = status(folder)
    if running:
        _signal(running.pid, signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        while _alive(running.pid):
            if time.monotonic() > deadline:
                _signal(running.pid, signal.SIGKILL)
            time.sleep(0.05)
    # The file stays: another start may have written it by now, and who reads it asks the system.
    return running is not None


def aim(url: str) -> None:
    """Point this process and its children at `url`, and nowhere else."""
    for name in foreign():
        os.environ.pop(name, None)
    os.environ.update(client_environment(url))


@contextlib.contextmanager
def emulator(folder: Path) -> Iterator[EmulatorStatus]:
    """An emulator of one's own that this process is aimed at; both end with the block."""
    before = dict(os.environ)
    try:
        running = start(folder)
        aim(running.url)
        yield running
    finally:
        os.environ.clear()
        os.environ.update(before)
        stop(folder)


def python() -> Path:
    """The interpreter of the emulator's virtual environment, which is made from its lock file."""
    folder = work_folder()
    folder.mkdir(exist_ok=True)
    # Two that start at once would clear what the other is installing.
    with FileLock(folder / "emulator-venv.lock"):
        return _installed()


def installed() -> bool:
    """Whether its virtual environment is there, as the lock file has it."""
    stamp = _environment() / "installed"
    return stamp.exists() and stamp.read_text() == _digest()


def _environment() -> Path:
    return work_folder() / "emulator-venv"


def _lock() -> Path:
    return project() / "emulator" / "requirements.lock"


def _digest() -> str:
    return hashlib.sha256(_lock().read_bytes()).hexdigest()


def _installed() -> Path:
    venv = _environment()
    interpreter = venv / "bin" / "python"
    if not installed():
        try:
            subprocess.run([sys.executable, "-m", "venv", "--clear", venv], check=True)
            subprocess.run(
                [interpreter, "-m", "pip", "install", "-q", "--disable-pip-version-check",
                 "--require-hashes", "-r", _lock()],
                check=True,
            )  # fmt: skip
        except subprocess.CalledProcessError as error:
            raise StrataError(
                "the emulator's virtual environment could not be made",
                "see pip's output above; can this machine reach the package registry?",
            ) from error
        (venv / "installed").write_text(_digest())
    return interpreter


def _url(port: int) -> str:
    return f"http://{LOOPBACK}:{port}"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def answers(url: str) -> bool:
    """Whether an emulator is served there."""
    try:
        with requests.DIRECT.open(f"{url}/moto-api/", timeout=2) as answer:
            return bool(answer.status == 200)
    except (OSError, urllib.error.URLError):
        return False


def _signal(group: int, number: signal.Signals) -> None:
    # It may end by itself at any moment.
    with contextlib.suppress(ProcessLookupError):
        os.killpg(group, number)


def _alive(pid: int) -> bool:
    try:
        # Ours to collect, when this process started it.
        return os.waitpid(pid, os.WNOHANG)[0] != pid
    except ChildProcessError:
        # One that has ended has none, also if nobody collects it, as in a container without init.
        return bool(command_line(pid))
