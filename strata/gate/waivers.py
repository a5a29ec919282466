"""Findings that somebody has taken upon themselves: `policies/waivers.toml`."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from strata.gate.documents import Unjudgeable
from strata.gate.scan import Failure
from strata.machine.files import Unreadable, text_of, toml
from strata.machine.folders import project
from strata.settings.models import Stage

WAIVERS = Path("policies", "waivers.toml")
"""Below the project."""
WARNING = timedelta(days=30)


class Waiver(BaseModel):
    """One check on one resource: in environments of some stages, in some by name, or in all."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    check: str = Field(min_length=1)
    resource: str = Field(min_length=1)
    stages: tuple[Stage, ...] = ()
    environments: tuple[str, ...] = ()
    reason: str = Field(min_length=20)
    owner: str = Field(min_length=1)
    expires: date

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if self.stages and self.environments:
            raise ValueError("names stages and environments: one of them")
        return self

    def meant(self, failure: Failure) -> bool:
        """Whether it is about this check and resource, in whichever environment."""
        return (self.check, self.resource) == (failure.check, failure.construct)

    def holds(self, environment: str, stage: str) -> bool:
        """Whether it is for an environment of this name and stage."""
        if self.stages:
            return stage in self.stages
        return not self.environments or environment in self.environments


@dataclass(frozen=True)
class Waived:
    """What is left to be mended, the waivers that were used, and those that end soon."""

    failures: list[Failure]
    used: list[Waiver]
    warnings: list[str]


class _File(BaseModel):
    """The content of `policies/waivers.toml`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    waiver: list[Waiver] = []


def read(path: Path | None = None) -> list[Waiver]:
    """The waivers in a file, the project's by default; raises Unjudgeable."""
    path = path or project() / WAIVERS
    try:
        return _File.model_validate(toml(text_of(path))).waiver
    except Unreadable as error:
        where = f"{path}: broken waivers: line {error.line}" if error.line else f"{path}"
        raise Unjudgeable(f"{where}: {error.why}") from None
    except ValidationError as error:
        lines = [
            f"  {'.'.join(map(str, one['loc']))}: {one['msg']}"
            for one in error.errors(include_input=False, include_url=False)
        ]
        raise Unjudgeable("\n".join([f"{path}: broken waivers", *lines])) from None


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
    today: date,
) -> Waived:
    """Take what is waived out of `failures`; raises Unjudgeable for a broken waiver.

    `judged` are the environments that were looked at, `every` those that the project has, each with
    its stage: a waiver is known to match nothing only when all that it is for were looked at.
    """

    def covers(waiver: Waiver, failure: Failure) -> bool:
        name = failure.environment
        return waiver.meant(failure) and waiver.holds(name, judged[name])

    broken, used, warnings = [], [], []
    for waiver in waivers:
        label = f"{waiver.check} on {waiver.resource}"
        matching = [f for f in failures if covers(waiver, f)]
        matched = {f.environment for f in matching}
        if waiver.check not in checks:
            broken.append(f"{label}: there is no such check")
        if waiver.expires < today:
            broken.append(f"{label}: expired on {waiver.expires}")
        elif waiver.expires > _a_year_after(today):
            broken.append(f"{label}: runs more than a year ahead, to {waiver.expires}")
        elif waiver.expires <= today + WARNING:
            warnings.append(f"{label}: expires on {waiver.expires}, owner {waiver.owner}")
        strange = sorted(set(waiver.environments) - set(every) - set(judged))
        if strange:
            broken.append(f"{label}: there is no environment {', '.join(strange)}")
        idle = [e for e in waiver.environments if e in judged and e not in matched]
        # One of the same stage may be safe where another is not: it must match in one of them.
        meant = {name for name, stage in every.items() if waiver.holds(name, stage)}
        if idle or (not waiver.environments and meant and meant <= set(judged) and not matched):
            where = idle or [f"{stage} environments" for stage in waiver.stages]
            broken.append(f"{label}: matches nothing in {', '.join(where) or 'any environment'}")
        if matching:
            used.append(waiver)
    if broken:
        raise Unjudgeable("\n  ".join(["broken waivers", *broken]), "mend policies/waivers.toml")
    left = [f for f in failures if not any(covers(w, f) for w in used)]
    return Waived(left, used, warnings)


def elsewhere(failures: Iterable[Failure], waivers: Iterable[Waiver]) -> dict[str, list[Stage]]:
    """Environment -> the stages in which some of these failures in it would be waived."""
    found: dict[str, list[Stage]] = {}
    listed = list(waivers)
    for failure in failures:
        stages = found.setdefault(failure.environment, [])
        stages += [s for w in listed if w.meant(failure) for s in w.stages if s not in stages]
    return {environment: sorted(stages) for environment, stages in found.items() if stages}
