"""What changed outside of Terraform, without what only looks like it."""

from collections.abc import Iterator
from dataclasses import dataclass

from strata.plan.changes import Change, Plan, base
from strata.stacks import Stack


@dataclass(frozen=True)
class Drift:
    """A resource that is not as it was left; `attributes` is empty for one that is gone.

    `restored` are those of the attributes that the plan puts back.
    """

    change: Change
    attributes: tuple[str, ...]
    restored: tuple[str, ...]

    @property
    def gone(self) -> bool:
        """Whether the resource no longer exists."""
        return self.change.destroys


def drifted(plan: Plan, stack: Stack) -> list[Drift]:
    """The drift in a plan that somebody made.

    Terraform's own list also holds what other resources of ours do to one (the rules of a group),
    and what AWS fills in later. Neither stands in the configuration, which is how they are told;
    and what `ignore_changes` names is meant to move.
    """
    return list(_drifted(plan, stack))


def _drifted(plan: Plan, stack: Stack) -> Iterator[Drift]:
    planned = {one.address: one for one in plan.changes}
    for one in plan.drift:
        change = planned.get(one.address)
        if one.destroys:
            yield Drift(one, (), ("",) if change else ())
            continue
        resource = stack.resources.get(base(one.address))
        body = resource.body if resource else {}
        ignored = set((body.get("lifecycle") or {}).get("ignore_changes") or [])
        put_back = tuple(
            name
            for name in one.changed
            if change
            and change.after
            and change.after.get(name) == (one.before or {}).get(name)
            and name in change.changed
        )
        meant = tuple(
            name
            for name in one.changed
            # What was not there and what is empty are the same to AWS.
            if (one.before or {}).get(name) or (one.after or {}).get(name)
            if name in put_back or (body.get(name) is not None and name not in ignored)
            if not (name == "tags_all" and "tags" in one.changed)
        )
        if meant:
            yield Drift(one, meant, tuple(name for name in meant if name in put_back))
