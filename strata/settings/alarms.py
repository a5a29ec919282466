"""Which alarms an environment gets, and with what thresholds."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from strata.documents.providers import SECOND_REGION
from strata.settings.alarm_defaults import DEFAULTS, NO_TASK, Default, MetricAlarm
from strata.settings.figures import instance_types
from strata.settings.models import Settings

CONNECTION_BYTES = 12_582_880
"""Memory of a class that RDS counts for a connection in max_connections of MySQL (RDS User Guide,
maximum number of database connections)."""

CONNECTIONS_SHARE = 0.75
"""Of them: the class's memory is more than what RDS divides, by what its own processes take."""

STORAGE_SHARE, EXTENDED_STORAGE_SHARE = 0.15, 0.05
"""Free share of a database's storage that is too little: without storage autoscaling, and with."""

MEMORY_SHARE = 0.05
"""Freeable share of a database's memory that is too little."""

OF_DATABASE_MEMORY: tuple[MetricAlarm, ...] = ("database-connections", "database-memory")
"""The alarms whose thresholds follow from the memory of the database's class."""

HEALTH_CHECK_REGION = SECOND_REGION
"""Where CloudWatch has the metrics of Route 53's health checks (Route 53 Developer Guide,
monitoring health checks using CloudWatch). An alarm must be there too, and tells topics of its
region only."""

WELL = range(200, 400)
"""Status codes that a health check of Route 53 takes for healthy (Route 53 Developer Guide, how
Route 53 determines whether a health check is healthy)."""


def database_memory_mib(settings: Settings) -> int | None:
    """The memory of the database's class in MiB; None where it is not known here."""
    kind = instance_types().get(settings.database.instance_class.removeprefix("db."))
    return kind.memory_mib if kind else None


def chosen(settings: Settings) -> dict[MetricAlarm, Default]:
    """The alarms on metrics, with their thresholds in place.

    Left out are those that are off, those on credits where no class or type has any, those on
    jobs where there are none, and that on the domain where it has no topic in its region.
    """
    alarms = settings.alarms
    if alarms is None:
        return {}
    absent = {*alarms.off, *_without_credits(settings)}
    if not settings.jobs:
        absent.add("job-dead-letters")
    if domain_tells_nobody(settings):
        absent.add("domain")
    result: dict[MetricAlarm, Default] = {}
    for name, default in DEFAULTS.items():
        if name not in absent:
            threshold = alarms.thresholds.get(name, threshold_of(name, settings))
            if threshold is not None:
                result[name] = replace(default, threshold=threshold)
    return result


def domain_tells_nobody(settings: Settings) -> bool:
    """Whether the alarm on the domain is left out, since the topics of the others are all in
    another region than its metric."""
    alarms = settings.alarms
    return bool(
        alarms
        and "domain" not in alarms.off
        and alarms.topic
        and not alarms.domain_topic
        and settings.environment.region != HEALTH_CHECK_REGION
    )


@dataclass(frozen=True)
class Watch:
    """An alarm on one thing: `suffix` is what its name has after the alarm's, `node` the number of
    a node of Redis from 1, and `service` one of `[services]`; the other subjects are there once."""

    name: MetricAlarm
    suffix: str
    default: Default
    node: int = 0
    service: str = ""


def watches(settings: Settings) -> Iterator[Watch]:
    """Every alarm on a metric: the chosen ones, of each node of Redis and of each service, and on
    the targets of those with a route."""
    for name, default in chosen(settings).items():
        if default.subject == "cache node":
            # ElastiCache has these metrics of each node, which it names by three digits.
            for node in range(1, 2 + settings.cache.replicas):
                yield Watch(name, f"-{node:03}", default, node=node)
            continue
        yield Watch(name, "", default)
        for service, worker in settings.services.items():
            own: Default | None = default
            if name == "no-running-task":
                # A threshold of the user's is a number of the service's targets.
                own = DEFAULTS[name] if worker.route else NO_TASK
                own = own if worker.desired_count else None
            elif default.subject == "targets":
                own = default if worker.route else None
            elif default.subject != "service":
                own = None
            if own:
                yield Watch(name, f"-{service}", own, service=service)


def answers_well(matcher: str) -> bool:
    """Whether Route 53 takes every status code of a load balancer's matcher, such as `200-399` or
    `200,302`, for healthy."""
    codes = [int(code) for code in re.findall(r"[0-9]+", matcher)]
    return all(code in WELL for code in codes)


def threshold_of(name: MetricAlarm, settings: Settings) -> float | None:
    """The threshold that an alarm has by default; None where the settings do not tell."""
    database = settings.database
    if name == "database-storage":
        extends = database.max_storage_gib > database.storage_gib
        share = EXTENDED_STORAGE_SHARE if extends else STORAGE_SHARE
        return round(database.storage_gib * share, 1)
    if name in OF_DATABASE_MEMORY:
        memory = database_memory_mib(settings)
        if memory is None:
            return None
        if name == "database-memory":
            return round(memory * MEMORY_SHARE)
        return int(memory * 2**20 / CONNECTION_BYTES * CONNECTIONS_SHARE)
    return DEFAULTS[name].threshold


def _without_credits(settings: Settings) -> list[str]:
    kinds = {
        "instance-credits": settings.cluster.instance_type,
        "database-credits": settings.database.instance_class.removeprefix("db."),
        "cache-credits": settings.cache.node_type.removeprefix("cache."),
    }
    return [name for name, kind in kinds.items() if not kind.startswith("t")]
