"""From a synthesized folder, and a plan of it if there is one, to the verdict."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from strata.gate import documents, report, waivers
from strata.gate.scan import known_checks, scan
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
        scan(environments, plans),
        waivers.read(),
        judged=names,
        every=every,
        checks=known_checks(),
        today=date.today(),
    )
    return report.report(found, {name: files.get(name, "") for name in names})
