"""Makes the verdict on a synthesized folder, and on a plan of it if there is one."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from strata.documents import Json
from strata.gate import documents, report, waivers
from strata.gate.documents import PRODUCTION
from strata.gate.paths import judged_paths
from strata.gate.scan import Failure, known_checks, scan_plan, scan_stacks
from strata.gate.whole_environment import (
    ENVIRONMENT_CHECKS,
    ResolvedEnvironment,
    environment_failures,
    first_of,
    how_to_judge,
    resolve_environment,
    unjudged_words,
)
from strata.settings import Settings
from strata.settings.load import load, own_files, stated_stage


def judge(
    folder: Path,
    files: Mapping[str, str] | None = None,
    plans: Mapping[str, Json] | None = None,
) -> report.Report:
    """Judge a synthesis in `folder`, for the environments in `files` or for all.

    `files` gives the settings file of each environment, `plans` a plan of some of them, as
    `terraform show -json` prints it: of the composed stack, or of a layer. Raises Unjudgeable.
    """
    return begin(folder, files, plans or {}).verdict(plans)


@dataclass(frozen=True)
class Judgement:
    """A synthesis that was judged; `verdict` also takes plans of it."""

    environments: list[documents.Environment]
    resolved_environments: tuple[ResolvedEnvironment, ...]
    files: Mapping[str, str]
    stated_stages: Mapping[str, str | None]
    every: Mapping[str, str]
    failures: frozenset[Failure]
    checks: frozenset[str]
    not_judged: tuple[str, ...] = ()

    def verdict(self, plans: Mapping[str, Json] | None = None) -> report.Report:
        """The verdict on the synthesis and on these plans of it; raises Unjudgeable."""
        failures = self.failures
        for environment in self.environments:
            plan = (plans or {}).get(environment.name)
            if plan is not None:
                failures = scan_plan(environment, plan, failures)
        accepted = waivers.read()
        waived = waivers.apply(
            sorted(failures),
            accepted,
            judged={environment.name: environment.stage for environment in self.environments},
            every=self.every,
            checks=self.checks,
            critical=report.critical_checks(),
            today=datetime.now(UTC).date(),
        )
        unknown = _unknown(self.environments, waived.failures)
        unjudged = unjudged_words(self.resolved_environments)
        without_stage = {name for name, stage in self.stated_stages.items() if not stage}
        warnings = [
            f"{name}: its settings do not say environment.stage, so it is judged as {PRODUCTION}; "
            f"some of these findings are waived for {' and '.join(stages)}"
            for name, stages in waivers.elsewhere(waived.failures, accepted).items()
            if name in without_stage
        ]
        waived = replace(waived, warnings=[*waived.warnings, *warnings, *self.not_judged])
        verdict = report.report(
            waived,
            {
                environment.name: self.files.get(environment.name, "")
                for environment in self.environments
            },
            [*unknown, *unjudged],
        )
        # With a finding it is known to be unsafe, whatever the rest says.
        if unknown and not verdict.findings:
            raise documents.Unjudgeable(
                "\n".join(unknown), "write the value itself, or plan with it: --plan"
            )
        if unjudged and not verdict.findings:
            raise documents.Unjudgeable("\n".join(first_of(unjudged)), how_to_judge(unjudged))
        return verdict


def begin(
    folder: Path, files: Mapping[str, str] | None = None, planned: Collection[str] = ()
) -> Judgement:
    """Judge a synthesis in `folder`, as `judge` does, before there are plans of it.

    `planned` are the environments for which `verdict` will get a plan. Raises Unjudgeable.
    """
    environments = documents.read(folder, sorted(files) if files is not None else None)
    names = [environment.name for environment in environments]
    foreign = sorted(set(planned) - set(names))
    if foreign:
        raise documents.Unjudgeable(f"the plan is one of {foreign[0]}, which is not judged here")
    stage_of = {path.stem: stated_stage(path) or PRODUCTION for path in own_files()}
    if files is None:
        own_names = [name for name in names if name in stage_of]
        files = report.settings_files(own_names, own_names)
    stages = {name: stated_stage(Path(file)) for name, file in files.items() if file}
    settings = {name: load(file) for name, file in files.items() if file}
    _refuse_other_stage(environments, settings)
    resolved_environments = tuple(resolve_environment(environment) for environment in environments)
    paths = judged_paths(environments, settings)
    failures = scan_stacks(environments) | {
        *paths.failures,
        *environment_failures(resolved_environments, settings),
    }
    checks = known_checks() | set(ENVIRONMENT_CHECKS)
    return Judgement(
        environments,
        resolved_environments,
        files,
        stages,
        stage_of,
        frozenset(failures),
        checks,
        tuple(paths.not_judged),
    )


def _refuse_other_stage(
    environments: list[documents.Environment], settings: Mapping[str, Settings]
) -> None:
    """Raise for JSON of another stage than its settings have now: other waivers would apply."""
    for environment in environments:
        current = settings.get(environment.name)
        if current and current.environment.stage != environment.stage:
            again = current.environment.command("synth", "--out", "DIR")
            raise documents.Unjudgeable(
                f"{environment.path}: was synthesized as {environment.stage}, and the settings of "
                f"{environment.name} say environment.stage = {current.environment.stage}",
                f"{again} again",
            )


def _unknown(environments: list[documents.Environment], failures: list[Failure]) -> list[str]:
    """The resources that a check could not judge, unless another check fails on them."""
    reported = {
        (failure.environment, failure.address) for failure in failures if not failure.unknown
    }
    paths = {environment.name: environment.path for environment in environments}
    return [
        f"{paths[failure.environment]}: {failure.check} cannot judge {failure.address}: "
        f"{failure.unknown} is known only once it is applied"
        for failure in failures
        if failure.unknown and (failure.environment, failure.address) not in reported
    ]
