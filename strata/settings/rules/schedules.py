"""Schedule expressions of AWS: `at(...)`, `rate(...)` and `cron(...)`.

Their form is that of EventBridge (EventBridge User Guide, cron and rate expressions reference; the
Application Auto Scaling User Guide, recurring scaling actions, refers to it).
"""

import datetime
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from strata.text.words import counted

EXAMPLES = "at(2030-01-31T07:30:00), rate(1 day) or cron(30 7 ? * MON-FRI *)"

MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
LONGEST = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
"""Days of each month, in a leap year."""

LARGEST_RATE = 2**31 - 1


@dataclass(frozen=True)
class Wrong:
    """A fault of an expression, and what would be right."""

    wrong: str
    right: str


@dataclass(frozen=True)
class Field:
    """A field of a cron expression: its numbers, names for the first numbers, a step."""

    name: str
    least: int
    most: int
    names: tuple[str, ...] = ()
    steps: bool = True

    def words(self) -> str:
        """The allowed values in words."""
        named = f", or {self.names[0]} to {self.names[-1]} in capitals" if self.names else ""
        return f"{self.least} to {self.most}{named}"

    def number(self, text: str) -> int | None:
        """A value as a number, from its digits or its name; None for an invalid value."""
        if text in self.names:
            return self.names.index(text) + self.least
        if not re.fullmatch(r"[0-9]+", text) or len(text) > len(str(self.most)):
            return None
        return int(text) if self.least <= int(text) <= self.most else None


MINUTE, HOUR = Field("minutes", 0, 59), Field("hours", 0, 23)
DAY_OF_MONTH = Field("day of month", 1, 31)
MONTH = Field("month", 1, 12, MONTHS)
DAY_OF_WEEK = Field("day of week", 1, 7, DAYS, steps=False)
YEAR = Field("year", 1970, 2199)
FIELDS = (MINUTE, HOUR, DAY_OF_MONTH, MONTH, DAY_OF_WEEK, YEAR)


def judge(expression: str) -> Wrong | None:
    """What is wrong in a schedule expression; None when AWS takes it."""
    kind, _, rest = expression.partition("(")
    judges = {"at": _at, "rate": _rate, "cron": _cron}
    if kind not in judges or not rest.endswith(")"):
        return Wrong("is no schedule expression", EXAMPLES)
    return judges[kind](rest[:-1])


def judge_recurring(expression: str) -> Wrong | None:
    """What is wrong in a schedule that comes again and again; None when AWS takes it.

    EventBridge Scheduler takes the same expressions (its User Guide, schedule types).
    """
    if expression.startswith("at("):
        return Wrong(
            "comes once, and a job again and again",
            "rate(1 hour), or cron(0 3 ? * MON-FRI *); strata run ENV -- COMMAND runs one once",
        )
    wrong = judge(expression)
    if wrong and wrong.right == EXAMPLES:
        return Wrong(wrong.wrong, "rate(1 hour), or cron(0 3 ? * MON-FRI *)")
    return wrong


def judge_rotation(expression: str) -> Wrong | None:
    """What is wrong in a schedule of Secrets Manager's; None when it takes it.

    Of the expressions above it takes rates from 4 hours to 999 days, and times at full hours of
    every year, here at most one a day (Secrets Manager User Guide, schedule expressions).
    """
    right = "rate(7 days), or cron(0 3 ? * SUN *): at a full hour in UTC, every year"
    if expression.startswith("at("):
        return Wrong("comes once, and a password is rotated again and again", right)
    wrong = judge(expression)
    if wrong:
        return Wrong(wrong.wrong, right)
    if match := re.fullmatch(r"rate\(([0-9]+) (minute|hour|day)s?\)", expression):
        hours = {"minute": 0, "hour": int(match[1]), "day": 24 * int(match[1])}[match[2]]
        if not 4 <= hours <= 24 * 999:
            return Wrong("is a rate that Secrets Manager does not take", "4 hours to 999 days")
        return None
    minute, hour, *_, year = expression[len("cron(") : -1].split(" ")
    if minute != "0" or year != "*" or not hour.isdigit():
        return Wrong("is no time at which Secrets Manager rotates", right)
    return None


def _at(text: str) -> Wrong | None:
    right = "at(yyyy-mm-ddThh:mm:ss), such as at(2030-01-31T07:30:00)"
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}", text):
        return Wrong("is no date and time", right)
    try:
        datetime.datetime.fromisoformat(text)
    except ValueError as error:
        return Wrong(f"is a date or time that does not exist: {error}", right)
    return None


