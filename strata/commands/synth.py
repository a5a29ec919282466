"""`strata synth`"""

from pathlib import Path
from typing import Annotated

import typer

from strata.commands.base import CDKTF_OUT, Envs, out
from strata.settings import load_each
from strata.synthesis.synthesize import synthesize


def synth(
    envs: Envs,
    folder: Annotated[Path, typer.Option("--out", help="Where the JSON goes.")] = CDKTF_OUT,
) -> None:
    """Write the Terraform JSON of every layer, and of all layers in one."""
    settings = load_each(envs)
    synthesize(settings, folder)
    for one in settings:
        name = one.environment.name
        out.print(f"{name}: {folder}/stacks/{name}-*  {folder}/composed/{name}")
