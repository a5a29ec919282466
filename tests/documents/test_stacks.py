"""Synthesized JSON read as resources and references."""

from collections.abc import Callable
from typing import Any

import pytest

from strata.cost.resources import of_stack
from strata.documents.stacks import Reference, blocks, is_on, references, stack
from strata.map.write import drawn
from strata.reach import from_stack
from strata.reach.table import table

Json = dict[str, Any]


def test_a_real_stack_is_read_whole(composed: Callable[[str], Json]) -> None:
    prod = stack(composed("prod"))
    listener = prod.resources["aws_lb_listener.edge_http_listener"]
    assert (listener.type, listener.layer, listener.path) == (
        "aws_lb_listener", "edge", "edge/http_listener",
    )  # fmt: skip
    balancer = prod.target(listener.body["load_balancer_arn"])
    assert balancer is prod.resources["aws_lb.edge_load_balancer"]
    assert [one.type for one in prod.of("aws_vpc")] == ["aws_vpc"]
    zone = prod.data["data.aws_route53_zone.edge_zone"]
    assert (zone.type, zone.layer) == ("aws_route53_zone", "edge")


REFERENCES: list[tuple[object, list[tuple[str, str]]]] = [
    ("${aws_vpc.network_vpc.id}", [("aws_vpc.network_vpc", "id")]),
    ("${data.aws_route53_zone.z.zone_id}", [("data.aws_route53_zone.z", "zone_id")]),
    ("${aws_db_instance.d.master_user_secret[0].secret_arn}:password::",
     [("aws_db_instance.d", "master_user_secret[0].secret_arn")]),
    (["${aws_subnet.a.id}", {"x": "${aws_subnet.b.id}"}],
     [("aws_subnet.a", "id"), ("aws_subnet.b", "id")]),
    ("${toset([aws_subnet.a.id])}", [("aws_subnet.a", "id")]),
    ("aws_vpc.network_vpc.id", []),
    ({"//": "${aws_vpc.v.id}"}, []),
]  # fmt: skip


def test_references() -> None:
    for value, expected in REFERENCES:
        assert list(references(value)) == [Reference(*one) for one in expected], value


FORMS: list[object] = [
    {"aws_vpc": {"a": {"x": 1}, "b": {}}},
    {"aws_vpc": [{"a": {"x": 1}}, {"b": {}}]},
    {"aws_vpc": {"a": [{"x": 1}], "b": {}}},
    [{"aws_vpc": {"a": {"x": 1}}}, {"aws_vpc": [{"b": {}}]}],
]


def test_every_form_of_blocks_is_the_same() -> None:
    for written in FORMS:
        assert blocks({"resource": written}) == {"aws_vpc.a": {"x": 1}, "aws_vpc.b": {}}, written


@pytest.mark.parametrize("value", [True, "true", "True"])
def test_a_boolean_is_on_as_json_and_as_text(value: object) -> None:
    assert is_on(value)


OFF: list[object] = [False, "false", None, "", 0, "${var.x}"]


def test_all_else_is_off() -> None:
    for value in OFF:
        assert not is_on(value), repr(value)


def test_a_resource_with_another_provider_configuration_is_read_as_any(
    composed: Callable[[str], Json],
) -> None:
    document, other = composed("prod"), composed("prod")
    for kind in ("resource", "data"):
        for body in blocks(other, kind).values():
            body["provider"] = "aws.x"
    one, two = stack(document), stack(other)
    items = [[item.address for item in of_stack(each)] for each in (one, two)]
    assert items[0] == items[1]
    paths = [
        [(row.verdict.source, row.verdict.target, row.met) for row in table(from_stack(each), ())]
        for each in (one, two)
    ]
    assert paths[0] == paths[1]
    networks = [drawn(each, "shop-prod").pictures[0] for each in (one, two)]
    assert networks[0].name == "network"
    assert networks[0] == networks[1]
