"""Findings that somebody has taken upon themselves: `policies/waivers.toml`."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from strata.gate.documents import Unjudgeable
from strata.gate.scan import Failure
from strata.paths import ROOT
from strata.reading import Unreadable, text_of, toml

WAIVERS = ROOT / "policies" / "waivers.toml"
WARNING = timedelta(days=30)


class Waiver(BaseModel):
    """One check on one resource, in some environments or, with none named, in all."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    check: str = Field(min_length=1)
    resource: str = Field(min_length=1)
    environments: tuple[str, ...] = ()
    reason: str = Field(min_length=20)
    owner: str = Field(min_length=1)
    expires: date

    def covers(self, failure: Failure) -> bool:
        """Whether this failure is the one that is waived."""
        return (self.check, self.resource) == (failure.check, failure.construct) and (
            not self.environments or failure.environment in self.environments
        )


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
    path = path or WAIVERS
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
    judged: Collection[str],
    every: Collection[str],
    checks: Collection[str],
    today: date,
) -> Waived:
    """Take what is waived out of `failures`; raises Unjudgeable for a broken waiver.

    `judged` are the environments that were looked at, `every` those that the project has: a waiver
    is known to match nothing only when all of its environments were looked at.
    """
    broken, used, warnings = [], [], []
    for waiver in waivers:
        label = f"{waiver.check} on {waiver.resource}"
        matching = [f for f in failures if waiver.covers(f)]
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
        if idle or (not waiver.environments and set(every) <= set(judged) and not matched):
            broken.append(f"{label}: matches nothing in {', '.join(idle) or 'any environment'}")
        if matching:
            used.append(waiver)
    if broken:
        raise Unjudgeable("\n  ".join(["broken waivers", *broken]), "mend policies/waivers.toml")
    left = [f for f in failures if not any(w.covers(f) for w in used)]
    return Waived(left, used, warnings)
