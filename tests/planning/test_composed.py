"""What a plan of all layers leaves behind when it is stopped: nothing."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests import ROOT

TERRAFORM = """#!/bin/sh
for word; do case $word in -out=*) cd "${1#-chdir=}"; echo secret > "${word#-out=}" ;; esac; done
case "$2" in
  plan) [ "$HANGS" != plan ] || { : > "$HANGING"; exec sleep 600; }; exit 2 ;;
  show) : > "$HANGING"; exec sleep 600 ;;
esac
"""

PLAN = """
import sys
from pathlib import Path
from strata import cli
from strata.planning.composed import plan_composed
from strata.state.states import State
from strata.terraform.process import Terraform
base = Path(sys.argv[2])
state = State("a", 1, {"terraform_version": "1.11.4", "resources": []})
tool = Terraform(base / "terraform", {}, base / "logs")
cli.app = lambda **_: plan_composed(tool, base / "local", {"network": state})
print("begun", flush=True)
sys.exit(cli.main())
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
@pytest.mark.parametrize("hangs", ["plan", "show"])
def test_a_plan_that_is_stopped_leaves_neither_plan_nor_state(
    hangs: str, number: signal.Signals, tmp_path: Path
) -> None:
    private = tmp_path / "private"
    for folder in (private, tmp_path / "local"):
        folder.mkdir()
    (tmp_path / "local" / "cdk.tf.json").write_text("{}")
    (tmp_path / "terraform").write_text(TERRAFORM)
    (tmp_path / "terraform").chmod(0o755)
    os.mkfifo(tmp_path / "hanging")
    environment = {
        **os.environ,
        "TMPDIR": str(private),
        "HANGS": hangs,
        "HANGING": str(tmp_path / "hanging"),
    }
    with subprocess.Popen(
        [sys.executable, "-c", PLAN, "plan", str(tmp_path)],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        # Opens once Terraform opens it too: the saved plan is there then.
        (tmp_path / "hanging").open("rb").close()
        assert {one.name for one in private.rglob("*.tf*") if one.is_file()} >= {
            "composed.tfplan",
            "terraform.tfstate",
        }
        process.send_signal(number)
        assert process.stderr
        said = process.stderr.read()
    assert process.returncode == 128 + number
    assert list(private.iterdir()) == []
    assert "Traceback" not in said
