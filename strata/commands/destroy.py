"""`strata destroy`"""

from typing import Annotated

import typer

from strata import deploy
from strata.commands.common import Env, finish, layer_work, run_layers
from strata.errors import StrataError
from strata.layers import LAYERS
from strata.settings import load


def destroy(
    env: Env, yes: Annotated[bool, typer.Option("--yes", help="Do it without asking.")] = False
) -> None:
    """Destroy every layer; the state bucket stays."""
    settings = load(env)
    if not yes:
        raise StrataError(
            f"nothing was destroyed: this takes all of {settings.environment.name} away",
            f"strata destroy {env} --yes",
        )
    work = layer_work(settings)
    outcome = run_layers(deploy.reverse(LAYERS), work.destroy)
    finish(outcome, f"strata destroy {env} --yes")
