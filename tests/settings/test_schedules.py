"""Schedule expressions: what Application Auto Scaling takes passes, the rest is named."""

import datetime
import zoneinfo

from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from strata.settings.rules.schedules import DAYS, MONTHS, judge, judge_rotation, time_zones
from tests.characters import ENCODED

RIGHT = [
    # The examples of the EventBridge User Guide, cron and rate expressions reference.
    "cron(0 10 * * ? *)",
    "cron(15 12 * * ? *)",
    "cron(0 18 ? * MON-FRI *)",
    "cron(0 8 1 * ? *)",
    "cron(0/15 * * * ? *)",
    "cron(0/10 * ? * MON-FRI *)",
    "cron(0/5 8-17 ? * MON-FRI *)",
    "cron(0/30 20-2 ? * MON-FRI *)",
    "cron(0 9 ? * 2#1 *)",
    "cron(0 10 3W * ? *)",
    "cron(0 10 ? * 6L 2002-2005)",
    "cron(0 0 L * ? *)",
    "cron(0 0 LW * ? *)",
    "cron(0 0 ? * L *)",
    "cron(0 0 ? * FRIL *)",
    "cron(0 0 ? * FRI#5 *)",
    "cron(*/5 */2 */3 */2 ? 2030/2)",
    "cron(1,2,3-9/2 0,23 1,15,20-31 JAN,MAR-MAY,12 ? 1970,2199)",
    "cron(0 0 29 FEB ? *)",
    "cron(0 0 31 2,3 ? *)",
    "cron(05 07 ? * 1-7 *)",
    "cron(0 10 ? * FRI-MON *)",
    "cron(50-10 22-6 28-3 NOV-FEB ? *)",
    "cron(0 0 30-1 2 ? *)",
    "cron(0 0 29-31 2 ? *)",
    "rate(1 minute)",
    "rate(1 hour)",
    "rate(1 day)",
    "rate(2 minutes)",
    "rate(24 hours)",
    "rate(365 days)",
    "at(2030-01-31T07:30:00)",
    "at(2028-02-29T23:59:59)",
]

