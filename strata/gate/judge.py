"""From a synthesized folder, and a plan of it if there is one, to the verdict."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from strata.documents import Json
from strata.gate import documents, report, waivers
from strata.gate.closed import WHOLE_CHECKS, Whole, refuse_unjudged, whole, whole_failures
from strata.gate.documents import PRODUCTION
from strata.gate.paths import path_failures
from strata.gate.scan import Failure, known_checks, scan_plan, scan_stacks
from strata.settings.load import load, own_files, said_stage


def judge(
    folder: Path,
    files: Mapping[str, str] | None = None,
    plans: Mapping[str, Json] | None = None,
) -> report.Report:
    """Judge what a synthesis wrote to `folder`, of the environments in `files` or of all.

    `files` gives the settings file of each environment, `plans` a plan of some of them, as
    `terraform show -json` prints it: of the composed stack, or of a layer. Raises Unjudgeable.
    """
    return begin(folder, files, plans or {}).verdict(plans)


@dataclass(frozen=True)
class Begun:
    """A synthesis that was judged, of which `verdict` takes plans too."""

    environments: list[documents.Environment]
    wholes: tuple[Whole, ...]
    files: Mapping[str, str]
    said: Mapping[str, str | None]
    every: Mapping[str, str]
    failures: frozenset[Failure]
    checks: frozenset[str]

    def verdict(self, plans: Mapping[str, Json] | None = None) -> report.Report:
        """The verdict on the synthesis and on these plans of it; raises Unjudgeable."""
        failures = self.failures
        for one in self.environments:
            plan = (plans or {}).get(one.name)
            if plan is not None:
                failures = scan_plan(one, plan, failures)
        accepted = waivers.read()
        found = waivers.apply(
            sorted(failures),
            accepted,
            judged={one.name: one.stage for one in self.environments},
            every=self.every,
            checks=self.checks,
            critical=report.critical_checks(),
            today=datetime.now(UTC).date(),
        )
        _refuse_unknown(self.environments, found.failures)
        refuse_unjudged(self.wholes, found.failures)
        unsaid = {name for name, stage in self.said.items() if not stage}
        told = [
            f"{name}: its settings do not say environment.stage, so it is judged as {PRODUCTION}; "
            f"some of these findings are waived for {' and '.join(stages)}"
            for name, stages in waivers.elsewhere(found.failures, accepted).items()
            if name in unsaid
        ]
        found = replace(found, warnings=[*found.warnings, *told])
        return report.report(
            found, {one.name: self.files.get(one.name, "") for one in self.environments}
        )


def begin(
    folder: Path, files: Mapping[str, str] | None = None, planned: Collection[str] = ()
) -> Begun:
    """Judge what a synthesis wrote to `folder`, as `judge` does, before there are plans of it.

    `planned` are the environments of which `verdict` will be given one. Raises Unjudgeable.
    """
    environments = documents.read(folder, sorted(files) if files is not None else None)
    names = [one.name for one in environments]
    foreign = sorted(set(planned) - set(names))
    if foreign:
        raise documents.Unjudgeable(f"the plan is one of {foreign[0]}, which is not judged here")
    every = {path.stem: said_stage(path) or PRODUCTION for path in own_files()}
    if files is None:
        own = [name for name in names if name in every]
        files = report.settings_files(own, own)
    said = {name: said_stage(Path(file)) for name, file in files.items() if file}
    _refuse_other_stage(environments, said)
    settings = {name: load(file) for name, file in files.items() if file}
    wholes = tuple(whole(one) for one in environments)
    failures = scan_stacks(environments) | {
        *path_failures(environments, settings),
        *whole_failures(wholes, settings),
    }
    checks = known_checks() | set(WHOLE_CHECKS)
    return Begun(environments, wholes, files, said, every, frozenset(failures), checks)


def _refuse_other_stage(
    environments: list[documents.Environment], said: Mapping[str, str | None]
) -> None:
    """Raise for JSON of another stage than its settings have now: other waivers would hold."""
    for one in environments:
        stage = said.get(one.name, one.stage) or PRODUCTION
        if stage != one.stage:
            raise documents.Unjudgeable(
                f"{one.path}: was synthesized as {one.stage}, and the settings of {one.name} say "
                f"environment.stage = {stage}",
                f"strata synth {one.name} --out DIR again",
            )


def _refuse_unknown(environments: list[documents.Environment], failures: list[Failure]) -> None:
    """Raise for what no check could tell, where none has found something else to mend."""
    told = {(one.environment, one.address) for one in failures if not one.unknown}
    paths = {one.name: one.path for one in environments}
    lines = [
        f"{paths[one.environment]}: {one.check} cannot judge {one.address}: {one.unknown} is known "
        "only once it is applied"
        for one in failures
        if one.unknown and (one.environment, one.address) not in told
    ]
    if lines:
        raise documents.Unjudgeable(
            "\n".join(lines), "write the value itself, or plan with it: --plan"
        )
