"""`local` with a database user of the application's own, with Terraform on the emulator."""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from strata.apply import waves
from strata.apply.layer import LayerWork
from strata.deployer.table import Use
from strata.documents.layers import LAYERS
from strata.drift.detect import find_drift
from strata.local import ecs as play
from strata.release import app_user, rotation
from strata.settings import load
from strata.settings.models import AppUser
from strata.terraform.events import Event
from tests.deployer.record import forget, not_allowed
from tests.end_to_end.conftest import Client, make_review, reviewed, work_on

pytestmark = [pytest.mark.terraform, pytest.mark.usefixtures("provider")]

Json = dict[str, Any]
LOCAL = load("local")
OWNED = LOCAL.model_copy(
    update={"database": LOCAL.database.model_copy(update={"app_user": AppUser()})}
)
FAMILY = "shop-local-database-user"
SOON = rotation.Patience(poll=0.2, event=60, deployment=120)


@dataclass(frozen=True)
class Life:
    """Its work, and the outcome of an apply whose task failed and of the same one again."""

    work: LayerWork
    failed: waves.Outcome
    done: waves.Outcome
    service: list[Event]
    """What was heard of the service layer in the second."""


@pytest.fixture(scope="module")
def life(provider: None, aws: Client, folder: Path) -> Life:
    """The environment, applied: at first the task that makes the user fails."""
    forget()
    work = work_on(OWNED, folder)
    review = make_review(work, folder / "review")
    url = os.environ["AWS_ENDPOINT_URL"]
    play.behave(url, FAMILY, "exit:1:5", ("ERROR 2003 (HY000): no connection",))
    failed = waves.run(LAYERS, reviewed(review, work).step, waves.quiet)
    play.behave(url, FAMILY, "exit:0:5", ("shop_app may in shop: SELECT",))
    heard: dict[str, list[Event]] = {layer: [] for layer in LAYERS}
    again = reviewed(review, work)
    done = waves.run(LAYERS, lambda layer: again.step(layer, heard[layer].append), waves.quiet)
    return Life(work, failed, done, heard["service"])


def secret_of(aws: Client) -> tuple[str, Json]:
    """The name of the user's secret, and its current value."""
    secrets = aws("secretsmanager")
    [name] = [
        one["Name"] for one in secrets.list_secrets()["SecretList"] if "app-user" in one["Name"]
    ]
    return name, dict(json.loads(secrets.get_secret_value(SecretId=name)["SecretString"]))


def test_a_task_that_fails_stops_the_apply_before_the_service_and_the_same_review_goes_on(
    life: Life,
) -> None:
    [(layer, error)] = life.failed.failed.items()
    assert layer == "service"
    assert "ERROR 2003 (HY000): no connection" in error.message
    assert life.done.ok, life.done.failed
    assert life.done.done["service"] == "applied"
    assert life.done.done["database"] == "done before"


def test_an_apply_says_that_the_task_runs_before_it_goes_on(life: Life) -> None:
    said = [event["@message"] for event in life.service if event["type"] in ("beside", "command")]
    at = said.index("a task makes the database user shop_app")
    assert "terraform plan" in said[at - 1]
    assert "terraform apply" in said[at + 1]


def test_the_services_run_with_the_user_and_nothing_drifts(life: Life, aws: Client) -> None:
    name, value = secret_of(aws)
    assert name.startswith("shop-local-app-user-shop_app-")
    assert value["username"] == "shop_app"
    ecs = aws("ecs")
    [service] = ecs.describe_services(cluster="shop-local", services=["shop-local"])["services"]
    task = ecs.describe_task_definition(taskDefinition=service["taskDefinition"])["taskDefinition"]
    [password] = [
        one["valueFrom"]
        for one in task["containerDefinitions"][0]["secrets"]
        if one["name"] == "DB_PASSWORD"
    ]
    assert name in password
    for layer in ("database", "service"):
        assert life.work.changes(layer) == "no change"
    report = find_drift(OWNED.environment, life.work.terraform, life.work.stacks.parent)
    assert (report.drift, report.added, report.strangers, report.unchecked) == ([], [], [], [])


def test_no_value_is_in_a_state_or_a_log(life: Life, aws: Client) -> None:
    _, value = secret_of(aws)
    s3, bucket = aws("s3"), OWNED.environment.state_bucket
    for one in s3.list_objects_v2(Bucket=bucket)["Contents"]:
        body = s3.get_object(Bucket=bucket, Key=one["Key"])["Body"].read().decode()
        assert value["password"] not in body, one["Key"]
    for file in life.work.stacks.parent.rglob("*"):
        if file.is_file() and ".terraform" not in file.parts:
            assert value["password"].encode() not in file.read_bytes(), file


def test_a_rotation_deploys_the_services_by_the_rule_and_plans_no_change(
    life: Life, aws: Client
) -> None:
    _, before = secret_of(aws)
    services = rotation.Services.of(OWNED)
    said: list[str] = []
    app_user.rotate(
        OWNED,
        lambda: services.deploy_anew(by_rule=True, patience=SOON, say=said.append),
        said.append,
    )
    _, after = secret_of(aws)
    assert after["username"] == "shop_app_2"
    assert after["password"] != before["password"]
    for layer in ("database", "service"):
        assert life.work.changes(layer) == "no change"


def test_the_deployers_policy_allows_all_that_was_asked(life: Life) -> None:
    assert not_allowed(OWNED, use=Use.APPLY) == []


def test_it_is_destroyed_to_the_end(life: Life, aws: Client) -> None:
    outcome = waves.run(waves.reverse(LAYERS), life.work.destroy, waves.quiet)
    assert outcome.ok, outcome.failed
    left = aws("secretsmanager").list_secrets()["SecretList"]
    assert [one["Name"] for one in left if "app-user" in one["Name"]] == []
    assert aws("ecs").list_task_definitions(status="ACTIVE")["taskDefinitionArns"] == []
