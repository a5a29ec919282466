"""Database and cache: what RDS and ElastiCache would refuse minutes into an apply."""

import re
from collections.abc import Iterator

from strata.settings import figures
from strata.settings.models import Settings
from strata.settings.positions import Key
from strata.settings.rules.finding import Finding, near

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY = 24 * 60
WEEK = 7 * DAY
CACHE_SNAPSHOTS = "16:00-17:00"
"""When ElastiCache takes snapshots, UTC; must stay clear of its maintenance."""


def check_database(settings: Settings) -> Iterator[Finding]:
    """Judge `[database]`."""
    database = settings.database
    if not re.fullmatch(r"(5\.7|8\.0|8\.4)(\.[0-9]{1,2})?", database.engine_version):
        yield Finding(
            ("database", "engine_version"),
            "is not a MySQL version of RDS",
            "8.4 or 8.0, with or without the patch",
        )
    if database.instance_class not in figures.DATABASE_CLASSES:
        yield Finding(
            ("database", "instance_class"),
            "is not an RDS class for MySQL",
            near(database.instance_class, figures.DATABASE_CLASSES, "such as db.t3.micro"),
        )
    least = -(-database.storage_gib * 11 // 10)
    if database.max_storage_gib and database.max_storage_gib < least:
        yield Finding(
            ("database", "max_storage_gib"),
            f"is less than a tenth above storage_gib, {database.storage_gib}",
            f"at least {least}, or 0 to let it never grow",
            (("database", "storage_gib"),),
        )
    yield from _windows(("database",), database.maintenance_window, database.backup_window, 30)


def check_cache(settings: Settings) -> Iterator[Finding]:
    """Judge `[cache]`."""
    cache = settings.cache
    node: Key = ("cache", "node_type")
    version: Key = ("cache", "engine_version")
    known = cache.engine_version in figures.REDIS_VERSIONS
    if cache.node_type not in figures.CACHE_NODE_TYPES:
        yield Finding(
            node,
            "is not an ElastiCache node type",
            near(cache.node_type, figures.CACHE_NODE_TYPES, "such as cache.t3.micro"),
        )
    if not known:
        yield Finding(
            version,
            "is not a Redis version of ElastiCache",
            ", ".join(figures.REDIS_VERSIONS),
        )
    encrypted = [f for f in ("encryption_at_rest", "encryption_in_transit") if getattr(cache, f)]
    if encrypted:
        reads: tuple[Key, ...] = tuple(("cache", field) for field in encrypted)
        if cache.node_type.split(".")[1:2] and (
            cache.node_type.split(".")[1] in figures.OLD_CACHE_FAMILIES
        ):
            yield Finding(
                node,
                f"cannot be encrypted, and {' and '.join(encrypted)} ask for it",
                "a type of the current generation, such as cache.t3.micro",
                reads,
            )
        if cache.engine_version in figures.UNENCRYPTED_REDIS_VERSIONS:
            yield Finding(
                version,
                f"cannot be encrypted, and {' and '.join(encrypted)} ask for it",
                "3.2.6, or 4.0.10 and newer",
                reads,
            )
    if cache.auth and not cache.encryption_in_transit:
        yield Finding(
            ("cache", "auth"),
            "needs encryption in transit: the token would cross the network in clear",
            "auth = false, or encryption_in_transit = true",
            (("cache", "encryption_in_transit"),),
        )
    if cache.auth and known and _numbers(cache.engine_version) < figures.ROTATABLE_AUTH:
        yield Finding(
            version,
            "cannot be given an AUTH token once it runs, and auth asks for one",
            "5.0.6 or newer, or auth = false",
            (("cache", "auth"),),
        )
    if cache.automatic_failover and not cache.replicas:
        yield Finding(
            ("cache", "automatic_failover"),
            "has no replica to fail over to",
            "replicas = 1 or more, or automatic_failover = false",
            (("cache", "replicas"),),
        )
    if cache.multi_az and not cache.automatic_failover:
        yield Finding(
            ("cache", "multi_az"),
            "needs automatic failover",
            "automatic_failover = true, or multi_az = false",
            (("cache", "automatic_failover"),),
        )
    yield from _windows(("cache",), cache.maintenance_window, CACHE_SNAPSHOTS, 60)


def _numbers(version: str) -> tuple[int, ...]:
    numbers = tuple(int(part) for part in version.split("."))
    return numbers if len(numbers) == 3 else (*numbers, 99)


def _windows(section: Key, maintenance: str, backup: str, least: int) -> Iterator[Finding]:
    """`ddd:hh:mm-ddd:hh:mm` and `hh:mm-hh:mm`, UTC, which must not meet."""
    key: Key = (*section, "maintenance_window")
    backup_key: Key = (*section, "backup_window")
    week = _span(maintenance, r"({days}):{time}-({days}):{time}")
    day = _span(backup, r"(){time}-(){time}")
    if week is None or not least <= week[1] <= DAY:
        yield Finding(
            key,
            f"is not a window of {least} minutes to a day",
            "ddd:hh:mm-ddd:hh:mm in UTC, such as sun:18:30-sun:19:30",
        )
    if day is None or not 30 <= day[1] <= DAY:
        yield Finding(
            backup_key,
            "is not a window of at least 30 minutes",
            "hh:mm-hh:mm in UTC, such as 17:00-18:00",
        )
    if week is None or day is None:
        return
    (start, length), (first, daily) = week, day
    for number in range(-1, 8):
        begin = first + number * DAY
        # A window late on Sunday goes on into Monday.
        for shift in (0, -WEEK):
            if begin < start + shift + length and start + shift < begin + daily:
                yield Finding(
                    key, f"meets the daily backup, {backup} UTC", "another hour", (backup_key,)
                )
                return


def _span(text: str, pattern: str) -> tuple[int, int] | None:
    """Minutes from Monday 00:00 to the window's start, and its length."""
    time = "([01][0-9]|2[0-3]):([0-5][0-9])"
    found = re.fullmatch(
        pattern.replace("{days}", "|".join(DAYS)).replace("{time}", time), text.lower()
    )
    if not found:
        return None
    day, hour, minute, last_day, last_hour, last_minute = found.groups()
    start = (DAYS.index(day) * DAY if day else 0) + int(hour) * 60 + int(minute)
    end = (DAYS.index(last_day) * DAY if day else 0) + int(last_hour) * 60 + int(last_minute)
    return start, (end - start) % (WEEK if day else DAY)
