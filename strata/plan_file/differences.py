"""What differs between two values, down to the smallest part."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, TypeGuard

from strata.documents.stacks import Resource, references
from strata.documents.templates import escaped, has_expression, parts, read
from strata.plan_file.changes import UNKNOWN, Change, Path, any_unknown, dotted
from strata.resources import iam
from strata.resources.containers import with_defaults

Leaf = tuple[str, Any, Any]
"""(path, before, after) of a value; UNKNOWN as the value after."""

REPEATS = {"tags_all": "tags"}
"""Attribute -> the attribute that it repeats."""


def leaves(change: Change, resource: Resource | None, changing: Mapping[str, Change]) -> list[Leaf]:
    """What a change does to the attributes in the code, and to others as far as it is known.

    For a new or replaced resource AWS computes many attributes, which follow from those in the
    code and are left out. `resource` is the one in the code, None when it is no longer there;
    `changing` are the plan's changes by address.
    """
    written = resource.body if resource else {}
    forcing = {str(path[0]) for path in change.replace_paths}
    differing_leaves: list[Leaf] = []
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
            differing_leaves += _partly_known((name,), old, new, changing)
        else:
            differing_leaves += differing((name,), before, after, unknown)
    return differing_leaves


def _usual(name: str, value: Any) -> Any:
    """Container definitions with ECS's defaults; other values as they are."""
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
    """Where the content of two JSON texts differs; empty values count as missing."""
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
    """Whether a value is empty: AWS returns an empty list or object for a missing value, or none
    for an empty one."""
    return value is None or value in ([], {})


def _partly_known(
    path: Path, before: Any, text: Any, changing: Mapping[str, Change]
) -> Iterator[Leaf]:
    """Where JSON text differs from one with references: unknown to Terraform as a whole, but most
    of its parts are known."""
    before, text = _by_name(before, text)
    if isinstance(before, dict) and isinstance(text, dict):
        for key in sorted({*before, *text}):
            yield from _partly_known((*path, key), before.get(key), text.get(key), changing)
    elif isinstance(before, list) and isinstance(text, list) and len(before) == len(text):
        for index, pair in enumerate(zip(before, text, strict=True)):
            yield from _partly_known((*path, index), *pair, changing)
    elif isinstance(text, str) and has_expression(text):
        text = _with_known_values(text, changing)
        if not has_expression(text):
            if before != (plain := read(text)):
                yield dotted(path), before, plain
            return
        sources = [
            (changing.get(reference.address), reference.attribute) for reference in references(text)
        ]
        if any(source and source.gives_anew(attribute) for source, attribute in sources):
            yield dotted(path), before, UNKNOWN
        elif not may_be(text, str(before)):
            yield dotted(path), before, _readable(text)
    elif before != (plain := _read(text)) and (before or text):
        # AWS fills in what is empty.
        yield dotted(path), before, plain


def _with_known_values(text: str, changing: Mapping[str, Change]) -> str:
    """A template with the values that the plan already knows of resources that change."""
    return "".join(
        _known_value(part.text, changing) if part.expression else escaped(part.text)
        for part in parts(text)
    )


def _known_value(expression: str, changing: Mapping[str, Change]) -> str:
    """The value of a single reference as a template; other expressions as they were."""
    reference = next(references(f"${{{expression}}}"), None)
    if reference and f"{reference.address}.{reference.attribute}" == expression.strip():
        source = changing.get(reference.address)
        value = (source.after or {}).get(reference.attribute) if source else None
        if source and isinstance(value, str) and not source.unknown.get(reference.attribute):
            return str(escaped(value))
    return f"${{{expression}}}"


def _by_name(before: Any, after: Any) -> tuple[Any, Any]:
    """Lists of named objects, such as containers and their variables, by their names."""
    by_name = []
    for value in (before, after):
        if not (isinstance(value, list) and value and _blocks(value)):
            return before, after
        by_name.append({item.get("name"): item for item in value})
        if len(by_name[-1]) < len(value) or not all(isinstance(key, str) for key in by_name[-1]):
            return before, after
    return by_name[0], by_name[1]


def may_be(text: str, known: str) -> bool:
    """Whether text with references in it may have a known value."""
    pattern = "".join(".+?" if part.expression else re.escape(part.text) for part in parts(text))
    return bool(re.fullmatch(pattern, known, re.DOTALL))


def _readable(text: str) -> str:
    """A template for people to read, with a mark for the values that are not known yet."""
    return "".join("…" if part.expression else part.text for part in parts(text))


def _read(value: Any) -> Any:
    """A value from the code, with each text in it read as a template."""
    if isinstance(value, str):
        return read(value)
    if isinstance(value, list):
        return [_read(item) for item in value]
    if isinstance(value, dict):
        return {read(key): _read(item) for key, item in value.items()}
    return value


def _blocks(value: Any) -> bool:
    """Whether it is a list of blocks; a list of plain values is a single value."""
    return isinstance(value, list) and all(isinstance(item, dict) for item in value)


def is_json(value: Any) -> TypeGuard[str]:
    """Whether it is JSON text, such as a policy or container definitions."""
    if not (isinstance(value, str) and value[:1] in "{[" and value):
        return False
    try:
        json.loads(value)
    except ValueError:
        return False
    return True
