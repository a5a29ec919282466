"""`strata completion`"""

from typing import Annotated, Literal

import typer
from typer._completion_shared import get_completion_script

from strata.commands.complete import VARIABLE


def completion(
    shell: Annotated[
        Literal["bash", "zsh", "fish"], typer.Argument(metavar="SHELL", help="bash, zsh or fish.")
    ],
) -> None:
    """Print what a shell needs to complete commands, environments and more."""
    typer.echo(get_completion_script(prog_name="strata", complete_var=VARIABLE, shell=shell))
