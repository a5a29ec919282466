"""The JSON schema of a settings file, and its content for a single key."""

import difflib
import json
from functools import cache

from strata.documents import Json
from strata.settings.models import Settings
from strata.settings.positions import Key
from strata.text.words import plain

TYPES = {
    "boolean": "true or false",
    "integer": "a whole number",
    "number": "a number",
    "string": "a string",
    "array": "a list",
    "object": "a table",
}

COMMANDS = ("command", "entry_point", "before")
"""Keys that take the words of a command, in whichever table."""


@cache
def schema() -> Json:
    """The schema, as editors read it from `envs/schema.json`."""
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        **Settings.model_json_schema(),
        "title": "Settings of one Strata environment",
    }


def schema_text() -> str:
    """The content of `envs/schema.json`."""
    return json.dumps(schema(), indent=2) + "\n"


def _follow(node: Json) -> Json:
    while "$ref" in node:
        node = {**schema()["$defs"][node["$ref"].rsplit("/", 1)[1]]}
    if "anyOf" in node:
        inner = next(option for option in node["anyOf"] if option.get("type") != "null")
        node = {**_follow(inner), **{k: v for k, v in node.items() if k != "anyOf"}}
    return node


def at(key: Key) -> Json:
    """The schema's node for `key`; empty for an unknown key."""
    node = _follow(schema())
    for part in key:
        if isinstance(part, int):
            inner = node.get("items", {})
        else:
            extra = node.get("additionalProperties")
            inner = node.get("properties", {}).get(part, extra if isinstance(extra, dict) else {})
        described = {k: v for k, v in inner.items() if k == "description"}
        node = {**_follow(inner), **described}
    return node


def values(node: Json) -> str:
    """Which values a key takes, in words; empty if its schema does not say."""
    if "enum" in node:
        return "one of " + ", ".join(json.dumps(value) for value in node["enum"])
    words = TYPES.get(node.get("type", ""), "")
    least = node.get("minimum", node.get("exclusiveMinimum"))
    most = node.get("maximum")
    if least is not None:
        words += f" {'from' if 'minimum' in node else 'above'} {plain(least)}"
    if most is not None:
        words += f" to {plain(most)}"
    return words


def expected(key: Key) -> str:
    """What may be at `key`, and what it means, in words."""
    node = at(key)
    return ": ".join(part for part in (values(node), node.get("description", "")) if part)


def meant(key: Key) -> Key | None:
    """The known key that was probably meant by an unknown one: the only one that has all of its
    words, as `memory_mib` has `memory`, or one that is spelt almost so."""
    words = set(str(key[-1]).split("_"))
    with_them = [
        name for name in at(key[:-1]).get("properties", {}) if words < set(name.split("_"))
    ]
    if len(with_them) == 1:
        return (*key[:-1], with_them[0])
    close = difflib.get_close_matches(str(key[-1]), list(at(key[:-1]).get("properties", {})), n=1)
    return (*key[:-1], close[0]) if close else None


def nearest(key: Key) -> str:
    """Where an unknown key belongs, or the known key that was probably meant."""
    known = list(at(key[:-1]).get("properties", {}))
    if close := meant(key):
        return f"perhaps {close[-1]}"
    if elsewhere := _tables().get(str(key[-1])):
        return f"in {' or '.join(elsewhere)}"
    return f"one of {', '.join(known)}" if known else "no entry"


@cache
def _tables() -> dict[str, list[str]]:
    """Each key -> the tables that have it, as their headers are written: `[services.NAME]` for
    each of a name, `[[reach]]` for each of a list."""
    tables: dict[str, list[str]] = {}

    def note(node: Json, path: str, header: str) -> None:
        for name, inner in node.get("properties", {}).items():
            if header:
                tables.setdefault(name, []).append(header)
            below, place = _follow(inner), f"{path}.{name}".lstrip(".")
            named, listed = below.get("additionalProperties"), below.get("items")
            if isinstance(named, dict):
                note(_follow(named), f"{place}.NAME", f"[{place}.NAME]")
            elif isinstance(listed, dict):
                note(_follow(listed), place, f"[[{place}]]")
            else:
                note(below, place, f"[{place}]")

    note(_follow(schema()), "", "")
    return tables


def header(key: Key, value: object) -> str:
    """How the header of a table is written whose brackets made `value`; empty for another value."""
    node, name = at(key), ".".join(part for part in key if isinstance(part, str))
    if isinstance(value, dict) and "properties" in _follow(node.get("items", {})):
        return f"[[{name}]] in two brackets, for each"
    if isinstance(value, list) and value and all(isinstance(one, dict) for one in value):
        named = node.get("additionalProperties")
        if isinstance(named, dict) and "properties" in _follow(named):
            return f"[{name}.NAME] for each"
        return f"[{name}] in one bracket" if "properties" in node else ""
    return ""


def is_command(key: Key) -> bool:
    """Whether a key takes the words of a command."""
    return key[-1] in COMMANDS


@cache
def is_number(name: str) -> bool:
    """Whether a key of that name, in whichever table, takes a number."""
    for table in schema()["$defs"].values():
        node = table["properties"].get(name)
        if node and _follow(node).get("type") in ("integer", "number"):
            return True
    return False
