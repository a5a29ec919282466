"""The light provider import changes nothing in what is written."""

from pathlib import Path

from bench.synthesis import files, synthesize


def test_the_light_import_writes_the_same_bytes(tmp_path: Path) -> None:
    synthesize("ordinary", tmp_path / "ordinary", "prod")
    synthesize("light", tmp_path / "light", "prod")
    ordinary = files(tmp_path / "ordinary")
    assert len(ordinary) >= 7
    assert files(tmp_path / "light") == ordinary