WRONG = [
    ("cron(0 10 * * ?)", "has 5 fields"),
    ("cron(0 10 * * ? * *)", "has 7 fields"),
    ("cron()", "has 0 fields"),
    ("cron(0 10  * * ? *)", "a space between"),
    ("cron(0 10 * * * *)", "neither day field"),
    ("cron(0 10 1 * MON *)", "neither day field"),
    ("cron(0 10 ? * ? *)", "both day fields"),
    ("cron(60 10 * * ? *)", "60 in minutes"),
    ("cron(-1 10 * * ? *)", "-1 in minutes"),
    ("cron(0 24 * * ? *)", "24 in hours"),
    ("cron(0 10 0 * ? *)", "0 in day of month"),
    ("cron(0 10 32 * ? *)", "32 in day of month"),
    ("cron(0 10 * 0 ? *)", "0 in month"),
    ("cron(0 10 * 13 ? *)", "13 in month"),
    ("cron(0 10 * JANUARY ? *)", "JANUARY in month"),
    ("cron(0 10 * jan ? *)", "in capitals"),
    ("cron(0 10 ? * 0 *)", "0 in day of week"),
    ("cron(0 10 ? * 8 *)", "8 in day of week"),
    ("cron(0 10 ? * MO *)", "MO in day of week"),
    ("cron(0 10 ? * MONDAY-FRIDAY *)", "MONDAY-FRIDAY in day of week"),
    ("cron(0 10 * * ? 1969)", "1969 in year"),
    ("cron(0 10 * * ? 2200)", "2200 in year"),
    ("cron(0 10 * * ? 30)", "30 in year"),
    ("cron(? 10 * * ? *)", "? in minutes"),
    ("cron(0 10 * ? ? *)", "? in month"),
    ("cron(0 10 * * ? ?)", "? in year"),
    ("cron(L 10 * * ? *)", "L in minutes"),
    ("cron(0 10 * L ? *)", "L in month"),
    ("cron(0 10 W * ? *)", "W in day of month"),
    ("cron(0 10 32W * ? *)", "32W in day of month"),
    ("cron(0 10 1,L * ? *)", "L in day of month"),
    ("cron(0 10 1W,15W * ? *)", "1W in day of month"),
    ("cron(0 10 2#1 * ? *)", "2#1 in day of month"),
    ("cron(0 10 ? * 2W *)", "2W in day of week"),
    ("cron(0 10 ? * 2#6 *)", "2#6 in day of week"),
    ("cron(0 10 ? * 2#0 *)", "2#0 in day of week"),
    ("cron(0 10 ? * 8#1 *)", "8#1 in day of week"),
    ("cron(0 10 ? * 3#1,6#3 *)", "3#1 in day of week"),
    ("cron(0 10 ? * MON/2 *)", "MON/2 in day of week"),
    ("cron(0/0 10 * * ? *)", "a step of 0"),
    ("cron(0/60 10 * * ? *)", "a step of 60"),
    ("cron(0/ 10 * * ? *)", "0/ in minutes"),
    ("cron(/5 10 * * ? *)", "/5 in minutes"),
    ("cron(0/5/5 10 * * ? *)", "0/5/5 in minutes"),
    ("cron(0 10 * * ? 2030-2027)", "2027-2030"),
    ("cron(1- 10 * * ? *)", "1- in minutes"),
    ("cron(1-2-3 10 * * ? *)", "1-2-3 in minutes"),
    ("cron(1,,2 10 * * ? *)", " in minutes"),
    ("cron(*,5 10 * * ? *)", "* in minutes"),
    ("cron(1.5 10 * * ? *)", "1.5 in minutes"),
    ("cron(٣ 10 * * ? *)", "٣ in minutes"),
    ("cron(0 10 30 2 ? *)", "never comes"),
    ("cron(0 10 30-31 2 ? *)", "never comes"),
    ("cron(0 10 31/2 2 ? *)", "never comes"),
    ("cron(0 10 31W 4,JUN ? *)", "never comes"),
    ("cron(0 10 31 FEB,APR,JUN,SEP,NOV ? *)", "never comes"),
    ("rate(1 minutes)", "rate(1 minute)"),
    ("rate(1 hours)", "rate(1 hour)"),
    ("rate(5 minute)", "rate(5 minutes)"),
    ("rate(2 day)", "rate(2 days)"),
    ("rate(0 minutes)", "out of range"),
    ("rate(-5 minutes)", "no rate"),
    ("rate(05 minutes)", "rate(5 minutes)"),
    ("rate(1.5 hours)", "no rate"),
    ("rate(5 seconds)", "no rate"),
    ("rate(1 week)", "no rate"),
    ("rate(5minutes)", "no rate"),
    ("rate(٣ minutes)", "no rate"),
    (f"rate({'9' * 5000} minutes)", "out of range"),
    ("at(2030-02-30T00:00:00)", "does not exist"),
    ("at(2027-02-29T00:00:00)", "does not exist"),
    ("at(2030-13-01T00:00:00)", "does not exist"),
    ("at(2030-00-10T00:00:00)", "does not exist"),
    ("at(2030-01-01T24:00:00)", "does not exist"),
    ("at(2030-01-01T00:60:00)", "does not exist"),
    ("at(2030-01-01T00:00:60)", "does not exist"),
    ("at(0000-01-01T00:00:00)", "does not exist"),
    ("at(2030-01-01 00:00:00)", "no date and time"),
    ("at(2030-01-01T00:00:00Z)", "no date and time"),
    ("at(2030-1-1T00:00:00)", "no date and time"),
    ("at(٢٠٣٠-01-01T00:00:00)", "no date and time"),
    ("", "no schedule expression"),
    ("0 10 * * ? *", "no schedule expression"),
    ("cron(0 10 * * ? *", "no schedule expression"),
    ("CRON(0 10 * * ? *)", "no schedule expression"),
    ("every day", "no schedule expression"),
]


def test_what_aws_takes_passes() -> None:
    assert [one for one in RIGHT if judge(one) is not None] == []


