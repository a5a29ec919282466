"""`strata synth`"""

from pathlib import Path
from typing import Annotated

import typer

from strata.commands.base import AsJson, Envs, out, print_json, synthesize_to
from strata.documents.layers import stack_name, standing
from strata.machine.folders import synthesized_folder
from strata.settings import load_each


def synth(
    envs: Envs,
    folder: Annotated[
        Path | None, typer.Option("--out", help="Where the JSON goes; else cdktf.out.")
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Write the Terraform JSON of every layer, and of all layers in one."""
    settings = load_each(envs)
    folder = folder or synthesized_folder()
    synthesize_to(folder, settings)
    names = [environment_settings.environment.name for environment_settings in settings]
    if as_json:
        from strata.commands.reports import SynthesizedEnvironment, SynthReport  # noqa: PLC0415

        environments = [
            SynthesizedEnvironment(
                environment=name,
                stacks={
                    layer: str(folder / "stacks" / stack_name(name, layer))
                    for layer in standing(folder / "stacks", name)
                },
                composed=str(folder / "composed" / name),
            )
            for name in names
        ]
        print_json(SynthReport(environments=environments))
        return
    for name in names:
        out.print(f"{name}: {folder}/stacks/{name}-*  {folder}/composed/{name}")
