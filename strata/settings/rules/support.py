"""The end of support of what the settings name: MySQL on RDS, and the system of the instances."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from strata.settings.models import Settings
from strata.settings.rules.finding import Finding


@dataclass(frozen=True)
class Support:
    """The last day of standard support, and of the support that is paid for beside it, if any."""

    standard: date
    extended: date | None = None


MYSQL = {
    "5.7": Support(date(2024, 2, 29), date(2027, 2, 28)),
    "8.0": Support(date(2026, 7, 31), date(2029, 7, 31)),
    "8.4": Support(date(2029, 7, 31), date(2032, 7, 31)),
}
"""By major version (RDS User Guide, supported MySQL major versions, read 2026-11)."""

SYSTEMS = {
    "amazon-linux-2": Support(date(2026, 6, 30)),
    "amazon-linux-2023": Support(date(2029, 6, 30)),
}
"""Of the ECS-optimised AMIs (ECS Developer Guide, ECS-optimized Linux AMIs; Amazon Linux FAQs, read
2026-11)."""

NOTICE = timedelta(days=180)
"""How long before its end a warning begins."""


def check(settings: Settings) -> Iterator[Finding]:
    """Refuse a MySQL version whose support has ended, unless extended support is asked for."""
    yield from ended_mysql(settings, today())


def warnings(settings: Settings) -> Iterator[Finding]:
    """What has no support any more, or soon none, and works all the same."""
    yield from ending_mysql(settings, today())
    yield from ending_system(settings, today())


def today() -> date:
    """The day in UTC."""
    return datetime.now(tz=UTC).date()


def ended_mysql(settings: Settings, day: date) -> Iterator[Finding]:
    """The finding on a MySQL version that AWS makes no database of, or only for an extra charge."""
    support = MYSQL.get(_major(settings))
    if support is None or day <= support.standard:
        return
    extended = support.extended
    if extended and day > extended:
        yield Finding(
            ("database", "engine_version"),
            f"has no support on RDS since {extended}, extended support included",
            _supported(day),
        )
    elif not settings.database.extended_support:
        yield Finding(
            ("database", "engine_version"),
            f"has no standard support on RDS since {support.standard}, and extended support, which "
            "is charged by vCPU and hour, is off",
            f"{_supported(day)}, or extended_support = true to pay until {extended}",
            (("database", "extended_support"),),
        )


def ending_mysql(settings: Settings, day: date) -> Iterator[Finding]:
    """The warning that a MySQL version has not much time left, or is paid for."""
    support = MYSQL.get(_major(settings))
    if support is None or any(ended_mysql(settings, day)):
        return
    if day > support.standard:
        yield Finding(
            ("database", "engine_version"),
            f"is in extended support since {support.standard}: each vCPU is charged by the hour "
            f"until {support.extended}",
            _supported(day),
        )
    elif day + NOTICE > support.standard:
        after = (
            "then extended support is charged"
            if settings.database.extended_support
            else "then RDS upgrades it in a maintenance window"
        )
        yield Finding(
            ("database", "engine_version"),
            f"has standard support until {support.standard}; {after}",
            _supported(support.standard),
        )


def ending_system(settings: Settings, day: date) -> Iterator[Finding]:
    """The warning that the system of the instances gets no updates any more, or soon none."""
    name = settings.cluster.os
    support = SYSTEMS[name]
    # A pinned AMI is whatever it is: the setting only names the parameter that is not read.
    if settings.cluster.ami_id or day + NOTICE <= support.standard:
        return
    ended = day > support.standard
    right = [other for other, one in SYSTEMS.items() if one.standard > day + NOTICE]
    yield Finding(
        ("cluster", "os"),
        f"has had no support since {support.standard}: no updates, and no new AMIs"
        if ended
        else f"has support until {support.standard}",
        " or ".join(right) or "a newer system, and a newer Strata for it",
    )


def _major(settings: Settings) -> str:
    return ".".join(settings.database.engine_version.split(".")[:2])


def _supported(day: date) -> str:
    names = [name for name, support in MYSQL.items() if support.standard > day]
    return " or ".join(names) or "a newer version, and a newer Strata for it"
