"""What a resolved stack leaves open."""

import pytest

from strata.gate.resolve import unresolved


@pytest.mark.parametrize(
    "text, names",
    [
        ("${local.a}", ["local.a"]),
        ("${toset([var.hosts])}", ["var.hosts"]),
        ('${"x-${local.a}"}', ["local.a"]),
        ('${toset(["local.shop.example"])}', []),
        ('${toset(["a\\"local.b", "var.c"])}', []),
        ("local.a", []),
    ],
)
def test_only_references_are_left_open(text: str, names: list[str]) -> None:
    stack = {"resource": {"aws_route53_record": {"a": {"for_each": text}}}}
    assert [name for _, name in unresolved(stack)] == names
