"""What every command shares: arguments, the console, and work that needs only the code."""

import contextlib
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer
from pydantic import BaseModel
from rich.console import Console

from strata.commands import complete
from strata.documents import Json
from strata.documents.stacks import Stack, stack
from strata.errors import StrataError, UsageError
from strata.machine.folders import work_folder
from strata.settings import Settings
from strata.settings.load import distinct, resolve, shown
from strata.settings.positions import line_of, positions
from strata.synthesis import synthesize
from strata.views.steps import step

if TYPE_CHECKING:
    from strata.gate.judging_process import Begin
    from strata.gate.report import Report
    from strata.plan_file.changes import Plan
    from strata.reach import Network
    from strata.reach.report import TableReport

_Report = TypeVar("_Report")
View = Callable[[_Report], str]
"""Writes a report in a format."""

Env = Annotated[
    str,
    typer.Argument(
        metavar="ENV",
        help="Name in envs/, or path to a TOML file.",
        autocompletion=complete.environments,
    ),
]
ServiceName = Annotated[
    str | None,
    typer.Option("--service", metavar="NAME", help="One of [services] instead of [service]."),
]
Envs = Annotated[
    list[str],
    typer.Argument(
        metavar="ENV",
        help="Names or paths.",
        callback=distinct,
        autocompletion=complete.environments,
    ),
]
# No markup and no emoji, since `:100:` would be one; addresses are not wrapped to fit the width.
out = Console(highlight=False, markup=False, emoji=False, soft_wrap=True)


def _alone(context: typer.Context, as_json: bool) -> bool:
    # With --json everything but the result goes to stderr, until the command has ended.
    if as_json:
        context.find_root().with_resource(_out_on_stderr())
    return as_json


@contextlib.contextmanager
def _out_on_stderr() -> Iterator[None]:
    before = out.stderr
    out.stderr = True
    try:
        yield
    finally:
        out.stderr = before


AsJson = Annotated[
    bool,
    typer.Option("--json", help="Print the result as JSON; all else to stderr.", callback=_alone),
]


def print_json(report: BaseModel) -> None:
    """Print the report of a command, which follows its schema in `docs/`."""
    from strata.views.data import as_json  # noqa: PLC0415

    typer.echo(as_json(report), nl=False)


def read_out() -> Path:
    """Where an environment is synthesized that is only read, and never applied from."""
    return work_folder() / "read"


def judged(
    envs: list[str],
    settings: list[Settings],
    folder: Path,
    plans: Mapping[str, Json] | None = None,
    begin: "Begin | None" = None,
) -> "Report":
    """The verdict on a synthesis of `settings`, which `envs` name, in `folder`; with `plans` on
    these too, by environment. `begin` starts the gate, by default in this process."""
    from strata.gate.judging_process import judge_here  # noqa: PLC0415
    from strata.gate.report import settings_files  # noqa: PLC0415

    names = [environment_settings.environment.name for environment_settings in settings]
    with step(f"judging {', '.join(names)}"):
        return (begin or judge_here)(folder, settings_files(envs, names), plans or {})(plans or {})


def reviewed(folder: Path, settings: Settings) -> "Plan":
    """The plan of the review in a folder; raises UsageError unless these settings were planned."""
    from strata.review.record import plan_command, read, settings_digest  # noqa: PLC0415

    review, plan = read(folder)
    name, planned_for = settings.environment.name, review.basis.environment
    again = plan_command(settings.environment, folder)
    if planned_for != name:
        raise UsageError(f"{folder} holds a plan of {planned_for}, not of {name}", again)
    if review.basis.settings != settings_digest(settings):
        raise UsageError(f"the settings were changed since {folder} was planned", again)
    return plan


def composed_stack(settings: Settings) -> Stack:
    """All resources that the settings would create, in a single stack."""
    with step(f"synthesizing {settings.environment.name}"):
        return stack(synthesize.compose(settings))


def synthesize_to(folder: Path, settings: list[Settings]) -> None:
    """Write the Terraform JSON of environments to a folder."""
    names = [environment_settings.environment.name for environment_settings in settings]
    with step(f"synthesizing {', '.join(names)}"):
        synthesize.synthesize(settings, folder)


def reach_report(env: str, settings: Settings, network: "Network", *, live: bool) -> "TableReport":
    """The table of paths of `env`, with the lines of those that its file asks for."""
    from strata.reach.report import table_report  # noqa: PLC0415
    from strata.reach.table import table  # noqa: PLC0415

    file = resolve(env)
    places = positions(file.read_text(encoding="utf-8")) if settings.reach else {}
    return table_report(
        settings.environment.name,
        table(
            network,
            settings.reach,
            settings.service.egress,
            connected=settings.connected,
        ),
        live=live,
        file=str(shown(file.resolve())),
        lines=[line_of(places, ("reach", index)) for index in range(len(settings.reach))],
    )


def form_of(form: str, *, as_json: bool) -> str:
    """The format of `--format`, or `json` with `--json`; raises UsageError if they disagree."""
    if as_json and form not in ("text", "json"):
        raise UsageError(f"--json is --format json, and not {form}", "give one of them")
    return "json" if as_json else form


def view(form: str, views: Mapping[str, View[_Report]]) -> View[_Report]:
    """The view for the format that `--format` names; raises UsageError for an unknown one."""
    if form not in views:
        raise UsageError(f"--format {form} is not known", f"one of {', '.join(views)}")
    return views[form]


def confirm(question: str, *, yes: bool) -> None:
    """Ask, unless `yes` is set; raises StrataError for a no, and without a terminal."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise StrataError("nothing was done: no terminal to confirm it at", "--yes answers")
    if not typer.confirm(question, err=out.stderr):
        raise StrataError("nothing was done")
