"""`strata drift`"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated

import typer

from strata.commands.base import AsJson, Env, View, form_of, view
from strata.commands.common import look_for_drift
from strata.settings import load

if TYPE_CHECKING:
    from strata.drift.report import Report


def drift(
    env: Env,
    form: Annotated[str, typer.Option("--format", help="text, json or md.")] = "text",
    *,
    as_json: AsJson = False,
) -> None:
    """Compare AWS with what was applied; exit code 3: drift. Changes nothing."""
    write = view(form_of(form, as_json=as_json), views())
    settings = load(env)
    report = look_for_drift(settings)
    typer.echo(write(report), nl=False)
    if report.drift or report.added:
        raise typer.Exit(3)


def views() -> Mapping[str, View["Report"]]:
    """Format -> the view that writes drift in it."""
    from strata.views import data, markdown  # noqa: PLC0415 - what the command alone needs
    from strata.views.text import drift as terminal  # noqa: PLC0415

    return {"text": terminal.text, "json": data.as_ascii_json, "md": markdown.drift}
