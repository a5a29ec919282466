"""checkov's graph of a stack is the one that it builds by itself."""

from pathlib import Path
from typing import Any

import pytest
from checkov.common.graph.db_connectors.rustworkx.rustworkx_db_connector import RustworkxConnector
from checkov.terraform.graph_builder import local_graph as module
from checkov.terraform.graph_builder.local_graph import TerraformLocalGraph
from checkov.terraform.graph_builder.variable_rendering import renderer
from checkov.terraform.graph_manager import TerraformGraphManager
from checkov.terraform_json.parser import prepare_definition

from strata.documents import Json
from strata.gate.documents import read
from strata.gate.scan import FILE, _with_lines, load_policies

STACK: Json = {
    "variable": {"open": {"default": True}, "names": {"default": ["a", "b"]}},
    "locals": {"name": "${var.names}-x", "again": "${local.name}"},
    "resource": {
        "aws_vpc": {"a": {"cidr_block": "10.0.0.0/16", "tags": {"Name": "${local.again}"}}},
        "aws_security_group": {
            "b": {
                "name": "${local.name}",
                "vpc_id": "${aws_vpc.a.id}",
                "ingress": [{"cidr_blocks": ["${aws_vpc.a.cidr_block}"]}, {"self": "${var.open}"}],
            },
            "c": {"for_each": '${toset(["x", "y"])}', "name": "${each.value}"},
        },
    },
}
"""References of every kind: into lists, through two others, and in a block that becomes two."""


@pytest.fixture(autouse=True)
def _loaded() -> None:
    load_policies()


def built(stack: Json) -> TerraformLocalGraph:
    manager = TerraformGraphManager(db_connector=RustworkxConnector())
    return manager.build_graph_from_definitions({FILE: prepare_definition(_with_lines(stack))})


def said(graph: TerraformLocalGraph) -> list[object]:
    blocks = [(vertex.to_dict(), vertex.get_attribute_dict()) for vertex in graph.vertices]
    return [blocks, [(edge.origin, edge.dest, edge.label) for edge in graph.edges]]


def as_it_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have checkov as it is without us."""
    for name in ("get_vertex_attributes_by_index", "update_vertex_attribute"):
        monkeypatch.setattr(
            TerraformLocalGraph, name, getattr(TerraformLocalGraph, name).__wrapped__
        )
    places: tuple[Any, ...] = (module, renderer)
    for place in places:
        theirs = place.attribute_has_nested_attributes.__wrapped__
        monkeypatch.setattr(place, "attribute_has_nested_attributes", theirs)


@pytest.mark.parametrize("name", ["small", "prod"])
def test_the_graph_is_the_one_that_checkov_builds(
    name: str, synthesized: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stack = STACK if name == "small" else read(synthesized, ["prod"])[0].resolved
    ours = said(built(stack))
    as_it_comes(monkeypatch)
    assert said(built(stack)) == ours


def test_a_block_is_read_once_and_again_when_it_has_changed() -> None:
    graph = built(STACK)
    names = [vertex.name for vertex in graph.vertices]
    group, vpc = names.index("aws_security_group.b"), names.index("aws_vpc.a")
    before = graph.get_vertex_attributes_by_index(group, add_hash=False)
    assert graph.get_vertex_attributes_by_index(group, add_hash=False) is before
    other = graph.get_vertex_attributes_by_index(vpc, add_hash=False)
    graph.update_vertex_attribute(group, "vpc_id", "vpc-1", vpc, "id")
    after = graph.get_vertex_attributes_by_index(group, add_hash=False)
    assert (before["vpc_id"], after["vpc_id"]) == ("aws_vpc.a.id", "vpc-1")
    assert graph.get_vertex_attributes_by_index(vpc, add_hash=False) is other
    assert "hash" in graph.get_vertex_attributes_by_index(group)


@pytest.mark.parametrize("leaves", [None, {}, {"ingress": True}])
def test_parts_of_an_argument_are_seen_as_checkov_sees_them(leaves: dict[str, bool] | None) -> None:
    looks: Any = vars(module)["attribute_has_nested_attributes"]
    checkovs = looks.__wrapped__
    for vertex in built(STACK).vertices:
        for key in vertex.attributes:
            assert looks(key, vertex.attributes, leaves) == checkovs(key, vertex.attributes, leaves)
