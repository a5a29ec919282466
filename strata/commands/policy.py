"""`strata policy`"""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from strata.commands.base import Env, composed_stack
from strata.deployer.table import Use
from strata.errors import UsageError
from strata.settings import load
from strata.settings.load import shown
from strata.settings.models import Environment

if TYPE_CHECKING:
    from strata.documents import Json


def policy(
    env: Env,
    use: Annotated[
        Use,
        typer.Option(
            "--for",
            help="apply: all commands; release: push, deploy, run, exec, tunnel, rotate, secret; "
            "plan: those that only read.",
        ),
    ] = Use.APPLY,
    folder: Annotated[
        Path | None,
        typer.Option("--out", help="Where each document goes as a file; else all to stdout."),
    ] = None,
) -> None:
    """Print the least IAM policy to deploy the environment, to release to it or to plan."""
    from strata.deployer.policy import documents, unknown  # noqa: PLC0415 - 11 MB of IAM actions

    settings = load(env)
    composed = composed_stack(settings)
    policies = documents(settings, composed, use)
    if missing := unknown(composed):
        typer.echo(
            f"warning: not in it: what {', '.join(missing)} of modules/own.py needs", err=True
        )
    if folder is None:
        typer.echo(json.dumps(policies, indent=2))
    else:
        for file in _written(folder, settings.environment, use, policies):
            typer.echo(shown(file))


def _written(
    folder: Path, environment: Environment, use: Use, policies: "list[Json]"
) -> list[Path]:
    """Write a file for each document; returns them."""
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} is no folder", "--out takes a folder")
    folder.mkdir(parents=True, exist_ok=True)
    name = f"{environment.project}-{environment.name}-{use}"
    # A policy that was longer once leaves no document behind that is taken for one of this.
    for old in folder.glob(f"{name}-*.json"):
        old.unlink()
    files = [folder / f"{name}-{number}.json" for number in range(1, len(policies) + 1)]
    for file, document in zip(files, policies, strict=True):
        file.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    return files
