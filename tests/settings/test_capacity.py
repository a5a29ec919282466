"""What a task takes of its instance, and what a deployment needs of the cluster."""

import itertools
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from strata.settings import Settings, load
from strata.settings.capacity import app_user_task, deployments, fit, task
from strata.settings.rules import findings, warnings
from tests.drawn import drawn

Json = dict[str, Any]

BASE = load("local").model_dump()
SMALL = "t2.micro"
"""1024 MiB, of which 877 are left for tasks, and 1024 CPU units."""


def varied(cluster: Json, service: Json, scaling: Json) -> Settings:
    """`local` on t2.micro with other sizes, and a scaler that is told one number at both ends."""
    data = json.loads(json.dumps(BASE))
    data["cluster"] |= {"instance_type": SMALL, **cluster}
    data["service"] |= service
    data["service"]["scaling"] |= scaling
    return Settings.model_validate(data)


def refused(settings: Settings) -> dict[str, str]:
    """Key -> what is wrong and what is right, of the keys that judge room."""
    return {
        ".".join(map(str, one.key)): f"{one.wrong} | {one.right}"
        for one in findings(settings)
        if one.key[0] in ("cluster", "service")
    }


@pytest.mark.parametrize("readonly", [True, False])
def test_the_tmpfs_of_the_task_definition_is_what_the_arithmetic_counts(
    readonly: bool, vary: Callable[..., Json]
) -> None:
    stack = vary(service={"readonly_root_filesystem": readonly})
    definition = stack["resource"]["aws_ecs_task_definition"]["service_task_definition"]
    (container,) = json.loads(definition["container_definitions"])
    mounts = container["linuxParameters"].get("tmpfs", [])
    found = task(varied({}, {"readonly_root_filesystem": readonly}, {}).service)
    assert found.tmpfs_mib == sum(mount["size"] for mount in mounts)
    assert bool(mounts) is readonly
    assert found.reserved_mib == container["memory"] + found.tmpfs_mib


@pytest.mark.parametrize(
    ("readonly", "memory", "held"),
    [(True, 813, 1), (True, 814, 0), (True, 877, 0), (False, 877, 1), (False, 878, 0)],
)
def test_memory_and_tmpfs_together_must_fit_the_instance(
    readonly: bool, memory: int, held: int
) -> None:
    settings = varied({}, {"readonly_root_filesystem": readonly, "memory_mib": memory}, {})
    found = fit(SMALL, task(settings.service))
    assert found is not None
    assert found.tasks == held
    problems = refused(settings)
    assert ("service.memory_mib" in problems) is (held == 0)
    if not held:
        assert f"at most {813 if readonly else 877}" in problems["service.memory_mib"]
        assert ("counts too" in problems["service.memory_mib"]) is readonly


ONE_EACH = {"cpu": 1024, "memory_mib": 512}
TWO_EACH = {"cpu": 512, "memory_mib": 300}

