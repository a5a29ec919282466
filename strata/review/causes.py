"""What the user changed in the settings file, and which changes of a plan come from it.

Synthesis is pure. So a setting is a cause of a resource when the resource is written otherwise with
that one setting put back to what was applied last; and of a resource whose changing attributes
refer to such a resource or data source.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from strata.documents import Json
from strata.documents.layers import layer_of
from strata.documents.stacks import Resource, Stack, references, stack
from strata.plan_file.changes import Change, any_unknown, base
from strata.settings.load import dotted, shown_value
from strata.settings.models import Settings
from strata.settings.positions import Key, line_of

Compose = Callable[[Settings], Json]
ABSENT: Any = object()
"""Stands for a key that a table does not have."""


@dataclass(frozen=True)
class Cause:
    """A setting that was changed since a layer was applied; `line` is 0 when the file lacks it.

    `before` and `after` are as TOML writes them, hidden where they may be secrets.
    """

    key: str
    line: int
    before: str
    after: str


@dataclass(frozen=True)
class WithoutEffect:
    """A setting that was changed and changes nothing.

    All that is written otherwise by it are attributes of a resource that stands, of which
    `ignore_changes` says that they are ours only when it is created.
    """

    cause: Cause
    address: str
    attributes: tuple[str, ...]


@dataclass(frozen=True)
class Causes:
    """The causes of each change by its address, and what could not be told.

    `unexplained` are the layers of which nobody noted what they were applied with.
    """

    of: Mapping[str, tuple[Cause, ...]]
    changed: tuple[Cause, ...]
    unexplained: tuple[str, ...]
    without_effect: tuple[WithoutEffect, ...] = ()


def causes(
    changes: Iterable[Change],
    settings: Settings,
    applied: Mapping[str, Json],
    lines: Mapping[Key, int],
    compose: Compose,
    *,
    stands: Collection[str] = (),
) -> Causes:
    """Why a plan of `settings` has these changes.

    `applied` gives the settings that each layer was applied with last, as far as that is known,
    `lines` the lines of the settings file. `compose` writes the composed stack. `stands` are the
    addresses of the resources that stand and stay.
    """
    listed = list(changes)
    now = settings.model_dump(mode="json")
    unexplained = sorted({one.layer for one in listed if one.layer and one.layer not in applied})
    found: dict[str, tuple[Cause, ...]] = {}
    every: dict[str, Cause] = {}
    explained: list[tuple[Json, dict[str, tuple[Cause, ...]]]] = []
    without: dict[str, WithoutEffect] = {}
    for before in _distinct(applied.values()):
        keys = list(changed_keys(before, now))
        each = {key: _cause(key, before, now, lines) for key in keys}
        every.update({cause.key: cause for cause in each.values()})
        alone = _Alone.of(now, before, each, compose)
        explained.append((before, _explain(listed, alone)))
        for idle in alone.without_effect(stands):
            # What a layer was applied with counts for the resources of that layer.
            if applied.get(layer_of(idle.address)) == before:
                without[idle.cause.key] = idle
    for one in listed:
        for before, of in explained:
            if applied.get(one.layer) == before and one.address in of:
                found[one.address] = of[one.address]
    return Causes(found, tuple(every.values()), tuple(unexplained), tuple(without.values()))


def _distinct(applied: Iterable[Json]) -> list[Json]:
    found: list[Json] = []
    for one in applied:
        if one not in found:
            found.append(one)
    return found


def changed_keys(before: Any, now: Any, key: Key = ()) -> Iterator[Key]:
    """The keys of two settings whose values differ; a list is one value."""
    if isinstance(before, dict) and isinstance(now, dict):
        for name in {**before, **now}:
            yield from changed_keys(before.get(name, ABSENT), now.get(name, ABSENT), (*key, name))
    elif before is ABSENT or now is ABSENT or before != now:
        yield key


def _cause(key: Key, before: Json, now: Json, lines: Mapping[Key, int]) -> Cause:
    line = line_of(dict(lines), key) if key in lines else 0
    return Cause(dotted(key), line, _value(key, before), _value(key, now))


def _value(key: Key, data: Json) -> str:
    inner: Any = data
    for part in key:
        inner = inner.get(str(part), ABSENT) if isinstance(inner, dict) else ABSENT
    return "none" if inner is ABSENT or inner is None else shown_value(key, data)


@dataclass(frozen=True)
class _Alone:
    """The stack as it is, and as it is with each changed setting alone put back."""

    current: Stack
    otherwise: Mapping[Key, Stack | None]
    causes: Mapping[Key, Cause]

    @classmethod
    def of(cls, now: Json, before: Json, each: Mapping[Key, Cause], compose: Compose) -> "_Alone":
        if not each:
            return cls(Stack({}, {}), {}, {})
        current = stack(compose(Settings.model_validate(now)))
        back = {key: _composed(_with(now, before, key), compose) for key in each}
        return cls(current, back, each)

    def written_otherwise(self, key: Key) -> set[str]:
        """The resources and data sources that are written otherwise by a setting."""
        other = self.otherwise[key]
        if other is None:
            return set()
        addresses = {*_blocks(self.current), *_blocks(other)}
        return {one for one in addresses if _body(self.current, one) != _body(other, one)}

    def without_effect(self, stands: Collection[str]) -> Iterator[WithoutEffect]:
        """The settings that are about nothing but what a resource that stands ignores."""
        for key, cause in self.causes.items():
            changed = self.written_otherwise(key)
            other = self.otherwise[key]
            if other is None or len(changed) != 1:
                continue
            (address,) = changed
            now, was = _body(self.current, address), _body(other, address)
            if now is None or was is None or address not in stands:
                continue
            names = tuple(n for n in sorted({*now, *was}) if now.get(n) != was.get(n))
            lifecycle = now.get("lifecycle") or {}
            if set(names) <= set(lifecycle.get("ignore_changes") or []):
                yield WithoutEffect(cause, address, names)


def _composed(data: Json, compose: Compose) -> Stack | None:
    try:
        return stack(compose(Settings.model_validate(data)))
    except (ValidationError, LookupError, ValueError, RuntimeError):
        # One setting put back alone may fit none of the others, as a subnet without its zone.
        return None


def _explain(changes: list[Change], alone: _Alone) -> dict[str, tuple[Cause, ...]]:
    """Address -> its causes among the changed keys."""
    direct: dict[str, list[Cause]] = {}
    for key, cause in alone.causes.items():
        for address in alone.written_otherwise(key):
            direct.setdefault(address, []).append(cause)
    changing = {base(one.address): one for one in changes}
    found = {}
    for change in changes:
        reached = _reached(change, alone.current, direct, changing)
        if reached:
            found[change.address] = tuple(dict.fromkeys(reached))
    return found


def _with(now: Json, before: Json, key: Key) -> Json:
    """The settings of now with one key as it was."""
    head, rest = str(key[0]), key[1:]
    changed = dict(now)
    if rest:
        tables = [one if isinstance(one, dict) else {} for one in (now.get(head), before.get(head))]
        changed[head] = _with(tables[0], tables[1], rest)
    elif head in before:
        changed[head] = before[head]
    else:
        changed.pop(head, None)
    return changed


def _blocks(found: Stack) -> dict[str, Resource]:
    return {**found.resources, **found.data}


def _body(found: Stack, address: str) -> Json | None:
    resource = _blocks(found).get(address)
    return resource.body if resource else None


def _reached(
    change: Change,
    current: Stack,
    direct: Mapping[str, list[Cause]],
    changing: Mapping[str, Change],
) -> list[Cause]:
    """The causes of a change: its own, and those of what its changing attributes come from."""
    found: list[Cause] = []
    seen: set[str] = set()
    waiting = [change]
    while waiting:
        one = waiting.pop(0)
        address = base(one.address)
        if address in seen:
            continue
        seen.add(address)
        found += direct.get(address, [])
        resource = current.resources.get(address)
        body = resource.body if resource else {}
        # A known value that is written otherwise needs no other explanation.
        names = [n for n in one.changed if any_unknown(one.unknown.get(n)) or address not in direct]
        # A data source that is asked for something else is no change of a plan.
        asked = references([body.get(name) for name in one.changed])
        found += [
            cause
            for reference in asked
            if reference.address in current.data
            for cause in direct.get(reference.address, [])
        ]
        for reference in references([body.get(name) for name in names]):
            source = changing.get(reference.address)
            if source and source.gives_anew(reference.attribute):
                waiting.append(source)
    return found