def test_what_aws_refuses_is_named() -> None:
    for expression, words in WRONG:
        found = judge(expression)
        assert found is not None, expression[:40]
        assert words in f"{found.wrong} | {found.right}", expression[:40]
        assert found.wrong and found.right, expression[:40]


def plain(least: int, most: int, names: tuple[str, ...] = ()) -> st.SearchStrategy[str]:
    """A value, a range, a step or a list of them, of a field from `least` to `most`."""
    number = st.integers(least, most)
    value = st.one_of(number.map(str), st.sampled_from(names)) if names else number.map(str)
    ordered = st.tuples(number, number).map(lambda pair: "-".join(map(str, sorted(pair))))
    return st.one_of(st.just("*"), st.lists(st.one_of(value, ordered), min_size=1, max_size=3)).map(
        lambda found: found if isinstance(found, str) else ",".join(found)
    )


CRON = st.tuples(
    plain(0, 59), plain(0, 23), plain(1, 28), plain(1, 12, MONTHS), plain(1, 7, DAYS),
    plain(1970, 2199), st.booleans(),
).map(lambda f: [*f[:2], *(("?", f[3], f[4]) if f[6] else (f[2], f[3], "?")), f[5]])  # fmt: skip


@hypothesis_settings(deadline=None, derandomize=True)
@given(CRON)
def test_every_expression_of_values_in_range_passes(fields: list[str]) -> None:
    assert judge(f"cron({' '.join(fields)})") is None


@hypothesis_settings(deadline=None, derandomize=True)
@given(CRON, st.integers(0, 5), st.sampled_from(["60", "99999", "x", "", "5-", "*-", "?!", "1 2"]))
def test_an_expression_with_a_field_out_of_range_does_not(
    fields: list[str], place: int, bad: str
) -> None:
    fields[place] = bad
    assert judge(f"cron({' '.join(fields)})") is not None


@hypothesis_settings(deadline=None, derandomize=True)
@given(st.datetimes(min_value=datetime.datetime(1970, 1, 1)))
def test_every_date_that_exists_passes(moment: datetime.datetime) -> None:
    assert judge(f"at({moment:%Y-%m-%dT%H:%M:%S})") is None


@hypothesis_settings(deadline=None, derandomize=True)
@given(st.text(ENCODED, max_size=40))
def test_any_text_is_judged(text: str) -> None:
    for expression in (text, f"cron({text})", f"rate({text})", f"at({text})"):
        judge(expression)


def test_time_zones_are_those_of_the_database() -> None:
    zones = time_zones()
    assert {"UTC", "Europe/Berlin", "Etc/GMT+9", "Pacific/Tahiti", "US/Eastern"} <= zones
    assert not {"localtime", "Factory", "europe/berlin", "CEST", ""} & zones
    here = zoneinfo.available_timezones()
    # A machine with the older names too has all of them; some keep only the newer ones.
    assert "US/Eastern" not in here or zones - here == set()


ROTATIONS = {
    "rate(4 hours)": True, "rate(3 hours)": False, "rate(1 hour)": False,
    "rate(1 day)": True, "rate(999 days)": True, "rate(1000 days)": False,
    "rate(240 minutes)": False, "rate(7 day)": False,
    "cron(0 3 ? * SUN *)": True, "cron(0 0 1 * ? *)": True, "cron(0 3 ? * 2#1 *)": True,
    # Secrets Manager takes no minutes and no years, and here a rotation comes once a day at
    # most: each one deploys the service.
    "cron(30 3 ? * SUN *)": False, "cron(0 3 ? * SUN 2030)": False,
    "cron(0 */4 ? * SUN *)": False, "cron(0 3,9 ? * SUN *)": False,
    "cron(* 3 ? * SUN *)": False, "cron(0 3 * * SUN *)": False,
    "at(2030-01-31T07:00:00)": False, "": False, "7 days": False,
}  # fmt: skip


def test_a_rotation_comes_again_and_at_times_that_secrets_manager_takes() -> None:
    assert {one: judge_rotation(one) is None for one in ROTATIONS} == ROTATIONS
