"""From settings to a review on disk: reads the states, plans, ranks, writes."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from strata.cost.change import change
from strata.documents import Json
from strata.documents.layers import STACK
from strata.documents.stacks import Stack, layers, stack
from strata.errors import UsageError
from strata.gate.report import Report as Verdict
from strata.plan_file import changes
from strata.plan_file.secrets import without_secrets
from strata.planning.composed import plan_beside
from strata.review import record
from strata.review.causes import causes
from strata.review.report import Report, build
from strata.settings.models import Settings
from strata.settings.positions import positions
from strata.state.applied import read_applied
from strata.state.states import States, of_layers, read_all
from strata.synthesis.retired import retire
from strata.synthesis.synthesize import compose
from strata.terraform.process import Terraform

Judge = Callable[[], Callable[[Json], Verdict]]
"""Starts the gate on the synthesized stacks; the result gives its verdict on a plan's JSON."""


@dataclass(frozen=True)
class Made:
    """A review that was written to `folder`."""

    folder: Path
    review: record.Review
    report: Report
    plan: changes.Plan


def make_review(
    settings: Settings,
    *,
    file: Path,
    synthesized: Path,
    terraform: Terraform,
    judge: Judge,
    folder: Path,
    views: Mapping[str, Callable[[Report], str]],
    states: States | None = None,
    parsed: Callable[[changes.Plan], None] = lambda _: None,
) -> Made:
    """Plan the environment that `synthesized` holds, and write its review to `folder`.

    `file` is the settings file; `views` are the formats that the report is written in, by file
    name. `states` are those of all layers, if they were read already, and `parsed` is called with
    the plan before it is judged.
    `judge` is called while Terraform plans: until then only the composed stack need be there.
    """
    environment = settings.environment
    composed = synthesized / "composed" / environment.name
    record.free(folder)
    states = of_layers(states or read_all(environment), layers(_document(composed)))

    def meanwhile() -> tuple[Callable[[Json], Verdict], record.Basis]:
        verdict = judge()
        retire(synthesized / "stacks", environment.name, states)
        return verdict, record.basis(settings, states, synthesized)

    document, (verdict, basis) = plan_beside(terraform, composed, states, meanwhile)
    plan = changes.parse(document)
    parsed(plan)
    report = build(
        environment=environment.name,
        made=datetime.now(UTC),
        document=document,
        stack=written_stack(composed),
        causes=causes(
            plan.changes,
            settings,
            read_applied(environment, states),
            positions(file.read_text(encoding="utf-8")),
            compose,
            stands=plan.kept_addresses,
        ),
        file=str(file),
        first=[layer for layer, state in states.items() if state is None],
        gate=_verdict(verdict, document),
        cost=change(document, settings),
    )
    reports = {
        **{name: view(report) for name, view in views.items()},
        "report.json": report.model_dump_json(indent=2) + "\n",
    }
    return Made(folder, record.write(folder, basis, document, reports), report, plan)


def written_stack(folder: Path) -> Stack:
    """The stack in a folder without its secrets, so that a report may repeat it."""
    return stack(without_secrets(_document(folder)))


def _document(folder: Path) -> Json:
    return dict(json.loads((folder / STACK).read_text(encoding="utf-8")))


def _verdict(verdict: Callable[[Json], Verdict], document: Json) -> Verdict | str:
    """The verdict, or why the gate has none: a plan is worth reading without it."""
    try:
        return verdict(document)
    except UsageError as error:
        return error.message
