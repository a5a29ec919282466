"""When a schedule is due, by expressions whose times were worked out by hand."""

from datetime import UTC, datetime, timedelta

from strata.release.due import next_due
from strata.settings.rules.schedules import judge_recurring

NOW = datetime(2026, 11, 28, 17, 20, 30, tzinfo=UTC)
"""A Saturday."""


DUE: list[tuple[str, str, str | None]] = [
    ("0 3 ? * MON-FRI *", "UTC", "2026-11-30T03:00"),
    ("0 3 ? * MON-FRI *", "Europe/Berlin", "2026-11-30T02:00"),
    ("0 3 * * ? *", "Asia/Tokyo", "2026-11-28T18:00"),
    ("20 17 * * ? *", "UTC", "2026-11-29T17:20"),
    ("21 17 * * ? *", "UTC", "2026-11-28T17:21"),
    ("0/15 * * * ? *", "UTC", "2026-11-28T17:30"),
    ("*/25 * * * ? *", "UTC", "2026-11-28T17:25"),
    ("10-30/10 8-16 * * ? *", "UTC", "2026-11-29T08:10"),
    # A range that wraps: from 22 to 23 and from 0 to 1.
    ("0 22-1 * * ? *", "UTC", "2026-11-28T22:00"),
    ("0 0 1,15 * ? *", "UTC", "2026-12-01T00:00"),
    ("0 0 L * ? *", "UTC", "2026-11-30T00:00"),
    # 31 January 2027 is a Sunday, and the last weekday the 29th.
    ("0 0 LW JAN ? *", "UTC", "2027-01-29T00:00"),
    # 1 August 2027 is a Sunday: the nearest weekday in the month is the 2nd.
    ("0 0 1W AUG ? *", "UTC", "2027-08-02T00:00"),
    # 1 May 2027 is a Saturday: the 3rd, since April is another month.
    ("0 0 1W 5 ? *", "UTC", "2027-05-03T00:00"),
    # 15 May 2027 is a Saturday, and the 14th a Friday.
    ("0 0 15W 5 ? *", "UTC", "2027-05-14T00:00"),
    ("0 0 31W * ? *", "UTC", "2026-12-31T00:00"),
    ("0 0 ? * L *", "UTC", "2026-12-05T00:00"),
    ("0 0 ? * 6L *", "UTC", "2026-12-25T00:00"),
    ("0 0 ? * FRIL *", "UTC", "2026-12-25T00:00"),
    ("0 0 ? * 3#2 *", "UTC", "2026-12-08T00:00"),
    ("0 0 ? * 1#5 *", "UTC", "2026-11-29T00:00"),
    ("0 0 ? * SAT-SUN *", "UTC", "2026-11-29T00:00"),
    ("0 0 29 2 ? *", "UTC", "2028-02-29T00:00"),
    ("0 0 1 1 ? 2199", "UTC", "2199-01-01T00:00"),
    ("0 0 1 1 ? 2020-2026", "UTC", None),
    # Clocks in Berlin go from 2:00 to 3:00 on 28 March 2027, so that 2:30 comes a day later.
    ("30 2 28-29 3 ? 2027", "Europe/Berlin", "2027-03-29T00:30"),
    ("0 3 * * ? *", "Atlantis/Capital", None),
]


def test_a_cron_expression_is_due_next() -> None:
    for cron, zone, due in DUE:
        assert judge_recurring(f"cron({cron})") is None, (cron, zone)
        found = next_due(f"cron({cron})", zone, NOW, NOW)
        assert found == (datetime.fromisoformat(f"{due}+00:00") if due else None), (cron, zone)


RATES = [
    ("rate(1 hour)", timedelta(minutes=-90), timedelta(minutes=30)),
    ("rate(1 hour)", timedelta(minutes=-60), timedelta(minutes=60)),
    ("rate(5 minutes)", timedelta(seconds=-1), timedelta(seconds=299)),
    ("rate(2 days)", timedelta(days=-3), timedelta(days=1)),
    ("rate(1 day)", timedelta(minutes=1), timedelta(minutes=1)),
]


def test_a_rate_counts_from_when_the_schedule_was_made() -> None:
    for rate, made, due in RATES:
        assert next_due(rate, "UTC", NOW, NOW + made) == NOW + due, (rate, made)
