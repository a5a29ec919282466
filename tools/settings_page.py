"""Writes `docs/settings.md` from the schema of a settings file (`make docs`)."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from strata.documents import Json
from strata.settings.positions import Key
from strata.settings.schema import at, values

PAGE = Path(__file__).resolve().parent.parent / "docs" / "settings.md"

HEAD = """# Settings

One TOML file for each environment, in `envs/`. A key that the file leaves out has the default given
here. Editors complete and check the file by the schema that its first line names
(`envs/schema.json`, printed by `strata schema`); `strata check` finds what a schema cannot, see
[check the settings](check-settings.md).

Text is taken as written: `${...}` and `%{...}`, which Terraform 1.11 would evaluate in JSON, are
escaped.

<!-- Generated from strata/settings/models.py: `make docs` writes this page. -->
"""

PLURALS = {
    "string": "strings",
    "integer": "whole numbers",
    "number": "numbers",
    "object": "tables, see below",
}


def page() -> str:
    """The page as Markdown: one table of keys for each table of the file."""
    return HEAD + "".join(_tables(()))


def _tables(path: Key) -> Iterator[str]:
    properties = at(path)["properties"]
    below = {name: _below((*path, name)) for name in properties}
    rows = [
        _row((*path, name), path)
        for name, inner in below.items()
        if not _is_table(inner) or _is_optional((*path, name))
    ]
    if rows:
        yield f"\n## {_title(path)}\n\n| key | value | default | meaning |\n|---|---|---|---|\n"
        yield from rows
    for inner in below.values():
        if inner is not None:
            yield from _tables(inner)


NAME = "NAME"
"""Stands for the names that the user chooses for tables."""


def _below(path: Key) -> Key | None:
    """Where the keys of a table, of the tables in a list, or of those by name, are described."""
    for inner in (path, (*path, 0), (*path, NAME)):
        if at(inner).get("properties"):
            return inner
    return None


def _is_table(path: Key | None) -> bool:
    return path is not None and path[-1] not in (0, NAME)


def _is_optional(path: Key) -> bool:
    """Whether a table may be left out as a whole, which means something."""
    return at(path).get("default", path) is None


def _title(path: Key) -> str:
    if not path:
        return "Before the first table"
    name = ".".join(part for part in path if isinstance(part, str))
    return f"`[[{name}]]`" if path[-1] == 0 else f"`[{name}]`"


def _row(path: Key, table: Key) -> str:
    node = at(path)
    cells = (f"`{path[-1]}`", _value(path), _default(node, at(table), str(path[-1])))
    return f"| {' | '.join(cells)} | {node['description']} |\n"


def _value(path: Key) -> str:
    node = at(path)
    if node["type"] == "array":
        item = at((*path, 0))
        if "enum" in item:
            return f"a list of {', '.join(f'`{json.dumps(value)}`' for value in item['enum'])}"
        return f"a list of {PLURALS[item['type']]}"
    if "enum" in node:
        return ", ".join(f"`{json.dumps(value)}`" for value in node["enum"])
    return values(node)


def _default(node: Json, table: Json, name: str) -> str:
    if name in table.get("required", ()):
        return "required"
    default: Any = node.get("default")
    return "none" if default is None else f"`{_toml(default)}`"


def _toml(value: Any) -> str:
    """A value as an inline value of TOML."""
    if isinstance(value, dict):
        inner = ", ".join(f"{name} = {_toml(entry)}" for name, entry in value.items())
        return f"{{ {inner} }}" if inner else "{}"
    if isinstance(value, list):
        return f"[{', '.join(map(_toml, value))}]"
    if isinstance(value, float) and value == int(value):
        return str(int(value))
    return json.dumps(value)


if __name__ == "__main__":
    PAGE.write_text(page())
