"""Every gap that we fill is one: the stock emulator fails the probe, ours passes it."""

import ast
import json
import os
import subprocess
from pathlib import Path

import pytest

from strata.local.emulator import python
from tests import ROOT

pytestmark = pytest.mark.emulator

FILE = Path(__file__).with_name("probes.py")


def probes() -> list[str]:
    """The probes' names, read without importing what only the emulator has installed."""
    tree = ast.parse(FILE.read_text())
    names = [node.name for node in tree.body if isinstance(node, ast.FunctionDef)]
    return [name for name in names if not name.startswith("_") and name != "client"]


Answers = dict[str, dict[str, str]]


@pytest.fixture(scope="module")
def answers() -> Answers:
    """Of the emulator that is `filled` and of the `stock` one: probe -> why it failed, or ""."""
    running = {
        kind: subprocess.Popen(
            [python(), FILE, kind],
            cwd=ROOT,
            env={
                **os.environ,
                "PYTHONPATH": str(ROOT),
                "AWS_ENDPOINT_URL": "",
                # No probe asks for an image, and moto would make 500 for each.
                "MOTO_EC2_LOAD_DEFAULT_AMIS": "false",
            },
            stdout=subprocess.PIPE,
            text=True,
        )
        for kind in ("filled", "stock")
    }
    said = {kind: process.communicate()[0] for kind, process in running.items()}
    assert {process.returncode for process in running.values()} == {0}
    return {kind: json.loads(text) for kind, text in said.items()}


@pytest.mark.parametrize("probe", probes())
def test_the_gap_is_there_and_filled(probe: str, answers: Answers) -> None:
    assert answers["filled"][probe] == ""
    assert answers["stock"][probe] != ""
