"""The package that the build makes, installed where nothing else is."""

import ast
import json
import os
import re
import subprocess
import sys
import sysconfig
import tomllib
import zipfile
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import metadata
from pathlib import Path

import pip
import pytest

import strata
from tests import ROOT

BUILD = "import sys; from hatchling import build; build.build_wheel(sys.argv[1])"
"""What pip and other tools call, by the build system in pyproject.toml."""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of the project as it is."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run([sys.executable, "-c", BUILD, folder], cwd=ROOT, check=True)
    (file,) = folder.iterdir()
    return file


@pytest.fixture(scope="module")
def environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A virtual environment that holds the wheel and nothing else."""
    folder = tmp_path_factory.mktemp("environment")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    python = folder / "bin" / "python"
    # As `pip --python` does, for which pip starts twice.
    there = (python, Path(pip.__file__).with_name("__pip-runner__.py"))
    # Python compiles what is imported; pip would compile everything.
    how = ("--disable-pip-version-check", "--quiet", "--no-deps", "--no-index", "--no-compile")
    subprocess.run([*there, "install", *how, wheel], check=True)
    return folder


def run(command: list[str | Path], folder: Path) -> subprocess.CompletedProcess[str]:
    """Run it without what the environment of the tests says about Python."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    return subprocess.run(
        command, cwd=folder, env=clean, capture_output=True, text=True, check=False
    )


def test_the_wheel_holds_every_file_of_the_package_and_no_other(wheel: Path) -> None:
    tracked = run(["git", "ls-files", "strata"], ROOT).stdout.split()
    # What is about to be committed is in it as well.
    new = run(["git", "ls-files", "--others", "--exclude-standard", "strata"], ROOT).stdout.split()
    there = [one for one in (*tracked, *new) if (ROOT / one).exists()]
    names = zipfile.ZipFile(wheel).namelist()
    information = f"strata-{strata.__version__}.dist-info/"
    assert {one for one in names if not one.startswith(information)} == {
        *there, "strata/commit.txt"
    }  # fmt: skip


def test_it_says_its_version_and_commit_where_nothing_else_is_installed(
    environment: Path, tmp_path: Path
) -> None:
    answer = run([environment / "bin" / "strata", "--version"], tmp_path)
    assert answer.stderr == ""
    commit = run(["git", "rev-parse", "HEAD"], ROOT).stdout.strip()
    said = re.fullmatch(r"strata (\S+) \(commit ([0-9a-f]{12})(-dirty)?\)\n", answer.stdout)
    assert said, answer.stdout
    assert said[1] == strata.__version__
    assert commit.startswith(said[2])


IN_TURN = """
import contextlib, io, json, os, sys
import strata
from strata import cli
from strata.machine.folders import CHOSEN
print(json.dumps([str(strata), 0]))
for folder, *words in json.loads(sys.argv.pop()):
    os.chdir(folder)
    CHOSEN.folders = None
    sys.argv = ["strata", *words]
    with contextlib.redirect_stdout(io.StringIO()) as out:
        try:
            code = cli.main()
        except SystemExit as left:
            code = left.code
    print(json.dumps([out.getvalue(), code]))
"""
"""Runs commands one after the other, where each alone would start Python and Node."""


def test_the_wheel_works_on_a_project(environment: Path, tmp_path: Path) -> None:
    """With the packages that run time needs; here those of the environment of the tests."""
    anywhere = str(tmp_path)
    libraries = next((environment / "lib").glob("python*/site-packages"))
    path = libraries / "packages.pth"
    path.write_text(f"{sysconfig.get_path('purelib')}\n")
    command = environment / "bin" / "strata"
    try:
        nowhere = run([command, "check", "local"], tmp_path)
        assert nowhere.returncode == 2
        assert f"error: there is no project in {tmp_path}" in nowhere.stderr
        assert "--project DIR" in nowhere.stderr
        commands = [
            (anywhere, "check", "local", "--project", str(ROOT)),
            (str(ROOT / "envs"), "cost", "local"),
            (anywhere, "schema"),
            (anywhere, "plan", "-h"),
        ]
        python = environment / "bin" / "python"
        answer = run([python, "-P", "-c", IN_TURN, json.dumps(commands)], tmp_path)
        lines = answer.stdout.splitlines()
        assert len(lines) == 1 + len(commands), answer.stderr
        (where, _), judged, below, schema, helped = map(json.loads, lines)
        assert str(libraries) in where
        right = "local: the settings are right\nlocal: 25 of 25 paths are as expected\n"
        assert judged == [right, 0], answer.stderr
        assert below[0].startswith("local in "), answer.stderr
        assert schema[0].startswith("{"), "needs no project"
        assert helped[1] == 0
    finally:
        path.unlink()


def test_the_version_stands_in_one_place_and_the_changelog_begins_with_it() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["dynamic"] == ["version"]
    titles = re.findall(r"(?m)^## (\d\S+),", (ROOT / "CHANGELOG.md").read_text())
    assert titles[0] == strata.__version__


def test_the_build_is_pinned_as_the_lock_has_it() -> None:
    document = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert document["build-system"]["build-backend"] == "hatchling.build"
    (pinned,) = document["build-system"]["requires"]
    assert pinned in document["project"]["optional-dependencies"]["dev"]
    assert f"\n{pinned} " in (ROOT / "requirements.lock").read_text()


def imported(folder: str) -> set[str]:
    """The distributions that the code of a folder imports, by their normal names."""
    names = distributions()
    tops = {one for file in (ROOT / folder).rglob("*.py") for one in tops_of(file.read_text())}
    libraries = tops - {"strata", "modules", "policies"} - set(sys.stdlib_module_names)
    return {normal(names[one][0]) for one in libraries}


@cache
def distributions() -> Mapping[str, list[str]]:
    """The distributions by the top packages that each installed."""
    return metadata.packages_distributions()


def tops_of(code: str) -> Iterator[str]:
    """The top packages that code imports when it runs, and not only for the types."""
    todo: list[ast.AST] = [ast.parse(code)]
    while todo:
        node = todo.pop()
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            todo += node.orelse
            continue
        if isinstance(node, ast.Import):
            yield from (one.name.partition(".")[0] for one in node.names)
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]
        # An expression has no imports in it.
        todo += (one for one in ast.iter_child_nodes(node) if not isinstance(one, ast.expr))


def normal(requirement: str) -> str:
    """The name in a requirement as PyPI compares names."""
    name = re.split(r"[<>=\[ ]", requirement)[0]
    return re.sub(r"[-_.]+", "-", name).lower()


def reasons(table: str) -> list[str]:
    """The packages that a table names, each with some words on what it is for."""
    return sorted(re.findall(r"(?m)^\| `([^`]+)` \| \S+ \S.* \|$", table))


def test_runtime_dependencies_are_those_that_run_time_imports_each_with_its_reason() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    declared = {normal(one) for one in project["dependencies"]}
    assert declared == imported("strata") | imported("modules") | imported("policies")
    page = (ROOT / "docs" / "dependencies.md").read_text()
    runtime, _, development = page.partition("## To work on it")
    assert reasons(runtime) == sorted(declared)
    extra = {normal(one) for one in project["optional-dependencies"]["dev"]}
    assert reasons(development) == sorted(extra)
