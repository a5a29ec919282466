"""From settings to a review on disk: reads the states, plans, ranks, writes.

What is not needed to begin a plan is imported while Terraform plans.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from strata.documents import Json
from strata.documents.layers import STACK
from strata.documents.stacks import layers
from strata.plan_file.changes import Plan, parse
from strata.planning.composed import plan_beside
from strata.review import record
from strata.settings.models import Settings
from strata.state.states import States, of_layers, read_all
from strata.synthesis.retired import retire
from strata.terraform.process import Terraform

if TYPE_CHECKING:
    from strata.gate.report import Report as Verdict
    from strata.review.report import Report

Judge = Callable[[], "Callable[[Json], Verdict]"]
"""Starts the gate on the synthesized stacks; the result gives its verdict on a plan's JSON."""


@dataclass(frozen=True)
class Made:
    """A review that was written to `folder`."""

    folder: Path
    review: record.Review
    report: "Report"
    plan: Plan


def make_review(
    settings: Settings,
    *,
    file: Path,
    synthesized: Path,
    terraform: Terraform,
    judge: Judge,
    folder: Path,
    views: "Mapping[str, Callable[[Report], str]]",
    states: States | None = None,
    parsed: Callable[[Plan], None] = lambda _: None,
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
    stack = json.loads((composed / STACK).read_text(encoding="utf-8"))
    states = of_layers(states or read_all(environment), layers(stack))

    def meanwhile() -> "tuple[Callable[[Json], Verdict], record.Basis]":
        verdict = judge()
        import strata.review.assemble  # noqa: PLC0415, F401

        retire(synthesized / "stacks", environment.name, states)
        return verdict, record.basis(settings, states, synthesized)

    document, (verdict, basis) = plan_beside(terraform, composed, states, meanwhile)
    from strata.review.assemble import assemble  # noqa: PLC0415

    plan = parse(document)
    parsed(plan)
    report = assemble(
        settings,
        file=file,
        composed=composed,
        states=states,
        document=document,
        plan=plan,
        verdict=verdict,
    )
    reports = {
        **{name: view(report) for name, view in views.items()},
        "report.json": report.model_dump_json(indent=2) + "\n",
    }
    return Made(folder, record.write(folder, basis, document, reports), report, plan)
