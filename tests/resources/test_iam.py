"""What an IAM policy says, and what of it AWS reads as a set."""

import copy
import json
import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strata.resources.iam import Names, as_sets, same, statements
from tests.raised import raised

Json = dict[str, Any]

POLICY: Json = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Sid": "Read", "Effect": "Allow", "Action": ["s3:Get*", "s3:List*", "s3:Head*"],
            "Resource": ["arn:aws:s3:::a", "arn:aws:s3:::b/*", "${aws_s3_bucket.c.arn}"],
            "Principal": {"AWS": ["111111111111", "222222222222"], "Service": "ecs.amazonaws.com"},
            "Condition": {"StringEquals": {"aws:SourceAccount": ["1", "2"], "aws:SourceVpc": "v"}},
        },
        {
            "Effect": "Deny", "NotAction": ["iam:*", "sts:*"], "NotResource": ["x", "y"],
            "NotPrincipal": {"AWS": ["a", "b"]},
        },
        {"Effect": "Allow", "Action": "ecr:GetAuthorizationToken", "Resource": "*"},
    ],
}  # fmt: skip


def shuffled(found: Any, order: random.Random, key: str = "") -> Any:
    """The policy with each set in another order, some values twice, some in a list of their own."""
    if isinstance(found, dict):
        keys = [*found]
        order.shuffle(keys)
        return {key: shuffled(found[key], order, key) for key in keys}
    if isinstance(found, list):
        listed = [shuffled(one, order) for one in found]
        order.shuffle(listed)
        return [*listed, listed[0]] if order.random() < 0.3 else listed
    plain = key in ("Version", "Effect", "Sid", "") or (key == "Principal" and found == "*")
    return found if plain or order.random() < 0.5 else [found]


@given(seed=st.integers())
def test_order_repetition_and_lists_of_one_mean_nothing(seed: int) -> None:
    assert same(POLICY, shuffled(POLICY, random.Random(seed)))


def changed(*path: str | int, to: object) -> Json:
    policy = copy.deepcopy(POLICY)
    inner: Any = policy
    for part in path[:-1]:
        inner = inner[part]
    inner[path[-1]] = to
    return policy


OTHERWISE = [
    changed("Version", to="2008-10-17"),
    changed("Statement", 0, "Effect", to="Deny"),
    changed("Statement", 0, "Action", 1, to="s3:Put*"),
    changed("Statement", 0, "Action", to=["s3:Get*", "s3:List*"]),
    changed("Statement", 0, "Resource", to="arn:aws:s3:::a"),
    changed("Statement", 0, "Principal", to="*"),
    changed("Statement", 0, "Principal", "AWS", 0, to="333333333333"),
    changed("Statement", 0, "Condition", "StringEquals", "aws:SourceAccount", to=["1", "3"]),
    changed("Statement", 0, "Condition", to={}),
    changed("Statement", 1, "NotAction", to=["iam:*"]),
    changed("Statement", to=POLICY["Statement"][:2]),
]  # fmt: skip


def test_everything_else_does() -> None:
    for other in OTHERWISE:
        assert not same(POLICY, other), other


OTHERS: list[Any] = [None, "text", [2, 1], {"rules": [2, 1]}, {"b": [1]}]


def test_what_is_no_policy_stays_as_it_is() -> None:
    for other in OTHERS:
        assert as_sets(other) == other, other
        assert not same(other, other), other


NO_STATEMENTS: list[Any] = [None, "text", ["a"], [{"Action": None}], {"Principal": 3}]


def test_what_is_no_statement_breaks_nothing() -> None:
    for statement in NO_STATEMENTS:
        assert same({"Statement": statement}, {"Statement": statement}), statement


@pytest.mark.parametrize("policy", [POLICY, json.dumps(POLICY)])
def test_a_statement_says_whom_it_lets_do_what(policy: object) -> None:
    read, deny, single = statements(policy)
    assert (read.effect, deny.effect) == ("Allow", "Deny")
    assert read.actions == Names(("s3:Get*", "s3:List*", "s3:Head*"))
    assert set(read.principals.names) == {
        "AWS 111111111111", "AWS 222222222222", "Service ecs.amazonaws.com"
    }  # fmt: skip
    assert read.condition["StringEquals"]["aws:SourceVpc"] == "v"
    assert deny.actions == Names(("iam:*", "sts:*"), but=True)
    assert deny.principals == Names(("AWS a", "AWS b"), but=True)
    assert single.actions == Names(("ecr:GetAuthorizationToken",))
    assert single.principals == Names(())


def test_one_statement_needs_no_list() -> None:
    alone = {"Statement": {"Effect": "Allow", "Principal": "*", "Action": "s3:Get*"}}
    (one,) = statements(alone)
    assert one.principals == Names(("*",)) and one.resources == Names(())


NO_POLICIES: list[object] = [
    None,
    "",
    "{}",
    "[]",
    "no JSON",
    {"Statement": "all"},
    {"Statement": [{"Action": "*"}]},
]


def test_what_is_no_policy_is_refused() -> None:
    for policy in NO_POLICIES:
        assert raised(ValueError, statements, policy), policy
