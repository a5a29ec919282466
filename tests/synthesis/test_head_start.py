"""Node is started early, once, and only where something is synthesized."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from strata.cli import COMMANDS
from strata.synthesis import head_start
from tests import ROOT

COUNTING = '#!/bin/sh\n[ "$1" = --version ] || echo "$*" >> {log}\nexec {node} "$@"\n'
"""What stands for Node, and writes down each start but a question for the version."""


@pytest.fixture
def starts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    log = tmp_path / "starts"
    node = tmp_path / "bin" / "node"
    node.parent.mkdir()
    node.write_text(COUNTING.format(log=log, node=shutil.which("node")))
    node.chmod(0o755)
    monkeypatch.setenv("PATH", f"{node.parent}{os.pathsep}{os.environ['PATH']}")
    log.touch()
    return log


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *command], cwd=ROOT, capture_output=True, text=True, check=False
    )


def test_all_these_are_commands() -> None:
    assert not head_start.COMMANDS - COMMANDS.keys()


def test_node_is_started_once(starts: Path, tmp_path: Path) -> None:
    answer = run("-m", "strata", "synth", "local", "--out", str(tmp_path / "out"))
    assert answer.returncode == 0, answer.stderr
    assert len(starts.read_text().splitlines()) == 1


@pytest.mark.parametrize(
    "words",
    [
        ["synth", "--help"],
        ["schema"],
        ["gate", "-h"],
        ["gate", "--synthesized", "nowhere"],
        ["reach", "nowhere", "--live"],
        ["--version"],
        ["gates", "local"],
    ],
    ids=" ".join,
)
def test_node_is_not_started_where_nothing_is_synthesized(words: list[str], starts: Path) -> None:
    run("-m", "strata", *words)
    assert starts.read_text() == ""


def test_wrong_settings_are_told_while_node_starts(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.toml"
    wrong.write_text("[environment]\nproject = 1\n")
    answer = run("-m", "strata", "synth", str(wrong))
    assert answer.returncode == 2
    assert "project" in answer.stderr
    assert "Traceback" not in answer.stderr
    assert "thread" not in answer.stderr.lower()


def test_a_node_that_cannot_work_is_told_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JSII_NODE", "false")
    answer = run("-m", "strata", "synth", "local", "--out", str(tmp_path / "out"))
    assert answer.returncode != 0
    assert answer.stderr.count("prints no version") == 1
    assert "Traceback" not in answer.stderr
