"""Every gap that we fill is one: the stock emulator fails the probe, ours passes it."""

import ast
import os
import subprocess
from pathlib import Path

import pytest

from strata.local.emulator import python
from strata.machine.folders import ROOT

pytestmark = pytest.mark.emulator

FILE = Path(__file__).with_name("probes.py")


def probes() -> list[str]:
    """The probes' names, read without importing what only the emulator has installed."""
    tree = ast.parse(FILE.read_text())
    names = [node.name for node in tree.body if isinstance(node, ast.FunctionDef)]
    return [name for name in names if not name.startswith("_") and name != "client"]


@pytest.mark.parametrize("probe", probes())
def test_the_gap_is_there_and_filled(probe: str) -> None:
    for kind, wanted in (("filled", 0), ("stock", 1)):
        answer = subprocess.run(
            [python(), FILE, probe, kind],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT), "AWS_ENDPOINT_URL": ""},
            capture_output=True,
            text=True,
            check=False,
        )
        assert answer.returncode == wanted, f"{kind}: {answer.stderr[-2000:]}"
