"""`strata apply`"""

from pathlib import Path
from typing import Annotated

import typer

from strata.commands.common import Env, at_work, confirm, finish, out, run_layers
from strata.layers import LAYERS
from strata.paths import WORK
from strata.settings import load


def apply(
    env: Env,
    reviewed: Annotated[
        Path | None, typer.Option(metavar="DIR", help="What strata plan --out wrote.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Apply without asking.")] = False,
) -> None:
    """Apply a review and nothing else; without one, plan, show it and ask."""
    from strata.plan.planning import plan_composed  # noqa: PLC0415
    from strata.plan.review import basis, write  # noqa: PLC0415
    from strata.plan.states import read_states  # noqa: PLC0415
    from strata.reviewed import ReviewedApply  # noqa: PLC0415 - boto3 takes its time

    settings = load(env)
    name = settings.environment.name
    with at_work(settings, env) as work:
        if reviewed:
            review = ReviewedApply.open(reviewed, work)
            review.check()
            review.check_plan()
        else:
            folder = WORK / "reviews" / name
            states = read_states(settings.environment)
            document = plan_composed(work.terraform, work.stacks.parent / "composed" / name, states)
            write(folder, basis(settings, states), document, {})
            review = ReviewedApply.open(folder, work)
            out.print(f"{len(review.plan.changes)} changes")
            confirm("Apply it?", yes=yes)
            review.check()
        outcome = run_layers(LAYERS, review.step, work)
    finish(outcome, f"strata apply {env}" + (f" --reviewed {reviewed}" if reviewed else ""))
