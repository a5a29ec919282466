"""What `strata status` says of jobs, from an emulator whose clock is stepped."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from strata.local import ecs as play
from strata.release.status import Jobs, jobs
from strata.settings.models import Job
from strata.settings.resource_names import dead_letters, job_group
from strata.views.text import release as text
from tests.release.home import Home, home

pytestmark = pytest.mark.emulator

JOB = Job(command=["node", "report.js"], schedule="rate(1 hour)")
NAMES = ("report", "cleanup")


@pytest.fixture(scope="module")
def at_home(url: str) -> Home:
    """An environment whose service runs, with the schedule of one of two jobs."""
    made = home(url, "jobs")
    made.settings = made.settings.model_copy(update={"jobs": dict.fromkeys(NAMES, JOB)})
    aws = made.shop.aws
    aws("scheduler").create_schedule_group(Name="shop-jobs")
    aws("scheduler").create_schedule(
        GroupName="shop-jobs", Name="report", ScheduleExpression="rate(2 hours)",
        ScheduleExpressionTimezone="Europe/Berlin", FlexibleTimeWindow={"Mode": "OFF"},
        State="DISABLED", Target={
            "Arn": f"arn:aws:ecs:eu-central-1:123456789012:cluster/{made.shop.cluster}",
            "RoleArn": "arn:aws:iam::123456789012:role/jobs",
        },
    )  # fmt: skip
    return made


@pytest.fixture
def run(at_home: Home) -> Callable[[str, str], None]:
    """Runs a job to its end, as its schedule does, by how its container behaves."""

    def start(name: str, behaves: str) -> None:
        shop = at_home.shop
        image = f"{shop.repository}:1.0.0"
        play.behave(shop.url, image, behaves)
        shop.ecs.run_task(
            cluster=shop.cluster, taskDefinition=shop.family, group=job_group(name),
            capacityProviderStrategy=[{"capacityProvider": shop.provider}],
        )  # fmt: skip
        shop.step(300)
        play.behave(shop.url, image, "good")

    return start


def asked(made: Home) -> Jobs:
    return jobs(made.settings, made.releases.ecs)


def test_a_schedule_is_as_aws_has_it_and_a_missing_one_is_said(at_home: Home) -> None:
    report, cleanup = asked(at_home).jobs
    assert (report.name, report.schedule, report.timezone, report.state) == (
        "report", "rate(2 hours)", "Europe/Berlin", "DISABLED"
    )  # fmt: skip
    assert (cleanup.schedule, cleanup.timezone, cleanup.state) == ("rate(1 hour)", "UTC", "MISSING")


def test_the_last_runs_are_shown_with_how_they_ended_and_no_task_of_the_service(
    at_home: Home, run: Callable[[str, str], None]
) -> None:
    run("report", "exit:0:30")
    run("report", "exit:3:30")
    report, cleanup = asked(at_home).jobs
    assert [one.exit_code("api") for one in report.runs] == [3, 0]
    assert cleanup.runs == []
    said = "\n".join(text.jobs(asked(at_home)))
    assert "report DISABLED: rate(2 hours) Europe/Berlin" in said
    assert f"{report.runs[0].id} of revision 1 ended with 3" in said.replace("\n     ", " ")
    assert "no run within the hour" in said


def test_starts_that_were_given_up_are_counted(at_home: Home) -> None:
    assert asked(at_home).dead_letters == 0
    sqs: Any = at_home.shop.aws("sqs")
    queue = sqs.create_queue(QueueName=dead_letters(at_home.settings.environment))["QueueUrl"]
    sqs.send_message(QueueUrl=queue, MessageBody=json.dumps({"a": 1}))
    found = asked(at_home)
    assert found.dead_letters == 1
    assert any("1 start given up" in line for line in text.jobs(found))
