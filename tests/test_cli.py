"""How a command ends when something goes wrong that nobody foresaw."""

import contextlib
import errno
import io
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from strata import cli
from strata.commands.base import out
from strata.commands.exit_codes import EXIT_CODES, codes_of
from strata.errors import StrataError, UsageError
from strata.machine.verbosity import CHOSEN, Verbosity
from tests import ROOT


def names() -> list[str]:
    """Every command that there is, those of a group by both of their words."""
    found = []
    for name in cli.COMMANDS:
        below = getattr(cli.load(name), "commands", {})
        found += [f"{name} {one}" for one in below] or [name]
    return found


Run = Callable[..., tuple[int, str]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command that ends with `error`: its exit code, and what it says of it."""

    def with_error(error: BaseException, *arguments: str) -> tuple[int, str]:
        def fail(**_: object) -> None:
            raise error

        monkeypatch.setattr(cli, "app", fail)
        monkeypatch.setattr(sys, "argv", ["strata", *arguments])
        said = io.StringIO()
        with contextlib.redirect_stderr(said):
            code = cli.main()
        return code, said.getvalue()

    return with_error


def test_every_command_has_its_exit_codes() -> None:
    assert sorted(EXIT_CODES) == sorted(names())


def prints() -> tuple[Verbosity, bool]:
    """How much is printed of the work, and whether all but the result goes to stderr."""
    return CHOSEN.verbosity, out.stderr


@pytest.mark.parametrize(
    "line, during",
    [
        ("emulator status", (Verbosity.USUAL, False)),
        ("-q emulator status", (Verbosity.QUIET, False)),
        ("emulator status --quiet", (Verbosity.QUIET, False)),
        ("-v emulator status", (Verbosity.VERBOSE, False)),
        ("-q emulator status --verbose", (Verbosity.VERBOSE, False)),
        ("emulator status --json", (Verbosity.USUAL, True)),
        ("-q emulator status -v --json", (Verbosity.VERBOSE, True)),
    ],
)
@pytest.mark.parametrize("end", ["an answer", "an error", "a defect", "wrong usage"])
def test_the_next_command_of_a_process_prints_as_the_first_did(
    line: str, during: tuple[Verbosity, bool], end: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []

    def status() -> None:
        seen.append(prints())
        if end != "an answer":
            raise StrataError("x") if end == "an error" else ZeroDivisionError("x")

    monkeypatch.setattr("strata.local.emulator.status", status)
    words = [*line.split(), *(["--port", "high"] if end == "wrong usage" else [])]
    monkeypatch.setattr(sys, "argv", ["strata", *words])
    assert cli.main() == (1 if end == "an answer" else 2)
    assert seen == ([] if end == "wrong usage" else [during])
    assert prints() == (Verbosity.USUAL, False)


def test_no_failure_has_the_code_of_an_answer(run: Run) -> None:
    gone, full = BrokenPipeError(errno.EPIPE, "x"), OSError(errno.ENOSPC, "x")
    defect = ZeroDivisionError("x")
    for name, codes in EXIT_CODES.items():
        assert codes.could_not not in {0, *codes.answers}, name
        for error in (defect, MemoryError(), full, gone, StrataError("x"), UsageError("x")):
            code, said = run(error, *name.split())
            assert code not in {0, *codes.answers}, f"{name}: {error!r}"
            assert "Traceback" not in said, f"{name}: {error!r}"
        assert run(ZeroDivisionError("x"), *name.split())[0] == codes.could_not, name


def test_the_commands_page_says_what_answers_a_code_gives() -> None:
    lines = (ROOT / "docs" / "reference" / "commands.md").read_text().splitlines()
    for name, codes in EXIT_CODES.items():
        rows = " ".join(one for one in lines if one.startswith(f"| `strata {name}"))
        for code in codes.answers:
            assert f"exit code {code}" in rows, name


def test_what_nobody_foresaw_says_what_to_do_and_no_value(run: Run) -> None:
    code, said = run(ValueError("password=hunter2"), "gate", "local")
    assert code == 2
    assert "ValueError" in said
    assert "--debug" in said
    assert "hunter2" not in said, "an error's own words may hold what a setting says"


@pytest.mark.parametrize("line", [("--debug", "plan", "local"), ("plan", "local", "--debug")])
def test_debug_shows_the_traceback_wherever_it_stands(line: tuple[str, ...], run: Run) -> None:
    code, said = run(ValueError("the very words"), *line)
    assert code == 1
    assert "Traceback" in said
    assert "the very words" in said


def test_debug_behind_two_dashes_is_a_name() -> None:
    assert cli.without_debug(["gate", "--", "--debug"]) == (["gate", "--", "--debug"], False)
    assert codes_of(["--debug", "emulator", "status"]) == EXIT_CODES["emulator status"]


REFUSALS = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "quota",
    errno.EROFS: "read-only",
    errno.EACCES: "permission is denied",
    errno.EFBIG: "larger than",
    errno.ENAMETOOLONG: "too long",
    errno.ENOEXEC: "cannot be run on this machine",
    errno.EMFILE: "too many files",
    errno.EEXIST: "there is a file of that name already",
    errno.ESTALE: os.strerror(errno.ESTALE),
}


def test_what_the_system_refuses_is_said_in_plain_words(run: Run) -> None:
    for number, words in REFUSALS.items():
        _, said = run(OSError(number, os.strerror(number), "some/file"), "synth", "local")
        assert said.startswith("error: some/file: "), words
        assert words in said


def test_what_node_is_refused_is_said_in_the_same_words(run: Run) -> None:
    text = "ENOSPC: no space left on device, mkdtemp '/var/tmp/jsii-kernel-'"
    _, said = run(RuntimeError(text), "synth", "local")
    assert "error: /var/tmp/jsii-kernel-: the disk is full" in said


def test_too_deep_and_too_large_are_no_defects_of_ours(run: Run) -> None:
    assert "nested too deeply" in run(RecursionError(), "check", "local")[1]
    assert "not enough memory" in run(MemoryError(), "check", "local")[1]


def strata(*arguments: str, out: int | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "strata", *arguments],
        cwd=ROOT,
        stdout=out or subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )


def test_output_that_finds_no_room_is_an_error() -> None:
    with Path("/dev/full").open("w") as full:
        answer = strata("schema", out=full.fileno())
    assert answer.returncode == 1
    assert answer.stderr.startswith("error: the disk is full\n")
    assert "Traceback" not in answer.stderr


def test_a_reader_that_goes_away_is_told_nothing_and_answered_nothing() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    answer = strata("schema", out=writing)
    os.close(writing)
    assert (answer.returncode, answer.stderr) == (1, "")


OLD = "import runpy, sys; sys.version_info = (3, 9, 6); runpy.run_path('main.py')"
"""As its first line would be run by the Python of a Mac, say."""


@pytest.mark.parametrize(
    ("words", "code"),
    [(["main.py"], 1), (["-m", "strata", "gate", "local"], 2), (["-c", OLD], 126)],
    ids=["main.py", "gate", "an older Python"],
)
def test_a_python_that_was_not_set_up_is_told_how(words: list[str], code: int) -> None:
    # Without `site` it has no package beside its own library.
    answer = subprocess.run(
        [sys.executable, "-S", *words], cwd=ROOT, capture_output=True, text=True, check=False
    )
    error, hint = answer.stderr.splitlines()
    assert error.startswith("error: ") and sys.executable in error
    assert "make setup" in hint and ".venv/bin/python" in hint
    assert (answer.returncode, answer.stdout) == (code, "")


def test_a_module_of_ours_that_is_missing_is_not_to_be_installed(run: Run) -> None:
    for name in ("strata.nowhere", "modules.nowhere", None):
        code, said = run(ModuleNotFoundError("x", name=name), "gate", "local")
        assert (code, "make setup" in said) == (2, False), name


WITH_A_CHILD = """
import subprocess
from strata import cli
from strata.commands.base import confirm
def work(*_, **__):
    with open("envs/local.toml") as file:
        subprocess.run(["sh", "-c", "read line; echo said && echo told >&2"]).check_returncode()
        assert file.read().startswith("#:schema")
    print("asking", flush=True)
    confirm("really?", yes=False)
cli.app = work
cli.run()
"""


@pytest.mark.parametrize("closed", ["0<&-", "1>&-", "2>&-", "0<&- 1>&-"])
def test_a_closed_stream_leads_nowhere(closed: str) -> None:
    """As a scheduler may close it: Python has None for it, and the next file its number."""
    answer = subprocess.run(
        ["sh", "-c", f'exec "$@" {closed}', "sh", sys.executable, "-c", WITH_A_CHILD],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    told = "told\nerror: nothing was done: no terminal to confirm it at\nhint: --yes answers\n"
    assert answer.stderr == ("" if "2>&-" in closed else told)
    assert answer.stdout == ("" if "1>&-" in closed else "said\nasking\n")
    assert answer.returncode == 1


@pytest.mark.parametrize(
    ("words", "code"), [(["plan"], 1), (["gate", "--nonsense"], 2)], ids=["plan", "gate"]
)
def test_wrong_usage_of_plan_is_no_change(
    words: list[str], code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["strata", *words])
    assert cli.main() == code


KEEPS = """
import sys, tempfile, time
from strata import cli
def work(*_, **__):
    with tempfile.TemporaryDirectory(dir=sys.argv[2]):
        print("at work", flush=True)
        while True:
            time.sleep(0.1)  # a signal just before a wait without an end would be handled never
"""
AT_WORK = "cli.app = work\nsys.exit(cli.main())\n"
BEFORE_IT = "cli.head_start.begin_for = work\ncli.run()\n"


@pytest.mark.parametrize("where", [AT_WORK, BEFORE_IT], ids=["at work", "before it"])
@pytest.mark.parametrize(
    ("ignored", "sent"),
    [
        (None, [signal.SIGTERM]),
        (None, [signal.SIGHUP]),
        (None, [signal.SIGINT]),
        # As nohup has it: what is ignored from the beginning stays ignored.
        (signal.SIGHUP, [signal.SIGHUP, signal.SIGTERM]),
    ],
)
def test_a_command_that_is_stopped_takes_its_private_folders_with_it(
    ignored: signal.Signals | None, sent: list[signal.Signals], where: str, tmp_path: Path
) -> None:
    first = f"import signal; signal.signal({ignored:d}, signal.SIG_IGN)\n" if ignored else ""
    with subprocess.Popen(
        [sys.executable, "-c", first + KEEPS + where, "plan", str(tmp_path)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout
        assert process.stderr
        assert process.stdout.readline() == "at work\n"
        assert list(tmp_path.iterdir())
        for one in sent:
            process.send_signal(one)
        said = process.stderr.read()
    assert process.returncode == 128 + sent[-1]
    assert list(tmp_path.iterdir()) == []
    assert "Traceback" not in said
