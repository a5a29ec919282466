"""`strata emulator`"""

import shlex

import typer

from strata.commands.base import out
from strata.commands.common import running_emulator, start_emulator
from strata.local import emulator as emulation
from strata.terraform.plugins import terraform_environment

app = typer.Typer(
    no_args_is_help=True, add_completion=False, help="AWS on this machine, in memory."
)


@app.command("start")
def start() -> None:
    """Start it, or say where it runs."""
    out.print(start_emulator().url)


@app.command("stop")
def stop() -> None:
    """Stop it; all that stands in it is gone."""
    out.print("stopped" if emulation.stop() else "was not running")


@app.command("status")
def status() -> None:
    """Say whether it runs; exit code 1 when it does not."""
    running = emulation.status()
    out.print(f"{running.url}, process {running.pid}" if running else "not running")
    if not running:
        raise typer.Exit(1)


@app.command("env")
def env() -> None:
    """Print what a shell needs for plain terraform and cdktf: eval "$(strata emulator env)"."""
    typer.echo(f"unset {' '.join(emulation.FOREIGN)}")
    variables = {**terraform_environment(), **emulation.client_environment(running_emulator().url)}
    for name, value in variables.items():
        typer.echo(f"export {name}={shlex.quote(value)}")
