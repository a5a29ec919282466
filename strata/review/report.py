"""The report of a plan: what a reviewer asks, in the order they ask it.

`Report.model_json_schema()` is what `report.json` follows.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from strata.cost.change import CostChange
from strata.documents import Json
from strata.documents.layers import ALL_LAYERS
from strata.documents.stacks import Stack
from strata.drift.from_plan import find
from strata.drift.report import Drifted, NextApply
from strata.gate.report import Finding
from strata.gate.report import Report as Verdict
from strata.plan_file.changes import Change, Plan, base, parse, shown
from strata.plan_file.differences import REPEATS, leaves
from strata.review.causes import Cause, Causes, WithoutEffect
from strata.review.ranks import RANKS, TITLES, Network, Rank, Reason, ranked
from strata.text.words import shortened

LONGEST = 400
"""Characters of one value that a report repeats."""


class _Data(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Setting(_Data):
    """A setting that was changed since it was applied."""

    key: str
    file: str
    line: int = Field(description="Line in the file; 0 when the file does not have the key.")
    before: str = Field(description="As TOML writes it; hidden when it may be a secret.")
    after: str


class Attribute(_Data):
    """An attribute that changes."""

    name: str
    before: str = Field(description="JSON, `no value` or `(sensitive)`.")
    after: str = Field(description="The same, or `(known after apply)`.")
    forces: bool = Field(default=False, description="Whether it forces the replacement.")


class Item(_Data):
    """One change, under one rank; a change that answers two questions is two items."""

    rank: Rank
    layer: str
    address: str
    action: str = Field(description="create, update, replace, delete, move, import or forget.")
    why: str = Field(description="Why it has its rank.")
    causes: list[Setting]
    attributes: list[Attribute]
    drift: bool = Field(
        default=False, description="Whether it only puts back what was changed outside."
    )


class Counts(_Data):
    """How many resources a plan touches, and how many it leaves alone."""

    create: int
    update: int
    replace: int
    delete: int
    move: int
    imported: int = Field(
        default=0, description="Those that come under Terraform, whatever else happens to them."
    )
    forget: int = Field(default=0, description="Those that Terraform leaves alone from then on.")
    stay: int
    stay_by_layer: dict[str, int]


class Report(_Data):
    """What a plan does, ranked."""

    environment: str
    made: datetime
    items: list[Item] = Field(description="In the order of ranks, then of layers.")
    counts: Counts
    drift: list[Drifted]
    settings: list[Setting] = Field(description="Every setting that was changed since.")
    notes: list[str] = Field(
        default_factory=list, description="Settings that were changed and change nothing."
    )
    unexplained: list[str] = Field(
        description="Layers of which it is not known what settings they were applied with."
    )
    first: list[str] = Field(description="Layers that were never applied.")
    gate: Verdict | None = Field(description="The gate's verdict; null when it has none.")
    no_verdict: str = Field(default="", description="Why the gate has none.")
    cost: CostChange

    @property
    def changes(self) -> bool:
        """Whether applying would do anything."""
        counts = self.counts
        done = counts.create + counts.update + counts.replace + counts.delete + counts.move
        return bool(done + counts.imported + counts.forget)

    @property
    def findings(self) -> list[Finding]:
        """What the gate found."""
        return self.gate.findings if self.gate else []

    def of(self, rank: Rank) -> list[Item]:
        """The items of one rank."""
        return [item for item in self.items if item.rank == rank]

    @property
    def titles(self) -> dict[Rank, str]:
        """Its sections; the one for what AWS would refuse only when it has items."""
        return {r: title for r, title in TITLES.items() if r != "refused" or self.of(r)}


def build(
    *,
    environment: str,
    made: datetime,
    document: Json,
    stack: Stack,
    causes: Causes,
    file: str,
    first: list[str],
    gate: Verdict | str,
    cost: CostChange,
) -> Report:
    """The report of a plan of the composed stack, from its JSON; `file` is the settings file.

    `gate` is the verdict, or why there is none.
    """
    plan = parse(document)
    drift, _ = find(plan, document, stack)
    network = Network(plan, stack)
    changing = {base(change.address): change for change in plan.changes}
    items = [
        _item(
            change,
            reason,
            [_setting(cause, file) for cause in causes.of.get(change.address, ())],
            _attributes(change, reason, stack, changing),
            drift,
        )
        for change in plan.changes
        for reason in ranked(change, network)
    ]
    order = list(ALL_LAYERS)
    items.sort(
        key=lambda item: (
            RANKS.index(item.rank),
            order.index(item.layer) if item.layer in order else len(order),
            item.address,
        )
    )
    return Report(
        environment=environment,
        made=made,
        items=items,
        counts=_counts(plan),
        drift=drift,
        settings=[_setting(cause, file) for cause in causes.changed],
        notes=[
            _without_effect(_setting(setting.cause, file), setting)
            for setting in causes.without_effect
        ],
        unexplained=[layer for layer in causes.unexplained if layer not in first],
        first=first,
        gate=None if isinstance(gate, str) else gate,
        no_verdict=gate if isinstance(gate, str) else "",
        cost=cost,
    )


def _item(
    change: Change,
    reason: Reason,
    causes: list[Setting],
    attributes: list[Attribute],
    drift: list[Drifted],
) -> Item:
    drifted_here = [resource for resource in drift if resource.address == change.address]
    gone = any(resource.gone for resource in drifted_here) and change.actions == ("create",)
    drifted_attributes = [
        (re.split(r"[.[]", a.attribute)[0], a.next_apply is NextApply.PUTS_BACK)
        for resource in drifted_here
        for a in resource.attributes
    ]
    outside = {name for name, back in drifted_attributes if back} - {
        name for name, back in drifted_attributes if not back
    }
    changing = {name for name in change.changed if name not in REPEATS}
    moved = change.moved_from and change.actions != ("no-op",)
    whence = f"; moved from {change.moved_from}" if moved else ""
    if change.imports:
        whence += f"; imported as {change.imported}" if change.imported else "; imported"
    return Item(
        rank=reason.rank,
        layer=change.layer,
        address=change.address,
        action=action(change),
        why=reason.why + whence,
        causes=causes,
        attributes=attributes,
        drift=gone or (change.actions == ("update",) and changing <= outside and not causes),
    )


def action(change: Change) -> str:
    """The action of a change, in one word."""
    if change.replaces:
        return "replace"
    if change.actions == ("no-op",):
        return "move" if change.moved_from else "import"
    return change.actions[-1]


def _attributes(
    change: Change, reason: Reason, stack: Stack, changing: Mapping[str, Change]
) -> list[Attribute]:
    """The attributes that change; those that the reason names come first."""
    if change.actions == ("delete",):
        return []
    resource = stack.resources.get(base(change.address))
    attributes = [
        Attribute(
            name=name,
            before=short(before),
            after=short(after),
            forces=_below(name, change.forcing),
        )
        for name, before, after in leaves(change, resource, changing)
        # All of a new resource is new: what the reason names says enough.
        if change.before is not None or not reason.attributes or _below(name, reason.attributes)
    ]
    return sorted(attributes, key=lambda attribute: not _below(attribute.name, reason.attributes))


def _below(name: str, paths: tuple[str, ...]) -> bool:
    return any(name == path or name.startswith((f"{path}.", f"{path}[")) for path in paths)


def short(value: Any) -> str:
    """A value as a report has it, as JSON and not too long."""
    return shortened(shown(value), LONGEST)


OWNED_BY = {
    "aws_ecs_service.service_service: desired_count": (
        "tasks are started and ended by auto scaling from then on, between service.scaling.min and "
        "service.scaling.max: set those"
    ),
    "aws_appautoscaling_target.service_scaling_target: min_capacity": (
        "the schedules in service.scaling.schedules move it from then on: set theirs"
    ),
    "aws_appautoscaling_target.service_scaling_target: max_capacity": (
        "the schedules in service.scaling.schedules move it from then on: set theirs"
    ),
}
"""Attribute that Strata sets only when the resource is created -> what changes it later."""


def _without_effect(setting: Setting, setting_without_effect: WithoutEffect) -> str:
    where = f"{setting.file}:{setting.line}" if setting.line else setting.file
    paths = [
        f"{setting_without_effect.address}: {path}" for path in setting_without_effect.attributes
    ]
    owner = next((OWNED_BY[path] for path in paths if path in OWNED_BY), "")
    reason = (
        owner
        or f"{', '.join(setting_without_effect.attributes)} of it is left as it is from then on"
    )
    return (
        f"{setting.key} {setting.before} -> {setting.after} ({where}) changes nothing: it counts "
        f"only when {setting_without_effect.address} is created, and it exists; {reason}"
    )


def _setting(cause: Cause, file: str) -> Setting:
    return Setting(
        key=cause.key, file=file, line=cause.line, before=cause.before, after=cause.after
    )


def _counts(plan: Plan) -> Counts:
    done = [action(change) for change in plan.changes]
    return Counts(
        create=done.count("create"),
        update=done.count("update"),
        replace=done.count("replace"),
        delete=done.count("delete"),
        move=done.count("move"),
        forget=done.count("forget"),
        imported=sum(change.imports for change in plan.changes),
        stay=sum(plan.stays.values()),
        stay_by_layer=dict(plan.stays),
    )
