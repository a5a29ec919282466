"""What two environments of one account cannot both have."""

from pathlib import Path

import pytest

from strata.settings import Problem, load_each
from strata.settings.shared import shared
from tests import ROOT
from tests.gate.command import Command

LOCAL = (ROOT / "envs" / "local.toml").read_text()
EU = (
    '[cluster]\nmax_size = 9\n[services.eu]\ncommand = ["node", "eu.js"]\nrepository = "store/eu"\n'
)


def written(folder: Path, name: str, *, more: str = "", account: str = "1" * 12) -> str:
    """A copy of `local` under another name, with a domain of its own."""
    text = LOCAL.replace('name = "local"', f'name = "{name}"').replace("123456789012", account)
    file = folder / f"{name}.toml"
    file.write_text(text.replace("local.shop", f"{name}.shop") + more)
    return str(file)


def told(*files: str) -> dict[str, Problem]:
    return {one.key: one for one in shared(files, load_each(files))}


def test_a_name_that_another_environment_makes_in_the_account_is_refused(tmp_path: Path) -> None:
    first = written(tmp_path, "dev", more=EU)
    said = told(first, written(tmp_path, "dev-eu"), written(tmp_path, "test", more=EU))
    assert set(said) == {"environment.name", "services.eu.repository"}
    assert f"{first} makes too, shop-dev-eu" in said["environment.name"].wrong
    assert said["environment.name"].line == 6
    assert f"{first} makes too, store/eu" in said["services.eu.repository"].wrong
    elsewhere = written(tmp_path, "other", more=EU, account="2" * 12)
    assert told(first, elsewhere, written(tmp_path, "tests")) == {}


def test_a_host_of_two_environments_of_an_account_is_refused(tmp_path: Path) -> None:
    first, copy = written(tmp_path, "dev"), Path(written(tmp_path, "copy"))
    copy.write_text(copy.read_text().replace("copy.shop.example", "dev.shop.example"))
    (problem,) = told(first, str(copy)).values()
    assert (problem.key, problem.value) == ("edge.domain", '"dev.shop.example"')
    assert f"has a host of {first}" in problem.wrong
    copy.write_text(copy.read_text().replace("1" * 12, "2" * 12))
    assert told(first, str(copy)) == {}


def test_check_refuses_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    files = [written(tmp_path, name, more=EU) for name in ("dev", "test")]
    answer = Command(monkeypatch, capsys)("check", *files)
    assert (answer.code, answer.out) == (2, "")
    assert "services.eu.repository" in answer.err
