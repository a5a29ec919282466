"""The alarms of `[alarms]`: what they watch, what is left out, and what is refused."""

import copy
from typing import Any

import pytest

from strata.settings import load
from strata.settings.alarm_defaults import DEFAULTS, METRIC_NAMES, NAMES, Default
from strata.settings.alarms import answers_well, chosen, watches
from strata.settings.load import judge
from strata.settings.rules.alarms import warnings
from tests import ROOT

Json = dict[str, Any]

BASE = load("local").model_dump(exclude_none=True, by_alias=True)
EMAIL = "oncall@shop.example"
TOPIC = "arn:aws:sns:eu-central-1:123456789012:oncall"
EASTERN = "arn:aws:sns:us-east-1:123456789012:oncall"
WORDS = {
    "GreaterThanOrEqualToThreshold": "at least",
    "GreaterThanThreshold": "more than",
    "LessThanThreshold": "less than",
}
MISSING = {"notBreaching": "well", "breaching": "wrong", "missing": "as before"}


JOBS: Json = {"report": {"command": ["node", "report.js"], "schedule": "rate(1 day)",
                         "memory_mib": 64, "cpu": 128}}  # fmt: skip


EAST: Json = {
    "environment": {"region": "us-east-1"},
    "network": {"availability_zones": ["us-east-1a", "us-east-1b", "us-east-1c"]},
}
"""Where every alarm can be."""


def judged(alarms: Json, **sections: Json) -> tuple[Any, list[str]]:
    data = copy.deepcopy(BASE)
    for name, values in sections.items():
        data[name] = {**data.get(name, {}), **values}
    found, problems = judge({**data, "alarms": alarms})
    return found, [f"{'.'.join(map(str, one.key))}: {one.wrong}" for one in problems]


def row(name: str, default: Default) -> str:
    """An alarm's line in the guide."""
    figure = "its figure" if default.threshold is None else f"{default.threshold:g}"
    when = f"{default.metric}, {default.statistic}: {WORDS[default.comparison]} {figure}"
    last = f"{default.datapoints} of {default.periods} periods of {default.period} s"
    return f"| {name} | {when} {default.unit} | {last} | {MISSING[default.missing]} |"


def test_the_guide_has_each_alarm_as_it_is_made() -> None:
    guide = (ROOT / "docs" / "alarms.md").read_text()
    assert [row(name, one) for name, one in DEFAULTS.items() if row(name, one) not in guide] == []
    for name in NAMES:
        assert f"| {name} |" in guide


def test_each_alarm_on_a_metric_has_figures_a_reason_and_a_source() -> None:
    assert tuple(DEFAULTS) == METRIC_NAMES
    for name, default in DEFAULTS.items():
        assert 0 < default.datapoints <= default.periods, name
        # CloudWatch API reference, PutMetricAlarm: at most a day, or a week from an hour on.
        assert default.periods * default.period <= 86400, name
        # With the two signs between them it is the alarm's description, of 1,024 characters.
        assert default.reason and default.source and len(default.reason + default.source) < 1000


def test_without_the_table_there_are_none() -> None:
    assert load("local").alarms is None
    assert chosen(load("local")) == {}


def test_credits_are_watched_where_there_are_some() -> None:
    burstable, _ = judged({"email": EMAIL})
    assert {"instance-credits", "database-credits", "cache-credits"} <= set(chosen(burstable))
    fixed, problems = judged(
        {"email": EMAIL},
        cluster={"instance_type": "m6i.large"},
        database={"instance_class": "db.m6g.large"},
        cache={"node_type": "cache.m7g.large"},
        jobs=JOBS,
        **EAST,
    )
    assert not problems
    assert set(DEFAULTS) - set(chosen(fixed)) == {
        "instance-credits", "database-credits", "cache-credits"
    }  # fmt: skip


def test_each_can_be_left_out_and_have_another_threshold() -> None:
    found, _ = judged({"email": EMAIL}, jobs=JOBS, **EAST)
    every = {name: one.threshold for name, one in chosen(found).items()}
    for name in METRIC_NAMES:
        without, problems = judged({"email": EMAIL, "off": [name]}, jobs=JOBS, **EAST)
        assert not problems, name
        assert set(every) - set(chosen(without)) == {name}
        changed, problems = judged({"email": EMAIL, "thresholds": {name: 3.5}}, jobs=JOBS, **EAST)
        assert not problems, name
        thresholds = {key: one.threshold for key, one in chosen(changed).items()}
        assert thresholds == every | {name: 3.5}


def test_alarms_on_jobs_are_there_where_jobs_are() -> None:
    without, _ = judged({"email": EMAIL})
    every, _ = judged({"email": EMAIL}, jobs=JOBS)
    assert set(chosen(every)) - set(chosen(without)) == {"job-dead-letters"}


