"""The `strata` command."""

import os
import sys
import tempfile
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from strata import deploy
from strata import emulator as emulation
from strata.errors import StrataError, UsageError
from strata.layers import LAYERS
from strata.paths import ROOT, WORK
from strata.progress import Progress
from strata.settings import Settings, load, load_each
from strata.settings.schema import schema_text
from strata.synthesis import synthesize
from strata.terraform.binary import terraform
from strata.terraform.layers import LayerWork
from strata.terraform.plugins import terraform_environment
from strata.terraform.process import Terraform

if TYPE_CHECKING:
    from strata.gate.report import Report

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    help="The AWS home of a web API. ENV is a name in envs/ or a path to a TOML file.",
)
emulator_app = typer.Typer(no_args_is_help=True, help="AWS on this machine, in memory.")
app.add_typer(emulator_app, name="emulator")

Env = Annotated[str, typer.Argument(metavar="ENV", help="Name in envs/, or path to a TOML file.")]
Envs = Annotated[list[str], typer.Argument(metavar="ENV...", help="Names or paths.")]
out = Console(highlight=False)
CDKTF_OUT = ROOT / "cdktf.out"


@app.command()
def check(envs: Envs) -> None:
    """Judge settings without building anything."""
    load_each(envs)
    for env in envs:
        out.print(f"{env}: the settings are right")


@app.command()
def schema() -> None:
    """Print the JSON schema of a settings file."""
    typer.echo(schema_text(), nl=False)


@app.command()
def synth(
    envs: Envs,
    folder: Annotated[Path, typer.Option("--out", help="Where the JSON goes.")] = CDKTF_OUT,
) -> None:
    """Write the Terraform JSON of every layer, and of all layers in one."""
    settings = load_each(envs)
    synthesize(settings, folder)
    for one in settings:
        name = one.environment.name
        out.print(f"{name}: {folder}/stacks/{name}-*  {folder}/composed/{name}", soft_wrap=True)


@app.command()
def gate(
    envs: Annotated[
        list[str] | None, typer.Argument(metavar="[ENV...]", help="Names or paths.")
    ] = None,
    synthesized: Annotated[
        Path | None, typer.Option(help="Judge what `strata synth --out` wrote here.")
    ] = None,
    form: Annotated[str, typer.Option("--format", help="text, json, sarif or junit.")] = "text",
    file: Annotated[Path | None, typer.Option("--out", help="Write the report here.")] = None,
) -> None:
    """Judge what would be built; exit code 1: findings, 2: no verdict."""
    from strata.gate.judge import judge  # noqa: PLC0415
    from strata.gate.report import FORMATS  # noqa: PLC0415

    if form not in FORMATS:
        raise UsageError(f"--format {form} is not known", f"one of {', '.join(FORMATS)}")
    if envs and not synthesized:
        settings = load_each(envs)
        with tempfile.TemporaryDirectory() as folder:
            synthesize(settings, Path(folder))
            verdict = _judge(envs, settings, Path(folder))
    elif synthesized and not envs:
        verdict = judge(synthesized)
    else:
        raise UsageError("give environments, or --synthesized DIR", "strata gate local")
    shown = FORMATS[form](verdict)
    if file:
        file.write_text(shown, encoding="utf-8")
    else:
        typer.echo(shown, nl=False)
    if verdict.findings:
        raise typer.Exit(1)


@app.command()
def bootstrap(env: Env) -> None:
    """Make the state bucket, or mend it."""
    settings = load(env)
    _aim(settings)
    _bootstrap(settings)


@app.command()
def apply(env: Env) -> None:
    """Apply every layer, those that do not meet side by side."""
    work = _work(load(env))
    _finish(_run(LAYERS, work.apply), f"strata apply {env}")


@app.command()
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
    work = _work(settings)
    outcome = _run(deploy.reverse(LAYERS), work.destroy)
    _finish(outcome, f"strata destroy {env} --yes")


@app.command()
def redis_auth(env: Env) -> None:
    """Give Redis its token after a plain `cdktf deploy`."""
    work = _work(load(env))
    folder = work.folder("cache")
    work.terraform.init(folder)
    changed = work.redis_auth(folder)
    out.print("Redis asks for its token now" if changed else "nothing to do")


