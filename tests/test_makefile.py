"""The command that `make setup` installs, in a folder with an awkward name."""

import json
import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from tests import ROOT

AWKWARD = ("long-" * 30, "long-" * 30, 'a quo\'te $HOME `id` "x"')
"""More than 300 characters, a blank, and what a shell reads. No name is longer than 255 bytes."""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project in such a folder, its command installed by the Makefile's own recipe.

    The virtual environment is a new one, with the packages of the one that runs the tests.
    """
    folder = tmp_path_factory.mktemp("project").joinpath(*AWKWARD)
    folder.mkdir(parents=True)
    for part in ("strata", "modules", "policies", "envs"):
        shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
    for part in (
        "Makefile", "main.py", "cdktf.json", ".terraform-version", ".terraform.lock.hcl",
        "pyproject.toml", "hatch_build.py", "README.md", "LICENSE",
    ):  # fmt: skip
        shutil.copy(ROOT / part, folder)
    venv = folder / ".venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", venv], check=True)
    (packages,) = (venv / "lib").glob("python*/site-packages")
    # Behind the project's own path, which names this copy of it.
    Path(packages, "z.pth").write_text(f"{sysconfig.get_path('purelib')}\n")
    without = {"PIP_NO_COMPILE": "1"}  # Python compiles what is imported
    subprocess.run(["make", "command"], cwd=folder, env={**os.environ, **without}, check=True)
    return folder


def test_the_command_works_in_any_folder_and_from_anywhere(project: Path, tmp_path: Path) -> None:
    command = project / ".venv" / "bin" / "strata"
    link = tmp_path / "linked"
    link.symlink_to(command)
    answer = subprocess.run(
        [link, "schema"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert json.loads(answer.stdout) == json.loads((ROOT / "envs" / "schema.json").read_text())


def test_it_is_the_copy_in_that_folder_that_runs(project: Path, tmp_path: Path) -> None:
    for name in ("dev", "staging", "prod"):
        (project / "envs" / f"{name}.toml").unlink(missing_ok=True)
    (project / "envs" / "own.toml").touch()
    command = project / ".venv" / "bin" / "strata"
    # A module in the current folder is none of the command's.
    (tmp_path / "typer.py").write_text("raise SystemExit('the wrong typer')")
    said = subprocess.run(
        [command, "check", "nowhere", "--project", project],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    (project / "envs" / "own.toml").unlink()
    assert "local, own" in said.stderr


def test_plain_cdktf_finds_the_app_there(project: Path) -> None:
    """`cdktf` runs the app through a shell, in the project's folder."""
    for name in ("dev", "staging", "prod"):
        (project / "envs" / f"{name}.toml").unlink(missing_ok=True)
    app = json.loads((project / "cdktf.json").read_text())["app"]
    subprocess.run(app, shell=True, cwd=project, check=True)  # noqa: S602 - as cdktf does
    assert (project / "cdktf.out" / "stacks" / "local-network" / "cdk.tf.json").is_file()
