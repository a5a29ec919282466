"""`strata destroy`"""

import sys
from typing import Annotated

import typer

from strata.apply import waves
from strata.commands.base import Env, out
from strata.commands.common import at_work, finish, move_states, run_layers
from strata.documents.layers import needs
from strata.errors import StrataError, UsageError
from strata.settings import load
from strata.text.wrapping import indented


def destroy(
    env: Env,
    yes: Annotated[
        str | None, typer.Option("--yes", metavar="NAME", help="The environment's name, again.")
    ] = None,
) -> None:
    """Show what would be lost, ask, and destroy every layer; the state bucket stays."""
    from strata.release.ecs import drop_revisions  # noqa: PLC0415 - boto3 takes its time
    from strata.state.states import read_states  # noqa: PLC0415 - boto3 takes its time
    from strata.teardown.contents import contents, remaining  # noqa: PLC0415
    from strata.teardown.losses import losses, obstacles, state_resources  # noqa: PLC0415

    settings = load(env)
    name = settings.environment.name
    with at_work(settings) as work:
        resources = state_resources(read_states(settings.environment, work.layers))
        inside = contents(settings.environment, resources)
        in_the_way = obstacles(resources, inside)
        if in_the_way:
            raise StrataError(
                "\n".join([f"{name} is protected: nothing was destroyed", *map(str, in_the_way)]),
                f"change it in the settings, {settings.environment.command('apply')}, and then "
                "destroy: what counts is what is applied",
            )
        lost_lines = losses(resources, inside)
        out.print(f"{name} has {len(resources)} resources. With them is lost, for good:")
        for lost in lost_lines or ["nothing that keeps data"]:
            for line in indented(lost, 2):
                out.print(line)
        _confirm(name, yes)
        # A layer would forget, and not destroy, resources that the code has moved away from it.
        move_states(work)
        outcome = run_layers(waves.reverse(needs(work.layers)), work.destroy, work)
        finish(outcome, settings.environment.command("destroy", "--yes", name))
    drop_revisions(settings)
    try:
        remains = remaining(settings.environment)
    except StrataError as error:
        raise StrataError(
            f"every layer of {name} is destroyed; what remains in AWS could not be listed: "
            f"{error.message}",
            error.hint,
        ) from None
    snapshots = [arn for arn in remains if ":snapshot:" in arn]
    for arn in snapshots:
        out.print(f"stays: {arn}")
    remains = [arn for arn in remains if arn not in snapshots]
    if remains:
        raise StrataError(
            "\n".join(["what carries the environment's tags and is still there:", *remains]),
            "it is in no state: delete it by hand; AWS deletes some of it up to an hour later",
        )
    more = "nothing else" if snapshots else "nothing"
    out.print(f"{name} is destroyed; {more} carries its tags. The state bucket stays.")


def _confirm(name: str, yes: str | None) -> None:
    if yes is None:
        if not sys.stdin.isatty():
            raise StrataError(
                "nothing was destroyed: no terminal to confirm it at", f"--yes {name} answers"
            )
        yes = typer.prompt(f"Type {name} to destroy it")
    if yes != name:
        raise UsageError(f"nothing was destroyed: {yes} is not {name}")