@app.command()
def demo() -> None:
    """Take `envs/local.toml` from settings to a running system on the emulator."""
    settings = load("local")
    out.print("settings   are right")
    running = emulation.start()
    out.print(f"emulator   {running.url}")
    work = _work(settings)
    if _judge(["local"], [settings], CDKTF_OUT).findings:
        raise StrataError("the gate found something unsafe", "strata gate local")
    out.print("gate       is clean")
    _bootstrap(settings)
    _finish(_run(LAYERS, work.apply), "make demo")
    out.print("\nPlanning again: nothing may change.")
    second = _run(LAYERS, work.changes)
    _finish(second, "make demo")
    if set(second.done.values()) != {"no change"}:
        raise StrataError("a second plan has changes", f"look into {WORK / 'logs'}")
    edge, registry = (work.terraform.outputs(work.folder(n)) for n in ("edge", "registry"))
    out.print("\nIt stands, in memory, until the emulator stops:", style="bold")
    out.print(f"  address      {edge['url']}")
    out.print(f"  images       {registry['repository_url']}")
    out.print("  Terraform    cdktf.out/stacks/local-*")
    out.print("\nNext:", style="bold")
    out.print('  look around  eval "$(.venv/bin/strata emulator env)"')
    out.print("               terraform -chdir=cdktf.out/stacks/local-network plan")
    out.print("  change       edit envs/local.toml, then make demo")
    out.print("  take down    make clean-demo")


@emulator_app.command("start")
def emulator_start() -> None:
    """Start it, or say where it runs."""
    out.print(emulation.start().url)


@emulator_app.command("stop")
def emulator_stop() -> None:
    """Stop it; all that stands in it is gone."""
    out.print("stopped" if emulation.stop() else "was not running")


@emulator_app.command("status")
def emulator_status() -> None:
    """Say whether it runs; exit code 1 when it does not."""
    running = emulation.status()
    out.print(f"{running.url}, process {running.pid}" if running else "not running")
    if not running:
        raise typer.Exit(1)


@emulator_app.command("env")
def emulator_env() -> None:
    """Print what a shell needs for plain terraform and cdktf: eval "$(strata emulator env)"."""
    import shlex  # noqa: PLC0415

    typer.echo(f"unset {' '.join(emulation.FOREIGN)}")
    variables = {**terraform_environment(), **emulation.client_environment(_running().url)}
    for name, value in variables.items():
        typer.echo(f"export {name}={shlex.quote(value)}")


def _running() -> emulation.EmulatorStatus:
    running = emulation.status()
    if not running:
        raise StrataError("the emulator is not running", "strata emulator start")
    return running


def _aim(settings: Settings) -> None:
    """Point this process and its children at the emulator if the settings say so."""
    if settings.environment.emulated and "AWS_ENDPOINT_URL" not in os.environ:
        for name in emulation.FOREIGN:
            os.environ.pop(name, None)
        os.environ.update(emulation.client_environment(_running().url))


def _work(settings: Settings) -> LayerWork:
    _aim(settings)
    tool = Terraform(terraform(), terraform_environment(), WORK / "logs")
    synthesize([settings], CDKTF_OUT)
    return LayerWork(settings, CDKTF_OUT / "stacks", tool, threading.Lock())


def _judge(envs: list[str], settings: list[Settings], folder: Path) -> "Report":
    """The verdict on what a synthesis of `settings`, which `envs` name, wrote to `folder`."""
    from strata.gate.judge import judge  # noqa: PLC0415
    from strata.gate.report import settings_files  # noqa: PLC0415

    return judge(folder, settings_files(envs, [one.environment.name for one in settings]))


def _bootstrap(settings: Settings) -> None:
    from strata.bootstrap import bootstrap as make  # noqa: PLC0415 - boto3 takes its time

    made = make(settings.environment)
    out.print(f"state      {settings.environment.state_bucket} {'made' if made else 'is right'}")


def _run(needs: Mapping[str, tuple[str, ...]], step: deploy.Step) -> deploy.Outcome:
    with Progress(out, needs) as progress:
        return deploy.run(needs, step, progress)


def _finish(outcome: deploy.Outcome, command: str) -> None:
    if outcome.ok:
        return
    lines = [f"{layer}: {error.message}" for layer, error in outcome.failed.items()]
    lines.append(f"done: {', '.join(outcome.done) or 'nothing'}")
    if outcome.not_started:
        lines.append(f"not started: {', '.join(outcome.not_started)}")
    logs = " ".join(f"{WORK.name}/logs/*-{layer}.log" for layer in outcome.failed)
    raise StrataError("\n".join(lines), f"see {logs}; go on with {command}")


def main() -> int:
    """Run the command; errors a user can act on have no traceback."""
    run: Callable[[], object] = app
    try:
        run()
    except StrataError as error:
        print(f"error: {error.message}", file=sys.stderr)  # noqa: T201
        if error.hint:
            print(f"hint: {error.hint}", file=sys.stderr)  # noqa: T201
        return error.exit_code
    return 0
