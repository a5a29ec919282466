"""What is said where Node, or a folder that it writes to, is not there."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from strata import cli
from strata.commands.exit_codes import EXIT_CODES
from strata.errors import StrataError
from strata.machine import node
from tests import ROOT

Script = Callable[[str], None]
WorkIn = Callable[[Path], None]


@pytest.fixture
def script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Script:
    """Puts a shell script in the place of Node."""

    def write(text: str) -> None:
        (tmp_path / "node").write_text(text)
        (tmp_path / "node").chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")

    return write


def test_the_oldest_version_is_that_of_package_json() -> None:
    engines = json.loads((ROOT / "package.json").read_text())["engines"]
    assert engines == {"node": f">={node.OLDEST}"}


SAID = "No version is set for command node"
MANAGER = f"printf '\\n{SAID}\\nChoose one of 22.1.0\\n' >&2; exit 126\n"
"""How a version manager answers in place of a program that it has several of."""


@pytest.mark.parametrize(
    "text, words",
    [
        ("#!/bin/sh\necho v18.20.4\n", "v18.20.4 is too old"),
        ("#!/bin/sh\necho 'v4.0.0'\n", "v4.0.0 is too old"),
        ("#!/bin/sh\nexit 1\n", "prints no version"),
        ("#!/bin/sh\nprintf '\\377'\n", "prints no version$"),
        (f"#!/bin/sh\n{MANAGER}", f"prints no version, but: {SAID}$"),
        ("#!/bin/sh\nexec sleep 600\n", "printed no version within"),
        ("#!/nowhere/at/all\n", "there is no such file"),
        ("\x7fELF of another machine", "cannot be run on this machine"),
        ("", "cannot be run on this machine"),
    ],
)
def test_a_node_that_will_not_do_is_named(text: str, words: str, script: Script) -> None:
    script(text)
    with pytest.raises(StrataError, match=words) as error:
        node.find(seconds=0.5 if "sleep" in text else 20)
    assert error.value.hint == node.INSTALL


SYNTHESIZING = [
    ["check", "local"],
    ["synth", "local"],
    ["gate", "local"],
    ["reach", "local"],
    ["map", "local"],
    ["cost", "local"],
]


@pytest.mark.parametrize("command", SYNTHESIZING, ids=lambda command: command[0])
def test_every_command_that_synthesizes_says_that_node_is_missing(
    command: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("sys.argv", ["strata", *command])
    assert cli.main() == EXIT_CODES[command[0]].could_not
    assert capsys.readouterr().err == f"error: node is not on the PATH\nhint: {node.INSTALL}\n"


def run(*command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


PLAIN = """
import runpy, sys
for options in (["--debug"], []):
    print(*options, file=sys.stderr)
    sys.argv = ["main.py", *options]
    try:
        runpy.run_path("main.py", run_name="__main__")
    except SystemExit as left:
        print(left.code)
"""


def test_plain_cdktf_is_told_the_same(tmp_path: Path) -> None:
    answer = run("-c", PLAIN, PATH=str(tmp_path))
    assert answer.stdout == "1\n1\n"
    debugged, told = answer.stderr.split("\n\n")
    assert debugged.startswith("--debug\nTraceback")
    assert told == f"error: node is not on the PATH\nhint: {node.INSTALL}\n"


def test_a_node_that_dies_at_work_is_no_traceback(script: Script) -> None:
    script('#!/bin/sh\n[ "$1" = --version ] && echo v20.0.0\n')
    answer = run("-m", "strata", "synth", "local", "-q", PATH=os.environ["PATH"])
    assert answer.returncode == 1
    assert answer.stderr.startswith("error: Node ended before its work was done\n")
    assert "Traceback" not in answer.stderr


@pytest.mark.parametrize("kind", ["missing", "a file", "not to be written"])
def test_a_folder_for_temporary_files_that_will_not_do_is_named(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Nobody, root included, makes files there.
    folder = Path("/sys") if kind == "not to be written" else tmp_path / "temporary"
    if kind == "a file":
        folder.touch()
    monkeypatch.setenv("TMPDIR", str(folder))
    with pytest.raises(StrataError, match=f"TMPDIR = {folder}: ") as error:
        node.require()
    assert "set TMPDIR" in str(error.value.hint)


LIMITED = """
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (%d, %d))
sys.argv = ["strata", *sys.argv[1:]]
from strata.cli import run
run()
"""


def test_no_room_for_files_is_an_error_in_words(tmp_path: Path) -> None:
    """A limit on the size of files stands for a full disk, which only root can make."""
    for command in (["map", "local", "-q", "--out"], ["synth", "local", "-q", "--out"]):
        answer = run("-c", LIMITED % (5000, 5000), *command, str(tmp_path / "out"))
        assert answer.returncode == 1, answer.stderr
        assert "Traceback" not in answer.stderr
        assert answer.stderr.startswith("error: "), answer.stderr


def test_a_home_that_cannot_be_written_is_done_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, work_in: WorkIn
) -> None:
    for name in (node.PACKAGE_CACHE, "JSII_RUNTIME_PACKAGE_CACHE"):
        monkeypatch.setenv(name, "")
    work_in(tmp_path / "work")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    node.choose_cache()
    assert os.environ[node.PACKAGE_CACHE] == "", "an ordinary home is left to jsii"
    monkeypatch.setenv("HOME", "/sys")
    node.choose_cache()
    assert os.environ[node.PACKAGE_CACHE] == str(tmp_path / "work" / "jsii")
    monkeypatch.setenv(node.PACKAGE_CACHE, "")
    work_in(Path("/sys/work"))
    node.choose_cache()
    assert os.environ["JSII_RUNTIME_PACKAGE_CACHE"] == "disabled"
