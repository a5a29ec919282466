"""What the tests of the gate share."""

import shutil
from pathlib import Path

import pytest

from tests.gate.command import Command


@pytest.fixture
def local(synthesized: Path, tmp_path: Path) -> Path:
    """A folder with the stacks of `local` alone, to be spoiled."""
    folder = tmp_path / "synthesized"
    for stack in synthesized.glob("stacks/local-*"):
        shutil.copytree(stack, folder / "stacks" / stack.name)
    shutil.copytree(synthesized / "composed" / "local", folder / "composed" / "local")
    return folder


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """The `strata` command."""
    return Command(monkeypatch, capsys)
