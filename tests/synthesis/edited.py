"""The project's code with something renamed or moved in it, as a developer would have it."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests import ROOT

PARTS = (
    "main.py",
    "cdktf.json",
    ".checkov.yaml",
    ".terraform-version",
    ".terraform.lock.hcl",
    "modules",
    "strata",
    "envs",
    "policies",
)
LINKS = (".venv", "node_modules")


@dataclass(frozen=True)
class Edit:
    """A text in a file that becomes another one."""

    file: str
    old: str
    new: str


RENAMED = [
    Edit(
        "modules/database.py",
        '"instance",\n            identifier',
        '"mysql",\n            identifier',
    )
]
LOG_GROUP = """CloudwatchLogGroup(
            self,
            "log_group",
            name=names.path("service"),
            retention_in_days=settings.service.log_retention_days,
            tags=names.tags(),
        )"""
IMPORT = "from cdktf_cdktf_provider_aws.cloudwatch_log_group import CloudwatchLogGroup\n"
MOVED = [
    Edit("modules/service.py", LOG_GROUP, "inputs.cluster.logs"),
    Edit("modules/service.py", IMPORT, ""),
    Edit(
        "modules/cluster.py",
        "    capacity_provider_name: str\n",
        "    capacity_provider_name: str\n    logs: CloudwatchLogGroup\n",
    ),
    Edit(
        "modules/cluster.py",
        "association.cluster_name, provider.name",
        f"association.cluster_name, provider.name, {LOG_GROUP}",
    ),
    Edit(
        "modules/cluster.py",
        "from cdktf_cdktf_provider_aws.ecs_cluster ",
        f"{IMPORT}from cdktf_cdktf_provider_aws.ecs_cluster ",
    ),
]


def move(old: str, new: str) -> Edit:
    """The entry in modules/moves.toml for a construct that was renamed or moved."""
    why = 'since = 2026-11-24\nreason = "For a test of it."'
    return Edit("modules/moves.toml", "", f'\n[[move]]\nfrom = "{old}"\nto = "{new}"\n{why}\n')


IN_TURN = """
import contextlib, importlib, io, json, sys
from strata.cli import main

# The gate judges here then, where a process of its own would import it for each command.
importlib.import_module("checkov")
answers = []
for arguments in json.loads(sys.argv[1]):
    said, errors = io.StringIO(), io.StringIO()
    sys.argv = ["strata", *arguments]
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(errors):
        try:
            code = main()
        except SystemExit as ended:
            code = int(ended.code or 0)
    answers.append([code, said.getvalue(), errors.getvalue()])
sys.stdout.write(json.dumps(answers))
"""
"""Runs commands of `strata` one after the other."""


@dataclass(frozen=True)
class Project:
    """A copy of the project."""

    root: Path

    def python(self, *arguments: str, **env: str) -> "subprocess.CompletedProcess[str]":
        """Run Python with the copy's own modules, and `env` beside the environment."""
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=self.root,
            env={**os.environ, "PYTHONPATH": str(self.root), **env},
            capture_output=True,
            text=True,
            check=False,
        )

    def strata(self, *commands: Sequence[str]) -> "list[subprocess.CompletedProcess[str]]":
        """Run commands of the copy's own `strata` in one process, which imports and starts Node
        once."""
        answer = self.python("-c", IN_TURN, json.dumps(commands))
        assert answer.returncode == 0, answer.stderr
        return [
            subprocess.CompletedProcess(["strata", *command], code, said, errors)
            for command, (code, said, errors) in zip(
                commands, json.loads(answer.stdout), strict=True
            )
        ]

    def synthesize(self, **env: str) -> Path:
        """The folder that `strata synth local` wrote."""
        out = self.root / "out"
        answer = self.python("-m", "strata", "synth", "local", "--out", str(out), **env)
        assert answer.returncode == 0, answer.stderr
        return out


def edited(root: Path, edits: Sequence[Edit]) -> Project:
    """A copy of the project in `root` with `edits` made; an empty `old` appends."""
    changed = {Path(edit.file).parts[0] for edit in edits}
    for part in PARTS:
        source = ROOT / part
        if part == "strata" and part not in changed:
            # Where it is installed, it is not in the project's folder either.
            root.mkdir(parents=True, exist_ok=True)
            (root / part).symlink_to(source)
        elif source.is_dir():
            shutil.copytree(source, root / part, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            root.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, root / part)
    for link in LINKS:
        (root / link).symlink_to(ROOT / link)
    for edit in edits:
        file = root / edit.file
        text = file.read_text()
        assert text.count(edit.old) == 1 or not edit.old, edit
        file.write_text(text.replace(edit.old, edit.new) if edit.old else text + edit.new)
    return Project(root)
