"""From a plan to what drifted and what the next apply does about it."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from strata.drift.moving import why_moving
from strata.drift.parts import additions, is_shown_only
from strata.drift.report import Attribute, Drifted, LeftOut, NextApply
from strata.layers import LAYERS
from strata.plan.changes import Change, Path, Plan, dotted, layer_of
from strata.stacks import Resource, Stack

Json = dict[str, Any]

REPEATED = "tags_all"
"""Holds what `tags` holds."""


def find(plan: Plan, document: Json, stack: Stack) -> tuple[list[Drifted], list[LeftOut]]:
    """What drifted, and what differs and is no drift, by address.

    `document` is the plan's JSON, of which the resources as they are now are taken, and `stack`
    the code's.
    """
    changes = {one.address: one for one in plan.changes}
    found: dict[str, Drifted] = {}
    left_out: list[LeftOut] = []
    for drift in plan.drift:
        change = changes.get(drift.address)
        resource = stack.resources.get(drift.address.partition("[")[0])
        if drift.destroys:
            found[drift.address] = _gone(drift, change)
            continue
        attributes, moving = _attributes(drift, change, resource)
        left_out += moving
        if attributes:
            found[drift.address] = _drifted(drift.address, attributes)
    for address, parts in additions(resources_now(document)).items():
        change = changes.get(address)
        added = [
            Attribute(
                attribute=attribute, before=None, now=part,
                next_apply=_next(change, attribute, (attribute,), None),
            )
            for attribute, part in parts
        ]  # fmt: skip
        held = found[address].attributes if address in found else []
        found[address] = _drifted(address, [*held, *added])
    order = ["", *LAYERS]
    return sorted(found.values(), key=lambda one: (order.index(one.layer), one.address)), left_out


def _drifted(address: str, attributes: list[Attribute]) -> Drifted:
    return Drifted(layer=layer_of(address), address=address, gone=False, attributes=attributes)


def _gone(drift: Change, change: Change | None) -> Drifted:
    made = change is not None and "create" in change.actions
    return Drifted(
        layer=drift.layer, address=drift.address, gone=True, attributes=[],
        next_apply=NextApply.MAKES_ANEW if made else NextApply.LEAVES,
    )  # fmt: skip


def _attributes(
    drift: Change, change: Change | None, resource: Resource | None
) -> tuple[list[Attribute], list[LeftOut]]:
    before, now = drift.before or {}, drift.after or {}
    found: list[Attribute] = []
    left_out: list[LeftOut] = []
    for name in drift.changed:
        if name == REPEATED or is_shown_only(drift.type, name):
            continue
        leaves = list(_leaves((name,), before.get(name), now.get(name)))
        why = why_moving(resource, drift.type, name, before.get(name), now.get(name))
        if leaves and why:
            left_out.append(LeftOut(address=drift.address, attribute=name, reason=why))
            continue
        found += [
            Attribute(
                attribute=dotted(path), before=old, now=new,
                next_apply=_next(change, name, path, old),
            )
            for path, old, new in leaves
        ]  # fmt: skip
    return found, left_out


def _next(change: Change | None, name: str, path: Path, before: Any) -> NextApply:
    """What a plan against AWS as it is now does with a value that was `before`."""
    if change is None or name not in change.changed:
        return NextApply.LEAVES
    if change.destroys and "create" not in change.actions:
        return NextApply.REMOVES
    after = _at(change.after or {}, path)
    if change.replaces:
        return NextApply.REPLACES
    if _settled(after) == _settled(before):
        return NextApply.PUTS_BACK
    return NextApply.CHANGES


def _leaves(path: Path, before: Any, now: Any) -> Iterator[tuple[Path, Any, Any]]:
    """Where two values differ: inside of objects and of lists as long as before, else whole.

    Nothing, an empty text and an empty list are the same: the provider answers one or the other.
    """
    before, now = _parsed(before), _parsed(now)
    if _settled(before) == _settled(now):
        return
    if isinstance(before, dict) and isinstance(now, dict):
        for key in sorted({*before, *now}):
            yield from _leaves((*path, key), before.get(key), now.get(key))
    elif isinstance(before, list) and isinstance(now, list) and len(before) == len(now):
        for index, (old, new) in enumerate(zip(before, now, strict=True)):
            yield from _leaves((*path, index), old, new)
    else:
        yield path, before, now


def _settled(value: Any) -> Any:
    """A value without what is empty in it; None when all of it is."""
    if isinstance(value, dict):
        kept = {k: _settled(v) for k, v in value.items()}
        return {k: v for k, v in kept.items() if v is not None} or None
    if isinstance(value, list):
        return [_settled(one) for one in value] or None
    return None if value == "" else value


def _parsed(value: Any) -> Any:
    """A text that is JSON, such as a policy, as data."""
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


def _at(body: Any, path: Path) -> Any:
    for part in path:
        body = _parsed(body)
        if isinstance(body, list) and isinstance(part, int):
            body = body[part] if part < len(body) else None
        else:
            body = body.get(part) if isinstance(body, dict) else None
    return body


def resources_now(document: Json) -> Sequence[tuple[str, Json]]:
    """(address, values) of every managed resource as AWS has it now."""
    root = document.get("prior_state", {}).get("values", {}).get("root_module", {})
    return [
        (one["address"], one["values"])
        for one in root.get("resources", [])
        if one["mode"] == "managed"
    ]
