"""`strata rollback`"""

from typing import Annotated

import typer

from strata.commands.base import AsJson, Env, ServiceName, out
from strata.commands.deploy import TIMEOUT
from strata.commands.releases import released, releases


def rollback(
    env: Env,
    revision: Annotated[
        int | None,
        typer.Argument(min=1, metavar="REVISION", help="By default the last good one."),
    ] = None,
    *,
    watch: Annotated[bool, typer.Option(help="Watch the deployment until ECS has decided.")] = True,
    timeout: Annotated[
        int, typer.Option(min=1, metavar="SECONDS", help="How long it is watched.")
    ] = TIMEOUT,
    service: ServiceName = None,
    as_json: AsJson = False,
) -> None:
    """Go back to the last good revision, or to another, and say what became of it."""
    work = releases(env, service)
    wanted = work.back(revision, out.print)
    released(work, wanted, watch=watch, timeout=timeout, as_json=as_json)
