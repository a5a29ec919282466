"""The light provider import changes nothing in what is written, and what is too slow fails."""

from pathlib import Path

import pytest

import bench.cost
import bench.map
from bench.synthesis import files, synthesize


def test_the_light_import_writes_the_same_bytes(tmp_path: Path) -> None:
    synthesize("ordinary", tmp_path / "ordinary", "prod")
    synthesize("light", tmp_path / "light", "prod")
    ordinary = files(tmp_path / "ordinary")
    assert len(ordinary) >= 7
    assert files(tmp_path / "light") == ordinary


@pytest.mark.parametrize("command", ["map", "cost"])
@pytest.mark.parametrize(("took", "code"), [(1.4, 0), (1.6, 1)])
def test_a_command_that_takes_too_long_beside_the_synthesis_fails(
    command: str, took: float, code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = getattr(bench, command)
    monkeypatch.setattr(module, "seconds", lambda *args: took if args[0] == command else 1.0)
    with pytest.raises(SystemExit) as left:
        module.main()
    assert left.value.code == code
