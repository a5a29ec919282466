"""`strata apply`"""

from pathlib import Path
from typing import Annotated

import typer

from strata.commands.base import Env, confirm, out
from strata.commands.common import at_work, finish, planned, run_layers
from strata.layers import LAYERS
from strata.settings import load
from strata.settings.load import shown


def apply(
    env: Env,
    reviewed: Annotated[
        Path | None, typer.Option(metavar="DIR", help="What strata plan --out wrote.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Apply without asking.")] = False,
) -> None:
    """Apply a review and nothing else; without one, plan, show it and ask."""
    from strata.plan.views.terminal import text  # noqa: PLC0415
    from strata.reviewed import ReviewedApply  # noqa: PLC0415 - boto3 takes its time

    with at_work(load(env), env) as work:
        if reviewed:
            review = ReviewedApply.open(reviewed, work)
            review.check()
            review.check_plan()
        else:
            made = planned(env, work)
            typer.echo(text(made.report), nl=False)
            out.print(f"review     {shown(made.folder)}", soft_wrap=True)
            # What AWS would refuse is refused below; nobody has to be asked.
            if made.report.changes and not made.report.of("refused"):
                confirm("Apply it?", yes=yes)
            review = ReviewedApply.open(made.folder, work, made.review)
            review.check()
        for one in review.move_states():
            out.print(f"moved      {one}", soft_wrap=True)
        outcome = run_layers(LAYERS, review.step, work)
    finish(outcome, f"strata apply {env}" + (f" --reviewed {reviewed}" if reviewed else ""))
    out.print(f"{work.settings.environment.name} stands as reviewed")
