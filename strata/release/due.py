"""When a schedule of EventBridge Scheduler is due: its rate and cron expressions as times.

The expressions are those that `strata check` has taken (`strata.settings.rules.schedules`).
"""

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from strata.settings.rules.schedules import (
    DAY_OF_MONTH,
    DAY_OF_WEEK,
    FIELDS,
    HOUR,
    MINUTE,
    MONTH,
    YEAR,
    Field,
)

SATURDAY = 7
"""Days of the week are counted from 1, Sunday (EventBridge Scheduler User Guide, cron)."""


def next_due(expression: str, timezone: str, after: datetime, made: datetime) -> datetime | None:
    """The first time after `after` at which a schedule is due, in UTC.

    A rate counts from when the schedule was `made`. None where it is never due again, and where
    this machine does not know the time zone.
    """
    if match := re.fullmatch(r"rate\((\d+) (minute|hour|day)s?\)", expression):
        period = timedelta(**{f"{match[2]}s": int(match[1])})
        return made if after < made else made + ((after - made) // period + 1) * period
    try:
        zone = ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError):
        return None
    cron = _Cron.of(expression)
    return next(cron.times(after, zone), None) if cron else None


@dataclass(frozen=True)
class _Cron:
    """The numbers of each field; the two fields for days as they are written."""

    minutes: list[int]
    hours: list[int]
    months: frozenset[int]
    years: frozenset[int]
    day_of_month: str
    day_of_week: str

    @classmethod
    def of(cls, expression: str) -> "_Cron | None":
        match = re.fullmatch(r"cron\((.+)\)", expression)
        parts = match[1].split(" ") if match else []
        if len(parts) != len(FIELDS):
            return None
        minute, hour, day, month, weekday, year = parts
        return cls(
            minutes=sorted(_numbers(MINUTE, minute)),
            hours=sorted(_numbers(HOUR, hour)),
            months=_numbers(MONTH, month),
            years=_numbers(YEAR, year),
            day_of_month=day,
            day_of_week=weekday,
        )

    def times(self, after: datetime, zone: ZoneInfo) -> Iterator[datetime]:
        """Every time after `after`, in UTC; those that a clock set forward leaves out are none."""
        for day in self._days(after.astimezone(zone).date()):
            for hour in self.hours:
                for minute in self.minutes:
                    local = datetime(day.year, day.month, day.day, hour, minute)
                    due = local.replace(tzinfo=zone).astimezone(UTC)
                    exists = due.astimezone(zone).replace(tzinfo=None) == local
                    if exists and due > after:
                        yield due

    def _days(self, first: date) -> Iterator[date]:
        for year in sorted(year for year in self.years if year >= first.year):
            for month in sorted(self.months):
                for number in range(1, calendar.monthrange(year, month)[1] + 1):
                    day = date(year, month, number)
                    if day >= first and self._has(day):
                        yield day

    def _has(self, day: date) -> bool:
        if self.day_of_week == "?":
            return _in_month(self.day_of_month, day)
        return _in_week(self.day_of_week, day)


def _numbers(field: Field, text: str) -> frozenset[int]:
    """The numbers that a field of numbers, lists, ranges and steps means."""
    found: set[int] = set()
    for item in text.split(","):
        base, slash, step = item.partition("/")
        first, dash, last = base.partition("-")
        start = field.least if base in ("*", "?") else field.number(first) or 0
        end = field.most if base in ("*", "?") or (slash and not dash) else start
        end = (field.number(last) or 0) if dash else end
        # 20-2 are the hours from 20 to 23 and from 0 to 2.
        reach = (end - start) % (field.most - field.least + 1)
        for offset in range(0, reach + 1, int(step or 1)):
            found.add((start + offset - field.least) % (field.most - field.least + 1) + field.least)
    return frozenset(found)


def _in_month(text: str, day: date) -> bool:
    last = calendar.monthrange(day.year, day.month)[1]
    if text == "L":
        return day.day == last
    if text.endswith("W"):
        number = last if text == "LW" else int(text[:-1])
        return number <= last and day == _nearest_weekday(day.replace(day=number), last)
    return day.day in _numbers(DAY_OF_MONTH, text)


def _nearest_weekday(day: date, last: int) -> date:
    """The weekday nearest to a day, in the same month."""
    if day.isoweekday() == 6:
        return day - timedelta(1) if day.day > 1 else day + timedelta(2)
    if day.isoweekday() == 7:
        return day + timedelta(1) if day.day < last else day - timedelta(2)
    return day


def _in_week(text: str, day: date) -> bool:
    number = day.isoweekday() % 7 + 1
    if text == "L":
        return number == SATURDAY
    if text.endswith("L"):
        following = day + timedelta(7)
        return number == DAY_OF_WEEK.number(text[:-1]) and following.month != day.month
    weekday, hash_sign, nth = text.partition("#")
    if hash_sign:
        return number == DAY_OF_WEEK.number(weekday) and (day.day - 1) // 7 + 1 == int(nth)
    return number in _numbers(DAY_OF_WEEK, text)
