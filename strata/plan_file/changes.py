"""Terraform's plan JSON as data, and the comparison of two plans.

`terraform show -json FILE` writes it; its format is described at
https://developer.hashicorp.com/terraform/internals/json-format
"""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from strata.documents import Json
from strata.documents.layers import ALL_LAYERS, LAYERS, layer_of
from strata.errors import StrataError
from strata.resources import iam

Path = tuple[str | int, ...]
"""The place of a value in a resource: names of attributes and, in lists, indices."""

HIDDEN = "(sensitive)"
HIDDEN_CHANGE = "(sensitive, changes)"
"""Placeholders for a sensitive value; the second for one that changes."""
UNKNOWN = "(known after apply)"

REPLACEMENTS = (("delete", "create"), ("create", "delete"))


@dataclass(frozen=True)
class Change:
    """What a plan does with one managed resource.

    `actions` are Terraform's: `create`, `update`, `delete`, both orders of `delete` and `create`
    for a replacement, `no-op`, `forget`. `before` and `after` map attributes to values, with
    sensitive values replaced by HIDDEN; they are None where there is no resource. Values that are
    only known after the apply are missing in `after` and true in `unknown`. `replace_paths` name
    the attributes that force a replacement, `reason` is Terraform's `action_reason`, `moved_from`
    is the address that a `moved` block names, `imports` whether an `import` block takes the
    resource over, and `imported` the id it uses.
    """

    address: str
    actions: tuple[str, ...]
    before: Json | None
    after: Json | None
    unknown: Json = field(default_factory=dict)
    replace_paths: tuple[Path, ...] = ()
    reason: str = ""
    moved_from: str = ""
    imports: bool = False
    imported: str = ""

    @property
    def type(self) -> str:
        """`aws_vpc` of `aws_vpc.network_vpc`."""
        return self.address.partition(".")[0]

    @property
    def layer(self) -> str:
        """The layer that holds it: resources are named by their construct path."""
        return layer_of(self.address)

    @property
    def replaces(self) -> bool:
        """Whether the resource is replaced, in either order."""
        return self.actions in REPLACEMENTS

    @property
    def tainted(self) -> bool:
        """Whether it is replaced because an earlier run was cut off while it created it."""
        return self.replaces and self.reason == "replace_because_tainted"

    @property
    def destroys(self) -> bool:
        """Whether the existing resource is destroyed."""
        return "delete" in self.actions

    @property
    def changed(self) -> tuple[str, ...]:
        """The names of attributes that differ before and after; all of them for a creation."""
        before, after = self.before or {}, self.after or {}
        unknown = {name for name, mask in self.unknown.items() if any_unknown(mask)}
        return tuple(
            name
            for name in sorted({*before, *after, *unknown})
            if name in unknown or before.get(name) != after.get(name)
        )

    @property
    def forcing(self) -> tuple[str, ...]:
        """The attributes that force a replacement, as `a[0].b`."""
        return tuple(dict.fromkeys(dotted(path) for path in self.replace_paths))

    @property
    def settled(self) -> Json:
        """The attributes after; where a value is not known, its value before."""
        return dict(_fill(self.after, self.before, self.unknown) or {})

    def gives_anew(self, attribute: str) -> bool:
        """Whether a reference such as `master_user_secret[0].secret_arn` gets another value."""
        return re.split(r"[.\[]", attribute, maxsplit=1)[0] in self.changed


@dataclass(frozen=True)
class Plan:
    """A plan: what it changes, what changed outside of Terraform, what stays.

    `drift` has an `update` for what differs from the state and a `delete` for what is gone. `stays`
    counts the resources of each layer that nothing happens to, and `unchanged` lists them: the
    effect of a change may depend on resources that stay.
    """

    changes: tuple[Change, ...]
    drift: tuple[Change, ...]
    stays: Mapping[str, int]
    unchanged: tuple[Change, ...] = ()

    @property
    def kept_addresses(self) -> set[str]:
        """The addresses of resources that exist before and are the same resource after."""
        return {
            change.address
            for change in (*self.changes, *self.unchanged)
            if change.before is not None and change.after is not None and not change.replaces
        }

    def of(self, layer: str) -> tuple[Change, ...]:
        """The changes in one layer."""
        return tuple(change for change in self.changes if change.layer == layer)


