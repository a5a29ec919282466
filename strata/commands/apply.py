"""`strata apply`"""

import contextlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from strata.apply.waves import Outcome
from strata.commands.base import AsJson, Env, confirm, judged, out, print_json
from strata.commands.common import Ready, at_work, finish, lost, planned, run_layers
from strata.commands.offered import Account, require_offered
from strata.commands.output import output_of
from strata.errors import StrataError, UsageError
from strata.machine.unforeseen import say
from strata.settings import Settings, load
from strata.settings.load import shown

if TYPE_CHECKING:
    from strata.apply.layer import LayerWork
    from strata.apply.reviewed_plan import ReviewedApply
    from strata.gate.report import Report as Verdict
    from strata.state.outputs import Output


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
    as_json: AsJson = False,
) -> None:
    """Apply a review and nothing else; without one, plan, show it and ask."""
    from strata.apply.image import undone  # noqa: PLC0415 - boto3 takes its time
    from strata.apply.reviewed_plan import ReviewedApply  # noqa: PLC0415
    from strata.gate.stops import (  # noqa: PLC0415 - checkov takes its time
        not_accepted,
        refuse,
        require_names,
        stopping,
    )

    accepted = accept_finding or []
    require_names(accepted)
    settings = load(env)
    of_review = ["--reviewed", str(reviewed)] if reviewed else []
    again = settings.environment.command("apply", *of_review)
    with at_work(settings) as work:
        if reviewed:
            review = ReviewedApply.open(reviewed, work)
            review.check()
            account = Account(work.settings.environment)
            if review.plan.changes or accepted:
                stops = not_accepted(stopping(_verdict(env, work, review)), accepted)
                if review.plan.changes:
                    refuse(stops, f"{again}{_accepting(accepted)}")
            looked = require_offered(env, work.settings, review.not_begun, account)
            looked += [*undone(work.settings.environment, review.not_begun), *review.check_image()]
            review.check_plan()
        else:
            review = _planned(env, work, yes=yes, accepted=accepted)
            review.check()
            looked = []
        for line in looked:
            out.print(line)
        moved = [str(move) for move in review.move_states()]
        for move in moved:
            out.print(f"moved      {move}")
        outcome = run_layers(work.needs, review.step, work)
    again = f"{again}{_accepting(accepted)}"
    offered = _output(settings) if outcome.ok else None
    drift = settings.environment.command("drift")
    after = {drift: "finds what is changed outside of Strata"}
    if not outcome.ok:
        after = _go_on(outcome, again, drift)
    if as_json:
        _print(review, moved, outcome, offered, [*after])
    finish(outcome, again, drift)
    if not as_json:
        _say(settings, offered, after)


def _output(settings: Settings) -> "Output | None":
    """The output of the environment; None, with a warning, when the states cannot be read."""
    try:
        return output_of(settings.environment)
    except StrataError as error:
        # Everything was applied, and the exit code must say so.
        shows = f"{settings.environment.command('output')} shows what there is to use"
        say(f"warning: {error.message}; {shows}")
        return None


def _go_on(outcome: Outcome, again: str, drift: str) -> dict[str, str]:
    """The commands that go on after a failure, and what each is for."""
    from strata.apply.image import NoImage  # noqa: PLC0415 - boto3 takes its time

    missing = [error for error in outcome.failed.values() if isinstance(error, NoImage)]
    pushes = {command: "pushes the image" for error in missing for command in error.commands}
    looks = {drift: "lists what no state knows"} if lost(outcome) else {}
    return {**pushes, **looks, again: "goes on with it"}


def _say(settings: Settings, offered: "Output | None", after: dict[str, str]) -> None:
    from strata.views.text.output import text  # noqa: PLC0415

    out.print(f"{settings.environment.name} is applied as reviewed")
    if offered:
        typer.echo(text(offered), nl=False)
    for line in _deployment(settings):
        out.print(line)
    for command, why in after.items():
        out.print(f"next       {command} {why}")


def _deployment(settings: Settings) -> list[str]:
    """Lines about the deployments in progress, which the apply did not wait for."""
    from strata.apply.deployment import look, watch_command  # noqa: PLC0415 - boto3 takes its time

    lines: list[str] = []
    with contextlib.suppress(StrataError):
        for deployment in look(settings):
            if deployment.state == "in progress":
                command = watch_command(settings.environment, deployment.service)
                lines += [
                    f"service    {deployment.words()};",
                    f"           {command} watches it to its end",
                ]
    return lines


def _print(
    review: "ReviewedApply",
    moved: list[str],
    outcome: Outcome,
    offered: "Output | None",
    after: list[str],
) -> None:
    from strata.commands.reports import ApplyReport  # noqa: PLC0415

    print_json(
        ApplyReport(
            environment=review.work.settings.environment.name,
            review=str(shown(review.folder)),
            moved=moved,
            done=outcome.done,
            failed={layer: error.message for layer, error in outcome.failed.items()},
            not_started=outcome.not_started,
            output=offered,
            next=after,
        )
    )


def _planned(env: str, work: "LayerWork", *, yes: bool, accepted: list[str]) -> "ReviewedApply":
    """The review of a new plan, after it was confirmed."""
    from strata.apply.image import before_apply, undone  # noqa: PLC0415
    from strata.apply.reviewed_plan import ReviewedApply  # noqa: PLC0415
    from strata.gate.stops import not_accepted, refuse, stopping  # noqa: PLC0415
    from strata.views.text.review import text  # noqa: PLC0415

    account = Account(work.settings.environment)
    plan_review = planned(env, Ready.of(work), account=account)
    typer.echo(text(plan_review.report), nl=False, err=out.stderr)
    for line in undone(work.settings.environment, plan_review.plan.changes):
        out.print(line)
    out.print(f"review     {shown(plan_review.folder)}")
    verdict = plan_review.report.gate or plan_review.report.no_verdict
    stops = not_accepted(stopping(verdict), accepted)
    # A plan that AWS would refuse is refused below, without a question.
    if plan_review.report.changes and not plan_review.report.of("refused"):
        if yes:
            again = work.settings.environment.command("apply", "--yes")
            refuse(stops, f"{again}{_accepting(accepted)}")
        changes = plan_review.plan.changes
        looked = require_offered(env, work.settings, changes, account)
        looked += before_apply(work.settings, changes, "nothing was applied")
        for line in looked:
            out.print(line)
        for name, words in stops.items():
            out.print(f"gate       {name}: {words}")
        confirm("Apply it all the same?" if stops else "Apply it?", yes=yes)
    return ReviewedApply.open(plan_review.folder, work, plan_review.review)


def _verdict(env: str, work: "LayerWork", review: "ReviewedApply") -> "Verdict | str":
    """The gate's current verdict on a review, with the current waivers."""
    from strata.review.record import PLAN  # noqa: PLC0415

    settings = work.settings
    document = json.loads((review.folder / PLAN).read_text(encoding="utf-8"))
    try:
        return judged([env], [settings], work.stacks.parent, {settings.environment.name: document})
    except UsageError as error:
        return error.message


def _accepting(accepted: list[str]) -> str:
    return "".join(f" --accept-finding {name}" for name in accepted)
