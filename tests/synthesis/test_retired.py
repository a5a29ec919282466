"""Stacks for layers that an environment has no more and that still have resources."""

import errno
import json
import resource
import shutil
from pathlib import Path

import pytest

from strata.documents.layers import LAYERS, needs, standing
from strata.gate.destinations import destination_faults
from strata.gate.documents import read
from strata.gate.resolve import differences, union
from strata.review.record import stacks_digest
from strata.settings import load
from strata.state.states import State
from strata.synthesis.lock_file import NAME as LOCK
from strata.synthesis.retired import retire

QUEUE: dict[str, object] = {
    "mode": "managed",
    "type": "aws_sqs_queue",
    "name": "own_orders",
    "instances": [],
}


def state(*resources: dict[str, object]) -> State:
    return State("lineage", 3, {"resources": list(resources)})


@pytest.fixture
def out(synthesized: Path, tmp_path: Path) -> Path:
    """A synthesis of `local` alone."""
    for folder in (*synthesized.glob("stacks/local-*"), synthesized / "composed" / "local"):
        shutil.copytree(folder, tmp_path / folder.relative_to(synthesized))
    return tmp_path


def test_what_has_resources_and_no_stack_gets_an_empty_one(out: Path) -> None:
    assert retire(out / "stacks", "local", {"own": state(QUEUE)}) == ["own"]
    folder = out / "stacks" / "local-own"
    document = json.loads((folder / "cdk.tf.json").read_text())
    other = json.loads((out / "stacks" / "local-network" / "cdk.tf.json").read_text())
    assert set(document) == {"//", "terraform", "provider"}
    assert document["terraform"]["backend"]["s3"].pop("key") == "local/own.tfstate"
    assert other["terraform"]["backend"]["s3"].pop("key") == "local/network.tfstate"
    assert document["terraform"] == other["terraform"]
    assert document["provider"] == other["provider"]
    assert (folder / LOCK).is_file()


def test_what_was_made_in_us_east_1_is_destroyed_there(out: Path) -> None:
    aws = 'provider["registry.terraform.io/hashicorp/aws"]'
    states: dict[str, State | None] = {
        "own": state({**QUEUE, "provider": aws}),
        "alarms": state({**QUEUE, "provider": aws}, {**QUEUE, "provider": f"{aws}.us_east_1"}),
    }
    assert retire(out / "stacks", "local", states) == ["own", "alarms"]
    configured = {
        layer: json.loads((out / "stacks" / f"local-{layer}" / "cdk.tf.json").read_text())[
            "provider"
        ]["aws"]
        for layer in ("network", *states)
    }
    (ours,) = configured["network"]
    assert configured["own"] == [ours]
    assert configured["alarms"] == [ours, {**ours, "alias": "us_east_1", "region": "us-east-1"}]
    (environment,) = read(out, ["local"])
    faults = destination_faults(
        "local",
        environment.resolved,
        environment.resolved_layers,
        load("local").environment,
    )
    assert [fault for fault in faults if fault[0] == "STRATA_PLACE_1"] == []


@pytest.mark.parametrize(
    "states",
    [{}, {"own": None}, {"own": state()}, {"own": state({**QUEUE, "mode": "data"})},
     {"network": state(QUEUE)}],
)  # fmt: skip
def test_without_resources_there_is_nothing_to_destroy(
    states: dict[str, State | None], out: Path
) -> None:
    digest = stacks_digest(out, "local")
    assert retire(out / "stacks", "local", states) == []
    assert stacks_digest(out, "local") == digest
    assert standing(out / "stacks", "local") == list(LAYERS)


def test_it_is_destroyed_after_the_layers_that_read_it(out: Path) -> None:
    retired = retire(out / "stacks", "local", {"own": state(QUEUE)})
    found = standing(out / "stacks", "local")
    order = needs(found, retired)
    assert order["own"] == ("service",)
    assert {layer: order[layer] for layer in LAYERS} == dict(LAYERS)
    # A destroy takes the layers as they were applied.
    assert "own" in needs(found)["service"]


def test_planning_and_applying_see_the_same_stacks(out: Path) -> None:
    before = stacks_digest(out, "local")
    retire(out / "stacks", "local", {"own": state(QUEUE)})
    once = stacks_digest(out, "local")
    assert once != before
    assert retire(out / "stacks", "local", {"own": state(QUEUE)}) == []
    assert stacks_digest(out, "local") == once


def test_on_a_full_disk_no_half_of_a_stack_is_left(out: Path) -> None:
    """The next run would take it for the whole; a limit on the size of files stands for it."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4, limits[1]))
    try:
        with pytest.raises(OSError) as error:
            retire(out / "stacks", "local", {"own": state(QUEUE)})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert error.value.errno == errno.EFBIG
    assert list((out / "stacks" / "local-own").iterdir()) == []


def test_the_gate_has_nothing_to_say_of_it(out: Path) -> None:
    retire(out / "stacks", "local", {"own": state(QUEUE)})
    (environment,) = read(out, ["local"])
    assert "local-own" in environment.layers
    assert differences(union(environment.resolved_layers), environment.resolved) == []


def test_what_is_left_of_its_folder_is_no_stack_to_the_gate(out: Path) -> None:
    folder = out / "stacks" / "local-own"
    folder.mkdir()
    (folder / "errored.tfstate").write_text("{}")
    (environment,) = read(out, ["local"])
    assert "local-own" not in environment.layers
