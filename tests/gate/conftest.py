"""What the tests of the gate share."""

import shutil
from collections.abc import Collection, Mapping
from pathlib import Path

import pytest

from strata.gate import judge
from strata.gate.judge import Judgement, begin
from tests.gate.command import Command


def copy_of_local(synthesized: Path, folder: Path) -> Path:
    """The stacks of `local` alone, in a new folder."""
    for stack in synthesized.glob("stacks/local-*"):
        shutil.copytree(stack, folder / "stacks" / stack.name)
    shutil.copytree(synthesized / "composed" / "local", folder / "composed" / "local")
    return folder


@pytest.fixture
def local(synthesized: Path, tmp_path: Path) -> Path:
    """A folder with the stacks of `local` alone, to be spoiled."""
    return copy_of_local(synthesized, tmp_path / "synthesized")


@pytest.fixture(scope="session")
def judgements() -> dict[object, Judgement]:
    """What `judged_once` keeps."""
    return {}


@pytest.fixture
def judged_once(monkeypatch: pytest.MonkeyPatch, judgements: dict[object, Judgement]) -> None:
    """A folder is judged once in a process: for tests of what becomes of its failures, which change
    no folder after its verdict."""

    def kept(
        folder: Path, files: Mapping[str, str] | None = None, planned: Collection[str] = ()
    ) -> Judgement:
        key = (folder, None if files is None else tuple(sorted(files.items())), tuple(planned))
        if key not in judgements:
            judgements[key] = begin(folder, files, planned)
        return judgements[key]

    monkeypatch.setattr(judge, "begin", kept)


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """The `strata` command."""
    return Command(monkeypatch, capsys)
