"""Applies a review: each layer's real plan is held against it, and exactly that plan is applied.

How far a review was applied stands in its folder, `applied.json`. A run that was cut off moved some
states on; the next one knows them by it, demands the same lineage, and holds what is still to be
done against what was reviewed.
"""

import contextlib
import os
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from strata.apply.layer import LayerWork
from strata.apply.moving import StateMove, move
from strata.documents.layers import LAYERS
from strata.errors import Deviation, NotBegun, StrataError, UsageError
from strata.machine.files import Unreadable, bytes_of
from strata.plan_file.changes import Change, Difference, Plan, differences, parse
from strata.planning.composed import plan_composed
from strata.review.ranks.refused import refused
from strata.review.record import Basis, Review, basis, plan_command, read, stale
from strata.review.seal import sealed, unsealed
from strata.state.states import State, StateIdentity, read_state, read_states
from strata.terraform.events import Watch, ignore

APPLIED = "applied.json"
SHOWN = 20
"""Differences that a message shows of many."""


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

    `again` is the command that plans it anew.
    """

    folder: Path
    review: Review
    plan: Plan
    work: LayerWork
    record: Record
    again: str
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @classmethod
    def open(
        cls, folder: Path, work: LayerWork, made: Review | None = None, env: str | None = None
    ) -> "ReviewedApply":
        """The review in `folder`; raises UsageError for what is none.

        With `made` it must be that one: another plan may have been put in its place since. `env` is
        how the user names the environment, which is what messages name.
        """
        again = plan_command(env or work.settings.environment.name, folder)
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
        """Raise StrataError when this is not what would be applied now, or cannot be applied."""
        states = read_states(self.work.settings.environment)
        now = basis(self.work.settings, states, self.work.stacks.parent)
        reasons = stale(expected(self.review.basis, self.record, now), now)
        if reasons:
            raise self._refusal(reasons)
        # A layer that was begun has found out already.
        ahead = [one for one in self.plan.changes if one.layer not in self.record.layers]
        refuse(ahead, self.plan, "nothing was applied")

    def check_plan(self) -> None:
        """Plan the environment as a whole again, and raise StrataError where it came out otherwise.

        So a change made by hand in a late layer is found before the first one is applied. A review
        that is partly applied is not planned again: its layers are held against it one by one.
        """
        if self.record.layers:
            return
        environment = self.work.settings.environment
        folder = self.work.stacks.parent / "composed" / environment.name
        with ThreadPoolExecutor(1) as pool:
            # While that plans, the layers are made ready, which each would wait for later.
            ready = pool.submit(lambda: [self.work.ready(layer) for layer in LAYERS])
            try:
                real = parse(plan_composed(self.work.terraform, folder, read_states(environment)))
                ready.result()
            except BaseException:
                # Or the pool would wait for every layer that is still to be made ready.
                self.work.terraform.children.interrupt()
                raise
        found = differences(self.plan.changes, real.changes)
        if found:
            raise self._refusal([told(found)])

    def move_states(self) -> list[StateMove]:
        """Move what went to another layer between the states; see `strata.apply.moving`.

        The layers count as begun: a run that goes on knows their states by it.
        """
        return move(self.work, locked=self._begin)

    def _begin(self, layers: Sequence[str]) -> None:
        for layer in layers:
            if layer not in self.record.layers:
                self._record(layer, LayerRecord(before=self._state(layer)))

    def step(self, layer: str, watch: Watch = ignore) -> str:
        """Plan a layer, hold it against the review, and apply exactly what was planned."""
        record = self.record.layers.get(layer)
        if record and record.after:
            # `check` found its state as it was left.
            return "done before"
        with self.work.turn(watch) as heard, self.work.plan_kept(layer):
            return self._apply(layer, record, heard)

    def _apply(self, layer: str, record: LayerRecord | None, watch: Watch) -> str:
        changed = self.work.plan(layer, watch)
        # An empty plan needs no second Terraform to say so.
        real = parse(self._shown(layer)).of(layer) if changed else ()
        reviewed: Sequence[Change] = self.plan.of(layer)
        found = differences(remaining(reviewed, real) if record else reviewed, real)
        if found:
            raise Deviation(
                f"not applied: its plan is not what was reviewed\n{told(found)}", self._again()
            )
        refuse(real, Plan(tuple(real), (), {}), "not applied")
        before = record.before if record else self._state(layer)
        if changed:
            self._record(layer, LayerRecord(before=before))
        try:
            came = self.work.apply_planned(layer, watch, changed=changed)
        except NotBegun:
            # Whatever moves its state from here on is somebody else.
            self._record(layer, record)
            raise
        except StrataError:
            # Here too: its Terraform has ended.
            with contextlib.suppress(StrataError):
                self._record(layer, LayerRecord(before=before, ended=True, left=self._state(layer)))
            raise
        self._record(layer, LayerRecord(before=before, after=self._state(layer)))
        return came

    def _shown(self, layer: str) -> dict[str, Any]:
        return self.work.terraform.show_own(self.work.folder(layer), self.work.saved_plan(layer))

    def _state(self, layer: str) -> StateIdentity | None:
        return identity(read_state(self.work.settings.environment, layer))

    def _record(self, layer: str, record: LayerRecord | None) -> None:
        with self._lock:
            layers = {name: one for name, one in self.record.layers.items() if name != layer}
            if record:
                layers[layer] = record
            self.record = Record(plan=self.review.plan, layers=layers)
            part = self.folder / f"{APPLIED}.part"
            part.write_text(sealed(self.record), encoding="utf-8")
            os.replace(part, self.folder / APPLIED)  # noqa: PTH105 - the same, and clearer

    def _refusal(self, reasons: Sequence[str]) -> StrataError:
        more = " more" if self.record.layers else ""
        lines = [f"nothing{more} was applied: this is not what was reviewed", *reasons]
        return Deviation("\n".join(lines), self._again())

    def _again(self) -> str:
        return f"{self.again} reviews what would be applied now"


def refuse(changes: Sequence[Change], plan: Plan, told_as: str) -> None:
    """Raise StrataError when AWS would refuse one of these changes of a plan."""
    found = [f"{one.address}: {why.why}" for one in changes for why in refused(one, plan)]
    if found:
        raise StrataError(
            "\n".join([f"{told_as}: AWS would refuse this", *found]),
            "do what is said there, and plan again",
        )


def identity(state: State | None) -> StateIdentity | None:
    """What names a state."""
    return StateIdentity(lineage=state.lineage, serial=state.serial) if state else None


def expected(reviewed: Basis, record: Record, now: Basis) -> Basis:
    """The basis of a review with the states that its own apply has moved on.

    A layer that was done has the state it was done with, and one that failed the state it was left
    with. One whose run was killed has any later state of the same lineage: what the killed run
    wrote last is not known, so what somebody else applied to that layer since cannot be told apart.
    """
    states = dict(reviewed.states)
    for layer, one in record.layers.items():
        found = now.states.get(layer)
        if one.after:
            states[layer] = one.after
        elif one.ended:
            states[layer] = one.left
        elif one.before is None or (
            found and found.lineage == one.before.lineage and found.serial >= one.before.serial
        ):
            states[layer] = found
    return reviewed.model_copy(update={"states": states})


def remaining(reviewed: Sequence[Change], real: Sequence[Change]) -> list[Change]:
    """The reviewed changes that are still to be made in a layer which was begun.

    What the real plan does not have any more is done. What was half done is taken as it stands now:
    a resource whose creation was cut off is made anew, a replacement whose first half is done is a
    creation, and the values before are those of today.
    """
    are = {one.address: one for one in real}
    found = []
    for was in reviewed:
        now = are.get(was.address)
        if now is None:
            continue
        if now.actions == was.actions or _half_made(was, now):
            found.append(replace(was, actions=now.actions, before=now.before))
        else:
            found.append(was)
    replaced = {was.address for was in reviewed if was.replaces}
    # The old one of a replacement that made the new one first.
    found += [now for now in real if now.address.partition(" (deposed")[0] in replaced
              and " (deposed" in now.address]  # fmt: skip
    return found


def _half_made(was: Change, now: Change) -> bool:
    """Whether `now` completes what `was` began: a creation cut off, or half a replacement."""
    if was.replaces:
        return now.replaces or now.actions == ("create",)
    return was.actions == ("create",) and now.tainted


def told(found: Sequence[Difference]) -> str:
    """Differences as a message shows them."""
    lines = [str(one) for one in found[:SHOWN]]
    if len(found) > SHOWN:
        lines.append(f"and {len(found) - SHOWN} more")
    return "\n".join(lines)
