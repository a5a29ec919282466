"""What AWS takes only so many of: scaling policies, steps, tags, bytes of a task definition."""

import copy
import json
import re
from typing import Any

import botocore.session
import pytest

from strata.settings import figures
from strata.settings.load import judge
from strata.settings.models import Settings
from strata.settings.rules.limits import (
    OURS_IN_POLICY,
    OURS_IN_TASK_DEFINITION,
    variable_bytes,
)
from strata.settings.schema import at
from strata.synthesis.synthesize import compose
from tests.settings.test_capacity import BASE

Json = dict[str, Any]


def with_(section: str, **changes: object) -> Json:
    data: Json = copy.deepcopy(BASE)
    data[section].update(changes)
    return data


def scaled(**changes: object) -> Json:
    return with_("service", scaling={**BASE["service"]["scaling"], **changes})


def steps(count: int) -> list[Json]:
    adjustment = {"lower": 0, "change": 1}
    return [
        {"name": f"s{i}", "metric": "cpu", "when": "at_least", "threshold": 80,
         "adjustments": [adjustment]}
        for i in range(count)
    ]  # fmt: skip


def adjustments(count: int) -> list[Json]:
    (one,) = steps(1)
    bounds: list[Json] = [{"lower": i, "upper": i + 1, "change": 1} for i in range(count)]
    del bounds[-1]["upper"]
    return [{**one, "adjustments": bounds}]


def schedules(count: int) -> list[Json]:
    return [
        {"name": f"s{i}", "schedule": "cron(0 22 * * ? *)", "min": 1, "max": 2}
        for i in range(count)
    ]


def variables(size: int) -> dict[str, str]:
    return {"LIST": "x" * size}


def secrets(count: int) -> dict[str, str]:
    return {f"NO_{i}": f"shop/local/service-{i:03}" for i in range(count)}


def serving(size: int) -> Json:
    """A further service whose command has that many bytes, on instances with room for it."""
    services = {"mail": {"command": ["x" * size], "port": 3001}}
    return {**with_("cluster", instance_type="m6i.xlarge"), "services": services}


def keys(count: int) -> list[str]:
    where = f"{BASE['environment']['region']}:123456789012"
    return [f"arn:aws:kms:{where}:key/mrk-{'0' * 30}{n:02}" for n in range(count)]


def pulling(count: int) -> Json:
    """That many services with images of their own, beside 80 secrets."""
    data = with_("service", secrets=secrets(80))
    data["cluster"] |= {"instance_type": "m6i.4xlarge", "max_size": 20}
    own = {"command": ["x"], "cpu": 128, "memory_mib": 6}
    data["services"] = {f"s{n}": {**own, "repository": f"{'r' * 100}/{n}"} for n in range(count)}
    return data


def spots(count: int) -> Json:
    """That many further types for the Spot instances of a group of m6i.large."""
    offered, region = figures.offerings().instance_types, BASE["environment"]["region"]
    larger = [
        name
        for name, kind in figures.instance_types().items()
        if kind.architecture == "x86_64"
        and kind.vcpus >= 2
        and kind.memory_mib >= 8192
        and not name.startswith(("m6i.large", "t"))
        and region in offered.get(name, ())
    ]
    return with_("cluster", instance_type="m6i.large", spot={"instance_types": larger[:count]})


LIMITS: list[tuple[str, Json, Json, str]] = [
    # key, the most that passes, one more, words that must stand in the message
    ("service.scaling.steps", scaled(steps=steps(49)), scaled(steps=steps(50)), "at most 50"),
    (
        "service.scaling.steps.0.adjustments",
        scaled(steps=adjustments(20)),
        scaled(steps=adjustments(21)),
        "at most 20",
    ),
    (
        "service.scaling.schedules",
        scaled(schedules=schedules(200)),
        scaled(schedules=schedules(201)),
        "at most 200",
    ),
    (
        "service.environment",
        with_("service", environment=variables(61_000)),
        with_("service", environment=variables(62_000)),
        "65536",
    ),
    (
        # In UTF-8 each of them has two bytes.
        "service.environment",
        with_("service", environment={"LIST": "ü" * 30_000}),
        with_("service", environment={"LIST": "ü" * 31_000}),
        "65536",
    ),
    ("services.mail.command", serving(61_000), serving(62_000), "mail.command takes 62017 bytes"),
    (
        "service.secrets",
        with_("service", secrets=secrets(80)),
        with_("service", secrets=secrets(100)),
        "10240",
    ),
    ("service.secrets", pulling(2), pulling(12), "the repositories of further services"),
    (
        "service.secrets",
        with_("service", secrets=secrets(80), secret_keys=keys(1)),
        with_("service", secrets=secrets(80), secret_keys=keys(40)),
        "and their keys",
    ),
    ("cluster.spot.instance_types", spots(39), spots(40), "at most 39"),
    (
        "tags",
        {**BASE, "tags": {f"t{i}": "" for i in range(44)}},
        {**BASE, "tags": {f"t{i}": "" for i in range(45)}},
        "at most 44",
    ),
]


def test_the_most_passes_and_one_more_is_refused() -> None:
    for key, most, more, words in LIMITS:
        assert judge(most)[1] == [], (key, words)
        found = {".".join(map(str, one.key)): f"{one.wrong} {one.right}" for one in judge(more)[1]}
        assert list(found) == [key], (key, words)
        assert words in found[key], (key, words)


