"""A picture: boxes, groups of boxes and arrows, and the text on them; no places yet."""

from dataclasses import dataclass
from typing import Literal

Mark = Literal["added", "changed", "replaced", "destroyed"]
"""What a plan does with a node."""

EdgeKind = Literal["traffic", "part", "route", "relation"]
"""`traffic` passes between all places of its ends, `part` between some of them only; `route` is a
way in the network; `relation` is a reference in the stack that carries no request of a client."""


@dataclass(frozen=True)
class Lock:
    """Whether something is encrypted, and what."""

    text: str
    on: bool


@dataclass(frozen=True)
class Node:
    """A box, or a group when others name it as `parent`.

    `id` is the Terraform address of the resource it shows, or a word such as `internet`; `holds`
    are the addresses when it shows several. `kind` decides its colour, `column` its place among its
    siblings along the picture's direction.
    """

    id: str
    kind: str
    label: str
    title: str
    lines: tuple[str, ...] = ()
    locks: tuple[Lock, ...] = ()
    parent: str | None = None
    column: int | None = None
    holds: tuple[str, ...] = ()
    mark: Mark | None = None

    @property
    def addresses(self) -> tuple[str, ...]:
        """The addresses of the resources it shows."""
        return self.holds or (self.id,)


@dataclass(frozen=True)
class Edge:
    """An arrow between two nodes, named by their ids, with the lines of its label."""

    source: str
    target: str
    kind: EdgeKind
    lines: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """The same for the same arrow, whatever else is drawn."""
        return f"{self.kind}:{self.source}:{self.target}"


@dataclass(frozen=True)
class Picture:
    """`direction` is where most arrows lead; a group comes before the nodes in it.

    `not_drawn` are arrows that are not drawn but keep their room, so that nothing else moves.
    """

    name: str
    title: str
    description: str
    direction: Literal["RIGHT", "DOWN"]
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    not_drawn: tuple[Edge, ...] = ()

    def node(self, name: str) -> Node:
        """The node with that id; raises KeyError when there is none."""
        for node in self.nodes:
            if node.id == name:
                return node
        raise KeyError(name)

    @property
    def groups(self) -> frozenset[str]:
        """The ids of nodes with other nodes in them."""
        return frozenset(node.parent for node in self.nodes if node.parent)