NO_ROOM: list[tuple[str, Json, Json, Json, str, str]] = [
    # why, cluster, service, scaling, key, words that must stand in the message
    (
        "one instance, one task",
        {"max_size": 1},
        {**ONE_EACH, "desired_count": 1},
        {"min": 1, "max": 1},
        "cluster.max_size",
        "50 % of 1 is 1, rounded up",
    ),
    (
        "three instances, three tasks, all of them healthy",
        {"max_size": 3},
        {**ONE_EACH, "minimum_healthy_percent": 100},
        {"min": 3, "max": 3},
        "cluster.max_size",
        "4 tasks need 4 instances and cluster.max_size is 3",
    ),
    (
        "a share that rounds up to all of them",
        {"max_size": 3},
        {**ONE_EACH, "minimum_healthy_percent": 67},
        {"min": 3, "max": 3},
        "cluster.max_size",
        "minimum_healthy_percent of at most 66",
    ),
    (
        "two tasks an instance, every place taken",
        {"max_size": 2},
        {**TWO_EACH, "minimum_healthy_percent": 100},
        {"min": 1, "max": 4},
        "cluster.max_size",
        "5 tasks need 3 instances",
    ),
    (
        "a fixed port, one task an instance",
        {"max_size": 3},
        {**TWO_EACH, "host_port": 3000, "minimum_healthy_percent": 100},
        {"min": 1, "max": 3},
        "service.host_port",
        "0 for a dynamic port, or cluster.max_size = 4",
    ),
    (
        "a fixed port, and too small for two tasks anyway",
        {"max_size": 1},
        {**ONE_EACH, "host_port": 3000, "desired_count": 1},
        {"min": 1, "max": 1},
        "service.host_port",
        "cluster.max_size = 2",
    ),
    (
        "the largest count of a schedule",
        {"max_size": 4},
        {**ONE_EACH, "minimum_healthy_percent": 100},
        {
            "min": 1,
            "max": 3,
            "schedules": [
                {"name": "noon", "schedule": "cron(0 12 * * ? *)", "timezone": "UTC",
                 "min": 4, "max": 4}
            ],
        },
        "cluster.max_size",
        "deployment of 4 tasks",
    ),
    (
        "neither may stop nor start: all healthy, none more",
        {},
        {"minimum_healthy_percent": 100, "maximum_percent": 100},
        {"min": 3},
        "service.maximum_percent",
        "at least 134",
    ),
    (
        "neither may stop nor start: one task",
        {},
        {"maximum_percent": 150},
        {},
        "service.maximum_percent",
        "150 % of 1 is 1, rounded down",
    ),
    (
        "neither may stop nor start: the larger share rounds down",
        {},
        {"minimum_healthy_percent": 80, "maximum_percent": 120},
        {"min": 3},
        "service.maximum_percent",
        "80 % of 3, is 3, rounded up",
    ),
]  # fmt: skip


def test_a_cluster_without_room_for_a_deployment_is_refused_with_its_arithmetic() -> None:
    for why, cluster, service, scaling, key, words in NO_ROOM:
        problems = refused(varied(cluster, service, scaling))
        assert list(problems) == [key], why
        assert words in problems[key], why


ROOM: list[tuple[str, Json, Json, Json]] = [
    ("a task may stop first", {"max_size": 3}, ONE_EACH, {"min": 2, "max": 3}),
    (
        "the only task may stop",
        {"max_size": 1},
        {**ONE_EACH, "desired_count": 1, "minimum_healthy_percent": 0},
        {"min": 1, "max": 1},
    ),
    (
        "one instance more than tasks",
        {"max_size": 4},
        {**ONE_EACH, "minimum_healthy_percent": 100},
        {"min": 1, "max": 3},
    ),
    (
        "room on the last instance",
        {"max_size": 2},
        {**TWO_EACH, "minimum_healthy_percent": 100},
        {"min": 1, "max": 3},
    ),
    (
        "no tasks, no deployment",
        {"max_size": 1},
        {**ONE_EACH, "desired_count": 0, "minimum_healthy_percent": 0},
        {"min": 0, "max": 1},
    ),
]


def test_a_cluster_with_room_for_a_deployment_is_accepted() -> None:
    for why, cluster, service, scaling in ROOM:
        assert refused(varied(cluster, service, scaling)) == {}, why


def rolls(tasks: int, places: int, healthy: int, maximum: int) -> bool:
    """Whether a rolling update ends, played step by step: stop what may stop, start what may."""
    old, new = tasks, 0
    for _ in itertools.count():
        if not old:
            return True
        # Exact fractions of a hundred, so that this shares no rounding with the code.
        if new < tasks and old + new < places and (old + new + 1) * 100 <= tasks * maximum:
            new += 1
        elif (old + new - 1) * 100 >= tasks * healthy:
            old -= 1
        else:
            return False
    raise AssertionError


