"""Has checkov build its graph of a stack with less.

For each reference to a block checkov takes all that the block says apart anew, and keeps one value
of it; and for each argument it looks through all others of the block, even where the answer is
clear from the argument alone. Both are a sixth of the time of a verdict.
"""

import functools
from typing import Any

READ = "_strata_read"
"""The attribute of checkov's graph with what was read, by the index of the block."""


def lighten_graph() -> None:
    """Replace both in checkov's graphs; once for a process."""
    from checkov.terraform.graph_builder import local_graph  # noqa: PLC0415 - takes seconds
    from checkov.terraform.graph_builder.variable_rendering import renderer  # noqa: PLC0415

    graph: Any = local_graph.TerraformLocalGraph
    if hasattr(graph.get_vertex_attributes_by_index, "__wrapped__"):
        return
    _read_once(graph)
    modules: tuple[Any, ...] = (local_graph, renderer)
    for module in modules:
        module.attribute_has_nested_attributes = _looking_at_lists_alone(
            module.attribute_has_nested_attributes
        )


def _read_once(graph: Any) -> None:
    """Have a graph remember what a block says until the block changes."""
    read, change = graph.get_vertex_attributes_by_index, graph.update_vertex_attribute

    @functools.wraps(read)
    def get_vertex_attributes_by_index(self: Any, index: int, add_hash: bool = True) -> Any:
        if add_hash:
            return read(self, index, add_hash)
        remembered = vars(self).setdefault(READ, {})
        if index not in remembered:
            remembered[index] = read(self, index, add_hash)
        return remembered[index]

    @functools.wraps(change)
    def update_vertex_attribute(self: Any, vertex_index: int, *rest: Any, **named: Any) -> None:
        vars(self).get(READ, {}).pop(vertex_index, None)
        change(self, vertex_index, *rest, **named)

    graph.get_vertex_attributes_by_index = get_vertex_attributes_by_index
    graph.update_vertex_attribute = update_vertex_attribute


def _looking_at_lists_alone(look: Any) -> Any:
    """checkov's question whether other arguments are parts of this one, which only depends on them
    for a list."""

    @functools.wraps(look)
    def attribute_has_nested_attributes(
        attribute_key: str, attributes: Any, attribute_is_leaf: Any = None
    ) -> bool:
        value = attributes[attribute_key]
        if isinstance(value, list):
            return bool(look(attribute_key, attributes, attribute_is_leaf))
        return isinstance(value, dict)

    return attribute_has_nested_attributes
