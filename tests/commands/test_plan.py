"""What `strata plan` says before it plans anything."""

import subprocess
import sys
from pathlib import Path

from tests import ROOT


def said(*arguments: str) -> tuple[int, str]:
    answer = subprocess.run(
        [sys.executable, "-m", "strata", "plan", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return answer.returncode, answer.stderr


def test_wrong_settings_are_an_error_and_no_change(tmp_path: Path) -> None:
    """Exit code 2, which `strata check` has for them, would say that there are changes."""
    file = tmp_path / "wrong.toml"
    file.write_text((ROOT / "envs" / "local.toml").read_text() + "\n[nonsense]\n")
    code, error = said(str(file))
    assert code == 1
    assert "nonsense" in error
    assert said("nowhere")[0] == 1
    assert said()[0] == 1
    assert said("local", "--ot", "x")[0] == 1
