"""Which project Strata works on, and where the project's own packages come from."""

import subprocess
import sys
from pathlib import Path

import pytest

from strata.errors import UsageError
from strata.machine import folders
from strata.machine.folders import MARKS, Folders
from tests import ROOT


@pytest.fixture
def nothing_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    """As a process begins."""
    monkeypatch.setattr(folders.CHOSEN, "folders", None)


def make(folder: Path) -> Path:
    """A folder that holds what a project holds, each part empty."""
    folder.mkdir(parents=True)
    for mark in MARKS:
        part = folder / mark
        if part.suffix:
            part.touch()
        else:
            part.mkdir()
    return folder


@pytest.mark.usefixtures("nothing_chosen")
def test_the_nearest_project_upwards_is_worked_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(tmp_path / "outer")
    inner = make(tmp_path / "outer" / "some" / "inner")
    below = inner / "envs" / "further" / "down"
    below.mkdir(parents=True)
    monkeypatch.chdir(below)
    assert folders.project() == inner
    assert folders.work_folder() == inner / ".strata"
    assert folders.synthesized_folder() == inner / "cdktf.out"


@pytest.mark.usefixtures("nothing_chosen")
def test_the_project_stays_the_same_when_the_current_folder_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = make(tmp_path / "first")
    monkeypatch.chdir(first)
    folders.project()
    monkeypatch.chdir(make(tmp_path / "second"))
    assert folders.project() == first


@pytest.mark.usefixtures("nothing_chosen")
@pytest.mark.parametrize("lacking", MARKS)
def test_a_folder_that_lacks_a_part_is_no_project(
    lacking: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = make(tmp_path / "other-app")
    part = folder / lacking
    part.unlink() if part.is_file() else part.rmdir()
    monkeypatch.chdir(folder)
    with pytest.raises(UsageError, match=f"no project in {folder}"):
        folders.project()
    with pytest.raises(UsageError, match=f"--project {folder} .* has no {lacking}"):
        folders.use_project(folder)


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"--project .*nowhere: there is no such folder"):
        folders.use_project(tmp_path / "nowhere")


def test_a_path_that_a_user_gives_is_relative_to_the_current_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = make(tmp_path / "project")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(folders.CHOSEN, "folders", Folders.of(ROOT))
    folders.use_project(Path("project"))
    assert folders.project() == project


ASK = """
import sys
from pathlib import Path
from strata.machine.folders import use_project
use_project(Path(sys.argv[1]))
import modules, policies
print(modules.__file__, policies.__file__, sep="\\n")
"""


def test_modules_are_those_of_the_project_and_not_of_where_strata_lies(tmp_path: Path) -> None:
    project = make(tmp_path / "project")
    for package in ("modules", "policies"):
        (project / package / "__init__.py").touch()
    # What is on the path, as an editable installation is, would be found first.
    answer = subprocess.run(
        [sys.executable, "-c", ASK, project], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert answer.stdout.splitlines() == [
        str(project / "modules" / "__init__.py"), str(project / "policies" / "__init__.py")
    ]  # fmt: skip
