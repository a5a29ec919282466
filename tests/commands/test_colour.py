"""What a terminal is shown in colour, and where nobody wants that."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from strata.synthesis import synthesize
from tests import ROOT
from tests.gate.test_report import on_a_terminal


@pytest.mark.parametrize("variables, coloured", [({}, True), ({"NO_COLOR": "1"}, False)])
def test_no_color_is_heeded(
    variables: dict[str, str],
    coloured: bool,
    tmp_path: Path,
    composed: Callable[[str], dict[str, Any]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    file = tmp_path / "local.toml"
    text = (ROOT / "envs" / "local.toml").read_text()
    # A path that is open where the file wants it shut: red on a terminal.
    shut = '[[reach]]\nfrom = "internet"\nto = "load_balancer"\nport = 443\nopen = false\n'
    file.write_text(f"{text}\n{shut}")
    # The paths that a file expects change nothing that is synthesized.
    local = composed("local")
    monkeypatch.setattr(synthesize, "compose", lambda _: local)
    monkeypatch.delenv("NO_COLOR", raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    code, shown = on_a_terminal("check", str(file))
    assert code == 1
    assert b"internet" in shown
    assert (b"\x1b[31m" in shown) is coloured
