"""What Terraform makes nothing of is absent, in whatever way it is written."""

from typing import Any

from strata.cost.resources import of_stack
from strata.documents import Json
from strata.documents.existing import elements, exists, undetermined
from strata.documents.stacks import blocks, stack
from strata.gate.resolve import resolved

NOTHING: list[Json] = [
    {"count": 0}, {"count": "0"}, {"count": "${0}"}, {"count": "${ length([]) }"},
    {"for_each": {}}, {"for_each": []}, {"for_each": "${toset([])}"}, {"for_each": "${ {} }"},
    {"for_each": "${tomap({})}"},
]  # fmt: skip
SOMETHING: list[Json] = [
    {}, {"count": 1}, {"count": "2"}, {"for_each": {"a": 1}}, {"for_each": ["a"]},
    {"for_each": '${toset(["a.example"])}'},
]  # fmt: skip
OPEN: list[tuple[Json, str]] = [
    ({"count": "${length(aws_subnet.a)}"}, "count"),
    ({"count": "${var.wanted ? 1 : 0}"}, "count"),
    ({"for_each": "${aws_x.y.z}"}, "for_each"),
    ({"for_each": "${toset([aws_x.y.z])}"}, "for_each"),
]


def of(body: Json) -> Json:
    return {"resource": {"aws_eip": {"a": {"domain": "vpc", **body}}}}


def test_a_block_that_makes_nothing_is_in_no_reading() -> None:
    for body in NOTHING:
        assert not exists(body), body
        assert blocks(resolved(of(body))) == {}, body
        # The reading of reach, map and cost.
        assert dict(stack(of(body)).resources) == {}, body
        assert list(of_stack(stack(of(body)))) == [], body


def test_a_block_that_makes_something_is_there_and_told() -> None:
    for body in SOMETHING:
        assert list(blocks(resolved(of(body)))) == ["aws_eip.a"], body
        assert list(stack(of(body)).resources) == ["aws_eip.a"], body
        assert list(undetermined(body)) == [], body


def test_what_cannot_be_told_is_there_and_said_to_be_open() -> None:
    for body, name in OPEN:
        assert exists(body), body
        assert list(undetermined(body)) == [name], body


def test_by_a_local_it_is_told_too() -> None:
    assert blocks(resolved({**of({"count": "${local.none}"}), "locals": {"none": 0}})) == {}


INSTANCES: list[tuple[Json, list[str]]] = [
    ({}, [""]),
    ({"count": 3}, ["[0]", "[1]", "[2]"]),
    ({"count": "${2}"}, ["[0]", "[1]"]),
    ({"for_each": {"a": {"x": 1}, "b": {}}}, ['["a"]', '["b"]']),
    ({"for_each": ["a", "b"]}, ['["a"]', '["b"]']),
    ({"for_each": '${toset(["a", "b", "a"])}'}, ['["a"]', '["b"]']),
    ({"for_each": "${aws_x.y.z}"}, [""]),
    ({"count": "${length(aws_x.y)}"}, [""]),
]


def test_each_instance_is_priced() -> None:
    for body, keys in INSTANCES:
        addresses = [one.address for one in of_stack(stack(of(body)))]
        assert addresses == [f"aws_eip.a{key}" for key in keys], body


def test_a_reference_without_a_key_leads_to_the_instances() -> None:
    document = of({"count": 2})
    document["resource"]["aws_nat_gateway"] = {"b": {"allocation_id": "${aws_eip.a[0].id}"}}
    resources = of_stack(stack(document))
    (gateway,) = resources.of("aws_nat_gateway")
    found = resources.targets(gateway.values["allocation_id"], "aws_eip")
    assert [one.address for one in found] == ["aws_eip.a[0]", "aws_eip.a[1]"]


def written(dynamic: Any, **more: Any) -> Json:
    return blocks(resolved(of({"dynamic": dynamic, **more})))["aws_eip.a"]


OVER_NOTHING: list[Any] = [[], {}, "${[]}", "${toset([])}", "${ {} }"]


def test_a_dynamic_over_nothing_is_no_block() -> None:
    for over in OVER_NOTHING:
        for dynamic in (
            {"part": {"for_each": over, "content": {"a": 1}}},
            [{"part": [{"for_each": over, "content": [{"a": 1}]}]}],
        ):
            assert written(dynamic) == {"domain": "vpc"}, repr(over)


def test_a_dynamic_is_a_block_for_each_round_with_its_value() -> None:
    dynamic = {
        "part": {"for_each": {"x": {"on": False}}, "content": {"a": "${part.value.on}"}},
        "rule": {"for_each": ["u", "v"], "iterator": "it", "content": {"b": "${it.value}"}},
    }
    assert written(dynamic, part={"a": 0}) == {
        "domain": "vpc", "part": [{"a": 0}, {"a": False}], "rule": [{"b": "u"}, {"b": "v"}],
    }  # fmt: skip


def test_a_dynamic_over_something_unknown_stays_to_be_seen() -> None:
    said = {"for_each": "${aws_x.y.z}", "content": {"a": 1}}
    assert [one.known for one in elements("${aws_x.y.z}")] == [False]
    assert written({"part": said})["dynamic"] == [{"part": said}]
    assert written({"part": said})["part"] == [{"a": 1}]