def _rate(text: str) -> Wrong | None:
    match = re.fullmatch(r"([0-9]+) (minute|hour|day)(s?)", text)
    if not match:
        return Wrong("is no rate", "rate(1 minute), rate(5 minutes), and hours or days likewise")
    value, unit, plural = match.groups()
    if len(value) > len(str(LARGEST_RATE)) or not 1 <= int(value) <= LARGEST_RATE:
        return Wrong("is a rate out of range", f"a whole number from 1 to {LARGEST_RATE}")
    right = f"rate({counted(int(value), unit)})"
    if value[0] == "0" or bool(plural) is (int(value) == 1):
        return Wrong("takes the unit in the singular for 1 and in the plural for more", right)
    return None


def _cron(text: str) -> Wrong | None:
    parts = text.split(" ")
    if len(parts) != len(FIELDS) or not all(parts):
        count = len([part for part in parts if part])
        return Wrong(
            f"has {count} fields, and cron takes six with a space between: minutes, hours, day of "
            "month, month, day of week, year",
            "such as cron(30 7 ? * MON-FRI *)",
        )
    days = (parts[2], parts[4])
    if days.count("?") != 1:
        both = "both day fields" if days.count("?") == 2 else "neither day field"
        return Wrong(
            f"has ? in {both}, and exactly one of day of month and day of week must be it",
            f"such as cron({parts[0]} {parts[1]} ? * MON-FRI *) or "
            f"cron({parts[0]} {parts[1]} * * ? *)",
        )
    for field, part in zip(FIELDS, parts, strict=True):
        wrong = None if part in ("*", _unset(field)) else _values(field, part)
        if wrong:
            return wrong
    return _never(parts)


def _unset(field: Field) -> str:
    """`?` for the fields that allow it; `*`, which is allowed anyway, for the others."""
    return "?" if field in (DAY_OF_MONTH, DAY_OF_WEEK) else "*"


def _values(field: Field, text: str) -> Wrong | None:
    # In a list L, W and # are ambiguous, and refused.
    if _special(field, text):
        return None
    for item in text.split(","):
        base, slash, step = item.partition("/")
        first, dash, last = base.partition("-")
        start, end = field.number(first), field.number(last)
        if slash and not (field.steps and re.fullmatch(r"[0-9]{1,4}", step)):
            return _refuse(field, item)
        if slash and not 1 <= int(step) <= field.most - (field.least if field is YEAR else 0):
            return Wrong(
                f"has a step of {step} in {field.name}", f"a step from 1, such as {field.least}/5"
            )
        if base == "*" and slash:
            continue
        if start is None or (dash and end is None):
            return _refuse(field, item)
        # Ranges of other fields wrap: 20-2 are the hours from 20 to 23 and from 0 to 2.
        if field is YEAR and end is not None and dash and end < start:
            return Wrong(f"has a range of years that runs backwards, {item}", f"{last}-{first}")
    return None


def _special(field: Field, item: str) -> bool:
    """`L`, `W` and `#`: the last day, the nearest weekday, the nth of its kind in a month."""
    if field is DAY_OF_MONTH:
        return item in ("L", "LW") or (item.endswith("W") and field.number(item[:-1]) is not None)
    if field is DAY_OF_WEEK:
        day, hash_sign, nth = item.partition("#")
        if hash_sign:
            return field.number(day) is not None and nth in ("1", "2", "3", "4", "5")
        return item == "L" or (item.endswith("L") and field.number(item[:-1]) is not None)
    return False


def _refuse(field: Field, item: str) -> Wrong:
    more = {
        DAY_OF_MONTH: "; or alone L for the last day, 15W for the weekday nearest to the 15th",
        DAY_OF_WEEK: "; or alone 6L for the last Friday, 3#2 for the second Tuesday",
    }.get(field, "")
    steps = ", steps with /" if field.steps else ""
    return Wrong(
        f"has {item} in {field.name}",
        f"{field.words()}; lists with a comma, ranges with a hyphen{steps}{more}",
    )


def _never(parts: list[str]) -> Wrong | None:
    """A day that no month of the expression has, such as the 31st of February."""
    day, month = parts[2], parts[3]
    if not re.fullmatch(r"[0-9,/-]+W?", day) or not re.fullmatch(r"[0-9A-Z,]+", month):
        return None
    first_days = []
    for item in day.split(","):
        first, *last = re.split("[/W]", item)[0].split("-")
        # A range that wraps contains the first day of the month.
        wraps = bool(last) and int(first) > int(last[-1])
        first_days.append(1 if wraps else int(first))
    least = min(first_days)
    months = [MONTH.number(name) or 1 for name in month.split(",")]
    if any(least <= LONGEST[number - 1] for number in months):
        return None
    return Wrong(f"never comes: no month in {month} has a day {least}", "a day that its month has")


@cache
def time_zones() -> frozenset[str]:
    """Names of the IANA time zone database, links too, which Joda-Time has and so AWS takes.

    tzdata 2025b, without `Factory` (Application Auto Scaling API reference, PutScheduledAction).
    A file of Strata, since machines differ: some have only the newer names, some none.
    """
    return frozenset(Path(__file__).with_name("time_zones.txt").read_text().split())
