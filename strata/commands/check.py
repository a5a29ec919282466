"""`strata check`"""

import typer

from strata.commands.base import Envs, composed_stack, out, reach_report
from strata.commands.cost import over_budget
from strata.settings import InvalidSettings, load_each
from strata.settings.rules.edge import placeholder


def check(envs: Envs) -> None:
    """Judge settings; then what they would make: its cost if there is a budget, and its paths."""
    found = load_each(envs)
    from strata.reach import from_stack  # noqa: PLC0415 - wrong settings are told at once
    from strata.views.text.reach import table_lines  # noqa: PLC0415

    stacks = [composed_stack(settings) for settings in found]
    failed = []
    for env, settings, composed in zip(envs, found, stacks, strict=True):
        if problem := over_budget(env, settings, composed):
            if settings.cost.over_budget == "fail":
                failed.append(problem)
            else:
                out.print(f"warning: {problem}")
    if failed:
        raise InvalidSettings(failed)
    for env, settings in zip(envs, found, strict=True):
        out.print(f"{env}: the settings are right")
        if words := placeholder(settings):
            out.print(f"{env}: {words}")
    met = True
    for env, settings, composed in zip(envs, found, stacks, strict=True):
        report = reach_report(env, settings, from_stack(composed), live=False)
        met = met and report.met
        for line, good in table_lines(report, broken_only=True):
            out.print(line, style=None if good else "red")
    if not met:
        raise typer.Exit(1)
