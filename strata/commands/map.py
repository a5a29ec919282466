"""`strata map`"""

import webbrowser
from pathlib import Path
from typing import Annotated

import typer

from strata.commands.common import Env, out
from strata.errors import UsageError
from strata.paths import ROOT
from strata.settings import load
from strata.settings.load import shown
from strata.synthesis import compose


def map_(
    env: Env,
    folder: Annotated[
        Path | None, typer.Option("--out", help="Where the files go; else build/map/<name>.")
    ] = None,
    plan: Annotated[
        Path | None, typer.Option(help="Show what the plan changes that `strata plan` wrote here.")
    ] = None,
    open_: Annotated[bool, typer.Option("--open", help="Open the page.")] = False,
) -> None:
    """Draw the environment: its network, its system, who reaches what."""
    from strata.map.make import PAGE, files  # noqa: PLC0415
    from strata.plan.review import read  # noqa: PLC0415

    settings = load(env)
    environment = settings.environment
    changes = None
    if plan:
        review, found = read(plan)
        if review.basis.environment != environment.name:
            raise UsageError(
                f"{plan} holds a plan of {review.basis.environment}, not of {environment.name}",
                f"strata plan {env} --out DIR",
            )
        changes = (plan, found)
    name = f"{environment.project}-{environment.name}"
    made = files(compose(settings), name, environment.region, changes)
    target = (folder or ROOT / "build" / "map" / environment.name).resolve()
    target.mkdir(parents=True, exist_ok=True)
    for file, content in made.items():
        (target / file).write_text(content, encoding="utf-8")
        out.print(str(shown(target / file)), soft_wrap=True)
    if open_:
        webbrowser.open((target / PAGE).as_uri())
