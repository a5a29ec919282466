"""`[notify]`: what is refused."""

from typing import Any

import pytest

from strata.settings import load
from strata.settings.load import judge

BASE = load("local").model_dump(exclude_none=True, by_alias=True)
EMAIL = "releases@shop.example"
TOPIC = "arn:aws:sns:eu-central-1:123456789012:oncall"
SECRET = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:hook-AbCdEf"


def judged(notify: dict[str, Any]) -> list[str]:
    _, problems = judge({**BASE, "notify": notify})
    return [f"{'.'.join(map(str, one.key))}: {one.wrong}" for one in problems]


GOOD: list[dict[str, Any]] = [
    {"email": EMAIL}, {"topic": TOPIC}, {"webhook_secret": SECRET},
    {"email": EMAIL, "webhook_secret": SECRET, "on": ["completed", "failed"]},
    {"topic": TOPIC, "webhook_secret": SECRET, "on": ["completed"]},
    # Of another account or region, since who releases reads it.
    {"webhook_secret": SECRET.replace("eu-central-1:123456789012", "us-east-1:210987654321")},
]  # fmt: skip


def test_one_or_two_ways_of_telling_are_fine() -> None:
    for notify in GOOD:
        assert judged(notify) == [], notify


BAD: list[tuple[dict[str, Any], str]] = [
    ({}, "notify: names nobody to tell"),
    ({"on": ["failed"]}, "notify: names nobody to tell"),
    ({"email": EMAIL, "topic": TOPIC}, "notify: names an address and a topic"),
    ({"email": "Ops <ops@shop.example>"}, "notify.email: is no address"),
    ({"topic": "oncall"}, "notify.topic: is no ARN of an SNS topic"),
    ({"topic": f"{TOPIC}.fifo"}, "notify.topic: is a FIFO topic"),
    (
        {"topic": TOPIC.replace("eu-central-1", "eu-west-1")},
        "notify.topic: is in another region, where EventBridge cannot publish",
    ),
    ({"topic": TOPIC.replace("1234", "9234")}, "notify.topic: is of account 923456789012"),
    (
        {"webhook_secret": "https://hooks.slack.example/services/T0/B0/x"},
        "notify.webhook_secret: is no ARN of a secret",
    ),
    ({"email": EMAIL, "on": ["failed", "failed"]}, "notify.on: names something twice"),
]


def test_what_would_tell_nobody_or_twice_is_refused() -> None:
    for notify, wrong in BAD:
        assert judged(notify) == [wrong], notify


@pytest.mark.parametrize("on", [[], ["rolled back"], "failed"])
def test_only_ends_that_there_are_can_be_named(on: Any) -> None:
    assert any(problem.startswith("notify.on") for problem in judged({"email": EMAIL, "on": on}))


@pytest.mark.parametrize(
    "url", ["https://hooks.shop.example/a/b", "http://127.0.0.1:8080/x", "hooks.shop.example"]
)
def test_the_url_itself_is_refused_without_being_repeated(url: str) -> None:
    _, [problem] = judge({**BASE, "notify": {"webhook_secret": url}})
    assert "is no ARN of a secret" in str(problem)
    assert url not in str(problem)
