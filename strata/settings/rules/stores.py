"""Database and cache: errors that RDS and ElastiCache would report minutes into an apply."""

import re
from collections.abc import Iterator

from strata.settings import figures
from strata.settings.advice import literal
from strata.settings.models import Privilege, Settings
from strata.settings.positions import Key
from strata.settings.resource_names import MYSQL_USER, app_users
from strata.settings.rules.finding import Finding, missing_here, near
from strata.settings.rules.schedules import judge_rotation
from strata.text.words import listed

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY = 24 * 60
WEEK = 7 * DAY
CACHE_SNAPSHOTS = "16:00-17:00"
"""The hour of ElastiCache's snapshots, UTC; its maintenance must not overlap it."""


ALTERING: tuple[Privilege, ...] = ("CREATE", "ALTER")
MIGRATING: tuple[Privilege, ...] = (*ALTERING, "DROP", "INDEX", "REFERENCES")
"""What changes of a schema need (MySQL 8.4 Reference Manual, privileges provided by MySQL)."""


OLD_NODES = r"cache\.(t1|m1|m2|m3|r3|c1)\.\w+"
"""Families that AWS has retired (ElastiCache User Guide, supported node types)."""

FIRST_REDIS = {
    "m6g": (5, 0, 6), "r6g": (5, 0, 6), "t4g": (5, 0, 6),
    "m7g": (6, 2), "r7g": (6, 2), "c7gn": (6, 2),
}  # fmt: skip
"""Family of node types -> the first Redis version that it runs (ElastiCache User Guide, supported
node types; API reference, CacheNode)."""

TIERED = "r6gd"
"""Its nodes keep data on an SSD too, and must be asked to (ElastiCache API reference,
CreateReplicationGroup, DataTieringEnabled)."""


