"""What `strata plan` says before it plans anything."""

from pathlib import Path

from tests import ROOT
from tests.gate.command import Command
from tests.gate.conftest import command

__all__ = ["command"]


def test_wrong_settings_are_an_error_and_no_change(tmp_path: Path, command: Command) -> None:
    """Exit code 2, which `strata check` has for them, would say that there are changes."""
    file = tmp_path / "wrong.toml"
    file.write_text((ROOT / "envs" / "local.toml").read_text() + "\n[nonsense]\n")
    answer = command("plan", file)
    assert answer.code == 1
    assert "nonsense" in answer.err
    assert command("plan", "nowhere").code == 1
    assert command("plan").code == 1
    assert command("plan", "local", "--ot", "x").code == 1
