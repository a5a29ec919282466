"""`strata apply`"""

import json
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from strata.commands.base import Env, confirm, judged, out
from strata.commands.common import at_work, finish, planned, run_layers
from strata.documents.layers import LAYERS
from strata.errors import UsageError
from strata.settings import load
from strata.settings.load import shown

if TYPE_CHECKING:
    from strata.apply.layer import LayerWork
    from strata.apply.reviewed_plan import ReviewedApply
    from strata.gate.report import Report as Verdict


def apply(
    env: Env,
    reviewed: Annotated[
        Path | None, typer.Option(metavar="DIR", help="What strata plan --out wrote.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Apply without asking.")] = False,
    accept_finding: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME", help="Apply in spite of this finding of the gate; may be repeated."
        ),
    ] = None,
) -> None:
    """Apply a review and nothing else; without one, plan, show it and ask."""
    from strata.apply.reviewed_plan import ReviewedApply  # noqa: PLC0415 - boto3 takes its time
    from strata.gate.stops import left, refuse, stopping  # noqa: PLC0415 - checkov takes its time

    accepted = accept_finding or []
    words = ["strata", "apply", env, *(["--reviewed", str(reviewed)] if reviewed else [])]
    again = shlex.join(words)
    with at_work(load(env), env) as work:
        if reviewed:
            review = ReviewedApply.open(reviewed, work, env=env)
            review.check()
            if review.plan.changes:
                found = stopping(_verdict(env, work, review))
                refuse(left(found, accepted), f"{again}{_accepting(accepted)}")
            review.check_plan()
        else:
            review = _planned(env, work, yes=yes, accepted=accepted)
            review.check()
        for one in review.move_states():
            out.print(f"moved      {one}")
        outcome = run_layers(LAYERS, review.step, work)
    finish(outcome, f"{again}{_accepting(accepted)}")
    out.print(f"{work.settings.environment.name} stands as reviewed")


def _planned(env: str, work: "LayerWork", *, yes: bool, accepted: list[str]) -> "ReviewedApply":
    """The review of a plan that was made now, once somebody has said yes to it."""
    from strata.apply.reviewed_plan import ReviewedApply  # noqa: PLC0415
    from strata.gate.stops import left, refuse, stopping  # noqa: PLC0415
    from strata.views.text.review import text  # noqa: PLC0415

    made = planned(env, work)
    typer.echo(text(made.report), nl=False)
    out.print(f"review     {shown(made.folder)}")
    # What AWS would refuse is refused below; nobody has to be asked.
    if made.report.changes and not made.report.of("refused"):
        found = left(stopping(made.report.gate or made.report.no_verdict), accepted)
        if yes:
            refuse(found, f"strata apply {shlex.quote(env)} --yes{_accepting(accepted)}")
        for name, words in found.items():
            out.print(f"gate       {name}: {words}")
        confirm("Apply it all the same?" if found else "Apply it?", yes=yes)
    return ReviewedApply.open(made.folder, work, made.review, env)


def _verdict(env: str, work: "LayerWork", review: "ReviewedApply") -> "Verdict | str":
    """The gate's verdict on a review as it is today, with the waivers of today."""
    from strata.review.record import PLAN  # noqa: PLC0415

    settings = work.settings
    document = json.loads((review.folder / PLAN).read_text(encoding="utf-8"))
    try:
        return judged([env], [settings], work.stacks.parent, {settings.environment.name: document})
    except UsageError as error:
        return error.message


def _accepting(accepted: list[str]) -> str:
    return "".join(f" --accept-finding {one}" for one in accepted)
