"""A signal leaves nothing behind, wherever it comes."""

import os
import signal
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from strata.machine.files import write_whole
from strata.machine.private import PrivateFolder
from strata.machine.signals import Stopped


def stopped(work: Callable[[], None], line: int) -> bool:
    """Whether `work` has so many lines, with all that it calls; it is stopped at this one."""
    to_go = line

    def trace(_frame: FrameType, event: str, _argument: object) -> Any:
        nonlocal to_go
        to_go -= event == "line"
        if to_go < 0:
            raise Stopped(signal.SIGTERM)
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        work()
    except (Stopped, OSError):
        # shutil closes a folder twice if it is stopped between two of its lines.
        return True
    finally:
        sys.settrace(before)
    return False


def lines(work: Callable[[], None], left: Callable[[], list[str]]) -> int:
    """Stop `work` at each of its lines; returns how many it has."""
    # What is made once in a process is made.
    work()
    line = 0
    while stopped(work, line):
        assert left() == [], f"stopped at line {line}"
        line += 1
    assert left() == []
    return line


def test_of_a_private_folder_nothing_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    modes = set()

    def work() -> None:
        with PrivateFolder() as folder:
            modes.add(folder.stat().st_mode & 0o777)
            (folder / "local").mkdir()
            (folder / "local" / "terraform.tfstate").write_text("secret")

    assert lines(work, lambda: [str(path) for path in tmp_path.rglob("*")]) > 100
    assert modes == {0o700}


def test_of_a_file_that_is_written_whole_no_part_is_left(tmp_path: Path) -> None:
    file = tmp_path / "state"

    def left() -> list[str]:
        return [path.name for path in tmp_path.iterdir() if path != file]

    assert lines(lambda: write_whole(file, "state", 0o700), left) > 10
    assert file.read_text() == "state"


def test_what_is_written_while_it_is_deleted_goes_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rmdir = os.rmdir

    def too_early(path: str, **options: Any) -> None:
        monkeypatch.setattr(os, "rmdir", rmdir)
        Path(path, "of a program that still runs").touch()
        rmdir(path, **options)

    monkeypatch.setattr(os, "rmdir", too_early)
    with PrivateFolder(tmp_path):
        pass
    assert os.rmdir is rmdir
    assert list(tmp_path.iterdir()) == []


def test_where_none_can_be_made_the_folder_around_it_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(NotADirectoryError) as error:
        PrivateFolder(tmp_path / "file")
    assert error.value.filename == str(tmp_path / "file")


def test_a_folder_of_somebody_else_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.urandom", bytes)
    other = tmp_path / f"strata-{bytes(8).hex()}"
    other.mkdir()
    (other / "file").touch()
    with pytest.raises(FileExistsError):
        PrivateFolder(tmp_path)
    assert (other / "file").exists()
