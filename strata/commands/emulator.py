"""`strata emulator`"""

import shlex

import typer

from strata.commands.base import AsJson, out, print_json
from strata.commands.common import running_emulator, start_emulator
from strata.local import emulator as emulation
from strata.terraform.plugins import terraform_environment

app = typer.Typer(
    no_args_is_help=True, add_completion=False, help="AWS on this machine, in memory."
)


@app.command("start")
def start(*, as_json: AsJson = False) -> None:
    """Start it, or say where it runs."""
    running = start_emulator()
    if as_json:
        _print(running)
    else:
        out.print(running.url)


@app.command("stop")
def stop() -> None:
    """Stop it; all that stands in it is gone."""
    out.print("stopped" if emulation.stop() else "was not running")


@app.command("status")
def status(*, as_json: AsJson = False) -> None:
    """Say whether it runs; exit code 1 when it does not."""
    running = emulation.status()
    if as_json:
        _print(running)
    else:
        out.print(f"{running.url}, process {running.pid}" if running else "not running")
    if not running:
        raise typer.Exit(1)


def _print(running: emulation.EmulatorStatus | None) -> None:
    from strata.commands.reports import EmulatorReport  # noqa: PLC0415 - takes its time

    print_json(
        EmulatorReport(
            running=running is not None,
            url=running.url if running else None,
            pid=running.pid if running else None,
        )
    )


@app.command("env")
def env() -> None:
    """Print what a shell needs for plain terraform and cdktf: eval "$(strata emulator env)"."""
    typer.echo(f"unset {' '.join(emulation.FOREIGN)}")
    variables = {**terraform_environment(), **emulation.client_environment(running_emulator().url)}
    for name, value in variables.items():
        typer.echo(f"export {name}={shlex.quote(value)}")
