"""`strata plan`"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from strata.commands.base import AsJson, Env, out, print_json
from strata.commands.common import aim, plan_anew
from strata.commands.offered import Account, offered_lines
from strata.documents.layers import LAYERS
from strata.errors import Answered
from strata.settings import Settings, load
from strata.settings.load import shown
from strata.settings.models import Environment

if TYPE_CHECKING:
    from strata.plan_file.changes import Change


def plan(
    env: Env,
    folder: Annotated[Path | None, typer.Option("--out", help="Where the review goes.")] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Plan all layers as one, and write the review; exit code 2: changes, 0: none."""
    settings = load(env)
    aim(settings.environment)
    account = Account(settings.environment)
    planned, (looked, pushes) = plan_anew(
        env, settings, folder, account, lambda changes: _asked(env, settings, changes, account)
    )
    first = set(planned.report.first) >= set(LAYERS)
    needed = _needed(settings.environment, planned.folder) if first else []
    if as_json:
        from strata.commands.reports import PlanReport  # noqa: PLC0415

        folder = shown(planned.folder)
        print_json(
            PlanReport(
                folder=str(folder), review=planned.report, asked=looked, next=[*pushes, *needed]
            )
        )
    else:
        from strata.views.text.review import text  # noqa: PLC0415

        typer.echo(text(planned.report), nl=False)
        for line in looked:
            out.print(line)
        out.print(f"review     {shown(planned.folder)}")
        if needed:
            bucket = settings.environment.state_bucket
            out.print(f"next       {needed[0]} makes the state bucket {bucket}")
            out.print(f"then       {needed[1]}")
    if planned.report.changes:
        raise Answered(2)


def _asked(
    env: str, settings: Settings, changes: Sequence["Change"], account: Account
) -> tuple[list[str], list[str]]:
    """Lines about what an apply of these changes would meet, and the commands that push images."""
    from strata.apply.image import undone  # noqa: PLC0415 - boto3 takes its time

    lines, pushes = _image(settings, changes)
    return [
        *offered_lines(env, settings, changes, account),
        *undone(settings.environment, changes),
        *lines,
    ], pushes


def _image(settings: Settings, changes: Sequence["Change"]) -> tuple[list[str], list[str]]:
    """Lines about the image that an apply of the plan needs, and the commands that push it first,
    where the apply would stop without it."""
    from strata.apply.image import NoImage, before_apply  # noqa: PLC0415 - boto3 takes its time

    try:
        return before_apply(settings, changes, "not applied"), []
    except NoImage as missing:
        lines = [
            "image      is not in the repository: strata apply would stop before its first",
            "           change",
            f"           {missing.image}",
            *(f"           {command}" for command in missing.commands),
        ]
        return lines, missing.commands


def _needed(environment: Environment, folder: Path) -> list[str]:
    """The commands that a new environment needs, its state bucket first; none if it has one."""
    from strata.state import preflight  # noqa: PLC0415 - boto3 takes its time

    if preflight.has_state_bucket(environment):
        return []
    return [
        environment.command("bootstrap"),
        environment.command("apply", "--reviewed", str(shown(folder))),
    ]
