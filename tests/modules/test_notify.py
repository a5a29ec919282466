"""`[notify]`: what the service layer has of it, and what gate, map and cost make of that."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from modules.alarms import failed_jobs_pattern
from modules.notify import deploying, deployment_pattern
from strata.cost.estimate import estimate
from strata.cost.prices import shipped
from strata.cost.resources import of_stack
from strata.documents.stacks import blocks, stack
from strata.map.write import drawn
from strata.settings import Settings, load
from strata.settings.load import judge
from strata.settings.models import Worker
from strata.settings.resource_names import service_name
from strata.synthesis.synthesize import synthesize
from tests.composing import verdict

Json = dict[str, Any]
EMAIL = "releases@shop.example"
TOPIC = "arn:aws:sns:eu-central-1:123456789012:oncall"
SECRET = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:hook-AbCdEf"
RULE = "aws_cloudwatch_event_rule.service_notify_deployment"
TARGET = "aws_cloudwatch_event_target.service_notify_deployment_target"


def notifying(name: str, notify: Json) -> Settings:
    """`local` under another name, with somebody to tell."""
    data = load("local").model_dump(exclude_none=True, by_alias=True)
    data["environment"]["name"] = name
    found, problems = judge({**data, "notify": notify})
    assert found and not problems, problems
    return found


MAILED = notifying("posted", {"email": EMAIL, "on": ["completed", "failed"]})
TOLD = notifying("topical", {"topic": TOPIC, "webhook_secret": SECRET})
HOOKED = notifying("hooked", {"webhook_secret": SECRET})


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All three, synthesized at once."""
    folder = tmp_path_factory.mktemp("notify")
    synthesize([MAILED, TOLD, HOOKED], folder)
    return folder


@pytest.fixture
def composed_of(out: Path) -> Callable[[str], Json]:
    def read(name: str) -> Json:
        return dict(json.loads((out / "composed" / name / "cdk.tf.json").read_text()))

    return read


def of_notify(composed: Json) -> dict[str, Json]:
    return {address: body for address, body in blocks(composed).items() if "_notify_" in address}


def test_the_ends_of_this_services_deployments_go_to_an_address_by_an_encrypted_topic(
    composed_of: Callable[[str], Json],
) -> None:
    resources = of_notify(composed_of("posted"))
    assert resources.keys() == {
        RULE, TARGET, "aws_sns_topic.service_notify_topic",
        "aws_kms_key.service_notify_topic_key", "aws_sns_topic_subscription.service_notify_email",
    }  # fmt: skip
    pattern = json.loads(resources[RULE]["event_pattern"])
    assert pattern["detail-type"] == ["ECS Deployment State Change"]
    assert pattern["detail"] == {
        "eventName": ["SERVICE_DEPLOYMENT_FAILED", "SERVICE_DEPLOYMENT_COMPLETED"]
    }
    (service,) = pattern["resources"]
    assert service.startswith("arn:aws:ecs:eu-central-1:123456789012:service/")
    assert service.endswith("/${aws_ecs_service.service_service.name}")
    assert resources[TARGET]["arn"] == "${aws_sns_topic.service_notify_topic.arn}"
    topic = resources["aws_sns_topic.service_notify_topic"]
    assert topic["kms_master_key_id"] == "${aws_kms_key.service_notify_topic_key.arn}"
    assert topic["name"] == "shop-posted-releases"
    for document in (topic, resources["aws_kms_key.service_notify_topic_key"]):
        statement = json.loads(document["policy"])["Statement"][-1]
        assert statement["Principal"] == {"Service": "events.amazonaws.com"}
    mail = resources["aws_sns_topic_subscription.service_notify_email"]
    assert (mail["protocol"], mail["endpoint"]) == ("email", EMAIL)


def test_a_topic_that_exists_is_looked_up_and_told_of_failures_alone(
    composed_of: Callable[[str], Json],
) -> None:
    composed = composed_of("topical")
    resources = of_notify(composed)
    assert resources.keys() == {RULE, TARGET}
    assert resources[TARGET]["arn"] == "${data.aws_sns_topic.service_notify_topic.arn}"
    assert composed["data"]["aws_sns_topic"]["service_notify_topic"]["name"] == "oncall"
    detail = json.loads(resources[RULE]["event_pattern"])["detail"]
    assert detail == {"eventName": ["SERVICE_DEPLOYMENT_FAILED"]}


def test_a_webhook_is_told_by_the_command_and_needs_no_resource(
    composed_of: Callable[[str], Json],
) -> None:
    assert of_notify(composed_of("hooked")) == {}
    for name in ("hooked", "topical"):
        assert SECRET not in json.dumps(composed_of(name))


def test_without_the_table_nothing_is_different(
    composed_of: Callable[[str], Json], composed: Callable[[str], Json]
) -> None:
    assert load("local").notify is None
    assert of_notify(composed("local")) == {}
    ours = set(blocks(composed("local")))
    assert ours == {one for one in blocks(composed_of("posted")) if "_notify_" not in one}


def test_the_gate_finds_nothing_in_it(out: Path) -> None:
    report = verdict(out, MAILED, TOLD)
    assert report.environments == ["posted", "topical"]
    assert (report.findings, report.unjudged) == ([], [])


def test_an_address_costs_the_key_and_a_topic_of_yours_nothing(
    composed_of: Callable[[str], Json], composed: Callable[[str], Json]
) -> None:
    def desired(document: Json, settings: Settings) -> float:
        return estimate(of_stack(stack(document)), settings, shipped()).usd.desired

    without = desired(composed("local"), load("local"))
    assert desired(composed_of("posted"), MAILED) - without == pytest.approx(1.0)
    assert desired(composed_of("topical"), TOLD) == pytest.approx(without)


def test_the_map_has_a_place_for_each_of_its_resources(
    composed_of: Callable[[str], Json],
) -> None:
    made = drawn(stack(composed_of("posted")), "shop-posted")
    shown = {thing.id for thing in made.things} | {
        part.address for thing in made.things for part in thing.parts
    }
    assert of_notify(composed_of("posted")).keys() <= shown


@pytest.mark.parametrize(("workers", "whole"), [(0, True), (5, True), (60, False)])
def test_a_pattern_stays_below_eventbridges_limit_however_many_services_there_are(
    workers: int, whole: bool
) -> None:
    local = load("local")
    names = [f"queue-{number}" for number in range(workers)]
    settings = local.model_copy(
        update={"services": {name: Worker(command=["work"]) for name in names}}
    )
    services = [service_name(local.environment, name) for name in ("", *names)]
    pattern = deployment_pattern(deploying(settings, "shop-local", services), ["failed"])
    assert len(pattern) <= 2048
    cluster = "arn:aws:ecs:eu-central-1:123456789012:service/shop-local/"
    resources = json.loads(pattern)["resources"]
    assert resources == ([f"{cluster}{name}" for name in services] if whole else [
        {"prefix": cluster}
    ])  # fmt: skip


def test_nor_however_many_jobs() -> None:
    cluster = "arn:aws:ecs:eu-central-1:123456789012:cluster/shop-local"
    few, many = (
        json.loads(
            failed_jobs_pattern(cluster, [f"{'x' * 60}-{number}" for number in range(count)])
        )
        for count in (2, 40)
    )
    assert few["detail"]["group"] == [f"job-{'x' * 60}-{number}" for number in (0, 1)]
    assert many["detail"] == {**few["detail"], "group": [{"prefix": "job-"}]}
    assert len(failed_jobs_pattern(cluster, ["x" * 64] * 22)) <= 2048 - 80
