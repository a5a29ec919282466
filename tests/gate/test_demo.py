"""What the gate finds stops `strata demo` before anything is applied."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from strata.local import emulator
from tests import ROOT, WORK

PARTS = (
    "main.py", "cdktf.json", ".terraform-version", ".terraform.lock.hcl",
    "strata", "modules", "policies", "envs", "emulator",
)  # fmt: skip


def strata(project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """`strata` of a copy of the project."""
    return subprocess.run(
        [sys.executable, "-m", "strata", *arguments],
        cwd=project, env={**os.environ, "PYTHONPATH": str(project), "COLUMNS": "80"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.fixture
def unsafe(tmp_path: Path) -> Iterator[Path]:
    """A copy of the project, whose `local` serves without encryption."""
    emulator.python()
    for part in PARTS:
        copy = shutil.copytree if (ROOT / part).is_dir() else shutil.copy
        copy(ROOT / part, tmp_path / part)
    (tmp_path / WORK.name).mkdir()
    for installed in ("emulator-venv", "terraform"):
        if (WORK / installed).exists():
            (tmp_path / WORK.name / installed).symlink_to(WORK / installed)
    settings = tmp_path / "envs" / "local.toml"
    settings.write_text(settings.read_text().replace("[edge]\n", '[edge]\nhttp = "forward"\n'))
    yield tmp_path
    strata(tmp_path, "emulator", "stop")


@pytest.mark.emulator
def test_a_finding_stops_the_demo_before_anything_is_applied(unsafe: Path) -> None:
    answer = strata(unsafe, "demo", "-q")
    assert answer.returncode == 1
    assert answer.stderr.splitlines() == [
        "error: the gate found something unsafe", "hint: strata gate local"
    ]  # fmt: skip
    assert answer.stdout.splitlines()[0] == "settings   are valid"
    assert "state" not in answer.stdout
    assert not (unsafe / WORK.name / "logs").exists()
    gate = strata(unsafe, "gate", "local")
    assert gate.returncode == 1
    assert "envs/local.toml:26: edge.http" in gate.stdout