@hypothesis_settings(deadline=None, derandomize=True, max_examples=drawn(300))
@given(
    tasks=st.integers(1, 12),
    held=st.integers(1, 3),
    instances=st.integers(1, 8),
    healthy=st.integers(0, 100),
    maximum=st.integers(100, 200),
    fixed=st.booleans(),
)
def test_what_is_accepted_rolls_to_its_end_and_what_is_refused_stops(
    tasks: int, held: int, instances: int, healthy: int, maximum: int, fixed: bool
) -> None:
    settings = varied(
        {"max_size": instances},
        {
            "cpu": 1024 // held,
            "memory_mib": 64,
            "desired_count": tasks,
            "host_port": 3000 if fixed else 0,
            "minimum_healthy_percent": healthy,
            "maximum_percent": maximum,
        },
        {"min": tasks, "max": tasks},
    )
    places = instances * (1 if fixed else held)
    possible = tasks <= places and rolls(tasks, places, healthy, maximum)
    assert (refused(settings) == {}) is possible
    assert [one.tasks for one in deployments(settings.service)] == [tasks]


def test_the_mount_of_ecs_exec_takes_memory_of_the_instance() -> None:
    service = load("prod").service
    assert task(service.model_copy(update={"exec": True})).reserved_mib == (
        task(service).reserved_mib + 16
    )


# 877 MiB and 1024 CPU units: what three quarters of them leave is less than the task of the
# application's user takes, 192 MiB.
WHOLE = {"cpu": 512, "memory_mib": 650, "minimum_healthy_percent": 0}
ALONE = {"min": 1, "max": 3}
APP_USER: Json = {"database": {"app_user": {}}}
BEFORE: Json = {"release": {"before": ["migrate"]}}


def with_more(more: Json, max_size: int, service: Json = WHOLE) -> Settings:
    data = varied({"max_size": max_size}, service, ALONE).model_dump(by_alias=True)
    for section, values in more.items():
        data[section] |= values
    return Settings.model_validate(data)


@pytest.mark.parametrize(("max_size", "fits"), [(3, False), (4, True)])
def test_the_task_that_makes_the_applications_user_needs_room_too(
    max_size: int, fits: bool
) -> None:
    assert refused(with_more({}, max_size)) == {}
    problems = refused(with_more(APP_USER, max_size))
    assert list(problems) == ([] if fits else ["cluster.max_size"])
    if not fits:
        words = problems["cluster.max_size"]
        assert "and at the same time the task of [database.app_user] (192 MiB, 128 CPU" in words
        assert words.endswith("at least 4, or fewer tasks")


def test_it_needs_none_of_the_room_of_a_deployment_which_begins_after_it() -> None:
    # Three tasks and a fourth in a deployment; with the user's they fill four instances as well.
    service = {**WHOLE, "minimum_healthy_percent": 100}
    assert refused(with_more(APP_USER, 4, service)) == {}


def test_what_is_counted_for_it_is_what_its_task_definition_reserves(
    vary: Callable[..., Json],
) -> None:
    stack = vary(database={"app_user": {}})
    definition = stack["resource"]["aws_ecs_task_definition"]["database_app_user_task_definition"]
    (container,) = json.loads(definition["container_definitions"])
    found = app_user_task(with_more(APP_USER, 4))
    assert found is not None
    mounts = container["linuxParameters"]["tmpfs"]
    assert found.tmpfs_mib == sum(mount["size"] for mount in mounts)
    assert (found.memory_mib, found.cpu) == (container["memory"], container["cpu"])
    assert found.fixed_port is any(one.get("hostPort") for one in container["portMappings"])


@pytest.mark.parametrize(
    ("more", "max_size", "words"),
    [
        (BEFORE, 3, "at least 4"),
        (BEFORE, 4, ""),
        # The user's task has room beside three tasks on the fourth instance, not with a fourth.
        ({**BEFORE, **APP_USER}, 4, "at least 5"),
        ({**BEFORE, **APP_USER}, 5, ""),
        ({}, 3, ""),
    ],
)
def test_a_release_whose_command_may_wait_for_room_is_warned_of(
    more: Json, max_size: int, words: str
) -> None:
    settings = with_more(more, max_size)
    assert refused(settings) == {}, "it runs while fewer tasks do"
    told = [one for one in warnings(settings) if one.key == ("cluster", "max_size")]
    assert [one.right.partition(",")[0] for one in told] == ([words] if words else [])
    assert all("task of release.before while 3 tasks" in one.wrong for one in told)
