"""`strata policy`: JSON on stdout, a file for each document, and clear errors."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from strata import cli
from strata.cli import app
from strata.commands import policy as command
from strata.documents.stacks import stack


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, composed: Callable[[str], object]) -> Callable[..., str]:
    """Runs the command on the synthesis that the other tests share; gives its stdout."""

    def of(settings: object) -> object:
        return stack(composed(settings.environment.name))  # type: ignore[attr-defined, arg-type]

    monkeypatch.setattr(command, "composed_stack", of)

    def command_line(*words: str) -> str:
        answer = CliRunner().invoke(app, ["policy", *words])
        assert answer.exit_code == 0, answer.output
        return answer.stdout

    return command_line


def test_stdout_is_a_list_of_policy_documents_and_nothing_else(run: Callable[..., str]) -> None:
    documents = json.loads(run("prod"))
    assert len(documents) > 1
    assert {document["Version"] for document in documents} == {"2012-10-17"}
    release = json.loads(run("prod", "--for", "release"))
    assert 0 < len(json.dumps(release)) < len(json.dumps(documents))


def test_files_hold_the_same_documents_and_no_old_one_is_left(
    run: Callable[..., str], tmp_path: Path
) -> None:
    documents = json.loads(run("prod"))
    folder = tmp_path / "new" / "policies"
    folder.mkdir(parents=True)
    (folder / "shop-prod-apply-99.json").write_text("of a longer policy, once")
    (folder / "shop-prod-plan-1.json").write_text("of another use")
    files = [Path(line) for line in run("prod", "--out", str(folder)).splitlines()]
    assert [json.loads(file.read_text()) for file in files] == documents
    assert {file.name for file in folder.iterdir()} == {
        "shop-prod-plan-1.json",
        *(f"shop-prod-apply-{number}.json" for number in range(1, len(documents) + 1)),
    }


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nowhere"], "no environment is called nowhere"),
        (["prod", "--for", "everything"], "Invalid value for '--for'"),
    ],
)
def test_what_is_wrong_is_said_with_exit_code_2(
    words: list[str],
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("sys.argv", ["strata", "policy", *words])
    assert cli.main() == 2
    told = capsys.readouterr()
    assert said in told.err
    assert told.out == ""


def test_a_file_where_the_folder_should_be_is_refused_and_kept(
    run: Callable[..., str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    file = tmp_path / "policies"
    file.write_text("kept")
    monkeypatch.setattr("sys.argv", ["strata", "policy", "prod", "--out", str(file)])
    assert cli.main() == 2
    assert f"{file} is no folder" in capsys.readouterr().err
    assert file.read_text() == "kept"
