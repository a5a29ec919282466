#!/usr/bin/env bash
# python-dateutil 2.9.0.post0 and arrow 1.4.0 beside pendulum 3.3.0, Python 3.11, 2026-11-29.
# With a time zone given, "every hour" is expected to be every sixty minutes: rrule(HOURLY) of dateutil, Arrow.range("hour") and shift(hours=1) of arrow. They count on the clock on the wall. In autumn,
# when 2 o'clock comes twice, both lists go from 2:00 to 3:00 over two hours, so that an hour of the day is missing; in spring rrule has one instant twice, once as a time of day that does not exist.
# `shift(hours=24)` from the noon before is noon in both nights, 23 or 25 hours later, and the difference of the two is said to be a day.
# pendulum counts hours, and so does arrow for a time in UTC.
# Whoever sums logs, prices or metrics of AWS by hours so, which CloudWatch gives in UTC, leaves one out each October, books one twice each March, and a lease "for 24 hours" of a lock or
# of credentials is an hour too long.
# Seen, in Berlin, as UTC: 25 October 2026 22:30 23:30 00:30 02:30 (rrule, arrow; pendulum has 01:30); 29 March 23:30 00:30 00:30 01:30 (rrule).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
${PYTHON:-python3.11} -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check python-dateutil==2.9.0.post0 arrow==1.4.0 pendulum==3.3.0 tzdata==2026.6
"$folder/venv/bin/python" - <<'END_OF'
from datetime import datetime, timezone

import arrow
import pendulum
from dateutil import tz
from dateutil.rrule import HOURLY, rrule

ZONE = "Europe/Berlin"


def utc(times):
    return [time.astimezone(timezone.utc).strftime("%H:%M") for time in times]


def of_rrule(year, month, day):
    return utc(rrule(HOURLY, dtstart=datetime(year, month, day, 0, 30, tzinfo=tz.gettz(ZONE)), count=4))


def of_arrow(year, month, day):
    return utc(arrow.Arrow.range("hour", arrow.get(year, month, day, 0, 30, tzinfo=ZONE), limit=4))


def of_pendulum(year, month, day):
    start = pendulum.datetime(year, month, day, 0, 30, tz=ZONE)
    return utc(list(pendulum.interval(start, start.add(hours=3)).range("hours")))


for name, hours in (("dateutil", of_rrule), ("arrow", of_arrow), ("pendulum", of_pendulum)):
    print(name, "March", *hours(2026, 3, 29), "October", *hours(2026, 10, 25))
assert of_rrule(2026, 10, 25) == of_arrow(2026, 10, 25) == ["22:30", "23:30", "00:30", "02:30"]
assert of_pendulum(2026, 10, 25) == ["22:30", "23:30", "00:30", "01:30"]
assert of_rrule(2026, 3, 29) == ["23:30", "00:30", "00:30", "01:30"]
assert of_arrow(2026, 3, 29) == of_pendulum(2026, 3, 29) == ["23:30", "00:30", "01:30", "02:30"]

for day, elapsed in ((arrow.get(2026, 3, 28, 12, tzinfo=ZONE), 23), (arrow.get(2026, 10, 24, 12, tzinfo=ZONE), 25)):
    later = day.shift(hours=24)
    hours = (later.timestamp() - day.timestamp()) / 3600
    print("24 hours from", day, "are", hours, "and are said to be", later - day)
    assert hours == elapsed and (later - day).total_seconds() == 86400
    assert day.to("UTC").shift(hours=24).timestamp() - day.timestamp() == 86400
END_OF
