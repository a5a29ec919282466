"""Node is started early, once, and only where something is synthesized."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from strata.cli import COMMANDS
from strata.synthesis import head_start
from tests import ROOT
from tests.commands.test_loading import SLOW, imported

COUNTING = '#!/bin/sh\n[ "$1" = --version ] || echo "$*" >> {log}\nexec {node} "$@"\n'
"""What stands for Node, and writes down each start but a question for the version."""


@dataclass(frozen=True)
class Synthesis:
    """The starts of Node by a `strata synth`, and the modules that it imported."""

    starts: list[str]
    modules: set[str]


@pytest.fixture(scope="module")
def synthesis(tmp_path_factory: pytest.TempPathFactory) -> Synthesis:
    folder = tmp_path_factory.mktemp("synthesis")
    log = folder / "starts"
    log.touch()
    node = folder / "bin" / "node"
    node.parent.mkdir()
    node.write_text(COUNTING.format(log=log, node=shutil.which("node")))
    node.chmod(0o755)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", f"{node.parent}{os.pathsep}{os.environ['PATH']}")
        modules = imported("synth", "local", "--out", str(folder / "out"))
    return Synthesis(log.read_text().splitlines(), modules)


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *command], cwd=ROOT, capture_output=True, text=True, check=False
    )


def test_all_these_are_commands() -> None:
    assert not head_start.COMMANDS - COMMANDS.keys()


def test_node_is_started_once(synthesis: Synthesis) -> None:
    assert len(synthesis.starts) == 1


def test_synth_loads_nothing_of_what_comes_after_it(synthesis: Synthesis) -> None:
    assert "cdktf" in synthesis.modules
    later = {*SLOW, "strata.review", "strata.gate", "strata.terraform.process", "strata.drift"}
    assert not synthesis.modules & (later - {"cdktf", "pydantic"})


IN_TURN = """
import json, sys
from strata.__main__ import run

started = []


def note(event, arguments):
    if event == "subprocess.Popen":
        started.append([str(word) for word in arguments[1]])


sys.addaudithook(note)
answers = []
for words in json.loads(sys.argv[1]):
    sys.argv = ["strata", *words]
    started.clear()
    try:
        run()
    except SystemExit:
        pass
    answers.append([*started])
print(json.dumps(answers))
"""
"""Runs commands, and prints what other processes each of them started."""

WITHOUT = (
    ["synth", "--help"],
    ["schema"],
    ["gate", "-h"],
    ["gate", "--synthesized", "nowhere"],
    ["reach", "nowhere", "--live"],
    ["--version"],
    ["gates", "local"],
)


@pytest.fixture(scope="module")
def others() -> list[list[list[str]]]:
    """What each of WITHOUT starts, and the last what it starts that synthesizes."""
    answer = run("-c", IN_TURN, json.dumps([*WITHOUT, ["synth", "nowhere"]]))
    assert answer.returncode == 0, answer.stderr
    found: list[list[list[str]]] = json.loads(answer.stdout.splitlines()[-1])
    return found


def node_in(started: list[list[str]]) -> bool:
    return any(Path(words[0]).name == "node" for words in started)


@pytest.mark.parametrize("words", WITHOUT, ids=" ".join)
def test_node_is_not_started_where_nothing_is_synthesized(
    words: list[str], others: list[list[list[str]]]
) -> None:
    assert not node_in(others[WITHOUT.index(words)])


def test_node_is_started_for_a_synthesis(others: list[list[list[str]]]) -> None:
    # So that the answer of the others is one.
    assert node_in(others[-1])


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
