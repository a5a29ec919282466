"""What the first, the second and the third Ctrl-C do."""

import errno
import os
import signal
import subprocess
import sys

import pytest

from strata.machine.signals import ASKED, FORCED, SIGNALS, WARNED, Interrupts, handled
from tests import ROOT


def test_the_first_asks_the_second_warns_the_third_forces() -> None:
    stops: list[int] = []
    said: list[str] = []
    interrupts = Interrupts(
        lambda: stops.append(len(said)), said.append, lambda: said.append("left")
    )
    with handled(interrupts):
        for _ in range(3):
            os.kill(os.getpid(), signal.SIGINT)
    assert said == [ASKED, WARNED, FORCED, "left"]
    assert stops == [0, 2], "Terraform takes its second interrupt for the order to drop its work"
    with pytest.raises(KeyboardInterrupt):
        os.kill(os.getpid(), signal.SIGINT)


@pytest.mark.parametrize("number", SIGNALS)
def test_a_cancelled_job_and_a_closed_terminal_are_the_same(number: signal.Signals) -> None:
    said: list[str] = []
    with handled(Interrupts(lambda: None, said.append, lambda: None)):
        os.kill(os.getpid(), number)
    assert said == [ASKED]


def test_a_closed_terminal_that_cannot_be_told_is_obeyed() -> None:
    stops: list[str] = []

    def gone(_: str) -> None:
        raise OSError(errno.EIO, "Input/output error")

    with handled(Interrupts(lambda: stops.append("asked"), gone, lambda: None)):
        os.kill(os.getpid(), signal.SIGHUP)
    assert stops == ["asked"]


INTERRUPTED = """
import os, signal, time
from strata.apply import waves
from strata.machine.signals import Interrupts, handled
ended = []
interrupts = Interrupts(lambda: None, print, lambda: None)
def step(layer):
    os.kill(os.getpid(), signal.SIGINT)
    while not interrupts.count:
        time.sleep(0.01)
    ended.append(layer)
    return "applied"
with handled(interrupts):
    outcome = waves.run({"a": (), "b": ("a",)}, step, lambda *_: None,
                         stopped=lambda: bool(interrupts.count))
print(ended, list(outcome.done), outcome.not_started, outcome.ok)
"""


def test_after_an_interrupt_what_runs_ends_and_nothing_more_starts() -> None:
    answer = subprocess.run(
        [sys.executable, "-c", INTERRUPTED], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert answer.stdout == f"{ASKED}\n['a'] ['a'] ['b'] False\n"
