"""Applies a review: each layer's real plan is compared with it, and exactly that plan is applied.

How far a review was applied is recorded in its folder, in `applied.json`. A run that stopped half
way changed some states; the next run knows them by that record, requires the same lineage, and
compares the remaining changes with the reviewed ones.
"""

import contextlib
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from strata.apply import deployment, image
from strata.apply.layer import LayerWork, telling
from strata.apply.moving import StateMove, move
from strata.errors import Deviation, NotBegun, StrataError, UsageError
from strata.machine.files import Unreadable, bytes_of, write_whole
from strata.plan_file.changes import Change, Difference, Plan, differences, parse
from strata.planning.composed import plan_composed
from strata.review.ranks.refused import refused
from strata.review.record import Basis, Review, basis, outdated, plan_command, read
from strata.review.seal import sealed, unsealed
from strata.state.states import State, StateIdentity, read_state, read_states
from strata.terraform.events import Watch, ignore

APPLIED = "applied.json"
SHOWN = 20
"""The most differences that a message shows."""


class LayerRecord(BaseModel):
    """A layer that this review began to change."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    before: StateIdentity | None = Field(description="Its state when it began; null for none.")
    after: StateIdentity | None = Field(
        default=None, description="Its state once it was done; null while it is not."
    )
    ended: bool = Field(
        default=False, description="Whether its run failed and could say how it left the state."
    )
    left: StateIdentity | None = Field(
        default=None, description="Its state when that run had ended; null for none."
    )


class Record(BaseModel):
    """The content of `applied.json`: how far a review was applied."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    plan: str = Field(default="", description="SHA-256 of the plan that it is about.")
    layers: dict[str, LayerRecord] = Field(default_factory=dict)


@dataclass
class ReviewedApply:
    """A review that is applied to the environment of `work`; `step` does one layer.

    `again` is the command that plans it again.
    """

    folder: Path
    review: Review
    plan: Plan
    work: LayerWork
    record: Record
    again: str
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @classmethod
    def open(cls, folder: Path, work: LayerWork, made: Review | None = None) -> "ReviewedApply":
        """The review in `folder`; raises UsageError when that is no review.

        With `made` it must be that review: another plan may have replaced it since.
        """
        again = plan_command(work.settings.environment, folder)
        review, plan = read(folder)
        if made and made.plan != review.plan:
            raise StrataError(
                f"nothing was applied: another plan was written to {folder} meanwhile",
                "run this again",
            )
        file = folder / APPLIED
        try:
            record = unsealed(bytes_of(file), Record) if file.exists() else Record()
        except Unreadable as error:
            raise UsageError(
                f"{file}: {error.why}: how far the review was applied is not known",
                f"{again} reviews what is left",
            ) from None
        if record.plan != review.plan:
            # A run that applied what lay here before this review.
            record = Record(plan=review.plan)
        return cls(folder, review, plan, work, record, again)

    def check(self) -> None:
        """Raise StrataError when the review is outdated or cannot be applied."""
        states = read_states(self.work.settings.environment, self.work.layers)
        now = basis(self.work.settings, states, self.work.stacks.parent)
        reasons = outdated(expected(self.review.basis, self.record, now), now)
        if reasons:
            raise self._refusal(reasons)
        # A layer that was begun was checked before it began.
        refuse(self.not_begun, self.plan, "nothing was applied")

    def check_image(self) -> list[str]:
        """Look for the image of the service before the first change; returns lines to print.

        Raises NoImage where only a push can let the apply come to its end.
        """
        done = {layer for layer, record in self.record.layers.items() if record.after}
        ahead = [change for change in self.plan.changes if change.layer not in done]
        more = " more" if self.record.layers else ""
        told_as = f"nothing{more} was applied"
        return image.before_apply(self.work.settings, ahead, told_as)

    @property
    def not_begun(self) -> list[Change]:
        """The changes of the layers that this review has not begun to change."""
        return [change for change in self.plan.changes if change.layer not in self.record.layers]

    def check_plan(self) -> None:
        """Plan the whole environment again, and raise StrataError when the plan differs.

        So a change made by hand in a late layer is found before the first layer is applied. A
        review that is partly applied is not planned again: its layers are compared one by one.
        """
        if self.record.layers:
            return
        environment = self.work.settings.environment
        folder = self.work.stacks.parent / "composed" / environment.name
        with ThreadPoolExecutor(1) as pool:
            # Meanwhile the layers are initialised, which each would wait for later.
            ready = pool.submit(lambda: [self.work.ready(layer) for layer in self.work.layers])
            try:
                states = read_states(environment, self.work.layers)
                real = parse(plan_composed(self.work.terraform, folder, states))
                ready.result()
            except BaseException:
                # Otherwise the pool would wait until every layer is initialised.
                self.work.terraform.children.interrupt()
                raise
        deviations = differences(self.plan.changes, real.changes)
        if deviations:
            raise self._refusal([in_words(deviations)])

    def move_states(self) -> list[StateMove]:
        """Move resources that changed their layer between the states; see `strata.apply.moving`.

        The layers count as begun, so that a later run knows their states.
        """
        return move(self.work, locked=self._begin)

    def _begin(self, layers: Sequence[str]) -> None:
        for layer in layers:
            if layer not in self.record.layers:
                self._record(layer, LayerRecord(before=self._state(layer)))

    def step(self, layer: str, watch: Watch = ignore) -> str:
        """Plan a layer, compare it with the review, and apply exactly what was planned."""
        record = self.record.layers.get(layer)
        if record and record.after:
            # `check` has compared its state with the record.
            if layer == "service":
                tell = telling(watch, "rolling out")
                deployment.require(self.work.settings, changed=True, tell=tell)
            return "done before"
        with self.work.turn(watch) as layer_watch, self.work.plan_kept(layer):
            return self._apply(layer, record, layer_watch)

    def _apply(self, layer: str, record: LayerRecord | None, watch: Watch) -> str:
        changed = self.work.plan(layer, watch)
        # An empty plan needs no second Terraform to say so.
        real = parse(self._shown(layer)).of(layer) if changed else ()
        reviewed: Sequence[Change] = self.plan.of(layer)
        deviations = differences(remaining(reviewed, real) if record else reviewed, real)
        if deviations:
            raise Deviation(
                f"not applied: its plan is not what was reviewed\n{in_words(deviations)}",
                self._again(),
            )
        refuse(real, Plan(tuple(real), (), {}), "not applied")
        image.require(self.work.settings, real, "not applied")
        before = record.before if record else self._state(layer)
        if changed:
            self._record(layer, LayerRecord(before=before))
        try:
            result = self.work.apply_planned(layer, watch, changed=changed)
        except NotBegun:
            # Any later change of its state is made by somebody else.
            self._record(layer, record)
            raise
        except StrataError:
            # Terraform has ended, so the state that it left can be recorded.
            with contextlib.suppress(StrataError):
                self._record(layer, LayerRecord(before=before, ended=True, left=self._state(layer)))
            raise
        self._record(layer, LayerRecord(before=before, after=self._state(layer)))
        return result

    def _shown(self, layer: str) -> dict[str, Any]:
        return self.work.terraform.show_own(self.work.folder(layer), self.work.saved_plan(layer))

    def _state(self, layer: str) -> StateIdentity | None:
        return identity(read_state(self.work.settings.environment, layer))

    def _record(self, layer: str, record: LayerRecord | None) -> None:
        with self._lock:
            layers = dict(self.record.layers)
            layers.pop(layer, None)
            if record:
                layers[layer] = record
            self.record = Record(plan=self.review.plan, layers=layers)
            write_whole(self.folder / APPLIED, sealed(self.record))

    def _refusal(self, reasons: Sequence[str]) -> StrataError:
        more = " more" if self.record.layers else ""
        lines = [f"nothing{more} was applied: this is not what was reviewed", *reasons]
        return Deviation("\n".join(lines), self._again())

    def _again(self) -> str:
        return f"{self.again} reviews what would be applied now"


