"""What a plan of all layers leaves behind when it is stopped: nothing."""

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from strata.errors import UsageError
from strata.planning.composed import plan_beside
from strata.state.states import State, States
from strata.terraform.process import Terraform
from tests import ROOT

TERRAFORM = """#!/bin/sh
for word; do case $word in -out=*) cd "${1#-chdir=}"; echo secret > "${word#-out=}" ;; esac; done
case "$2" in
  plan)
    [ "$HANGS" = show ] || : > "$HANGING"
    [ "$HANGS" = show ] || [ "$HANGS" = nothing ] || exec sleep 600
    exit 2 ;;
  show)
    [ "$HANGS" != show ] || { : > "$HANGING"; exec sleep 600; }
    echo '{"format_version": "1.2"}' ;;
esac
"""

PLANS = """
import atexit, json, os, sys, tempfile, time
from pathlib import Path
from strata import cli
from strata.planning.composed import plan_beside
from strata.state.states import State
from strata.terraform.process import Terraform

def plan(base, environment):
    print(os.getpid(), flush=True)
    os.environ.update(environment)
    tempfile.tempdir = None
    os.dup2(os.open(base / "said", os.O_WRONLY | os.O_CREAT), 2)
    state = State("a", 1, {"terraform_version": "1.11.4", "resources": []})
    tool = Terraform(base / "terraform", {}, base / "logs")
    def meanwhile():
        print("meanwhile", flush=True)
        if os.environ["HANGS"] == "meanwhile":
            while True:
                time.sleep(0.1)
    sys.argv = ["strata", "plan"]
    cli.app = lambda **_: plan_beside(tool, base / "local", {"network": state}, meanwhile)
    code = cli.main()
    # As `sys.exit` does, but for taking Python apart, which takes ten times as long as the plan.
    atexit._run_exitfuncs()
    os._exit(code)

for line in sys.stdin:
    base, environment = json.loads(line)
    process = os.fork()
    if process == 0:
        plan(Path(base), environment)
    print(os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]), flush=True)
"""
"""Plans in the folders that it reads, each in a process of its own: a fork, since the imports take
ten times as long as such a plan. Prints its number, that all of its folders are made, and at its
end its exit code."""


@pytest.fixture(scope="module")
def plans() -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, "-c", PLANS],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        bufsize=1,
    ) as process:
        yield process


def made(folder: Path) -> Path:
    """A stack and a Terraform in a folder, and the place for what is private."""
    private = folder / "private"
    for one in (private, folder / "local"):
        one.mkdir()
    (folder / "local" / "cdk.tf.json").write_text("{}")
    (folder / "terraform").write_text(TERRAFORM)
    (folder / "terraform").chmod(0o755)
    os.mkfifo(folder / "hanging")
    return private


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
@pytest.mark.parametrize("hangs", ["plan", "show", "meanwhile"])
def test_a_plan_that_is_stopped_leaves_neither_plan_nor_state(
    hangs: str, number: signal.Signals, plans: subprocess.Popen[str], tmp_path: Path
) -> None:
    private = made(tmp_path)
    environment = {
        "TMPDIR": str(private),
        "HANGS": hangs,
        "HANGING": str(tmp_path / "hanging"),
    }
    assert plans.stdin
    assert plans.stdout
    plans.stdin.write(json.dumps([str(tmp_path), environment]) + "\n")
    process = int(plans.stdout.readline())
    # All of its folders are made then; tests/machine/test_private.py stops it while they are.
    assert plans.stdout.readline() == "meanwhile\n"
    # Opens once Terraform opens it too: the saved plan is there then.
    (tmp_path / "hanging").open("rb").close()
    assert {one.name for one in private.rglob("*.tf*") if one.is_file()} >= {
        "composed.tfplan",
        "terraform.tfstate",
    }
    os.kill(process, number)
    assert int(plans.stdout.readline()) == 128 + number
    assert list(private.iterdir()) == []
    assert "Traceback" not in (tmp_path / "said").read_text()


@dataclass(frozen=True)
class Beside:
    """Plans with something else to do meanwhile."""

    base: Path
    private: Path

    def plan(
        self, meanwhile: Callable[[], int], states: States | None = None
    ) -> tuple[dict[str, Any], int]:
        tool = Terraform(self.base / "terraform", {}, self.base / "logs")
        return plan_beside(tool, self.base / "local", states or {}, meanwhile)

    def await_terraform(self) -> None:
        """Return once Terraform plans, which waits for it as well."""
        (self.base / "hanging").open("rb").close()


@pytest.fixture
def beside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Beside:
    private = made(tmp_path)
    monkeypatch.setattr(tempfile, "tempdir", str(private))
    monkeypatch.setenv("HANGING", str(tmp_path / "hanging"))
    return Beside(tmp_path, private)


def test_something_else_is_done_while_terraform_plans(
    beside: Beside, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HANGS", "nothing")

    def meanwhile() -> int:
        beside.await_terraform()
        return 42

    assert beside.plan(meanwhile) == ({"format_version": "1.2"}, 42)
    assert list(beside.private.iterdir()) == []


@pytest.mark.parametrize("alias", ["", ".us_east_1"])
def test_what_a_state_has_from_us_east_1_is_planned_with_its_configuration(
    alias: str, beside: Beside, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a layer that the settings have no more: Terraform could not delete it otherwise."""
    monkeypatch.setenv("HANGS", "nothing")
    own = {"region": "eu-central-1", "allowed_account_ids": ["123456789012"]}
    written = beside.base / "local" / "cdk.tf.json"
    written.write_text(json.dumps({"provider": {"aws": [own]}}))
    topic = {"mode": "managed", "type": "aws_sns_topic", "name": "alarms_topic",
             "provider": f'provider["registry.terraform.io/hashicorp/aws"]{alias}'}  # fmt: skip
    state = State("a", 1, {"terraform_version": "1.11.4", "resources": [topic]})
    planned: list[dict[str, Any]] = []

    def meanwhile() -> int:
        beside.await_terraform()
        [file] = beside.private.rglob("cdk.tf.json")
        planned.append(json.loads(file.read_text()))
        return 0

    beside.plan(meanwhile, {"alarms": state})
    east = {**own, "alias": "us_east_1", "region": "us-east-1"}
    assert planned == [{"provider": {"aws": [own, east] if alias else [own]}}]


def test_an_error_meanwhile_stops_terraform_and_is_the_one_that_is_said(
    beside: Beside, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HANGS", "plan")

    def meanwhile() -> int:
        beside.await_terraform()
        raise UsageError("the layers cannot be written")

    with pytest.raises(UsageError, match="the layers cannot be written"):
        beside.plan(meanwhile)
    assert list(beside.private.iterdir()) == []
