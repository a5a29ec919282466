"""The gate in a process of its own: it says the same, and is gone with whoever asked it."""

import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from strata.gate import judging_process as module
from strata.gate.documents import Unjudgeable
from strata.gate.judge import judge
from strata.gate.judging_process import Begin, judge_here, judging_process
from strata.gate.scan import known_checks
from tests import ROOT

Json = dict[str, Any]

FILES = {"local": ""}


def unload(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a command, where checkov is not loaded yet."""
    monkeypatch.delitem(sys.modules, "checkov")


def plan(folder: Path) -> Json:
    """A plan of `local` in which the database is not encrypted."""
    stack = json.loads((folder / "composed" / "local" / "cdk.tf.json").read_text())
    body = stack["resource"]["aws_db_instance"]["database_instance"]
    change = {
        "address": "aws_db_instance.database_instance", "type": "aws_db_instance",
        "name": "database_instance", "mode": "managed",
        "change": {"actions": ["create"], "after": {**body, "storage_encrypted": False}},
    }  # fmt: skip
    return {"format_version": "1.2", "resource_changes": [change]}


def refuse(*_: object) -> Any:
    raise AssertionError("judged in the process that asked")


def test_the_process_says_what_this_one_would(local: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plans: list[Mapping[str, Json]] = [{}, {"local": plan(local)}]
    wanted = [judge(local, FILES, one) for one in plans]
    assert [len(one.findings) for one in wanted] == [0, 1]
    monkeypatch.setattr(module, "judge_here", refuse)
    unload(monkeypatch)
    with judging_process() as begin:
        assert [begin(local, FILES, [*one])(one) for one in plans] == wanted
        monkeypatch.undo()
        its_error_reads_as_without_it(begin, local)


def its_error_reads_as_without_it(begin: Begin, local: Path) -> None:
    """Also where the process cannot judge, and answers nothing."""
    assert begin is not judge_here
    broken = local / "composed" / "local" / "cdk.tf.json"
    broken.write_text("{")
    with pytest.raises(Unjudgeable) as alone:
        judge(local, FILES)
    with pytest.raises(Unjudgeable) as asked:
        begin(local, FILES, [])({})
    assert (asked.value.message, asked.value.hint) == (alone.value.message, alone.value.hint)


def test_what_a_process_that_was_killed_does_not_answer_is_judged_here(
    local: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = judge(local, FILES)
    unload(monkeypatch)
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with judging_process() as begin:
        assert begin(local, FILES, [])({}) == wanted
        its_error_reads_as_without_it(begin, local)


def test_where_checkov_is_loaded_no_process_is_started() -> None:
    known_checks()
    with judging_process() as begin:
        assert begin is judge_here


ASKS = """
import subprocess, sys, time
from strata import cli
from strata.gate import judging_process
begun = []
class Noted(subprocess.Popen):
    def __init__(self, *arguments, **named):
        super().__init__(*arguments, **named)
        begun.append(self.pid)
subprocess.Popen = Noted
def command(**_):
    with judging_process.judging_process():
        print(*begun, flush=True)
        while True:
            time.sleep(0.1)
cli.app = command
sys.exit(cli.main())
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_the_process_ends_with_the_command_however_that_ends(number: signal.Signals) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", ASKS, "plan"], cwd=ROOT, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True, start_new_session=True,
    ) as command:  # fmt: skip
        assert command.stdout and command.stderr
        watched = os.pidfd_open(int(command.stdout.readline()))
        command.send_signal(number)
        said = command.stderr.read()
    assert command.returncode == (-number if number == signal.SIGKILL else 128 + number)
    assert "Traceback" not in said
    ended, _, _ = select.select([watched], [], [], 60)
    os.close(watched)
    assert ended