def refuse(changes: Sequence[Change], plan: Plan, told_as: str) -> None:
    """Raise StrataError when AWS would refuse one of these changes of a plan."""
    refusals = [
        f"{change.address}: {reason.why}" for change in changes for reason in refused(change, plan)
    ]
    if refusals:
        raise StrataError(
            "\n".join([f"{told_as}: AWS would refuse this", *refusals]),
            "do what is said there, and plan again",
        )


def identity(state: State | None) -> StateIdentity | None:
    """The lineage and serial of a state; None for none."""
    return StateIdentity(lineage=state.lineage, serial=state.serial) if state else None


def expected(reviewed: Basis, record: Record, now: Basis) -> Basis:
    """The basis of a review with the states that its own apply has changed.

    A finished layer has the state of its end, and a failed layer the state that it left. A layer
    whose run was killed may have any later state of the same lineage: what the killed run wrote
    last is not known, so it cannot be distinguished from what somebody else applied since.
    """
    states = dict(reviewed.states)
    for layer, layer_record in record.layers.items():
        current, before = now.states.get(layer), layer_record.before
        if layer_record.after:
            states[layer] = layer_record.after
        elif layer_record.ended:
            states[layer] = layer_record.left
        elif before is None or (
            current and current.lineage == before.lineage and current.serial >= before.serial
        ):
            states[layer] = current
    return reviewed.model_copy(update={"states": states})


def remaining(reviewed: Sequence[Change], real: Sequence[Change]) -> list[Change]:
    """The reviewed changes that are still to be made in a layer which was begun.

    A change that the real plan has no longer is done. A half done change is taken as it is now: a
    resource whose creation was interrupted is created again, a replacement whose first half is done
    is a creation, and the values before are the current ones.
    """
    by_address = {change.address: change for change in real}
    changes = []
    for was in reviewed:
        now = by_address.get(was.address)
        if now is None:
            continue
        if now.actions == was.actions or _half_made(was, now):
            changes.append(replace(was, actions=now.actions, before=now.before))
        else:
            changes.append(was)
    replaced = {was.address for was in reviewed if was.replaces}
    for now in real:
        # The old resource of a replacement that made the new resource first.
        address, deposed, _ = now.address.partition(" (deposed")
        if deposed and address in replaced:
            changes.append(now)
    return changes


def _half_made(was: Change, now: Change) -> bool:
    """Whether `now` completes `was`: an interrupted creation, or half a replacement."""
    if was.replaces:
        return now.replaces or now.actions == ("create",)
    return was.actions == ("create",) and now.tainted


def in_words(deviations: Sequence[Difference]) -> str:
    """Differences as a message shows them."""
    lines = [str(difference) for difference in deviations[:SHOWN]]
    if len(deviations) > SHOWN:
        lines.append(f"and {len(deviations) - SHOWN} more")
    return "\n".join(lines)
