"""What a resolved stack leaves open, and when two of them hold the same."""

import json
from typing import Any

import pytest

from strata.documents.stacks import blocks
from strata.gate.resolve import differences, resolved, union, unresolved

OPEN: list[tuple[str, list[str]]] = [
    ("${local.a}", ["local.a"]),
    ("${toset([var.hosts])}", ["var.hosts"]),
    ('${"x-${local.a}"}', ["local.a"]),
    ('${toset(["local.shop.example"])}', []),
    ('${toset(["a\\"local.b", "var.c"])}', []),
    ("local.a", []),
]


def test_only_references_are_left_open() -> None:
    for text, names in OPEN:
        stack = {"resource": {"aws_route53_record": {"a": {"for_each": text}}}}
        assert [name for _, name in unresolved(stack)] == names, text


def with_policy(resources: object, actions: object = "a:Get") -> dict[str, Any]:
    statement = {"Effect": "Allow", "Action": actions, "Resource": resources}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    return {"resource": {"aws_iam_role_policy": {"a": {"policy": policy}}}}


def test_lists_that_aws_reads_as_sets_are_compared_as_sets() -> None:
    one = with_policy(["${aws_a.b.arn}", "arn:c"], ["a:Get", "a:List"])
    assert differences(one, with_policy(["arn:c", "${aws_a.b.arn}"], ["a:List", "a:Get"])) == []
    assert differences(with_policy("*"), with_policy(["*"])) == []
    for other in (["arn:c"], ["${aws_a.b.arn}", "arn:d"], ["${aws_a.c.arn}", "arn:c"]):
        found = differences(one, with_policy(other, ["a:Get", "a:List"]))
        assert found == ["aws_iam_role_policy.a"]


def test_a_text_that_only_looks_like_an_expression_is_left_as_it_is() -> None:
    texts = {
        "a": "$${local.a} ${local.a}",
        "b": "$${data.terraform_remote_state.d.outputs.c} data.terraform_remote_state.d.outputs.e",
        "c": "$$${var.x}%%{if}",
    }
    stack = {"locals": {"a": "A"}, "resource": {"aws_x": {"y": texts}}}
    held = blocks(resolved(stack))["aws_x.y"]
    assert held == {**texts, "a": "$${local.a} A"}
    assert list(unresolved(resolved(stack))) == []
    assert blocks(union({"one": resolved(stack)}))["aws_x.y"] == held


@pytest.mark.parametrize(
    ("output", "read"),
    [
        ("${aws_a.b.c}", "x-${aws_a.b.c}-$${y}"),
        ("plain", "x-plain-$${y}"),
        ("$${z}", 'x-${"$${z}"}-$${y}'),
    ],
)
def test_what_another_layer_puts_out_takes_its_place_in_a_text(output: str, read: str) -> None:
    place = {"bucket": "b", "key": "one"}
    one = {"terraform": {"backend": {"s3": place}}, "output": {"o": {"value": output}}}
    text = "x-${data.terraform_remote_state.one.outputs.o}-$${y}"
    state = {"one": {"backend": "s3", "config": place}}
    two = {"data": {"terraform_remote_state": state}, "resource": {"aws_x": {"y": {"a": text}}}}
    assert blocks(union({"one": resolved(one), "two": resolved(two)}))["aws_x.y"] == {"a": read}
