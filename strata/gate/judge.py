"""From a synthesized folder, and a plan of it if there is one, to the verdict."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

from strata.documents.stacks import Json
from strata.gate import documents, report, waivers
from strata.gate.documents import PRODUCTION
from strata.gate.paths import path_failures
from strata.gate.scan import Failure, known_checks, scan
from strata.settings.load import own_files, said_stage


def judge(
    folder: Path,
    files: Mapping[str, str] | None = None,
    plans: Mapping[str, Json] | None = None,
) -> report.Report:
    """Judge what a synthesis wrote to `folder`, of the environments in `files` or of all.

    `files` gives the settings file of each environment, `plans` a plan of some of them, as
    `terraform show -json` prints it: of the composed stack, or of a layer. Raises Unjudgeable.
    """
    environments = documents.read(folder, sorted(files) if files is not None else None)
    names = [one.name for one in environments]
    foreign = sorted(set(plans or {}) - set(names))
    if foreign:
        raise documents.Unjudgeable(f"the plan is one of {foreign[0]}, which is not judged here")
    every = {path.stem: said_stage(path) or PRODUCTION for path in own_files()}
    if files is None:
        own = [name for name in names if name in every]
        files = report.settings_files(own, own)
    said = {name: said_stage(Path(file)) for name, file in files.items() if file}
    _refuse_other_stage(environments, said)
    accepted = waivers.read()
    found = waivers.apply(
        sorted([*scan(environments, plans), *path_failures(environments, files)]),
        accepted,
        judged={one.name: one.stage for one in environments},
        every=every,
        checks=known_checks(),
        today=date.today(),
    )
    _refuse_unknown(environments, found.failures)
    unsaid = {name for name, stage in said.items() if not stage}
    told = [
        f"{name}: its settings do not say environment.stage, so it is judged as {PRODUCTION}; some "
        f"of these findings are waived for {' and '.join(stages)}"
        for name, stages in waivers.elsewhere(found.failures, accepted).items()
        if name in unsaid
    ]
    found = replace(found, warnings=[*found.warnings, *told])
    return report.report(found, {name: files.get(name, "") for name in names})


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
