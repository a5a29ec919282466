"""A command that is printed can be pasted: it names the environment as its user did.

A path is of a file that no name finds, since a name is one of a file in `envs/`.
"""

import os
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from strata.local import emulator as emulation
from strata.machine.folders import CHOSEN
from strata.settings import load
from strata.settings.load import resolve
from strata.state.bucket import bootstrap
from tests import ROOT
from tests.commands.test_usage import ALL
from tests.gate.command import Command

PATH = "my shops/else.toml"
"""What a shell would take apart."""

OF_ENV = [
    " ".join(words)
    for words, command in ALL.items()
    if any(parameter.metavar == "ENV" for parameter in command.params)
]
PRINTED = re.compile(rf"strata ({'|'.join(OF_ENV)}) ('[^']*'|[^\s']+)")
"""A command on an environment, in what Strata prints: its name, and ENV."""

GONE = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:gone-AbCdEf"
Hints = dict[tuple[str, ...], str]
"""A command, and the one that it says would help."""

WITHOUT_BUCKET: Hints = {
    ("output", PATH): "bootstrap",
    ("apply", PATH): "bootstrap",
    ("drift", PATH): "bootstrap",
}
NOT_APPLIED: Hints = {
    ("status", PATH): "apply",
    ("logs", PATH): "apply",
    ("logs", PATH, "--previous"): "apply",
    ("exec", PATH): "apply",
    ("tunnel", PATH, "51678"): "apply",
    ("tunnel", PATH, "database"): "apply",
    ("output", PATH): "apply",
    ("run", PATH, "--", "ls"): "apply",
    ("deploy", PATH, "--tag", "1.0.0"): "status",
    ("deploy", PATH, "--take-over"): "apply",
    ("rollback", PATH): "apply",
    ("rotate", PATH, "database"): "apply",
    ("database-user", PATH): "apply",
    ("reach", PATH, "--live"): "apply",
    ("reach", PATH, "tasks"): "reach",
    ("secret", "list", PATH): "secret set",
    ("secret", "rotate", PATH, "gone"): "secret set",
    ("secret", "set", PATH, GONE): "secret set",
    ("check", PATH): "cost",
}


@pytest.fixture
def command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Command]:
    """`strata` in a folder whose settings are not in `envs/`, and an emulator with nothing in it.

    Their name is none of our own environments'.
    """
    monkeypatch.chdir(tmp_path)
    text = (ROOT / "envs" / "local.toml").read_text().replace('name = "local"', 'name = "else"')
    file = Path(PATH)
    file.parent.mkdir()
    file.write_text(f"{text}\n[database.app_user]\n\n[cost]\nbudget_usd_per_month = 1\n")
    plugin = tmp_path / "bin" / "session-manager-plugin"
    plugin.parent.mkdir()
    plugin.write_text("#!/bin/sh\necho 1.2.650.0\n")
    plugin.chmod(0o755)
    monkeypatch.setenv("PATH", str(plugin.parent), prepend=os.pathsep)
    with emulation.emulator(tmp_path / "emulator"):
        yield Command(monkeypatch, capsys)


def unlike(command: Command, hints: Hints) -> list[str]:
    """What was said instead of these commands on the file that was given."""
    wrong = []
    for words, hinted in hints.items():
        answer = command(*words)
        # Lines end between words.
        said = " ".join(f"{answer.out}{answer.err}".split())
        found = [(name, *shlex.split(env)) for name, env in PRINTED.findall(said)]
        if (hinted, PATH) not in found or any(env != PATH for _, env in found):
            wrong.append(f"strata {shlex.join(words)}: {said}")
    return wrong


@pytest.mark.emulator
def test_every_hint_names_the_path_that_was_given(command: Command) -> None:
    assert unlike(command, WITHOUT_BUCKET) == []
    bootstrap(load(PATH).environment)
    assert unlike(command, NOT_APPLIED) == []


@pytest.mark.parametrize(
    ("env", "named"),
    [
        ("local", "local"),
        (str(ROOT / "envs" / "local.toml"), "local"),
        (PATH, shlex.quote(PATH)),
        ("./bare", "./bare"),
        ("bare.toml", "bare.toml"),
    ],
)
def test_a_command_names_a_file_by_what_finds_it(
    env: str, named: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path(PATH).parent.mkdir()
    for file in (PATH, "bare", "bare.toml"):
        Path(file).write_bytes((ROOT / "envs" / "local.toml").read_bytes())
    settings = load(env)
    assert settings.environment.command("secret set", "A B") == f"strata secret set {named} 'A B'"
    [again] = shlex.split(named)
    assert resolve(again).samefile(resolve(env))


def test_a_command_names_the_project_where_it_was_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("my project").symlink_to(ROOT)
    monkeypatch.setattr(CHOSEN, "folders", None)
    command = Command(monkeypatch, capsys)
    answer = command("reach", "local", "tasks", "--project", "my project")
    again = "strata --project 'my project' reach local tasks database"
    assert answer.err.endswith(f"hint: {again}\n")
    monkeypatch.setattr(CHOSEN, "folders", None)
    assert command(*shlex.split(again)[1:]).code == 0


def test_no_text_writes_such_a_command_by_itself() -> None:
    """Some are seen only while ECS is at work, and their words are read here alone."""
    written = re.compile(rf"strata ({'|'.join(OF_ENV)}) \{{")
    files = (ROOT / "strata").rglob("*.py")
    assert [
        f"{file.name}: {found[0]}"
        for file in sorted(files)
        for found in written.finditer(file.read_text())
    ] == []
