"""Takes from a plan what drifted and what the next apply does about it."""

import json
import re
from collections.abc import Sequence
from types import MappingProxyType
from typing import Any

from strata.documents import Json
from strata.documents.layers import ALL_LAYERS, layer_of
from strata.documents.stacks import Resource, Stack
from strata.drift.moving import why_moving
from strata.drift.report import Attribute, Drifted, LeftOut, NextApply
from strata.drift.shared_parts import additions, is_shown_only
from strata.drift.unread import Unread
from strata.plan_file.changes import Change, Plan, base, value_at
from strata.plan_file.differences import REPEATS, differing, is_json


def find(
    plan: Plan, document: Json, stack: Stack, unread: Unread = MappingProxyType({})
) -> tuple[list[Drifted], list[LeftOut]]:
    """What drifted, and what differs but is not drift, by address.

    `document` is the plan's JSON, which has the current resources, and `stack` the stack of the
    code; `unread` is what the plan cannot show.
    """
    changes = {change.address: change for change in plan.changes}
    drifted: dict[str, Drifted] = {}
    left_out: list[LeftOut] = []
    for drift in plan.drift:
        change = changes.get(drift.address)
        resource = stack.resources.get(base(drift.address))
        if drift.destroys:
            drifted[drift.address] = _gone(drift, change)
            continue
        attributes, moving = _attributes(drift, change, resource)
        left_out += moving
        if attributes:
            drifted[drift.address] = _drifted(drift.address, attributes)
    for address, parts in additions(resources_now(document)).items():
        change = changes.get(address)
        added = [
            Attribute(
                attribute=attribute, before=None, now=part,
                next_apply=_next(change, attribute, None, None),
            )
            for attribute, part in parts
        ]  # fmt: skip
        attributes = drifted[address].attributes if address in drifted else []
        drifted[address] = _drifted(address, [*attributes, *added])
    for address, values in unread.items():
        change = changes.get(address)
        attributes = drifted[address].attributes if address in drifted else []
        known = {attribute.attribute for attribute in attributes}
        beside = [
            Attribute(
                attribute=path, before=was, now=is_, next_apply=_next(change, path, None, was)
            )
            for path, was, is_ in values
            if path not in known
        ]
        drifted[address] = _drifted(address, [*attributes, *beside])
    order = ["", *ALL_LAYERS]
    return sorted(
        drifted.values(), key=lambda resource: (order.index(resource.layer), resource.address)
    ), left_out


def _drifted(address: str, attributes: list[Attribute]) -> Drifted:
    return Drifted(layer=layer_of(address), address=address, gone=False, attributes=attributes)


def _gone(drift: Change, change: Change | None) -> Drifted:
    created = change is not None and "create" in change.actions
    return Drifted(
        layer=drift.layer, address=drift.address, gone=True, attributes=[],
        next_apply=NextApply.MAKES_ANEW if created else NextApply.LEAVES,
    )  # fmt: skip


def _attributes(
    drift: Change, change: Change | None, resource: Resource | None
) -> tuple[list[Attribute], list[LeftOut]]:
    before, current = drift.before or {}, drift.after or {}
    attributes: list[Attribute] = []
    left_out: list[LeftOut] = []
    for name in drift.changed:
        was, is_ = before.get(name), current.get(name)
        if name in REPEATS or is_shown_only(drift.type, name) or _settled(was) == _settled(is_):
            continue
        why = why_moving(resource, drift.type, name, was, is_)
        if why:
            left_out.append(LeftOut(address=drift.address, attribute=name, reason=why))
            continue
        attributes += [
            Attribute(attribute=path, before=old, now=new, next_apply=_next(change, path, was, old))
            for path, old, new in differing((name,), was, is_)
            if _settled(old) != _settled(new)
        ]
    return attributes, left_out


def _next(change: Change | None, path: str, attribute_before: Any, before: Any) -> NextApply:
    """What a plan against the current state of AWS does about a value at `path`.

    The value was `before`, and its whole attribute was `attribute_before`.
    """
    name = re.split(r"[.\[]", path)[0]
    if change is None or name not in change.changed:
        return NextApply.LEAVES
    if change.replaces:
        return NextApply.REPLACES
    if change.destroys:
        return NextApply.REMOVES
    after = change.after or {}
    if _settled(after.get(name)) == _settled(attribute_before):
        return NextApply.PUTS_BACK
    if _settled(value_at(after, path)) == _settled(before):
        return NextApply.PUTS_BACK
    return NextApply.CHANGES


def _settled(value: Any) -> Any:
    """A value without its empty parts; None when all of it is empty.

    Null, an empty text and an empty list are the same: the provider returns any of them.
    """
    if isinstance(value, dict):
        settled = {k: _settled(v) for k, v in value.items()}
        return {k: v for k, v in settled.items() if v is not None} or None
    if isinstance(value, list):
        return [_settled(item) for item in value] or None
    if is_json(value):
        return _settled(json.loads(value))
    return None if value == "" else value


def resources_now(document: Json) -> Sequence[tuple[str, Json]]:
    """(address, values) of every managed resource as AWS has it now."""
    root = document.get("prior_state", {}).get("values", {}).get("root_module", {})
    return [
        (resource["address"], resource["values"])
        for resource in root.get("resources", [])
        if resource["mode"] == "managed"
    ]
