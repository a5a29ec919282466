"""From a synthesized folder to the verdict."""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from strata.gate import documents, report, waivers
from strata.gate.scan import known_checks, scan
from strata.paths import ROOT


def judge(folder: Path, files: Mapping[str, str] | None = None) -> report.Report:
    """Judge what a synthesis wrote to `folder`, of the environments in `files` or of all."""
    environments = documents.read(folder, sorted(files) if files is not None else None)
    names = [one.name for one in environments]
    every = _every()
    known = files if files is not None else report.settings_files(_own(names), _own(names))
    found = waivers.apply(
        scan(environments),
        waivers.read(),
        judged=names,
        every=every,
        checks=known_checks(),
        today=date.today(),
    )
    return report.report(found, {name: known.get(name, "") for name in names})


def _every() -> list[str]:
    return sorted(path.stem for path in (ROOT / "envs").glob("*.toml"))


def _own(names: Sequence[str]) -> list[str]:
    return [name for name in names if name in _every()]
