"""Who is told of alarms, and thresholds that can be reached."""

import re
from collections.abc import Iterator

from strata.settings.alarm_defaults import DEFAULTS, METRIC_NAMES
from strata.settings.alarms import (
    HEALTH_CHECK_REGION,
    OF_DATABASE_MEMORY,
    chosen,
    database_memory_mib,
    domain_tells_nobody,
    threshold_of,
)
from strata.settings.models import Environment, Settings
from strata.settings.positions import Key
from strata.settings.rules.finding import Finding, near

EMAIL = re.compile(r"[^@\s<>,;:\"()\[\]\\]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
"""An address without a display name."""

TOPIC = re.compile(
    r"arn:aws:sns:(?P<region>[a-z0-9-]+):(?P<account>[0-9]{12}):[A-Za-z0-9_-]{1,256}(?P<fifo>\.fifo)?"
)
"""A topic (SNS API reference, CreateTopic)."""

LARGEST = {"percent": 100.0}
"""Unit -> the most that its metric can be."""


def check(settings: Settings) -> Iterator[Finding]:
    """Check `[alarms]`."""
    alarms = settings.alarms
    if alarms is None:
        return
    if (alarms.email is None) == (alarms.topic is None):
        wrong = "names nobody to tell" if alarms.email is None else "names an address and a topic"
        yield Finding(("alarms",), wrong, "either email or topic")
    if alarms.email is not None and not EMAIL.fullmatch(alarms.email):
        yield Finding(("alarms", "email"), "is no address", "such as oncall@shop.example")
    if alarms.topic is not None:
        yield from topic(
            ("alarms", "topic"), alarms.topic, settings.environment, "CloudWatch's alarms"
        )
    yield from _domain_topic(settings)
    for name, threshold in alarms.thresholds.items():
        yield from _threshold(name, threshold, settings)
    for missing in OF_DATABASE_MEMORY:
        if (
            missing not in alarms.off
            and missing not in alarms.thresholds
            and threshold_of(missing, settings) is None
        ):
            yield Finding(
                ("alarms", "thresholds", missing),
                f"is missing: the memory of {settings.database.instance_class} is not known here",
                f'a number of {DEFAULTS[missing].unit}, or off = ["{missing}"]',
                (("database", "instance_class"),),
            )
    if len(set(alarms.off)) < len(alarms.off):
        yield Finding(("alarms", "off"), "names something twice", "each name once")


def warnings(settings: Settings) -> Iterator[Finding]:
    """The warning that the alarm on the domain is left out for want of a topic in its region."""
    if domain_tells_nobody(settings):
        yield Finding(
            ("alarms", "topic"),
            f"is in {settings.environment.region}: without a topic in {HEALTH_CHECK_REGION} there "
            "is no alarm on the domain, whose metric is there",
            f'domain_topic = "arn:aws:sns:{HEALTH_CHECK_REGION}:'
            f'{settings.environment.account_id}:NAME", or off = ["domain"]',
            (("environment", "region"),),
        )


def _domain_topic(settings: Settings) -> Iterator[Finding]:
    alarms, environment = settings.alarms, settings.environment
    if alarms is None or alarms.domain_topic is None:
        return
    key = ("alarms", "domain_topic")
    if environment.region == HEALTH_CHECK_REGION:
        yield Finding(
            key,
            f"has no effect: in {HEALTH_CHECK_REGION} all alarms tell the same topic",
            "no domain_topic",
            (("environment", "region"),),
        )
    elif alarms.topic is None:
        yield Finding(
            key,
            f"has no effect beside email, which is told from {HEALTH_CHECK_REGION} too",
            "no domain_topic, or topic in the place of email",
            (("alarms", "email"),),
        )
    elif "domain" in alarms.off:
        yield Finding(
            key,
            "has no effect: the alarm on the domain is off",
            'no domain_topic, or no "domain" in off',
            (("alarms", "off"),),
        )
    else:
        yield from topic(
            key, alarms.domain_topic, environment, "the alarm on the domain", HEALTH_CHECK_REGION
        )


def topic(
    key: Key, arn: str, environment: Environment, sender: str, region: str = ""
) -> Iterator[Finding]:
    """Check the ARN of a topic at `key` that `sender` publishes to, which is in `region` or else
    in the environment's."""
    reads: tuple[Key, ...] = () if region else (("environment", "region"),)
    region = region or environment.region
    match = TOPIC.fullmatch(arn)
    if not match:
        yield Finding(
            key, "is no ARN of an SNS topic", f"such as arn:aws:sns:{region}:123456789012:oncall"
        )
    elif match["fifo"]:
        # AWS Budgets and EventBridge rules send to no such topic.
        yield Finding(key, "is a FIFO topic", "a standard topic, which can send mail")
    elif match["region"] != region:
        yield Finding(
            key,
            f"is in another region, where {sender} cannot publish",
            f"a topic in {region}",
            reads,
        )
    elif match["account"] != environment.account_id:
        yield Finding(
            key,
            f"is of account {match['account']}",
            f"a topic of account {environment.account_id}",
            (("environment", "account_id"),),
        )


def _without_alarm(key: Key, name: str, settings: Settings) -> Finding:
    """A threshold of an alarm that the other settings leave out."""
    why: dict[str, tuple[str, Key]] = {
        "domain": (
            f"without a topic in {HEALTH_CHECK_REGION} there is no alarm on the domain",
            ("environment", "region"),
        ),
        "job-dead-letters": ("there are no jobs", ("jobs",)),
        "instance-credits": (
            f"{settings.cluster.instance_type} has no CPU credits",
            ("cluster", "instance_type"),
        ),
        "database-credits": (
            f"{settings.database.instance_class} has no CPU credits",
            ("database", "instance_class"),
        ),
        "cache-credits": (
            f"{settings.cache.node_type} has no CPU credits",
            ("cache", "node_type"),
        ),
    }
    words, reads = why[name]
    return Finding(key, f"has no effect: {words}", "no threshold", (reads,))


def _threshold(name: str, threshold: float, settings: Settings) -> Iterator[Finding]:
    key = ("alarms", "thresholds", name)
    default = next((one for known, one in DEFAULTS.items() if known == name), None)
    if default is None:
        right = near(name, METRIC_NAMES, f"one of {', '.join(METRIC_NAMES)}")
        yield Finding(key, "is no alarm with a threshold", right)
        return
    unit = default.unit
    if settings.alarms and name in settings.alarms.off:
        yield Finding(key, "has no effect: the alarm is off", "no threshold, or not in off")
    elif name not in chosen(settings):
        yield _without_alarm(key, name, settings)
    if threshold <= 0:
        yield Finding(key, "is never reached, or always", f"more than 0 {unit}")
    elif threshold > LARGEST.get(unit, threshold):
        yield Finding(key, "is never reached", f"at most {LARGEST[unit]:g} {unit}")
    elif name == "database-storage" and threshold >= settings.database.storage_gib:
        yield Finding(
            key,
            f"is all of the storage, {settings.database.storage_gib} GiB",
            "less than storage_gib",
            (("database", "storage_gib"),),
        )
    elif name == "database-memory":
        memory = database_memory_mib(settings)
        if memory is not None and threshold >= memory:
            yield Finding(
                key,
                f"is all of the memory of {settings.database.instance_class}, {memory} MiB",
                "less than it",
                (("database", "instance_class"),),
            )
