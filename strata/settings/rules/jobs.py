"""The commands that run by a schedule."""

import re
from collections.abc import Iterator

from strata.settings.models import Job, Settings
from strata.settings.positions import Key
from strata.settings.resource_names import SCHEDULE
from strata.settings.rules import schedules
from strata.settings.rules.containers import judge_override
from strata.settings.rules.finding import Finding, near

NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def check(settings: Settings) -> Iterator[Finding]:
    """Check `[jobs.NAME]`; whether their tasks fit the instances is the arithmetic of `compute`."""
    for name, job in settings.jobs.items():
        key: Key = ("jobs", name)
        if not NAME.fullmatch(name) or len(name) not in SCHEDULE.lengths:
            yield Finding(
                key,
                "is not a valid name for a job",
                f"1 to {SCHEDULE.lengths[-1]} lower-case letters, digits and single hyphens",
            )
        yield from judge_override((*key, "command"), job.command, '["npm", "run", "report"]')
        yield from _when(key, job)


def _when(key: Key, job: Job) -> Iterator[Finding]:
    if wrong := schedules.judge_recurring(job.schedule):
        yield Finding((*key, "schedule"), wrong.wrong, wrong.right)
    zones = schedules.time_zones()
    if job.timezone not in zones:
        yield Finding(
            (*key, "timezone"),
            "is no IANA time zone",
            near(job.timezone, zones, "such as Europe/Berlin"),
        )
