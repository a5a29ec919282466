"""The table of commands, and what is loaded for each."""

import subprocess
import sys

from typer.core import TyperGroup

from strata import cli
from tests import ROOT

SLOW = ("boto3", "botocore", "checkov", "pydantic", "networkx", "jinja2", "cdktf")


def imported(*arguments: str) -> set[str]:
    """Every module that `strata` with these arguments imports."""
    answer = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "strata", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, answer.stdout
    lines = (line for line in answer.stderr.splitlines() if line.startswith("import time:"))
    return {line.rpartition("|")[2].strip() for line in lines}


def test_a_command_has_its_own_help_in_the_table() -> None:
    for name, said in cli.COMMANDS.items():
        command = cli.load(name)
        assert command.help == said, name
        assert command.name == name or isinstance(command, TyperGroup), name


def test_every_module_of_a_command_is_in_the_table() -> None:
    files = {file.stem for file in (ROOT / "strata" / "commands").glob("*.py")}
    shared = {
        "__init__",
        "base",
        "common",
        "complete",
        "demo_releases",
        "exit_codes",
        "offered",
        "releases",
        "reports",
    }
    assert files - shared == {name.replace("-", "_") for name in cli.COMMANDS}


def test_help_loads_no_command() -> None:
    modules = imported("--help")
    assert "typer" in modules
    assert not modules & {*SLOW, "strata.settings", "strata.commands.base"}


def test_the_gate_loads_neither_boto3s_clients_nor_plans() -> None:
    modules = imported("gate", "--help")
    assert not modules & {
        "boto3",
        "botocore",
        "checkov",
        "strata.review",
        "strata.terraform.process",
    }
