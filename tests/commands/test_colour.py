"""What a terminal is shown in colour, and where nobody wants that."""

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from tests import ROOT


@pytest.mark.parametrize("variables, coloured", [({}, True), ({"NO_COLOR": "1"}, False)])
def test_no_color_is_heeded(variables: dict[str, str], coloured: bool, tmp_path: Path) -> None:
    file = tmp_path / "local.toml"
    text = (ROOT / "envs" / "local.toml").read_text()
    # A path that is open where the file wants it shut: red on a terminal.
    shut = '[[reach]]\nfrom = "internet"\nto = "load_balancer"\nport = 443\nopen = false\n'
    file.write_text(f"{text}\n{shut}")
    reading, writing = pty.openpty()
    plain = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
    with subprocess.Popen(
        [sys.executable, "-m", "strata", "check", file],
        cwd=ROOT,
        env={**plain, "TERM": "xterm-256color", **variables},
        stdout=writing,
        stderr=subprocess.DEVNULL,
    ) as process:
        os.close(writing)
        shown = b""
        try:
            while part := os.read(reading, 4096):
                shown += part
        except OSError:
            pass  # Linux ends it so once nobody writes any more.
    os.close(reading)
    assert process.returncode == 1
    assert b"internet" in shown
    assert (b"\x1b[31m" in shown) is coloured
