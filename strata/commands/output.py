"""`strata output`"""

from typing import TYPE_CHECKING

import typer

from strata.commands.base import AsJson, Env, print_json
from strata.commands.common import aim
from strata.errors import StrataError
from strata.settings import load
from strata.settings.models import Environment

if TYPE_CHECKING:
    from strata.state.outputs import Output


def output(env: Env, *, as_json: AsJson = False) -> None:
    """Show the address, the registry and all else that a finished apply left to use."""
    from strata.documents.layers import LAYERS  # noqa: PLC0415
    from strata.state import preflight  # noqa: PLC0415 - boto3 takes its time
    from strata.views.text.output import text  # noqa: PLC0415

    settings = load(env)
    aim(settings.environment)
    preflight.check(settings.environment)
    report = output_of(settings.environment)
    if set(report.not_applied) >= set(LAYERS):
        again = settings.environment.command("apply")
        raise StrataError(f"nothing of {report.environment} is applied", again)
    if as_json:
        print_json(report)
    else:
        typer.echo(text(report), nl=False)


def output_of(environment: Environment) -> "Output":
    """The output in the current states of an environment."""
    from strata.state.outputs import output as read  # noqa: PLC0415
    from strata.state.states import read_states  # noqa: PLC0415 - boto3 takes its time

    return read(environment.name, read_states(environment))
