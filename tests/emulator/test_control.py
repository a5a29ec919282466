"""Starting, finding and stopping the emulator."""

import os
import urllib.request
from pathlib import Path

import pytest

from strata import emulator


def test_it_starts_on_loopback_once_and_leaves_nothing(tmp_path: Path) -> None:
    with emulator.emulator(tmp_path) as running:
        assert running.url.startswith("http://127.0.0.1:")
        with urllib.request.urlopen(f"{running.url}/moto-api/") as answer:
            assert answer.status == 200
        assert emulator.start(tmp_path) == running
        assert emulator.status(tmp_path) == running
    assert emulator.status(tmp_path) is None
    with pytest.raises(ProcessLookupError):
        os.kill(running.pid, 0)
    assert emulator.stop(tmp_path) is False


def test_a_number_that_another_process_has_got_is_no_emulator(tmp_path: Path) -> None:
    (tmp_path / "running").write_text(f"{os.getpid()} 1\n")
    assert emulator.status(tmp_path) is None
    assert emulator.stop(tmp_path) is False