def check_database(settings: Settings) -> Iterator[Finding]:
    """Check `[database]`."""
    database = settings.database
    yield from _mysql_version(database.engine_version)
    classes = figures.offerings().database_classes
    if database.instance_class not in classes:
        yield Finding(
            ("database", "instance_class"),
            "is not an RDS class for MySQL",
            near(database.instance_class, classes, "such as db.t3.micro"),
        )
    yield from missing_here(
        ("database", "instance_class"),
        database.instance_class,
        classes,
        settings.environment.region,
        classes,
    )
    least = -(-database.storage_gib * 11 // 10)
    if database.max_storage_gib and database.max_storage_gib < least:
        yield Finding(
            ("database", "max_storage_gib"),
            f"is less than a tenth above storage_gib, {database.storage_gib}",
            f"at least {least}, or 0 to let it never grow",
            (("database", "storage_gib"),),
        )
    if wrong := judge_rotation(database.password_rotation):
        yield Finding(("database", "password_rotation"), wrong.wrong, wrong.right)
    yield from _windows(("database",), database.maintenance_window, database.backup_window, 30)
    yield from _app_user(settings)


def _app_user(settings: Settings) -> Iterator[Finding]:
    user = settings.database.app_user
    if user is None:
        return
    key: Key = ("database", "app_user", "name")
    if wrong := MYSQL_USER.wrong(user.name):
        yield Finding(key, wrong[0], f"{wrong[1]} ({MYSQL_USER.source})")
    master = settings.database.username
    for name in app_users(user.name):
        # RDS compares no case, MySQL does: nobody should have to tell such two users apart.
        if name.lower() == master.lower():
            yield Finding(
                key,
                "is the master user, whose password RDS makes"
                if name == user.name
                else f"becomes {name} after a rotation, which is the master user",
                "another name, such as shop_app",
                (("database", "username"),),
            )
    for index, privilege in enumerate(user.privileges):
        if privilege in user.privileges[:index]:
            yield Finding(("database", "app_user", "privileges", index), "is there twice", "once")


def migrating(settings: Settings) -> Iterator[Finding]:
    """The warning that a release runs its command as a user who may not change the schema.

    `release.before` has the secrets of `[service]`, so it is the application's user. Every
    migration makes and alters tables; what else it needs depends on it.
    """
    user = settings.database.app_user
    if user is None or not settings.release.before:
        return
    missing = [one for one in ALTERING if one not in user.privileges]
    if missing:
        wanted = [*user.privileges, *(one for one in MIGRATING if one not in user.privileges)]
        yield Finding(
            ("database", "app_user", "privileges"),
            f"lacks {listed(missing)}, and release.before runs as {user.name}: a migration ends "
            "with MySQL's error 1142, command denied",
            f"{literal(wanted)}, unless release.before leaves the schema as it is",
            (("release", "before"),),
        )


def check_cache(settings: Settings) -> Iterator[Finding]:
    """Check `[cache]`."""
    cache = settings.cache
    node: Key = ("cache", "node_type")
    version: Key = ("cache", "engine_version")
    versions, nodes = figures.offerings().redis_versions, figures.offerings().cache_node_types
    known = cache.engine_version in versions
    if cache.node_type not in nodes:
        old = re.fullmatch(OLD_NODES, cache.node_type)
        yield Finding(
            node,
            "is a node type that no region has any more"
            if old
            else "is not an ElastiCache node type",
            near(cache.node_type, nodes, "such as cache.t3.micro"),
        )
    yield from missing_here(node, cache.node_type, nodes, settings.environment.region, nodes)
    if not known:
        gone = cache.engine_version in figures.OLD_REDIS_VERSIONS
        yield Finding(
            version,
            "is a Redis version that ElastiCache has no more"
            if gone
            else "is not a Redis version of ElastiCache",
            ", ".join(versions),
        )
    yield from _runs(node, cache.node_type, cache.engine_version if known else "")
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


def _runs(key: Key, node_type: str, version: str) -> Iterator[Finding]:
    """Check that nodes of a type run a Redis version, empty for one that is none."""
    family = node_type.split(".")[1] if node_type.count(".") == 2 else ""
    first = FIRST_REDIS.get(family, ())
    if family == TIERED:
        yield Finding(
            key,
            "is a type with data tiering, which ElastiCache takes only where it is asked for, and "
            "Strata does not ask for it",
            f"{node_type.replace(TIERED, 'r6g')}, or another type",
        )
    elif version and _numbers(version) < first:
        yield Finding(
            key,
            f"does not run Redis {version}",
            f"another type, or cache.engine_version {'.'.join(map(str, first))} or newer",
            (("cache", "engine_version"),),
        )


def _mysql_version(version: str) -> Iterator[Finding]:
    versions = figures.offerings().mysql_versions
    prefix = ".".join(version.split(".")[:2]) + "."
    branch = [other for other in versions if other.startswith(prefix)]
    if version not in versions and not (version.count(".") == 1 and branch):
        yield Finding(
            ("database", "engine_version"),
            "is not a MySQL version of RDS",
            f"8.4 or 8.0, or with the patch: {', '.join(branch[-6:]) or versions[-1]}",
        )


def _numbers(version: str) -> tuple[int, ...]:
    numbers = tuple(int(part) for part in version.split("."))
    return numbers if len(numbers) == 3 else (*numbers, 99)


def _windows(section: Key, maintenance: str, backup: str, least: int) -> Iterator[Finding]:
    """`ddd:hh:mm-ddd:hh:mm` and `hh:mm-hh:mm`, UTC, which must not overlap."""
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
    match = re.fullmatch(
        pattern.replace("{days}", "|".join(DAYS)).replace("{time}", time), text.lower()
    )
    if not match:
        return None
    day, hour, minute, last_day, last_hour, last_minute = match.groups()
    start = (DAYS.index(day) * DAY if day else 0) + int(hour) * 60 + int(minute)
    end = (DAYS.index(last_day) * DAY if day else 0) + int(last_hour) * 60 + int(last_minute)
    return start, (end - start) % (WEEK if day else DAY)
