"""The line of each key of a TOML file: `tomllib` gives the values without their lines."""

import tomllib
from collections.abc import Iterator

import tree_sitter_toml
from tree_sitter import Language, Node, Parser

Key = tuple[str | int, ...]
"""A path of keys and, within arrays, indices."""


def positions(text: str) -> dict[Key, int]:
    """Key -> its line, counted from 1, for every table, pair and array element of valid TOML."""
    root = Parser(Language(tree_sitter_toml.language())).parse(text.encode()).root_node
    lines: dict[Key, int] = {}
    elements: dict[Key, int] = {}
    for node in root.named_children:
        base: Key = ()
        if node.type in ("table", "table_array_element"):
            header, *pairs = node.named_children
            base = _header(_names(header), elements, array=node.type == "table_array_element")
            _note(lines, base, header)
        else:
            pairs = [node]
        for pair in pairs:
            for key, where in _pair(pair, base):
                _note(lines, key, where)
    return lines


def line_of(lines: dict[Key, int], key: Key) -> int:
    """The line of `key`, or of the table that lacks it; 1 when the file has neither."""
    while key and key not in lines:
        key = key[:-1]
    return lines.get(key, 1)


def _note(lines: dict[Key, int], key: Key, node: Node) -> None:
    line = node.start_point[0] + 1
    while key and key not in lines:
        lines[key] = line
        key = key[:-1]


def _header(names: list[str], elements: dict[Key, int], *, array: bool) -> Key:
    """The key of a table, with the index of the latest element for each array of tables in it."""
    key: Key = ()
    for depth, name in enumerate(names, start=1):
        key = (*key, name)
        if array and depth == len(names):
            elements[key] = elements.get(key, -1) + 1
        if key in elements:
            key = (*key, elements[key])
    return key


def _pair(node: Node, base: Key) -> Iterator[tuple[Key, Node]]:
    if node.type != "pair":
        return
    name, value = node.named_children[:2]
    key = (*base, *_names(name))
    yield key, node
    if value.type in ("inline_table", "array"):
        yield from _value(value, key)


def _value(node: Node, key: Key) -> Iterator[tuple[Key, Node]]:
    if node.type == "inline_table":
        for pair in node.named_children:
            yield from _pair(pair, key)
    elif node.type == "array":
        values = [child for child in node.named_children if child.type != "comment"]
        for index, value in enumerate(values):
            yield (*key, index), value
            yield from _value(value, (*key, index))


def _names(node: Node) -> list[str]:
    if node.type == "dotted_key":
        return [name for child in node.named_children for name in _names(child)]
    text = (node.text or b"").decode()
    if node.type != "quoted_key":
        return [text]
    return list(tomllib.loads(f"{text} = 0")) if "\\" in text else [text[1:-1]]
