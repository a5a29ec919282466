"""What the user changed in the settings file, and which changes of a plan come from it.

Synthesis is pure. So a setting causes a change of a resource when the resource is written
differently with that one setting put back to the value that was applied last. It also causes the
change of a resource whose changing attributes refer to such a resource or data source.
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

    It only changes attributes that an existing resource lists in `ignore_changes`: Strata sets them
    when the resource is created, and never again.
    """

    cause: Cause
    address: str
    attributes: tuple[str, ...]


@dataclass(frozen=True)
class Causes:
    """The causes of each change by its address, and what could not be explained.

    `unexplained` are the layers without a note of the settings they were applied with.
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

    `applied` gives the settings that each layer was applied with last, as far as they are known,
    `lines` the lines of the settings file. `compose` writes the composed stack. `stands` are the
    addresses of the resources that exist and stay.
    """
    listed = list(changes)
    now = settings.model_dump(mode="json")
    unexplained = sorted(
        {change.layer for change in listed if change.layer and change.layer not in applied}
    )
    causes_of: dict[str, tuple[Cause, ...]] = {}
    all_causes: dict[str, Cause] = {}
    explained: list[tuple[Json, dict[str, tuple[Cause, ...]]]] = []
    without: dict[str, WithoutEffect] = {}
    for before in _distinct(applied.values()):
        keys = list(changed_keys(before, now))
        causes_by_key = {key: _cause(key, before, now, lines) for key in keys}
        all_causes.update({cause.key: cause for cause in causes_by_key.values()})
        alone = _Alone.of(now, before, causes_by_key, compose)
        explained.append((before, _explain(listed, alone)))
        for setting in alone.without_effect(stands):
            # The settings that a layer was applied with count for the resources of that layer.
            if applied.get(layer_of(setting.address)) == before:
                without[setting.cause.key] = setting
    for change in listed:
        for before, of in explained:
            if applied.get(change.layer) == before and change.address in of:
                causes_of[change.address] = of[change.address]
    return Causes(
        causes_of, tuple(all_causes.values()), tuple(unexplained), tuple(without.values())
    )


def _distinct(applied: Iterable[Json]) -> list[Json]:
    distinct: list[Json] = []
    for settings in applied:
        if settings not in distinct:
            distinct.append(settings)
    return distinct


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
    if inner is ABSENT or inner is None:
        return "none"
    # A message about a table names the line alone; here something stands on both sides.
    return "a table" if isinstance(inner, dict) else shown_value(key, data)


@dataclass(frozen=True)
class _Alone:
    """The stack as it is, and as it is with each changed setting alone put back."""

    current: Stack
    otherwise: Mapping[Key, Stack | None]
    causes: Mapping[Key, Cause]

    @classmethod
    def of(cls, now: Json, before: Json, causes: Mapping[Key, Cause], compose: Compose) -> "_Alone":
        if not causes:
            return cls(Stack({}, {}), {}, {})
        current = stack(compose(Settings.model_validate(now)))
        back = {key: _composed(_with(now, before, key), compose) for key in causes}
        return cls(current, back, causes)

    def written_otherwise(self, key: Key) -> set[str]:
        """The resources and data sources that a setting writes differently."""
        other = self.otherwise[key]
        if other is None:
            return set()
        addresses = {*_blocks(self.current), *_blocks(other)}
        return {
            address
            for address in addresses
            if _body(self.current, address) != _body(other, address)
        }

    def without_effect(self, stands: Collection[str]) -> Iterator[WithoutEffect]:
        """The settings that change only attributes which an existing resource ignores."""
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
        # A setting put back alone may not fit the others, such as a subnet without its zone.
        return None


def _explain(changes: list[Change], alone: _Alone) -> dict[str, tuple[Cause, ...]]:
    """Address -> its causes among the changed keys."""
    direct: dict[str, list[Cause]] = {}
    for key, cause in alone.causes.items():
        for address in alone.written_otherwise(key):
            direct.setdefault(address, []).append(cause)
    changing = {base(change.address): change for change in changes}
    explained = {}
    for change in changes:
        reached = _reached(change, alone.current, direct, changing)
        if reached:
            explained[change.address] = tuple(dict.fromkeys(reached))
    return explained


def _with(now: Json, before: Json, key: Key) -> Json:
    """The current settings, with one key as it was before."""
    head, inner_key = str(key[0]), key[1:]
    changed = dict(now)
    if inner_key:
        tables = [
            table if isinstance(table, dict) else {} for table in (now.get(head), before.get(head))
        ]
        changed[head] = _with(tables[0], tables[1], inner_key)
    elif head in before:
        changed[head] = before[head]
    else:
        changed.pop(head, None)
    return changed


def _blocks(written: Stack) -> dict[str, Resource]:
    return {**written.resources, **written.data}


def _body(written: Stack, address: str) -> Json | None:
    resource = _blocks(written).get(address)
    return resource.body if resource else None


def _reached(
    change: Change,
    current: Stack,
    direct: Mapping[str, list[Cause]],
    changing: Mapping[str, Change],
) -> list[Cause]:
    """The causes of a change: its own, and those of what its changing attributes come from."""
    causes: list[Cause] = []
    seen: set[str] = set()
    queue = [change]
    while queue:
        reached = queue.pop(0)
        address = base(reached.address)
        if address in seen:
            continue
        seen.add(address)
        causes += direct.get(address, [])
        resource = current.resources.get(address)
        body = resource.body if resource else {}
        # A known value that is written differently needs no other explanation.
        names = [
            n
            for n in reached.changed
            if any_unknown(reached.unknown.get(n)) or address not in direct
        ]
        # A data source that is read with other arguments is not a change of the plan.
        data_sources = references([body.get(name) for name in reached.changed])
        causes += [
            cause
            for reference in data_sources
            if reference.address in current.data
            for cause in direct.get(reference.address, [])
        ]
        for reference in references([body.get(name) for name in names]):
            source = changing.get(reference.address)
            if source and source.gives_anew(reference.attribute):
                queue.append(source)
    return causes
