"""A team's own layer on the emulator: applied, changed by hand, and taken out of the code."""

import threading
from dataclasses import dataclass
from pathlib import Path

import pytest

from strata.apply.layer import LayerWork
from strata.documents.layers import LAYERS
from strata.drift.detect import find_drift
from strata.drift.report import Report
from strata.plan_file.changes import parse
from strata.planning.composed import plan_composed
from strata.settings import load
from strata.state.states import read_states
from strata.synthesis.retired import retire
from strata.teardown.contents import contents
from strata.teardown.losses import losses, obstacles, state_resources
from strata.terraform.binary import terraform
from strata.terraform.plugins import terraform_environment
from strata.terraform.process import Terraform
from tests.end_to_end.conftest import Client, work_on
from tests.modules.test_own import BUCKET, QUEUE, own_project

pytestmark = [pytest.mark.terraform, pytest.mark.usefixtures("provider")]


@dataclass(frozen=True)
class Standing:
    """The layer of the guide's example, applied."""

    work: LayerWork
    out: Path


@pytest.fixture(scope="module")
def standing(aws: Client, provider: None, folder: Path) -> Standing:
    """Only `own`: its example reads nothing of the other layers."""
    out = own_project(folder / "project").synthesize()
    tool = Terraform(terraform(), terraform_environment(), folder / "logs")
    work = LayerWork(load("local"), out / "stacks", tool, threading.Lock())
    assert "own" in work.layers
    assert work.apply("own") == "applied"
    return Standing(work, out)


def drift(standing: Standing) -> Report:
    return find_drift(standing.work.settings.environment, standing.work.terraform, standing.out)


def test_a_change_by_hand_is_drift_of_the_layer(standing: Standing, aws: Client) -> None:
    before = drift(standing)
    assert (before.drift, before.strangers) == ([], [])
    assert before.never_applied == list(LAYERS)
    queues = aws("sqs")
    url = queues.get_queue_url(QueueName="shop-local-orders")["QueueUrl"]
    queues.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "77"})
    (found,) = drift(standing).drift
    assert (found.layer, found.address) == ("own", QUEUE)
    assert [(one.attribute, one.now) for one in found.attributes] == [
        ("visibility_timeout_seconds", 77)
    ]


def test_a_destroy_says_what_it_holds_and_what_stops_it(standing: Standing, aws: Client) -> None:
    environment = standing.work.settings.environment
    resources = state_resources(read_states(environment, standing.work.layers))
    bucket = f"shop-local-uploads-{environment.account_id}"
    aws("s3").put_object(Bucket=bucket, Key="a", Body=b"a")
    inside = contents(environment, resources)
    assert f"bucket {bucket} with its objects" in losses(resources, inside)
    assert f"what modules/own.py made, with what it holds: {QUEUE}" in losses(resources, inside)
    assert [str(one) for one in obstacles(resources, inside)] == [
        f"{BUCKET}: holds objects: force_destroy = true in modules/own.py"
    ]
    for version in aws("s3").list_object_versions(Bucket=bucket)["Versions"]:
        aws("s3").delete_object(Bucket=bucket, Key="a", VersionId=version["VersionId"])


def test_a_layer_that_left_the_code_is_planned_and_destroyed(
    standing: Standing, folder: Path, aws: Client
) -> None:
    settings = standing.work.settings
    environment = settings.environment
    work = work_on(settings, folder / "without")
    assert work.layers == list(LAYERS)
    states = read_states(environment, work.layers)
    assert states["own"] is not None
    plan = parse(plan_composed(work.terraform, folder / "without" / "composed" / "local", states))
    gone = {change.address for change in plan.of("own")}
    assert {QUEUE, BUCKET} <= gone
    assert {change.actions for change in plan.of("own")} == {("delete",)}
    work.retired.update(retire(work.stacks, environment.name, states))
    assert work.needs["own"] == ("service",)
    assert work.apply("own") == "applied"
    assert "QueueUrls" not in aws("sqs").list_queues()
    assert "own" not in read_states(environment, LAYERS)
