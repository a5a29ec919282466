"""`strata check`"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import typer

from strata.commands.base import AsJson, Envs, composed_stack, out, print_json, reach_report
from strata.commands.cost import over_budget
from strata.settings import InvalidSettings, Problem, Settings, load_each, rules
from strata.settings.load import worded
from strata.settings.rules.edge import placeholder
from strata.settings.shared import refuse_shared

if TYPE_CHECKING:
    from strata.reach.report import TableReport


def check(envs: Envs, *, as_json: AsJson = False) -> None:
    """Judge settings; then what they would make: its cost if there is a budget, and its paths."""
    warnings: list[Problem] = []
    try:
        all_settings = load_each(envs)
        refuse_shared(envs, all_settings)
        for env, settings in zip(envs, all_settings, strict=True):
            warnings += worded(env, rules.warnings(settings))
        reports = _reports(envs, all_settings, warnings)
    except InvalidSettings as error:
        if as_json:
            _print(error.problems, warnings, [], [])
        else:
            _warn(warnings)
        raise
    unfilled = {
        env: words
        for env, settings in zip(envs, all_settings, strict=True)
        if (words := placeholder(settings))
    }
    if as_json:
        _print([], warnings, [f"{env}: {words}" for env, words in unfilled.items()], reports)
    else:
        _warn(warnings)
        for env in envs:
            out.print(f"{env}: the settings are right")
            if env in unfilled:
                out.print(f"{env}: {unfilled[env]}")
        _say(reports)
    if not all(report.met for report in reports):
        raise typer.Exit(1)


def _reports(
    envs: list[str], all_settings: list[Settings], warnings: list[Problem]
) -> "list[TableReport]":
    """The paths of each environment; raises InvalidSettings for a budget that is exceeded, where
    the settings make that an error."""
    from strata.reach import from_stack  # noqa: PLC0415 - wrong settings are told at once

    stacks = [composed_stack(settings) for settings in all_settings]
    failed: list[Problem] = []
    for env, settings, composed in zip(envs, all_settings, stacks, strict=True):
        if problem := over_budget(env, settings, composed):
            (failed if settings.cost.over_budget == "fail" else warnings).append(problem)
    if failed:
        raise InvalidSettings(failed)
    return [
        reach_report(env, settings, from_stack(composed), live=False)
        for env, settings, composed in zip(envs, all_settings, stacks, strict=True)
    ]


def _warn(problems: list[Problem]) -> None:
    for problem in problems:
        out.print(f"warning: {problem}")


def _say(reports: "list[TableReport]") -> None:
    from strata.views.text.reach import table_lines  # noqa: PLC0415

    for report in reports:
        for line, good in table_lines(report, broken_only=True):
            out.print(line, style=None if good else "red")


def _print(
    wrong: Sequence[Problem],
    warnings: Sequence[Problem],
    unfilled: list[str],
    reports: "list[TableReport]",
) -> None:
    from strata.commands.reports import CheckReport, WrongSetting  # noqa: PLC0415 - takes its time

    def data(problems: Sequence[Problem]) -> list[WrongSetting]:
        return [
            WrongSetting(
                file=str(problem.file),
                line=problem.line,
                key=problem.key,
                value=problem.value,
                wrong=problem.wrong,
                right=problem.right,
            )
            for problem in problems
        ]

    print_json(
        CheckReport(
            wrong=data(wrong), warnings=data(warnings), placeholders=unfilled, paths=reports
        )
    )
