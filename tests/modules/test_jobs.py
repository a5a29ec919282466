"""The jobs of the service layer: what they build, and what map, cost and review make of them."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from strata.cost.estimate import estimate
from strata.cost.prices import shipped
from strata.cost.resources import of_stack
from strata.documents.stacks import blocks, stack
from strata.map.write import drawn
from strata.settings import Settings, load
from strata.synthesis.synthesize import synthesize
from tests.composing import verdict
from tests.modules.test_alarms import EMAIL, with_alarms

Json = dict[str, Any]

SERVICE = "aws_ecs_service.service_service"
TASK = "aws_ecs_task_definition.service_task_definition"
QUEUE, KEY, ROLE = (
    f"{kind}.service_jobs{rest}"
    for kind, rest in (
        ("aws_sqs_queue", "_dead_letters"), ("aws_kms_key", "_key"), ("aws_iam_role", "_role")
    )
)  # fmt: skip
REPORT = "aws_scheduler_schedule.service_job_nightly_report"
JOBS: Json = {
    "nightly-report": {
        "command": ["node", "report.js", "--of", "${day}"],
        "schedule": "cron(0 3 ? * MON-FRI *)",
        "timezone": "Europe/Berlin",
        "memory_mib": 300,
        "cpu": 256,
    },
    "cleanup": {"command": ["node", "cleanup.js"], "schedule": "rate(1 hour)", "retries": 0},
}


def with_jobs(name: str) -> Settings:
    """`local` under another name with two jobs, and alarms."""
    return with_alarms(name, {"email": EMAIL}, jobs=JOBS, cluster={"max_size": 7})


JOBBED = with_jobs("jobbed")


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("jobs")
    synthesize([JOBBED], folder)
    return folder


@pytest.fixture(scope="module")
def composed_jobs(out: Path) -> Json:
    return dict(json.loads((out / "composed" / "jobbed" / "cdk.tf.json").read_text()))


@pytest.fixture(scope="module")
def resources(composed_jobs: Json) -> dict[str, Json]:
    return blocks(composed_jobs)


def test_a_schedule_runs_the_newest_revision_of_the_services_family(
    resources: dict[str, Json],
) -> None:
    body = resources[REPORT]
    assert (body["schedule_expression"], body["schedule_expression_timezone"]) == (
        "cron(0 3 ? * MON-FRI *)", "Europe/Berlin"
    )  # fmt: skip
    assert body["name"] == "nightly-report"
    assert body["flexible_time_window"] == {"mode": "OFF"}
    target = body["target"]
    ecs = target["ecs_parameters"]
    assert ecs["task_definition_arn"] == f"${{{TASK}.arn_without_revision}}"
    assert ecs["group"] == "job-nightly-report"
    assert ecs["task_count"] == 1
    (strategy,) = ecs["capacity_provider_strategy"]
    assert strategy["capacity_provider"].startswith("${aws_ecs_capacity_provider.")
    assert json.loads(target["input"]) == {
        "containerOverrides": [
            {"name": "api", "command": ["node", "report.js", "--of", "$${day}"],
             "cpu": 256, "memory": 300}
        ]
    }  # fmt: skip
    assert target["retry_policy"] == {
        "maximum_event_age_in_seconds": 3600, "maximum_retry_attempts": 3
    }  # fmt: skip


def test_sizes_that_are_not_set_are_those_of_the_service(resources: dict[str, Json]) -> None:
    target = resources["aws_scheduler_schedule.service_job_cleanup"]["target"]
    (override,) = json.loads(target["input"])["containerOverrides"]
    assert set(override) == {"name", "command"}
    assert target["retry_policy"]["maximum_retry_attempts"] == 0


def test_what_cannot_be_started_is_left_in_an_encrypted_queue(resources: dict[str, Json]) -> None:
    assert resources[QUEUE]["name"] == "shop-jobbed-jobs-dead-letters"
    assert resources[QUEUE]["kms_master_key_id"] == f"${{{KEY}.arn}}"
    assert resources[REPORT]["kms_key_arn"] == f"${{{KEY}.arn}}"
    assert resources[REPORT]["target"]["dead_letter_config"] == {"arn": f"${{{QUEUE}.arn}}"}


def test_the_role_runs_this_family_in_this_cluster_and_passes_its_two_roles_alone(
    resources: dict[str, Json],
) -> None:
    trust = json.loads(resources[ROLE]["assume_role_policy"])["Statement"][0]
    assert trust["Principal"] == {"Service": "scheduler.amazonaws.com"}
    assert trust["Condition"] == {"StringEquals": {"aws:SourceAccount": "123456789012"}}
    policy = json.loads(resources["aws_iam_role_policy.service_jobs_role_policy"]["policy"])
    allowed = {str(one["Action"]): one for one in policy["Statement"]}
    family = f"${{{TASK}.arn_without_revision}}"
    run, passed = allowed["ecs:RunTask"], allowed["iam:PassRole"]
    assert run["Resource"] == [family, f"{family}:*"]
    cluster = run["Condition"]["ArnEquals"]["ecs:cluster"]
    assert cluster.startswith("arn:aws:ecs:eu-central-1:123456789012:cluster/${aws_ecs_cluster")
    assert passed["Resource"] == [
        "${aws_iam_role.service_execution_role.arn}", "${aws_iam_role.service_task_role.arn}"
    ]  # fmt: skip
    assert passed["Condition"] == {
        "StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}
    }
    assert allowed["sqs:SendMessage"]["Resource"] == f"${{{QUEUE}.arn}}"
    assert len(policy["Statement"]) == 5


def test_failures_of_jobs_are_an_event_and_a_metric(resources: dict[str, Json]) -> None:
    rule = resources["aws_cloudwatch_event_rule.alarms_jobs"]
    detail = json.loads(rule["event_pattern"])["detail"]
    assert detail["group"] == ["job-nightly-report", "job-cleanup"]
    assert detail["lastStatus"] == ["STOPPED"]
    alarm = resources["aws_cloudwatch_metric_alarm.alarms_job_dead_letters"]
    assert alarm["dimensions"] == {"QueueName": f"${{{QUEUE}.name}}"}
    assert (alarm["namespace"], alarm["threshold"]) == ("AWS/SQS", 1)


def test_only_the_service_layer_is_another_and_the_alarms(
    resources: dict[str, Json], out: Path, stack: Callable[[str], Json]
) -> None:
    without = with_alarms("jobbed", {"email": EMAIL}, cluster={"max_size": 7})
    folder = out / "without"
    synthesize([without], folder)
    before = blocks(json.loads((folder / "composed" / "jobbed" / "cdk.tf.json").read_text()))
    more = {one for one in resources if one not in before}
    assert all(one.split(".")[1].startswith(("service_job", "alarms_job")) for one in more)
    assert {one: resources[one] for one in before if "dashboard" not in one} == {
        one: body for one, body in before.items() if "dashboard" not in one
    }
    for layer in ("network", "registry", "database", "cache", "cluster", "edge"):
        file = f"stacks/jobbed-{layer}/cdk.tf.json"
        assert (out / file).read_text() == (folder / file).read_text(), layer


def test_the_gate_finds_nothing_in_them(out: Path) -> None:
    report = verdict(out, JOBBED)
    assert report.environments == ["jobbed"]
    assert (report.findings, report.unjudged) == ([], [])


def test_the_picture_shows_the_jobs_and_what_they_start(composed_jobs: Json) -> None:
    made = drawn(stack(composed_jobs), "shop-jobbed")
    system = made.pictures[1]
    assert system.node("jobs").title == "2 jobs"
    assert system.node("jobs").lines == (
        "cleanup: rate(1 hour) UTC", "nightly-report: cron(0 3 ? * MON-FRI *) Europe/Berlin"
    )  # fmt: skip
    relations = {(edge.source, edge.target, edge.lines) for edge in system.edges}
    assert ("jobs", SERVICE, ("start tasks of",)) in relations
    parts = {thing.id: {part.address for part in thing.parts} for thing in made.things}
    assert {REPORT, QUEUE, KEY, ROLE} <= parts["jobs"]
    assert TASK in parts[SERVICE]


def test_they_cost_a_key_and_the_hours_of_the_instances_that_they_need_more(
    composed_jobs: Json, composed: Callable[[str], Json]
) -> None:
    cost = estimate(of_stack(stack(composed_jobs)), JOBBED, shipped())
    assert [line for line in cost.not_priced if line.layer == "service"] == []
    lines = {line.resource: line for line in cost.lines if "ec2/t3.micro" in line.item}
    (instances,) = lines.values()
    # Three tasks fill three instances of 877 MiB; a job of 300 + 64 MiB and 256 units finds no room
    # beside 576 MiB (301 left), nor one of 576: both need the fourth, and 940 MiB a fifth. 30 of
    # 730 hours.
    assert instances.quantity.desired == pytest.approx(3 * 730 + 2 * 30)
    assert instances.quantity.minimum == pytest.approx(1 * 730 + 2 * 30)
    assert instances.quantity.maximum == 7 * 730
    local = estimate(of_stack(stack(composed("local"))), load("local"), shipped())
    more = cost.layers["service"].desired - local.layers["service"].desired
    assert more == pytest.approx(1.00)