def base(address: str) -> str:
    """The address as it is written, without the key of `for_each`."""
    return address.partition("[")[0]


def parse(document: Json) -> Plan:
    """The plan in Terraform's JSON; raises StrataError if it is not a finished plan."""
    version = str(document.get("format_version", ""))
    if not version.startswith("1."):
        raise StrataError(f"the plan's format is {version or 'not named'}, not 1.x")
    if document.get("errored"):
        raise StrataError("the plan was not finished", "plan again")
    changes = [_change(entry) for entry in _managed(document.get("resource_changes", []))]
    unmoved = [change for change in changes if not _happens(change)]
    stays = Counter(change.layer for change in unmoved)
    return Plan(
        tuple(change for change in changes if _happens(change)),
        tuple(_change(entry) for entry in _managed(document.get("resource_drift", []))),
        {layer: stays[layer] for layer in ALL_LAYERS if layer in LAYERS or stays[layer]},
        tuple(unmoved),
    )


def _happens(change: Change) -> bool:
    """Whether anything happens to it; moves and imports, which only change the state, count."""
    return change.actions != ("no-op",) or bool(change.moved_from) or change.imports


def _managed(entries: Sequence[Json]) -> list[Json]:
    return [entry for entry in entries if entry["mode"] == "managed"]


def _change(entry: Json) -> Change:
    change = entry["change"]
    before, after = change.get("before"), change.get("after")
    before_mask, after_mask = change.get("before_sensitive"), change.get("after_sensitive")
    return Change(
        address=entry["address"] + (f" (deposed {entry['deposed']})" if "deposed" in entry else ""),
        actions=tuple(change["actions"]),
        before=hide(before, before_mask),
        after=hide(after, after_mask, other=before),
        unknown=_dict(change.get("after_unknown")),
        replace_paths=tuple(tuple(path) for path in change.get("replace_paths", [])),
        reason=entry.get("action_reason", ""),
        moved_from=entry.get("previous_address", ""),
        imports=change.get("importing") is not None,
        imported=_identity(change.get("importing")),
    )


def _identity(importing: Any) -> str:
    """The id or identity of an import; the plan leaves out an id that is not known yet."""
    fields = _dict(importing)
    if fields.get("id"):
        return str(fields["id"])
    identity = _dict(fields.get("identity"))
    return ", ".join(f"{name} {value}" for name, value in identity.items())


def hide(value: Any, mask: Any, other: Any = None) -> Any:
    """A value without the parts that its mask, `before_sensitive` or `after_sensitive`, marks.

    Nulls stay: that there is no value is not a secret. With the value before as `other`, a value
    that changes gets another placeholder than one that stays.
    """
    if mask is True:
        if value is None or value in (HIDDEN, HIDDEN_CHANGE):
            return value
        return HIDDEN if other is None or other == value else HIDDEN_CHANGE
    if isinstance(value, dict) and isinstance(mask, dict):
        inner = other if isinstance(other, dict) else {}
        return {k: hide(v, mask.get(k), inner.get(k)) for k, v in value.items()}
    if isinstance(value, list) and isinstance(mask, list):
        masks = [*mask, *([None] * (len(value) - len(mask)))]
        others = (
            other if isinstance(other, list) and len(other) == len(value) else [None] * len(value)
        )
        return [hide(v, m, o) for v, m, o in zip(value, masks, others, strict=False)]
    return value


def any_unknown(unknown: Any) -> bool:
    """Whether any part of a value is only known after the apply."""
    if isinstance(unknown, dict):
        return any(any_unknown(item) for item in unknown.values())
    if isinstance(unknown, list):
        return any(any_unknown(item) for item in unknown)
    return unknown is True


