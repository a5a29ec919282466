"""Runs the real command in this process, which has loaded checkov already."""

import sys
from dataclasses import dataclass

import pytest

from strata import cli
from strata.gate.scan import load_policies
from strata.views import steps


@dataclass(frozen=True)
class Answer:
    """What a command answered."""

    code: int
    out: str
    err: str


class Command:
    """`strata`, with what it prints."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._monkeypatch, self._capsys = monkeypatch, capsys

    def __call__(self, *arguments: object) -> Answer:
        if "gate" in arguments and "checkov" not in sys.modules:
            # Not loaded, a process of its own would load it, for each command again.
            load_policies()
        self._monkeypatch.setattr(sys, "argv", ["strata", *map(str, arguments)])
        # On a busy machine any step may take the two seconds after which a log names it.
        self._monkeypatch.setattr(steps, "PATIENCE_SECONDS", 3600)
        self._capsys.readouterr()
        try:
            code = cli.main()
        except SystemExit as left:
            code = int(left.code or 0)
        printed = self._capsys.readouterr()
        return Answer(code, printed.out, printed.err)
