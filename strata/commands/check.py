"""`strata check`"""

import typer

from strata.commands.common import Envs, composed_network, out, reach_report
from strata.settings import load_each


def check(envs: Envs) -> None:
    """Judge settings, then the paths between endpoints that they would open and shut."""
    from strata.reach.report import table_lines  # noqa: PLC0415

    settings = load_each(envs)
    for env in envs:
        out.print(f"{env}: the settings are right", soft_wrap=True)
    reports = [
        reach_report(env, one, composed_network(one), live=False)
        for env, one in zip(envs, settings, strict=True)
    ]
    for report in reports:
        for line, good in table_lines(report, broken_only=True):
            out.print(line, style=None if good else "red", soft_wrap=True, markup=False)
    if not all(report.met for report in reports):
        raise typer.Exit(1)
