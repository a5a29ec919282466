"""`strata output` where there is nothing to show."""

import shutil
from pathlib import Path

import pytest

from strata.commands import apply, output
from strata.documents.layers import LAYERS
from strata.errors import StrataError
from strata.settings import load
from strata.state.outputs import Output
from tests import ROOT

PATH = "my shop/local.toml"


@pytest.fixture
def env(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Settings in a folder whose name a shell would take apart."""
    monkeypatch.chdir(tmp_path)
    Path(PATH).parent.mkdir()
    shutil.copy(ROOT / "envs" / "local.toml", PATH)
    return PATH


def test_the_command_that_makes_something_to_show_can_be_pasted(
    env: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("strata.state.preflight.check", lambda *_: None)
    monkeypatch.setattr(output, "aim", lambda _: None)
    monkeypatch.setattr("strata.state.states.read_states", lambda _: dict.fromkeys(LAYERS))
    with pytest.raises(StrataError) as error:
        output.output(env)
    assert error.value.hint == "strata apply 'my shop/local.toml'"


def test_so_can_the_one_that_an_apply_names_whose_output_cannot_be_read(
    env: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def unreadable(_: object) -> Output:
        raise StrataError("the states cannot be read")

    monkeypatch.setattr(apply, "output_of", unreadable)
    assert apply._output(load(env)) is None
    assert "strata output 'my shop/local.toml' shows" in capsys.readouterr().err
