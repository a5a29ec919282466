"""Workers of pytest-xdist read all files of tests, each from its own share on."""

from pathlib import Path

from tests.read_ahead import turned

FILES = [Path(f"test_{number}.py") for number in range(7)]


def test_all_files_are_read_by_each_worker() -> None:
    assert [sorted(turned(FILES, worker, 3)) for worker in range(3)] == [FILES] * 3


def test_the_shares_that_the_workers_begin_with_are_all_files() -> None:
    starts = [FILES.index(turned(FILES, worker, 3)[0]) for worker in range(3)]
    assert starts == [0, 2, 4]
