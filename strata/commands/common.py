"""What several commands share: their arguments, their console, and work over the layers."""

import os
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from strata import deploy, synthesis
from strata import emulator as emulation
from strata.errors import StrataError
from strata.paths import ROOT, WORK
from strata.progress import Progress
from strata.settings import Settings
from strata.settings.load import resolve, shown
from strata.settings.positions import line_of, positions
from strata.stacks import Json, Stack, stack
from strata.synthesis import synthesize
from strata.terraform.binary import terraform
from strata.terraform.layers import LayerWork
from strata.terraform.plugins import terraform_environment
from strata.terraform.process import Terraform

if TYPE_CHECKING:
    from strata.gate.report import Report
    from strata.plan.make import Made
    from strata.reach import Network
    from strata.reach.report import TableReport

Env = Annotated[str, typer.Argument(metavar="ENV", help="Name in envs/, or path to a TOML file.")]
Envs = Annotated[list[str], typer.Argument(metavar="ENV...", help="Names or paths.")]
out = Console(highlight=False)
CDKTF_OUT = ROOT / "cdktf.out"


def running_emulator() -> emulation.EmulatorStatus:
    """The emulator that runs; raises StrataError when none does."""
    running = emulation.status()
    if not running:
        raise StrataError("the emulator is not running", "strata emulator start")
    return running


def aim(settings: Settings) -> None:
    """Point this process and its children at the emulator if the settings say so."""
    if settings.environment.emulated and "AWS_ENDPOINT_URL" not in os.environ:
        for name in emulation.FOREIGN:
            os.environ.pop(name, None)
        os.environ.update(emulation.client_environment(running_emulator().url))


def layer_work(settings: Settings) -> LayerWork:
    """The environment synthesized, with Terraform ready to work on its layers."""
    aim(settings)
    tool = Terraform(terraform(), terraform_environment(), WORK / "logs")
    synthesize([settings], CDKTF_OUT)
    return LayerWork(settings, CDKTF_OUT / "stacks", tool, threading.Lock())


def judged(
    envs: list[str],
    settings: list[Settings],
    folder: Path,
    plans: "Mapping[str, Json] | None" = None,
) -> "Report":
    """The verdict on what a synthesis of `settings`, which `envs` name, wrote to `folder`; with
    `plans` on these too, by environment."""
    from strata.gate.judge import judge  # noqa: PLC0415
    from strata.gate.report import settings_files  # noqa: PLC0415

    names = [one.environment.name for one in settings]
    return judge(folder, settings_files(envs, names), plans)


def planned(env: str, work: LayerWork, folder: Path | None = None) -> "Made":
    """The review of the environment that `work` holds, written to `folder` or our own place."""
    from strata.plan.make import make_review  # noqa: PLC0415

    settings = work.settings
    return make_review(
        settings,
        file=shown(resolve(env).resolve()),
        synthesized=CDKTF_OUT,
        terraform=work.terraform,
        judge=lambda _: judged([env], [settings], CDKTF_OUT),
        folder=folder or WORK / "reviews" / settings.environment.name,
    )


def composed_stack(settings: Settings) -> Stack:
    """All that the settings would make, in one stack."""
    return stack(synthesis.compose(settings))


def reach_report(env: str, settings: Settings, network: "Network", *, live: bool) -> "TableReport":
    """The table of paths of `env`, with the places of those that its file asks for."""
    from strata.reach.report import table_report  # noqa: PLC0415
    from strata.reach.table import table  # noqa: PLC0415

    file = resolve(env)
    places = positions(file.read_text(encoding="utf-8")) if settings.reach else {}
    return table_report(
        settings.environment.name,
        table(network, settings.reach),
        live=live,
        file=str(shown(file.resolve())),
        lines=[line_of(places, ("reach", index)) for index in range(len(settings.reach))],
    )


def make_state_bucket(settings: Settings) -> None:
    """Make the state bucket or mend it, and say which."""
    from strata.bootstrap import bootstrap  # noqa: PLC0415 - boto3 takes its time

    made = bootstrap(settings.environment)
    out.print(f"state      {settings.environment.state_bucket} {'made' if made else 'is right'}")


def run_layers(needs: Mapping[str, tuple[str, ...]], step: deploy.Step) -> deploy.Outcome:
    """Do `step` for each layer, in waves, and show how far it is."""
    with Progress(out, needs) as progress:
        return deploy.run(needs, step, progress)


def finish(outcome: deploy.Outcome, command: str) -> None:
    """Raise StrataError, with the command that goes on, unless every layer is done."""
    if outcome.ok:
        return
    lines = [f"{layer}: {error.message}" for layer, error in outcome.failed.items()]
    lines.append(f"done: {', '.join(outcome.done) or 'nothing'}")
    if outcome.not_started:
        lines.append(f"not started: {', '.join(outcome.not_started)}")
    logs = " ".join(f"{WORK.name}/logs/*-{layer}.log" for layer in outcome.failed)
    raise StrataError("\n".join(lines), f"see {logs}; go on with {command}")
