"""What a shell is told that a word may become, as the scripts of `strata completion` ask."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from strata import cli
from strata.commands.complete import VARIABLE
from strata.documents.layers import ALL_LAYERS
from strata.machine.folders import CHOSEN
from strata.reach.model import NAMES
from tests import ROOT

ENVIRONMENTS = ["dev", "local", "prod", "staging"]


Completed = Callable[..., list[str]]


@pytest.fixture
def completed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Completed:
    """What bash would offer for the last word of a line; a script of bash itself is below."""

    def complete(line: str, folder: Path = ROOT) -> list[str]:
        words = line.split(" ")
        monkeypatch.chdir(folder)
        # As in a new process, which does not know its project yet.
        monkeypatch.setattr(CHOSEN, "folders", None)
        monkeypatch.setattr(sys, "argv", ["strata"])
        monkeypatch.setenv(VARIABLE, "complete_bash")
        monkeypatch.setenv("COMP_WORDS", line)
        monkeypatch.setenv("COMP_CWORD", str(len(words) - 1))
        assert cli.main() == 0
        printed = capsys.readouterr()
        assert printed.err == ""
        return printed.out.split()

    return complete


@pytest.mark.parametrize(
    "line, offered",
    [
        ("strata ", list(cli.COMMANDS)),
        ("strata check ", ENVIRONMENTS),
        ("strata cost pr", ["prod"]),
        ("strata unlock local ", list(ALL_LAYERS)),
        ("strata reach prod ", list(NAMES[:-1])),
        ("strata reach prod internet ", list(NAMES)),
        (
            "strata emulator ",
            ["start", "stop", "status", "delegate", "push", "agent", "spend", "account", "env"],
        ),
        ("strata completion ", ["bash", "zsh", "fish"]),
        ("strata gate --pl", ["--plan"]),
        ("strata plan --proj", ["--project"]),
    ],
)
def test_words_are_completed(line: str, offered: list[str], completed: Completed) -> None:
    assert completed(line) == offered


def test_environments_are_those_of_the_project_that_the_line_names(
    tmp_path: Path, completed: Completed
) -> None:
    assert completed(f"strata --project {ROOT} check l", tmp_path) == ["local"]
    assert completed("strata check l", tmp_path) == [], (
        "where there is no project there is no error"
    )


@pytest.mark.skipif(not shutil.which("bash"), reason="bash is what is tested")
def test_bash_completes_by_the_script(tmp_path: Path) -> None:
    command = tmp_path / "strata"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -P -m strata "$@"\n')
    command.chmod(0o755)
    script = """
    source <(strata completion bash)
    COMP_WORDS=(strata reach prod ta) COMP_CWORD=3
    $(complete -p strata | sed 's/.*-F \\([^ ]*\\).*/\\1/') strata
    echo "${COMPREPLY[@]}"
    """
    path = f"{tmp_path}:{os.environ['PATH']}"
    answer = subprocess.run(
        ["bash", "--norc", "-c", script],
        cwd=ROOT,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        check=True,
    )
    assert answer.stdout == "tasks\n", answer.stderr


@pytest.mark.parametrize("shell, begins", [("zsh", "#compdef strata"), ("fish", "complete --")])
def test_other_shells_have_a_script_of_their_own(
    shell: str, begins: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["strata", "completion", shell])
    assert cli.main() == 0
    script = capsys.readouterr().out
    assert script.startswith(begins)
    assert f"{VARIABLE}=complete_{shell}" in script
    # zsh loads the file on the first Tab, which has to complete something then.
    assert ('loadautofunc ]]; then\n  _strata_completion "$@"' in script) is (shell == "zsh")
