"""`strata drift`"""

from typing import Annotated

import typer

from strata.commands.base import Env
from strata.commands.common import look_for_drift
from strata.errors import UsageError
from strata.settings import load


def drift(
    env: Env,
    form: Annotated[str, typer.Option("--format", help="text, json or md.")] = "text",
) -> None:
    """Compare AWS with what was applied; exit code 3: drift. Changes nothing."""
    from strata.drift.report import FORMATS  # noqa: PLC0415

    if form not in FORMATS:
        raise UsageError(f"--format {form} is not known", f"one of {', '.join(FORMATS)}")
    settings = load(env)
    report = look_for_drift(settings, env)
    typer.echo(FORMATS[form](report), nl=False)
    if report.drift or report.added:
        raise typer.Exit(3)
