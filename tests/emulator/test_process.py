"""The emulator's process: its garbage, and its end."""

import os
import re
import signal
import subprocess
from pathlib import Path

import pytest

from strata.local import emulator
from tests import ROOT

pytestmark = pytest.mark.emulator

COLLECTS = """
import gc, weakref
from moto.moto_server.werkzeug_app import DomainDispatcherApplication as Application
from emulator import process

class Knot: pass

knot = Knot()
knot.itself, seen = knot, weakref.ref(knot)
Application.__call__ = lambda *_: b"served"
process.hold()
answer = Application(None)
del knot
said = {answer({}, None) for _ in range(process.ANSWERS - 1)}
kept = seen() is not None
said.add(answer({}, None))
print(said, kept, seen())
"""


LINE = r'^127\.0\.0\.1 - - \[\d\d/\w{3}/\d{4} [\d:]{8}\] "GET /moto-api/ HTTP/1\.1" 200 -$'
"""Of the answer to whoever waits for its start."""


def test_garbage_is_collected_once_in_many_answers() -> None:
    said = subprocess.check_output([emulator.python(), "-c", COLLECTS], cwd=ROOT, text=True)
    assert said == "{b'served'} True None\n"


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_as_if_it_had_come_to_its_end(
    sent: signal.Signals, tmp_path: Path
) -> None:
    running = emulator.start(tmp_path)
    os.kill(running.pid, sent)
    assert os.waitstatus_to_exitcode(os.waitpid(running.pid, 0)[1]) == 0
    log = (tmp_path / "log").read_text()
    assert "Traceback" not in log
    assert re.search(LINE, log, re.MULTILINE)
    assert not emulator.answers(running.url)
