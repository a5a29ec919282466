"""What differs between two values, as small as it can be told."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, TypeGuard

from strata.documents.stacks import Resource, references
from strata.documents.templates import has_expression, parts, read
from strata.plan_file.changes import UNKNOWN, Change, Path, any_unknown, dotted
from strata.resources import iam
from strata.resources.containers import with_defaults

Leaf = tuple[str, Any, Any]
"""(path, before, after) of a value; UNKNOWN as the value after."""

REPEATS = {"tags_all": "tags"}
"""Attributes that say again what another says."""


def leaves(change: Change, resource: Resource | None, changing: Mapping[str, Change]) -> list[Leaf]:
    """What a change does to the attributes that are written, and to others as far as it is known.

    Of a resource that is made anew AWS computes much anew, which follows from what is written.
    `resource` is what is written, None for what is no longer; `changing` are the plan's changes by
    address.
    """
    written = resource.body if resource else {}
    forcing = {str(path[0]) for path in change.replace_paths}
    found: list[Leaf] = []
    for name in change.changed:
        ours = name in written or name in forcing
        unknown = change.unknown.get(name)
        anew = change.replaces or change.before is None
        if REPEATS.get(name) in change.changed or ((any_unknown(unknown) or anew) and not ours):
            continue
        before, after = (change.before or {}).get(name), (change.after or {}).get(name)
        text = written.get(name)
        if unknown is True and is_json(before) and is_json(text):
            old, new = _usual(name, json.loads(before)), _usual(name, json.loads(text))
            found += _half_known((name,), old, new, changing)
        else:
            found += differing((name,), before, after, unknown)
    return found


def _usual(name: str, value: Any) -> Any:
    """Container definitions with what is there where nothing is written; others as they are."""
    return with_defaults(value) if name == "container_definitions" and _blocks(value) else value


def differing(path: Path, before: Any, after: Any, unknown: Any = None) -> Iterator[Leaf]:
    """Where two values differ: down to single arguments of blocks, and into JSON text."""
    if unknown is True:
        yield dotted(path), before, UNKNOWN
        return
    if is_json(before) and is_json(after):
        name = str(path[0])
        old, new = _usual(name, json.loads(before)), _usual(name, json.loads(after))
        if not iam.same(old, new):
            yield from _differing_json(path, old, new)
        return
    before, after = _by_name(before, after)
    if isinstance(before, dict) and isinstance(after, dict):
        below = unknown if isinstance(unknown, dict) else {}
        for key in sorted({*before, *after, *below}):
            yield from differing((*path, key), before.get(key), after.get(key), below.get(key))
    elif _blocks(before) and _blocks(after) and len(before) == len(after):
        places = unknown if isinstance(unknown, list) else []
        for index, pair in enumerate(zip(before, after, strict=True)):
            open_ = places[index] if index < len(places) else None
            yield from differing((*path, index), *pair, open_)
    elif before != after or any_unknown(unknown):
        yield dotted(path), before, UNKNOWN if any_unknown(unknown) and after is None else after


def _differing_json(path: Path, before: Any, after: Any) -> Iterator[Leaf]:
    """Where the content of two JSON texts differs; what is empty is as good as not there."""
    before, after = _by_name(before, after)
    if isinstance(before, dict) and isinstance(after, dict):
        for key in sorted({*before, *after}):
            yield from _differing_json((*path, key), before.get(key), after.get(key))
    elif _blocks(before) and _blocks(after) and len(before) == len(after):
        for index, pair in enumerate(zip(before, after, strict=True)):
            yield from _differing_json((*path, index), *pair)
    elif before != after and not (_empty(before) and _empty(after)):
        yield dotted(path), before, after


def _empty(value: Any) -> bool:
    """AWS answers an empty list or object for what was left out, or nothing for one."""
    return value is None or value in ([], {})


def _half_known(
    path: Path, before: Any, text: Any, changing: Mapping[str, Change]
) -> Iterator[Leaf]:
    """Of JSON text with references in it Terraform knows nothing; of most of its parts we do."""
    before, text = _by_name(before, text)
    if isinstance(before, dict) and isinstance(text, dict):
        for key in sorted({*before, *text}):
            yield from _half_known((*path, key), before.get(key), text.get(key), changing)
    elif isinstance(before, list) and isinstance(text, list) and len(before) == len(text):
        for index, pair in enumerate(zip(before, text, strict=True)):
            yield from _half_known((*path, index), *pair, changing)
    elif isinstance(text, str) and has_expression(text):
        sources = [(changing.get(one.address), one.attribute) for one in references(text)]
        if any(one and one.gives_anew(attribute) for one, attribute in sources):
            yield dotted(path), before, UNKNOWN
        elif not may_be(text, str(before)):
            yield dotted(path), before, _shown(text)
    elif before != (plain := _read(text)) and (before or text):
        # AWS fills in what is empty.
        yield dotted(path), before, plain


def _by_name(before: Any, after: Any) -> tuple[Any, Any]:
    """Lists of things with names, as containers and their variables are, by their names."""
    named = []
    for found in (before, after):
        if not (isinstance(found, list) and found and _blocks(found)):
            return before, after
        named.append({one.get("name"): one for one in found})
        if len(named[-1]) < len(found) or not all(isinstance(key, str) for key in named[-1]):
            return before, after
    return named[0], named[1]


def may_be(text: str, known: str) -> bool:
    """Whether text with references in it may stand for a known value."""
    pattern = "".join(".+?" if one.expression else re.escape(one.text) for one in parts(text))
    return bool(re.fullmatch(pattern, known, re.DOTALL))


def _shown(text: str) -> str:
    """A template as people read it, with a mark for what nobody knows yet."""
    return "".join("…" if one.expression else one.text for one in parts(text))


def _read(value: Any) -> Any:
    """What a value that is written stands for, each text in it read."""
    if isinstance(value, str):
        return read(value)
    if isinstance(value, list):
        return [_read(one) for one in value]
    if isinstance(value, dict):
        return {read(key): _read(one) for key, one in value.items()}
    return value


def _blocks(value: Any) -> bool:
    """Whether it is a list of blocks; a list of plain values is told as one."""
    return isinstance(value, list) and all(isinstance(one, dict) for one in value)


def is_json(value: Any) -> TypeGuard[str]:
    """Whether it is JSON text, as policies and container definitions are."""
    if not (isinstance(value, str) and value[:1] in "{[" and value):
        return False
    try:
        json.loads(value)
    except ValueError:
        return False
    return True
