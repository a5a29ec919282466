"""`strata map`"""

import os
import webbrowser
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from strata.commands.base import AsJson, Env, composed_stack, out, print_json, reviewed
from strata.errors import UsageError
from strata.machine.folders import project
from strata.settings import load
from strata.settings.load import shown
from strata.settings.models import Environment
from strata.views.steps import step

if TYPE_CHECKING:
    from strata.documents.stacks import Stack
    from strata.plan_file.changes import Plan


def map_(
    env: Env,
    folder: Annotated[
        Path | None, typer.Option("--out", help="Where the files go; else build/map/<name>.")
    ] = None,
    plan: Annotated[
        Path | None, typer.Option(help="Show what the plan changes that `strata plan` wrote here.")
    ] = None,
    open_: Annotated[bool, typer.Option("--open", help="Open the page.")] = False,
    as_json: AsJson = False,
) -> None:
    """Draw the environment: its network, its system, who reaches what."""
    settings = load(env)
    name = settings.environment.name
    changes = reviewed(plan, settings) if plan else None
    # `Path.resolve` raises on a link that leads back to itself, which writing there tells of.
    target = Path(os.path.realpath(folder or project() / "build" / "map" / name))
    written = write_map(target, settings.environment, composed_stack(settings), changes)
    files = [str(shown(file)) for file in written]
    if as_json:
        from strata.commands.reports import MapReport  # noqa: PLC0415

        print_json(MapReport(environment=name, files=files))
    else:
        for file in files:
            out.print(file)
    if open_:
        webbrowser.open(written[0].as_uri())


def write_map(
    folder: Path, environment: Environment, composed: "Stack", plan: "Plan | None" = None
) -> list[Path]:
    """Write the page and its pictures; returns the files, the page first."""
    from strata.map.write import files  # noqa: PLC0415

    name = f"{environment.project}-{environment.name}"
    with step(f"drawing {environment.name}"):
        contents = files(composed, name, environment.region, plan)
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} is no folder", "--out takes a folder")
    folder.mkdir(parents=True, exist_ok=True)
    for file, content in contents.items():
        (folder / file).write_text(content, encoding="utf-8")
    return [folder / file for file in contents]
