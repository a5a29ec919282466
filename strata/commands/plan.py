"""`strata plan`"""

import shlex
from pathlib import Path
from typing import Annotated

import typer

from strata.commands.base import Env, out
from strata.commands.common import aim, plan_anew
from strata.documents.layers import LAYERS
from strata.errors import Answered
from strata.settings import load
from strata.settings.load import shown
from strata.settings.models import Environment


def plan(
    env: Env,
    folder: Annotated[Path | None, typer.Option("--out", help="Where the review goes.")] = None,
) -> None:
    """Plan all layers as one, and write the review; exit code 2: changes, 0: none."""
    from strata.state import preflight  # noqa: PLC0415 - boto3 takes its time
    from strata.views.text.review import text  # noqa: PLC0415

    settings = load(env)
    aim(settings.environment)
    # Before the first apply there need not be a state bucket.
    preflight.check_account(settings.environment)
    made = plan_anew(env, settings, folder)
    typer.echo(text(made.report), nl=False)
    out.print(f"review     {shown(made.folder)}")
    if set(made.report.first) == set(LAYERS):
        _say_next(env, settings.environment, made.folder)
    if made.report.changes:
        raise Answered(2)


def _say_next(env: str, environment: Environment, folder: Path) -> None:
    """What a new environment needs before this review of it can be applied."""
    from strata.state import preflight  # noqa: PLC0415 - boto3 takes its time

    if not preflight.has_state_bucket(environment):
        from strata.aws.errors import bootstrap_command  # noqa: PLC0415

        first = bootstrap_command(env)
        then = shlex.join(["strata", "apply", env, "--reviewed", str(shown(folder))])
        bucket = environment.state_bucket
        out.print(f"next       {first} makes the state bucket {bucket}")
        out.print(f"then       {then}")