@dataclass(frozen=True)
class Difference:
    """Where a plan differs from the review; `attribute` is empty for the resource as a whole."""

    address: str
    attribute: str
    reviewed: str
    real: str

    def __str__(self) -> str:
        where = f"{self.address}: {self.attribute}" if self.attribute else self.address
        return f"{where}\n  reviewed  {self.reviewed}\n  now       {self.real}"


def differences(reviewed: Sequence[Change], real: Sequence[Change]) -> list[Difference]:
    """Where the real changes are not the reviewed ones; empty when they may be applied.

    Each address must have the same actions, and the same values where they were known. Where the
    review said "known after apply" any value is allowed, also the old one. So a reviewed change
    whose every cause was unknown may turn out to be no change at all. The values before are
    compared too, where either plan changes the attribute, so that an edit by hand between review
    and apply shows.
    """
    were = {
        change.address: change
        for change in reviewed
        if change.actions != ("no-op",) or change.imports
    }
    are = {
        change.address: change for change in real if change.actions != ("no-op",) or change.imports
    }
    unequal: list[Difference] = []
    for address in [*were, *(address for address in are if address not in were)]:
        was, now = were.get(address), are.get(address)
        if was and now and (was.actions, was.imported) == (now.actions, now.imported):
            unequal += _values(was, now)
        elif now or not (was and _rests_on_unknown(was)):
            unequal.append(Difference(address, "", _action_words(was), _action_words(now)))
    return unequal


def _action_words(change: Change | None) -> str:
    if change is None:
        return "no change"
    words: dict[tuple[str, ...], str] = {
        ("delete", "create"): "replace",
        ("create", "delete"): "replace, the new one first",
    }
    action = words.get(change.actions, " and ".join(change.actions))
    if not change.imports:
        return action
    import_words = f"import {change.imported}".rstrip()
    return import_words if change.actions == ("no-op",) else f"{import_words} and {action}"


def _rests_on_unknown(change: Change) -> bool:
    """Whether no known value differs, so that the change may turn out to be none."""
    if change.actions == ("update",):
        changing = change.changed
    elif change.replaces:
        # Values that AWS computes are unknown in every replacement; what forces it is the cause.
        changing = tuple(str(path[0]) for path in change.replace_paths if path)
    else:
        return False
    before, after = change.before or {}, change.after or {}
    return bool(changing) and all(
        not list(
            _compare((name,), after.get(name), change.unknown.get(name), before.get(name), None)
        )
        for name in changing
    )


def _values(was: Change, now: Change) -> Iterator[Difference]:
    """Attributes that neither plan changes are left out: a scaler may have changed them since."""
    for name in sorted({*was.changed, *now.changed}):
        yield from (
            Difference(was.address, dotted(path), shown(old), shown(new))
            for path, old, new in _compare(
                (name,),
                (was.after or {}).get(name),
                was.unknown.get(name),
                (now.after or {}).get(name),
                now.unknown.get(name),
            )
        )
        # For computed values and for deleted resources the value before does not matter.
        if (
            was.after is None
            or any_unknown(was.unknown.get(name))
            or any_unknown(now.unknown.get(name))
        ):
            continue
        before = (was.before or {}).get(name), (now.before or {}).get(name)
        for path, old, new in _compare((name,), before[0], None, before[1], None):
            yield Difference(was.address, f"{dotted(path)} before", shown(old), shown(new))


def _compare(
    path: Path, old: Any, old_unknown: Any, new: Any, new_unknown: Any
) -> Iterator[tuple[Path, Any, Any]]:
    """(path, reviewed, real) of values that were known in the review and are different now."""
    if old_unknown is True:
        return
    if new_unknown is True:
        yield path, old, UNKNOWN
        return
    old, new = _parsed(old, new)
    if isinstance(old, dict | None) and isinstance(new, dict | None) and (old or new or {}) != {}:
        olds, news = _dict(old_unknown), _dict(new_unknown)
        for key in sorted({*(old or {}), *(new or {}), *olds, *news}):
            yield from _compare(
                (*path, key),
                (old or {}).get(key),
                olds.get(key),
                (new or {}).get(key),
                news.get(key),
            )
    elif isinstance(old, list) and isinstance(new, list):
        yield from _compare_lists(path, old, old_unknown, new, new_unknown)
    elif old != new:
        yield path, old, new


