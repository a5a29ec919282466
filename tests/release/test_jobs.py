"""What `strata status` says of jobs, from an emulator whose clock is stepped."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from strata.local import ecs as play
from strata.release.model import Task
from strata.release.status import Job as JobStatus
from strata.release.status import Jobs, awaited, jobs
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


def test_a_release_reaches_the_jobs_and_going_back_too(
    at_home: Home, run: Callable[[str, str], None]
) -> None:
    at_home.shop.image("1.0.1")
    at_home.deploy("1.0.1")
    run("cleanup", "good")
    released = asked(at_home).jobs[1].runs[0]
    assert released.revision == at_home.releases.ecs.service().revision == 2
    at_home.watch(at_home.releases.back(None, at_home.said.append))
    run("cleanup", "good")
    assert asked(at_home).jobs[1].runs[0].revision == 3
    assert at_home.runs().endswith(":1.0.0")


def test_starts_that_were_given_up_are_counted(at_home: Home) -> None:
    assert asked(at_home).dead_letters == 0
    sqs: Any = at_home.shop.aws("sqs")
    queue = sqs.create_queue(QueueName=dead_letters(at_home.settings.environment))["QueueUrl"]
    sqs.send_message(QueueUrl=queue, MessageBody=json.dumps({"a": 1}))
    found = asked(at_home)
    assert found.dead_letters == 1
    assert any("1 start given up" in line for line in text.jobs(found))


NOW = datetime(2026, 11, 28, 17, 20, tzinfo=UTC)
LONG_AGO = NOW - timedelta(days=30)


def began(*minutes: int) -> list[Task]:
    return [
        Task(
            id="a", revision=1, last_status="STOPPED", desired_status="STOPPED",
            created_at=NOW - timedelta(minutes=ago),
        )
        for ago in minutes
    ]  # fmt: skip


DUE: list[tuple[list[int], datetime, int | None]] = [
    # Due every 20 minutes: 40 and 20 minutes ago, and now.
    ([40, 20], LONG_AGO, None),
    ([39, 16], LONG_AGO, None),
    ([20], LONG_AGO, 40),
    ([40], LONG_AGO, 20),
    ([], LONG_AGO, 20),
    ([14, 40], LONG_AGO, 20),
    # Before the schedule was there it was not due.
    ([20], NOW - timedelta(minutes=30), None),
]


def test_a_run_that_was_due_and_did_not_begin_is_said() -> None:
    for minutes, changed, missed in DUE:
        job = JobStatus(
            name="a", schedule="cron(0/20 * * * ? *)", timezone="UTC", state="ENABLED",
            next_due=None, missed=None, runs=began(*minutes),
        )  # fmt: skip
        found = awaited(job, LONG_AGO, changed, NOW)
        due = None if missed is None else NOW - timedelta(minutes=missed)
        assert found.missed == due, minutes
        assert found.next_due == NOW + timedelta(minutes=20), minutes
        said = "\n".join(text.jobs(Jobs(jobs=[found], dead_letters=0)))
        assert ("no run began" in said) is (missed is not None), minutes
        assert "next 2026-11-28 17:40:00 UTC" in said.replace("\n    ", " "), minutes


def test_a_schedule_that_is_off_awaits_nothing() -> None:
    job = JobStatus(
        name="a", schedule="rate(1 minute)", timezone="UTC", state="DISABLED",
        next_due=None, missed=None, runs=[],
    )  # fmt: skip
    assert awaited(job, LONG_AGO, LONG_AGO, NOW) == job
