"""`strata synth`"""

from pathlib import Path
from typing import Annotated

import typer

from strata.commands.base import Envs, out, synthesize_to
from strata.machine.folders import synthesized_folder
from strata.settings import load_each


def synth(
    envs: Envs,
    folder: Annotated[
        Path | None, typer.Option("--out", help="Where the JSON goes; else cdktf.out.")
    ] = None,
) -> None:
    """Write the Terraform JSON of every layer, and of all layers in one."""
    settings = load_each(envs)
    folder = folder or synthesized_folder()
    synthesize_to(folder, settings)
    for one in settings:
        name = one.environment.name
        out.print(f"{name}: {folder}/stacks/{name}-*  {folder}/composed/{name}")
