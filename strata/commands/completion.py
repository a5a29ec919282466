"""`strata completion`"""

from typing import Annotated, Literal

import typer
from typer._completion_shared import get_completion_script

from strata.commands.complete import VARIABLE

REGISTERED = "compdef _strata_completion strata"
REGISTERED_AND_CALLED = f"""{REGISTERED}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
  _strata_completion "$@"
fi"""
"""zsh reads the file on the first Tab, in place of the function that it registers: with typer's
script alone (0.29.2) the first Tab of a shell completes nothing (zsh 5.9, autoloaded functions)."""


def completion(
    shell: Annotated[
        Literal["bash", "zsh", "fish"], typer.Argument(metavar="SHELL", help="bash, zsh or fish.")
    ],
) -> None:
    """Print what a shell needs to complete commands, environments and more."""
    script = get_completion_script(prog_name="strata", complete_var=VARIABLE, shell=shell)
    typer.echo(script.replace(REGISTERED, REGISTERED_AND_CALLED))
