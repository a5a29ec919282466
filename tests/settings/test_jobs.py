"""Commands by schedule: what is refused by key and cure, and the room that their tasks need."""

import copy
from typing import Any

import pytest

from strata.settings.capacity import Task, fit
from strata.settings.load import judge
from tests.settings.test_capacity import BASE

Json = dict[str, Any]

REPORT: Json = {"command": ["node", "report.js"], "schedule": "rate(1 day)"}


def with_jobs(jobs: Json, **sections: Json) -> Json:
    data: Json = copy.deepcopy(BASE)
    # Room for two more on instances of their own.
    data["cluster"]["max_size"] = 7
    for section, values in sections.items():
        data[section] |= values
    return {**data, "jobs": jobs}


def refused(data: Json) -> list[str]:
    return [f"{'.'.join(map(str, one.key))}: {one.wrong} | {one.right}" for one in judge(data)[1]]


GOOD: list[Json] = [
    {},
    {"report": REPORT},
    {"a": {**REPORT, "schedule": "cron(0/15 8-18 ? * MON-FRI *)", "timezone": "Europe/Berlin"},
     "b-2": {**REPORT, "retries": 0, "retry_for_seconds": 60, "cpu": 2, "memory_mib": 6}},
    {"x" * 64: {**REPORT, "command": ["sh", "-c", "node a.js && node b.js"], "retries": 185}},
]  # fmt: skip


def test_what_scheduler_takes_is_right() -> None:
    for jobs in GOOD:
        assert refused(with_jobs(jobs)) == [], jobs


BAD: list[tuple[str, Json, str]] = [
    # name, what differs, words that must stand in the message
    ("report", {"command": []}, "jobs.report.command"),
    ("report", {"command": [""]}, "jobs.report.command: has no program to run"),
    ("report", {"command": ["a\0"]}, "jobs.report.command.0: has a NUL"),
    ("report", {"command": ["mysql", "--password", "hunter2hunter2"]}, "looks like a secret"),
    ("report", {"command": ["sh", "-c", "x" * 8192]}, "jobs.report.command: has 8206 characters"),
    # Each word has two quotes and a comma in the JSON that ECS counts.
    ("report", {"command": ["x"] * 2500}, "jobs.report.command: has 10001 characters"),
    ("report", {"schedule": "cron(0 3 * * *)"}, "jobs.report.schedule: has 5 fields"),
    ("report", {"schedule": "cron(0 3 * * MON *)"}, "jobs.report.schedule: has ? in neither"),
    ("report", {"schedule": "rate(1 days)"}, "| rate(1 day)"),
    ("report", {"schedule": "daily"}, "jobs.report.schedule: is no schedule expression"),
    ("report", {"schedule": "at(2030-01-31T07:30:00)"}, "jobs.report.schedule: comes once"),
    ("report", {"timezone": "Europe/Berlln"}, "perhaps Europe/Berlin"),
    ("report", {"timezone": "MEZ"}, "jobs.report.timezone: is no IANA time zone"),
    ("report", {"retries": 186}, "jobs.report.retries"),
    ("report", {"retry_for_seconds": 59}, "jobs.report.retry_for_seconds"),
    ("report", {"memory": 512}, "jobs.report.memory"),
    ("Report", {}, "jobs.Report: is not a valid name for a job"),
    ("report_daily", {}, "jobs.report_daily: is not a valid name"),
    ("-report", {}, "is not a valid name"),
    ("x" * 65, {}, "1 to 64 lower-case letters"),
]


def test_what_cannot_be_is_refused_with_its_key() -> None:
    for name, more, said in BAD:
        problems = refused(with_jobs({name: {**REPORT, **more}}))
        assert any(said in problem for problem in problems), f"{said} is not in {problems}"


@pytest.mark.parametrize("missing", ["command", "schedule"])
def test_a_job_without_what_it_needs_is_refused(missing: str) -> None:
    job = {key: value for key, value in REPORT.items() if key != missing}
    assert any(f"jobs.report.{missing}" in one for one in refused(with_jobs({"report": job})))


TOGETHER: list[tuple[int, Json, bool]] = [
    # Five tasks of 576 MiB fill five instances of 877 MiB, with room for one of 300.
    (5, {"a": {**REPORT, "memory_mib": 200, "cpu": 256}}, True),
    (5, {"a": {**REPORT, "memory_mib": 238, "cpu": 256}}, False),
    (5, {"a": {**REPORT, "memory_mib": 200, "cpu": 1025}}, False),
    (5, {"a": REPORT}, False),
    (6, {"a": REPORT}, True),
    (6, {"a": REPORT, "b": REPORT}, False),
    # One of them beside the other on the sixth.
    (6, {"a": REPORT, "b": {**REPORT, "memory_mib": 200, "cpu": 1024}}, True),
]


def test_all_jobs_at_the_same_time_have_room_beside_the_largest_number_of_tasks() -> None:
    for most, jobs, enough in TOGETHER:
        data = with_jobs(
            jobs,
            cluster={"instance_type": "t3.micro", "max_size": most},
            service={"cpu": 1024, "memory_mib": 512},
        )
        problems = refused(data)
        assert (problems == []) is enough, f"{most}, {jobs}: {problems}"
        assert all("cluster.max_size: is too few for 5 tasks and at the same time a (" in one
                   for one in problems), (most, jobs)  # fmt: skip


def test_a_job_larger_than_an_instance_is_refused_by_its_own_key() -> None:
    large = with_jobs({"big": {**REPORT, "memory_mib": 900, "cpu": 4096}})
    problems = " ".join(refused(large))
    assert "jobs.big.memory_mib: does not fit an instance" in problems
    assert "at most 813" in problems
    assert "jobs.big.cpu: does not fit an instance" in problems


def test_a_job_with_the_services_fixed_port_needs_an_instance_of_its_own() -> None:
    sizes = {"cpu": 128, "memory_mib": 64, "host_port": 8080}
    fixed = with_jobs({"a": REPORT}, cluster={"max_size": 5}, service=sizes)
    assert any("service.host_port: is fixed" in one and "[jobs]" in one for one in refused(fixed))
    room = with_jobs({"a": REPORT}, cluster={"max_size": 6}, service=sizes)
    assert not any("is fixed" in one for one in refused(room))


def test_the_largest_job_is_placed_first() -> None:
    task = Task(memory_mib=500, tmpfs_mib=0, cpu=100, fixed_port=False)
    found = fit("t3.micro", task)
    assert found is not None
    # 877 MiB: 500 + 377, and alone 500 + 300.
    jobs = [Task(memory_mib=mib, tmpfs_mib=0, cpu=100, fixed_port=False) for mib in (300, 500, 377)]
    assert found.instances(1) == 1
    assert found.instances(1, jobs) == 2
    assert found.instances(0, jobs) == 2
