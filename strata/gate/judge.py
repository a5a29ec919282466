"""From a synthesized folder, and a plan of it if there is one, to the verdict."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from strata.gate import documents, report, waivers
from strata.gate.paths import path_failures
from strata.gate.scan import Failure, known_checks, scan
from strata.settings.load import own_files
from strata.stacks import Json


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
    every = [path.stem for path in own_files()]
    if files is None:
        own = [name for name in names if name in every]
        files = report.settings_files(own, own)
    found = waivers.apply(
        sorted([*scan(environments, plans), *path_failures(environments, files)]),
        waivers.read(),
        judged=names,
        every=every,
        checks=known_checks(),
        today=date.today(),
    )
    _refuse_unknown(environments, found.failures)
    return report.report(found, {name: files.get(name, "") for name in names})


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
