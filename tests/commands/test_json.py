"""`--json`: on every command that reports, alone on stdout, after a schema in `docs/`."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from strata import cli
from strata.commands.exit_codes import EXIT_CODES
from strata.commands.reports import REPORTS, schema_of
from tests import ROOT
from tools.schemas import schema_text

pytestmark = pytest.mark.usefixtures("composed_once")

SILENT = {
    "schema": "prints JSON already",
    "policy": "prints JSON already",
    "completion": "prints a script",
    "emulator env": "prints a script",
    "logs": "prints the lines of containers",
    "run": "prints the lines of a container",
    "exec": "is a shell",
    "tunnel": "holds a connection",
    "demo": "shows a person around",
    "bootstrap": "says what it did",
    "move": "says what it did",
    "destroy": "says what it did",
    "unlock": "says what it did",
    "redis-auth": "says what it did",
    "database-user": "says what it did",
    "rotate": "says what it did",
    "secret set": "says what it did",
    "secret rotate": "says what it did",
    "emulator stop": "says what it did",
    "emulator delegate": "says what it did",
    "emulator push": "says what it did",
    "emulator agent": "says what it did",
    "emulator spend": "says what it did",
}
"""Commands that report nothing."""

Answer = Callable[..., tuple[int, Any]]


@pytest.fixture
def answer(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Answer:
    """Runs a command with `--json`: its exit code, and what it printed as data."""

    def run(*words: str | Path) -> tuple[int, Any]:
        monkeypatch.setattr(sys, "argv", ["strata", *map(str, words), "--json"])
        code = cli.main()
        printed = capsys.readouterr().out
        report = json.loads(printed)
        jsonschema.validate(report, schema_of(str(words[0])))
        return code, report

    return run


def options(name: str) -> list[str]:
    """The options of a command by the words of its name."""
    first, _, second = name.partition(" ")
    command: Any = cli.load(first)
    command = command.commands[second] if second else command
    return [one for parameter in command.params for one in parameter.opts]


def test_every_command_that_reports_does_so_in_json() -> None:
    for name in EXIT_CODES:
        assert ("--json" in options(name)) is (name not in SILENT), name
        # Of a group, one command that reports is enough.
        in_reports = name.partition(" ")[0] in REPORTS
        assert in_reports is (name not in SILENT) or " " in name, name


def test_its_schema_in_the_docs_is_that_of_the_model() -> None:
    for name in REPORTS:
        file = ROOT / "docs" / f"{name}-report.schema.json"
        assert file.read_text() == schema_text(name), f"{name}: make schemas"


def test_wrong_settings_are_data_with_exit_code_2(answer: Answer, tmp_path: Path) -> None:
    file = tmp_path / "local.toml"
    text = (ROOT / "envs" / "local.toml").read_text()
    file.write_text(text.replace('image_tag = "', 'cpu = -1\nimage_tag = "'))
    code, report = answer("check", file)
    assert code == 2
    (wrong,) = report["wrong"]
    assert (wrong["key"], wrong["value"]) == ("service.cpu", "-1")
    assert wrong["line"] == file.read_text().splitlines().index("cpu = -1") + 1
    assert report["paths"] == []


def test_check_has_the_paths_of_each_environment(answer: Answer) -> None:
    code, report = answer("check", "local", "dev")
    assert code == 0
    assert [one["environment"] for one in report["paths"]] == ["local", "dev"]
    assert all(one["met"] for one in report["paths"])
    assert report["wrong"] == []


def test_synth_and_map_name_what_they_wrote(answer: Answer, tmp_path: Path) -> None:
    code, report = answer("synth", "local", "--out", tmp_path / "json")
    assert code == 0
    (one,) = report["environments"]
    assert all((Path(folder) / "cdk.tf.json").is_file() for folder in one["stacks"].values())
    code, report = answer("map", "local", "--out", tmp_path / "map")
    assert code == 0
    assert all(Path(file).is_file() for file in report["files"])


def test_reach_and_cost_print_their_models(answer: Answer) -> None:
    assert answer("reach", "local", "internet", "load_balancer", "443")[1]["state"] == "open"
    assert answer("cost", "local")[1]["environment"] == "local"


@pytest.mark.usefixtures("checkov_here")
def test_gate_findings_are_data_with_exit_code_1(answer: Answer, tmp_path: Path) -> None:
    file = tmp_path / "local.toml"
    text = (ROOT / "envs" / "local.toml").read_text()
    file.write_text(text.replace("[edge]\n", '[edge]\nhttp = "forward"\n'))
    code, report = answer("gate", file)
    assert code == 1
    assert "edge.http" in [one["key"] for one in report["findings"]]


def test_whether_the_emulator_runs_is_data(answer: Answer, tmp_path: Path, work_in: Any) -> None:
    work_in(tmp_path)
    assert answer("emulator", "status") == (1, {"running": False, "url": None, "pid": None})


def test_two_forms_at_once_are_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for command in ("gate", "cost", "drift"):
        monkeypatch.setattr(sys, "argv", ["strata", command, "local", "--json", "--format", "md"])
        assert cli.main() == 2 or command == "drift"
        printed = capsys.readouterr()
        assert printed.out == ""
        assert "--json is --format json, and not md" in printed.err
