"""Findings that somebody has accepted: `policies/waivers.toml`."""

import difflib
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Self

from pydantic import Field, ValidationInfo, field_validator, model_validator

from strata.gate.documents import Unjudgeable
from strata.gate.scan import Failure
from strata.machine.folders import project
from strata.settings import entries
from strata.settings.entries import Entry
from strata.settings.models import Stage

WAIVERS = Path("policies", "waivers.toml")
"""Below the project."""
WARNING = timedelta(days=30)


class Waiver(Entry):
    """One check on one resource: in environments of some stages, in some by name, or in all."""

    check: str = Field(min_length=1, description='id of a check, such as "CKV_AWS_16"')
    resource: str = Field(
        min_length=1,
        description='construct path of a resource, such as "database/instance"; * is any name',
    )
    stages: tuple[Stage, ...] = Field(default=(), description='a list, such as ["development"]')
    environments: tuple[str, ...] = Field(
        default=(), description='a list of names, such as ["dev"]'
    )
    reason: str = Field(
        min_length=20, description="why the finding is accepted, in at least 20 characters"
    )
    owner: str = Field(min_length=1, description='who answers for it, such as "platform"')
    accepted_by: str | None = Field(
        default=None,
        description='of a critical check: who accepts it besides the owner, such as "security"',
    )
    expires: date = Field(description="a date at most a year ahead, such as 2026-12-31")

    @field_validator("check", "resource", "reason", "owner", "accepted_by")
    @classmethod
    def _says_something(cls, value: str | None) -> str | None:
        if value is not None and not any(character.isalnum() for character in value):
            raise ValueError("has no letters or digits: words")
        return value

    @field_validator("reason")
    @classmethod
    def _gives_a_reason(cls, value: str) -> str:
        if len(value.strip()) < 20 or len(set(value.lower().split())) < 3:
            raise ValueError("is too short: why the finding is accepted, in words")
        return value

    @field_validator("expires", mode="before")
    @classmethod
    def _is_a_date(cls, value: object, info: ValidationInfo) -> object:
        # pydantic accepts text, numbers and times as dates too; a report in JSON has text.
        if info.mode == "python" and type(value) is not date:
            right = "such as 2026-12-31, without time or quotes"
            raise ValueError(f"should be a date and nothing else: {right}")
        return value

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if self.stages and self.environments:
            raise ValueError("names stages and environments: stages or environments, or neither")
        if self.accepted_by and self.accepted_by.split() == self.owner.split():
            raise ValueError("is accepted by its owner: accepted_by names somebody else")
        return self

    def is_about(self, failure: Failure) -> bool:
        """Whether it is about this check and resource, in any environment."""
        if self.check != failure.check:
            return False
        pattern = re.escape(self.resource).replace(r"\*", "[^/]*")
        return bool(re.fullmatch(pattern, failure.construct))

    @property
    def is_pattern(self) -> bool:
        """Whether it is for whatever names a user chooses, and so may match nothing."""
        return "*" in self.resource

    def holds(self, environment: str, stage: str) -> bool:
        """Whether it is for an environment of this name and stage."""
        if self.stages:
            return stage in self.stages
        return not self.environments or environment in self.environments


@dataclass(frozen=True)
class Waived:
    """The failures that are not waived, the waivers that were used, and those that end soon."""

    failures: list[Failure]
    used: list[Waiver]
    warnings: list[str]


def read(path: Path | None = None) -> list[Waiver]:
    """The waivers in a file, the project's by default; raises Unjudgeable."""
    return entries.read(path or project() / WAIVERS, "waiver", Waiver, Unjudgeable)


def _a_year_after(day: date) -> date:
    try:
        return day.replace(year=day.year + 1)
    except ValueError:
        return day.replace(year=day.year + 1, month=3, day=1)


def apply(
    failures: Sequence[Failure],
    waivers: Iterable[Waiver],
    *,
    judged: Mapping[str, str],
    every: Mapping[str, str],
    checks: Collection[str],
    critical: Collection[str],
    today: date,
) -> Waived:
    """Remove waived failures from `failures`; raises Unjudgeable for a broken waiver.

    `checks` are all checks, and those in `critical` need somebody who accepts a waiver besides its
    owner. `today` is the date in UTC, so that a waiver ends everywhere at the same time. `judged`
    are the environments that were judged, `every` those of the project, each with its stage: a
    waiver is known to match nothing only when all its environments were judged.
    """

    def covers(waiver: Waiver, failure: Failure) -> bool:
        name = failure.environment
        return waiver.is_about(failure) and waiver.holds(name, judged[name])

    broken, used, warnings = [], [], []
    for waiver in waivers:
        matching = [f for f in failures if covers(waiver, f)]
        matched = {f.environment for f in matching}
        ahead = f"a date from today to {_a_year_after(today)}"
        if waiver.check not in checks:
            broken.append(waiver.problem("check", "there is no such check", _near(waiver, checks)))
        if waiver.check in critical and not waiver.accepted_by:
            wrong = f"{waiver.check} is critical, and only its owner accepts it"
            broken.append(waiver.problem("check", wrong, 'accepted_by = "security", or who it is'))
        if waiver.expires < today:
            broken.append(waiver.problem("expires", f"expired on {waiver.expires}", ahead))
        elif waiver.expires > _a_year_after(today):
            broken.append(waiver.problem("expires", "runs more than a year ahead", ahead))
        elif waiver.expires <= today + WARNING:
            label = f"{waiver.check} on {waiver.resource}"
            warnings.append(f"{label}: expires on {waiver.expires}, owner {waiver.owner}")
        strange = sorted(set(waiver.environments) - set(every) - set(judged))
        if strange:
            wrong = f"there is no environment {', '.join(strange)}"
            known = ", ".join(sorted({*every, *judged}))
            broken.append(waiver.problem("environments", wrong, f"some of {known}"))
        idle = [e for e in waiver.environments if e in judged and e not in matched]
        # Of environments of the same stage some may be safe: it must match in at least one.
        covered = {name for name, stage in every.items() if waiver.holds(name, stage)}
        nowhere = bool(covered) and covered <= set(judged) and not matched
        if idle or (nowhere and not waiver.environments and not waiver.is_pattern):
            where = idle or [f"{stage} environments" for stage in waiver.stages]
            wrong = f"{waiver.check} matches nothing in {', '.join(where) or 'any environment'}"
            right = "the construct path that the finding names, or no waiver"
            broken.append(waiver.problem("resource", wrong, right))
        if matching:
            used.append(waiver)
    if broken:
        raise Unjudgeable(entries.refusal(broken))
    remaining = [f for f in failures if not any(covers(w, f) for w in used)]
    return Waived(remaining, used, warnings)


def _near(waiver: Waiver, checks: Collection[str]) -> str:
    close = difflib.get_close_matches(waiver.check, sorted(checks), n=2)
    return f"perhaps {' or '.join(close)}" if close else "the id of a check"


def elsewhere(failures: Iterable[Failure], waivers: Iterable[Waiver]) -> dict[str, list[Stage]]:
    """Environment -> the stages in which some of these failures in it would be waived."""
    stages_by_environment: dict[str, list[Stage]] = {}
    listed = list(waivers)
    for failure in failures:
        stages = stages_by_environment.setdefault(failure.environment, [])
        stages += [s for w in listed if w.is_about(failure) for s in w.stages if s not in stages]
    return {
        environment: sorted(stages)
        for environment, stages in stages_by_environment.items()
        if stages
    }
