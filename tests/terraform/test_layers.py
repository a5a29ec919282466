"""In which order the layers get a processor; what they do with it is shown on the emulator."""

import threading
from pathlib import Path

import pytest

from strata.settings import load
from strata.terraform.events import Event, ignore
from strata.terraform.layers import LayerWork
from strata.terraform.process import Terraform

MAKES = {"type": "apply_start", "hook": {"action": "create"}}
READS = {"type": "apply_start", "hook": {"action": "read"}}


@pytest.fixture
def work(tmp_path: Path) -> LayerWork:
    """Layers on a machine with one processor."""
    tool = Terraform(tmp_path / "terraform", {}, tmp_path)
    one = threading.Semaphore(1)
    return LayerWork(load("local"), tmp_path, tool, threading.Lock(), processors=one)


def free(work: LayerWork) -> bool:
    """Whether the next layer could begin."""
    if not work.processors.acquire(blocking=False):
        return False
    work.processors.release()
    return True


def test_a_layer_that_only_waits_for_aws_lets_the_next_one_begin(work: LayerWork) -> None:
    heard: list[Event] = []
    with work.turn(heard.append) as watch:
        watch(READS)
        assert not free(work), "a data source is read while planning too"
        watch(MAKES)
        assert free(work)
        watch(MAKES)
    assert heard == [READS, MAKES, MAKES]
    assert free(work)
    assert not (work.processors.acquire() and free(work)), "given back once, not three times"


def test_a_layer_that_fails_lets_the_next_one_begin(work: LayerWork) -> None:
    with pytest.raises(ValueError, match="provider"), work.turn(ignore):
        raise ValueError("provider")
    assert free(work)
