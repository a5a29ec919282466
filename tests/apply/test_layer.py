"""In which order the layers get a processor; what they do with it is shown on the emulator."""

import json
import shutil
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from strata.apply.layer import LayerWork
from strata.errors import StrataError
from strata.settings import load
from strata.terraform.events import Event, ignore
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


FAKE = """#!/bin/sh
for word; do case $word in -out=*) echo secret | tee seen > "${word#-out=}" ;; esac; done
case "$2" in
  state) echo aws_vpc.network_vpc ;;
  plan) exit $PLAN ;;
  apply) exit 1 ;;
esac
"""


@pytest.mark.parametrize("code, plans", [("2", True), ("1", False)])
@pytest.mark.parametrize("do", ["apply", "changes", "destroy"])
def test_no_plan_of_a_layer_stays_whatever_fails(
    do: str, code: str, plans: bool, work: LayerWork, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A plan holds secrets, and one whose planning failed is written too (Terraform 1.11)."""
    monkeypatch.setenv("PLAN", code)
    work.terraform.executable.write_text(FAKE)
    work.terraform.executable.chmod(0o755)
    folder = work.folder("network")
    folder.mkdir()
    (folder / "cdk.tf.json").write_text("{}")
    monkeypatch.chdir(folder)
    if do == "changes" and plans:
        assert work.changes("network") == "changes"
    else:
        with pytest.raises(StrataError):
            getattr(work, do)("network")
    assert (folder / "seen").read_text() == "secret\n", "it was written"
    assert not work.saved_plan("network").exists()


INSTALLS = """#!/bin/sh
cd "${1#-chdir=}"
echo "$2" >> ../calls
case "$2" in
  init) place=.terraform/providers/host/space/aws/1/here
    mkdir -p $place && touch $place/terraform-provider-aws_v1 ;;
  plan) exit $PLAN ;;
esac
"""


def inits(work: LayerWork, monkeypatch: pytest.MonkeyPatch, *codes: str) -> int:
    """How often Terraform initialised the layer in runs whose plans ended with these codes."""
    for code in codes:
        monkeypatch.setenv("PLAN", code)
        run = replace(work, initialized=set())
        if code == "1":
            with pytest.raises(StrataError):
                run.changes("network")
        else:
            run.changes("network")
    return (work.stacks / "calls").read_text().splitlines().count("init")


def test_a_layer_is_initialised_once_and_again_where_that_may_be_missing(
    work: LayerWork, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each run has a `LayerWork` of its own."""
    work.terraform.executable.write_text(INSTALLS)
    work.terraform.executable.chmod(0o755)
    folder = work.folder("network")
    folder.mkdir()
    (folder / "cdk.tf.json").write_text("{}")
    assert inits(work, monkeypatch, "2", "0", "2") == 1
    shutil.rmtree(folder / ".terraform" / "providers" / "host")
    assert inits(work, monkeypatch, "0", "0") == 2, "its provider was gone"
    assert inits(work, monkeypatch, "1", "0", "0") == 3, "its plan had failed"
    backend = {"terraform": {"backend": {"s3": {"bucket": "another"}}}}
    (folder / "cdk.tf.json").write_text(json.dumps(backend))
    assert inits(work, monkeypatch, "0", "0") == 4, "its state went elsewhere"