TAGS = [
    ("name", "x", "Name in another case"),
    ("PROJECT", "x", "Project in another case"),
    ("AmazonECSManaged", "", "Strata sets itself"),
    ("amazonecsmanaged", "", "AmazonECSManaged in another case"),
    ("Owner", "aws:me", "keeps for itself"),
    ("AWS:owner", "me", "keeps for itself"),
    ("Owner", " me", "space at an end"),
    ("Owner ", "me", "space at an end"),
    ("Owner", "a\tb", "letters, digits"),
    ("Owner", "a\n", "letters, digits"),
    ("", "me", "1 to 128"),
    ("x" * 129, "me", "1 to 128"),
    ("Owner", "x" * 257, "at most 256"),
]


def test_a_tag_that_a_service_refuses_is_named() -> None:
    for name, value, words in TAGS:
        problems = judge({**BASE, "tags": {name: value}})[1]
        assert [one.key for one in problems] == [("tags", name)], (name, value)
        assert words in f"{problems[0].wrong} {problems[0].right}", (name, value)


def test_two_tags_that_differ_in_case_alone_are_one_to_iam() -> None:
    (problem,) = judge({**BASE, "tags": {"owner": "a", "Owner": "b"}})[1]
    assert problem.key == ("tags", "Owner")


def test_tags_of_any_script_pass() -> None:
    assert judge({**BASE, "tags": {"Größe": "٣ x", "k" * 128: "v" * 256}})[1] == []


def test_a_variable_cannot_hold_a_nul() -> None:
    (problem,) = judge(with_("service", environment={"A": "x\0y"}))[1]
    assert problem.key == ("service", "environment", "A")


ARN = "arn:aws:secretsmanager:ap-northeast-1:123456789012:" + "x" * 100
"""In place of each reference."""


def test_the_rest_of_the_task_definition_and_the_policy_stay_within_their_share() -> None:
    long = {
        "environment": {"project": "p" * 40, "name": "e" * 40, "region": "ap-northeast-1"},
        "network": {"availability_zones": [f"ap-northeast-1{zone}" for zone in "acd"]},
        "database": {"name": "d" * 64, "username": "u" * 16},
        "service": {
            "environment": {"A": "b" * 1000},
            "secrets": {"C": "shop/c", "D": "shop/d"},
            "image_tag": "t" * 128,
        },
    }
    data = copy.deepcopy(BASE)
    for section, values in long.items():
        data[section] |= values
    # Of each of them every container has two variables.
    data["services"] = {f"{'s' * 30}{at:02}": {"command": ["x"], "port": 4000} for at in range(20)}
    settings = Settings.model_validate(data)
    # What is put in for each reference is longer than any ARN of ours.
    text = re.sub(r"\$\{[^}]*\}", ARN, json.dumps(compose(settings)))
    resources = json.loads(text)["resource"]
    definition = resources["aws_ecs_task_definition"]["service_task_definition"]
    written = len(definition["container_definitions"].encode()) + len(
        json.dumps({k: v for k, v in definition.items() if k != "container_definitions"})
    )
    assert written - sum(variable_bytes(settings).values()) < OURS_IN_TASK_DEFINITION
    policy = resources["aws_iam_role_policy"]["service_execution_role_policy"]["policy"]
    assert len(re.sub(r"\s", "", policy)) < OURS_IN_POLICY + 2 * len(ARN)


RANGES = [
    # section, key, service, operation, path of the argument
    ("edge", "health_check_interval_seconds", "elbv2", "CreateTargetGroup",
     "HealthCheckIntervalSeconds"),
    ("edge", "health_check_timeout_seconds", "elbv2", "CreateTargetGroup",
     "HealthCheckTimeoutSeconds"),
    ("edge", "healthy_threshold", "elbv2", "CreateTargetGroup", "HealthyThresholdCount"),
    ("edge", "unhealthy_threshold", "elbv2", "CreateTargetGroup", "UnhealthyThresholdCount"),
    ("cluster", "target_capacity_percent", "ecs", "CreateCapacityProvider",
     "autoScalingGroupProvider.managedScaling.targetCapacity"),
    ("cluster", "max_size", "ecs", "CreateCapacityProvider",
     "autoScalingGroupProvider.managedScaling.maximumScalingStepSize"),
    ("service.scaling.steps.0", "evaluation_periods", "cloudwatch", "PutMetricAlarm",
     "EvaluationPeriods"),
]  # fmt: skip


def argument(service: str, operation: str, path: str) -> Any:
    """An argument of a request, as botocore's model of the service has it."""
    shape: Any = botocore.session.get_session().get_service_model(service)
    shape = shape.operation_model(operation).input_shape
    for part in path.split("."):
        shape = shape.members[part]
    return shape


@pytest.mark.parametrize(
    ("section", "key", "service", "operation", "path"), RANGES, ids=[one[1] for one in RANGES]
)
def test_a_range_lies_within_that_of_the_api(
    section: str, key: str, service: str, operation: str, path: str
) -> None:
    parts = [int(part) if part.isdigit() else part for part in section.split(".")]
    ours = at((*parts, key))
    theirs = argument(service, operation, path).metadata
    assert ours["minimum"] >= theirs["min"]
    assert ours["maximum"] <= theirs.get("max", ours["maximum"])


def test_days_of_logs_are_those_of_the_api() -> None:
    text = argument("logs", "PutRetentionPolicy", "retentionInDays").documentation
    (sentence,) = re.findall(r"Possible values are: (.*?)\.", text)
    days = {int(day) for day in re.findall(r"[0-9]+", sentence)}
    for key in (("service", "log_retention_days"), ("network", "flow_log_retention_days")):
        assert set(at(key)["enum"]) == days


def test_an_alarm_looks_back_a_day_at_most() -> None:
    minutes = at(("service", "scaling", "steps", 0, "evaluation_periods"))["maximum"]
    said = argument("cloudwatch", "PutMetricAlarm", "EvaluationPeriods").documentation
    assert "86,400 seconds" in said
    assert minutes * 60 <= 86_400
