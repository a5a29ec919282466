"""Has each worker of pytest-xdist read the files of tests from another one on."""

import contextlib
import importlib
import os
from pathlib import Path

import pytest

from tests import ROOT


def pytest_sessionstart(session: pytest.Session) -> None:
    """Read all files of tests before they are collected.

    pytest rewrites the assertions of each file and keeps the byte code. All workers begin at the
    same time: where each began with the first file, in a new clone each would rewrite them all.
    """
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    if not worker:
        return
    files = [file for arg in session.config.args for file in _files(arg)]
    for file in turned(files, int(worker[2:]), int(os.environ["PYTEST_XDIST_WORKER_COUNT"])):
        with contextlib.suppress(Exception):  # which its collection has again, and reports
            importlib.import_module(".".join(file.relative_to(ROOT).with_suffix("").parts))


def _files(arg: str) -> list[Path]:
    path = Path(arg.partition("::")[0]).absolute()
    return sorted(path.rglob("test_*.py")) or [path]


def turned(files: list[Path], worker: int, workers: int) -> list[Path]:
    """The files, from the first of this worker's share on."""
    first = len(files) * worker // workers
    return files[first:] + files[:first]