def _compare_lists(
    path: Path, old: list[Any], old_unknown: Any, new: list[Any], new_unknown: Any
) -> Iterator[tuple[Path, Any, Any]]:
    """Lists by index; as sets where the review had unknown items, which may change the order."""
    length = max(len(old), len(_list(old_unknown)))
    olds = [*old, *([None] * (length - len(old)))]
    unknowns = _padded(old_unknown, length)
    length_new = max(len(new), len(_list(new_unknown)))
    news = [*new, *([None] * (length_new - len(new)))]
    unknowns_new = _padded(new_unknown, length_new)
    if not any(any_unknown(unknown) for unknown in unknowns):
        if len(olds) != len(news):
            yield path, old, new
            return
        for index in range(len(olds)):
            yield from _compare(
                (*path, index), olds[index], unknowns[index], news[index], unknowns_new[index]
            )
        return
    unmatched = list(range(len(news)))
    # Fully known items are matched first, so that an unknown item does not take their match.
    for index in sorted(
        range(len(olds)), key=lambda i: (unknowns[i] is True, any_unknown(unknowns[i]))
    ):
        match = next(
            (
                j
                for j in unmatched
                if not list(_compare(path, olds[index], unknowns[index], news[j], unknowns_new[j]))
            ),
            None,
        )
        if match is not None:
            unmatched.remove(match)
        elif unknowns[index] is not True:
            yield path, old, new
            return
    if unmatched:
        yield path, old, new


def _parsed(old: Any, new: Any) -> tuple[Any, Any]:
    """Both as data when both are JSON text, so that a difference names the differing part.

    For policies that differ only in order, the first is used for both.
    """
    if isinstance(old, str) and isinstance(new, str) and old[:1] in "{[" and new[:1] in "{[":
        try:
            were, are = json.loads(old), json.loads(new)
        except ValueError:
            return old, new
        return (were, were) if iam.same(were, are) else (were, are)
    return old, new


def _dict(value: Any) -> Json:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _padded(unknown: Any, length: int) -> list[Any]:
    listed = _list(unknown)
    return [*listed, *([None] * (length - len(listed)))]


def dotted(path: Path) -> str:
    """`ingress[0].cidr_blocks` of its parts."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def shown(value: Any) -> str:
    """A value for a message: JSON, on one line."""
    if value in (HIDDEN, HIDDEN_CHANGE, UNKNOWN):
        return str(value)
    return "no value" if value is None else json.dumps(value, ensure_ascii=False, sort_keys=True)


def _fill(after: Any, before: Any, unknown: Any) -> Any:
    if unknown is True:
        return before
    if isinstance(unknown, dict) and isinstance(after, dict | None):
        olds = before if isinstance(before, dict) else {}
        return {
            **(after or {}),
            **{
                key: _fill((after or {}).get(key), olds.get(key), item)
                for key, item in unknown.items()
                if any_unknown(item)
            },
        }
    if isinstance(unknown, list) and isinstance(after, list):
        listed = before if isinstance(before, list) else []
        return [
            _fill(
                item,
                listed[index] if index < len(listed) else None,
                unknown[index] if index < len(unknown) else None,
            )
            for index, item in enumerate(after)
        ]
    return after


def value_at(body: Json | None, path: str) -> Any:
    """`a[0].b` of a resource's attributes; None where there is no such value."""
    value: Any = body
    for part in re.findall(r"[^.\[\]]+", path):
        if isinstance(value, list):
            value = value[int(part)] if part.isdigit() and int(part) < len(value) else None
        else:
            value = value.get(part) if isinstance(value, dict) else None
    return value