def test_each_service_is_watched_and_one_that_may_have_no_task_is_not_missed() -> None:
    long = "a" * 32
    services = {
        "mail": {"command": ["mail"]},
        long: {"command": ["long"]},
        "idle": {"command": ["idle"], "desired_count": 0},
    }
    told, problems = judged(
        {"email": EMAIL, "off": ["service-memory"], "thresholds": {"no-running-task": 2}},
        services=services, cluster={"max_size": 20},
    )  # fmt: skip
    assert not problems
    by_service: dict[str, list[tuple[str, float | None]]] = {}
    for one in watches(told):
        if one.default.subject == "service" or one.name == "no-running-task":
            by_service.setdefault(one.service, []).append((one.name, one.default.threshold))
    assert by_service == {
        "": [("no-running-task", 2), ("service-cpu", 90)],
        "mail": [("no-running-task", 1), ("service-cpu", 90)],
        long: [("no-running-task", 1), ("service-cpu", 90)],
        "idle": [("service-cpu", 90)],
    }


@pytest.mark.parametrize(
    ("alarms", "sections", "watched"),
    [
        ({"email": EMAIL}, {}, True),
        ({"topic": TOPIC, "domain_topic": EASTERN}, {}, True),
        ({"topic": TOPIC}, {}, False),
        ({"topic": TOPIC, "off": ["domain"]}, {}, False),
        ({"email": EMAIL}, EAST, True),
        ({"topic": EASTERN}, EAST, True),
    ],
)
def test_the_domain_is_watched_where_a_topic_is_in_the_region_of_its_metric(
    alarms: Json, sections: Json, watched: bool
) -> None:
    found, problems = judged(alarms, **sections)
    assert not problems
    assert ("domain" in chosen(found)) is watched
    said = [f"{'.'.join(map(str, one.key))}: {one.wrong} -> {one.right}" for one in warnings(found)]
    if watched or "off" in alarms:
        assert said == []
        return
    (warning,) = said
    assert "alarms.topic: is in eu-central-1" in warning
    assert "no alarm on the domain" in warning
    assert 'domain_topic = "arn:aws:sns:us-east-1:123456789012:NAME"' in warning


MATCHERS = [
    ("200-399", True),
    ("200", True),
    ("200,302", True),
    ("200-499", False),
    ("204,404", False),
]


def test_route_53_takes_2xx_and_3xx_for_healthy() -> None:
    for matcher, well in MATCHERS:
        assert answers_well(matcher) is well, matcher


def test_thresholds_follow_from_the_size_of_the_database() -> None:
    still, _ = judged({"email": EMAIL}, database={"storage_gib": 100, "max_storage_gib": 0})
    assert chosen(still)["database-storage"].in_metric_units == 15 * 2**30
    grows, _ = judged({"email": EMAIL}, database={"storage_gib": 100, "max_storage_gib": 200})
    assert chosen(grows)["database-storage"].in_metric_units == 5 * 2**30
    # 1 GiB / 12,582,880 = 85 connections, of which three quarters.
    small, _ = judged({"email": EMAIL}, database={"instance_class": "db.t3.micro"})
    assert chosen(small)["database-connections"].threshold == 64
    # 5 percent of 1,024 MiB, and CloudWatch counts in bytes.
    assert chosen(small)["database-memory"].in_metric_units == 51 * 2**20
    assert chosen(small)["database-swap"].in_metric_units == 256 * 2**20
    large, _ = judged({"email": EMAIL}, database={"instance_class": "db.m6g.large"})
    assert chosen(large)["database-memory"].threshold == 410


@pytest.mark.parametrize("name", ["database-connections", "database-memory"])
def test_a_class_of_unknown_memory_needs_each_threshold_that_follows_from_it(name: str) -> None:
    # A class that RDS alone has, so that EC2's list does not tell its memory.
    unknown = {"instance_class": "db.x2idn.99xlarge"}
    others = {"database-connections": 100, "database-memory": 500}
    _, problems = judged({"email": EMAIL, "thresholds": others}, database=unknown)
    assert not any("is not known here" in one for one in problems)
    others.pop(name)
    _, problems = judged({"email": EMAIL, "thresholds": others}, database=unknown)
    assert any(f"alarms.thresholds.{name}: is missing" in one for one in problems), problems
    _, problems = judged({"email": EMAIL, "off": [name], "thresholds": others}, database=unknown)
    assert not any("is not known here" in one for one in problems)


