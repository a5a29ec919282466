"""`strata emulator env` is evaluated by a shell, so that half of it is worse than nothing."""

import pytest

from strata.commands import emulator as command
from strata.errors import StrataError
from strata.local import emulator as emulation


def test_without_an_emulator_a_shell_gets_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(emulation, "status", lambda: None)
    with pytest.raises(StrataError, match="is not running"):
        command.env()
    assert capsys.readouterr().out == ""


def test_with_one_it_leaves_the_variables_of_an_account_first(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    running = emulation.EmulatorStatus("http://127.0.0.1:1", 1)
    monkeypatch.setattr(emulation, "status", lambda: running)
    elsewhere = ("AWS_ENDPOINT_URL_S3", "AWS_USE_FIPS_ENDPOINT", "TF_AWS_STS_ENDPOINT")
    for name in elsewhere:
        monkeypatch.setenv(name, "true")
    command.env()
    first, *rest = capsys.readouterr().out.splitlines()
    assert first.startswith("unset AWS_PROFILE ")
    assert {*elsewhere, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"} <= set(first.split())
    assert "export AWS_ENDPOINT_URL=http://127.0.0.1:1" in rest
