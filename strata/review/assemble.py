"""From Terraform's plan, the settings and the verdict of the gate to the report of a review."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from strata.cost.change import change
from strata.documents import Json
from strata.documents.layers import STACK
from strata.documents.stacks import Stack, stack
from strata.errors import UsageError
from strata.gate.report import Report as Verdict
from strata.plan_file.changes import Plan
from strata.plan_file.secrets import without_secrets
from strata.review.causes import causes
from strata.review.report import Report, build
from strata.settings.models import Settings
from strata.settings.positions import positions
from strata.state.applied import read_applied
from strata.state.states import States
from strata.synthesis.synthesize import compose


def assemble(
    settings: Settings,
    *,
    file: Path,
    composed: Path,
    states: States,
    document: Json,
    plan: Plan,
    verdict: Callable[[Json], Verdict],
) -> Report:
    """The report of a plan, whose JSON is `document`, of the stack in the folder `composed`.

    `file` is the settings file, and `verdict` the gate's.
    """
    environment = settings.environment
    return build(
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
        gate=_judged(verdict, document),
        cost=change(document, settings),
    )


def written_stack(folder: Path) -> Stack:
    """The stack in a folder without its secrets, so that a report may repeat it."""
    return stack(without_secrets(json.loads((folder / STACK).read_text(encoding="utf-8"))))


def _judged(verdict: Callable[[Json], Verdict], document: Json) -> Verdict | str:
    """The verdict, or why the gate has none: a plan is worth reading without it."""
    try:
        return verdict(document)
    except UsageError as error:
        return error.message