REFUSED: list[tuple[Json, str]] = [
    ({}, "alarms: names nobody to tell"),
    ({"email": EMAIL, "topic": TOPIC}, "alarms: names an address and a topic"),
    ({"email": "oncall"}, "alarms.email: is no address"),
    ({"email": "On Call <oncall@shop.example>"}, "alarms.email: is no address"),
    ({"email": "a@b"}, "alarms.email: is no address"),
    ({"topic": "oncall"}, "alarms.topic: is no ARN"),
    ({"topic": TOPIC.replace("sns", "sqs")}, "alarms.topic: is no ARN"),
    ({"topic": f"{TOPIC}.fifo"}, "alarms.topic: is a FIFO topic"),
    ({"topic": TOPIC.replace("eu-central-1", "us-east-1")}, "alarms.topic: is in another"),
    ({"topic": TOPIC.replace("1234", "9999")}, "alarms.topic: is of account 999956789012"),
    ({"topic": TOPIC, "domain_topic": "oncall"}, "alarms.domain_topic: is no ARN"),
    ({"topic": TOPIC, "domain_topic": ""}, "alarms.domain_topic: is no ARN"),
    ({"topic": TOPIC, "domain_topic": 1}, "alarms.domain_topic: should be"),
    ({"topic": TOPIC, "domain_topic": EASTERN.replace("sns", "sqs")},
     "alarms.domain_topic: is no ARN"),
    ({"topic": TOPIC, "domain_topic": f"{EASTERN}.fifo"},
     "alarms.domain_topic: is a FIFO topic"),
    ({"topic": TOPIC, "domain_topic": TOPIC}, "alarms.domain_topic: is in another region"),
    ({"topic": TOPIC, "domain_topic": EASTERN.replace("1234", "9999")},
     "alarms.domain_topic: is of account 999956789012"),
    ({"email": EMAIL, "domain_topic": EASTERN}, "alarms.domain_topic: has no effect"),
    ({"topic": TOPIC, "domain_topic": EASTERN, "off": ["domain"]},
     "alarms.domain_topic: has no effect"),
    ({"domain_topic": EASTERN}, "alarms: names nobody to tell"),
    ({"email": EMAIL, "off": ["latencies"]}, "alarms.off.0: should be"),
    ({"email": EMAIL, "off": ["latency", "latency"]}, "alarms.off: names something twice"),
    ({"email": EMAIL, "thresholds": {"latencies": 1}}, "thresholds.latencies: is no alarm"),
    ({"email": EMAIL, "thresholds": {"budget": 1}}, "thresholds.budget: is no alarm"),
    ({"email": EMAIL, "thresholds": {"latency": 0}}, "alarms.thresholds.latency: is never"),
    ({"email": EMAIL, "thresholds": {"latency": -1}}, "alarms.thresholds.latency: is never"),
    ({"email": EMAIL, "thresholds": {"latency": True}}, "alarms.thresholds.latency"),
    ({"email": EMAIL, "thresholds": {"latency": "1"}}, "alarms.thresholds.latency"),
    ({"email": EMAIL, "thresholds": {"service-cpu": 101}}, "is never reached"),
    ({"email": EMAIL, "thresholds": {"database-storage": 20}}, "is all of the storage, 20 GiB"),
    ({"email": EMAIL, "thresholds": {"database-memory": 1024}},
     "is all of the memory of db.t3.micro, 1024 MiB"),
    ({"email": EMAIL, "off": ["latency"], "thresholds": {"latency": 1}}, "has no effect"),
    ({"email": EMAIL, "sms": "1"}, "alarms.sms"),
]  # fmt: skip


def test_what_cannot_be_is_refused_with_its_key() -> None:
    for alarms, said in REFUSED:
        _, problems = judged(alarms)
        assert any(said in problem for problem in problems), f"{alarms}: {problems}"


WITHOUT_EFFECT: list[tuple[Json, Json, str]] = [
    ({"topic": TOPIC, "thresholds": {"domain": 1}}, {},
     "alarms.thresholds.domain: has no effect: without a topic in us-east-1"),
    ({"thresholds": {"job-dead-letters": 1}}, {},
     "alarms.thresholds.job-dead-letters: has no effect: there are no jobs"),
    ({"thresholds": {"database-credits": 1}}, {"database": {"instance_class": "db.m6g.large"}},
     "alarms.thresholds.database-credits: has no effect: db.m6g.large has no CPU credits"),
    ({"thresholds": {"cache-credits": 1}}, {"cache": {"node_type": "cache.m6g.large"}},
     "alarms.thresholds.cache-credits: has no effect: cache.m6g.large has no CPU credits"),
    ({"thresholds": {"instance-credits": 1}}, {"cluster": {"instance_type": "m5.large"}},
     "alarms.thresholds.instance-credits: has no effect: m5.large has no CPU credits"),
]  # fmt: skip


def test_a_threshold_of_an_alarm_that_is_not_there_is_refused() -> None:
    for alarms, sections, said in WITHOUT_EFFECT:
        _, problems = judged(
            {"email": EMAIL, **alarms} if "topic" not in alarms else alarms, **sections
        )
        assert any(said in problem for problem in problems), f"{said} is not in {problems}"


def test_a_topic_of_the_domain_has_no_effect_where_all_are_in_its_region() -> None:
    _, problems = judged({"topic": EASTERN, "domain_topic": EASTERN}, **EAST)
    assert problems == [
        "alarms.domain_topic: has no effect: in us-east-1 all alarms tell the same topic"
    ]
