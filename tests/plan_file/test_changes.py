"""One plan held against another: what may differ between a review and the real thing."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strata.documents.layers import layer_of
from strata.errors import StrataError
from strata.plan_file.changes import Change, Plan, differences, hide, parse
from tests.characters import ENCODED

Json = dict[str, Any]


def update(before: Json, after: Json, unknown: Json | None = None) -> Change:
    return Change("aws_db_instance.database_instance", ("update",), before, after, unknown or {})


def said(reviewed: list[Change], real: list[Change]) -> list[str]:
    return [str(one) for one in differences(reviewed, real)]


def test_the_same_plan_has_no_differences() -> None:
    change = update({"a": 1, "b": [{"c": "x"}]}, {"a": 2, "b": [{"c": "y"}]})
    assert differences([change], [change]) == []


def test_a_known_value_must_come_true() -> None:
    assert said([update({"a": 1}, {"a": 2})], [update({"a": 1}, {"a": 3})]) == [
        "aws_db_instance.database_instance: a\n  reviewed  2\n  now       3"
    ]


def test_anything_may_stand_where_the_review_knew_nothing() -> None:
    reviewed = update({"a": 1, "b": "x"}, {"a": 2}, {"b": True})
    assert differences([reviewed], [update({"a": 1, "b": "x"}, {"a": 2, "b": "y"})]) == []
    assert differences([reviewed], [update({"a": 1, "b": "x"}, {"a": 2, "b": "x"})]) == []
    assert differences([reviewed], [reviewed]) == []


def test_what_was_known_may_not_become_unknown() -> None:
    real = update({"a": 1, "b": 1}, {"b": 2}, {"a": True})
    assert [d.real for d in differences([update({"a": 1, "b": 1}, {"a": 1, "b": 2})], [real])] == [
        "(known after apply)"
    ]


def test_actions_must_be_the_same() -> None:
    replaced = Change("aws_vpc.network_vpc", ("delete", "create"), {"a": 1}, {"a": 2})
    updated = Change("aws_vpc.network_vpc", ("update",), {"a": 1}, {"a": 2})
    assert said([updated], [replaced]) == [
        "aws_vpc.network_vpc\n  reviewed  update\n  now       replace"
    ]


def test_nothing_may_be_added_or_left_out() -> None:
    change = Change("aws_vpc.network_vpc", ("delete",), {"a": 1}, None)
    assert said([], [change]) == ["aws_vpc.network_vpc\n  reviewed  no change\n  now       delete"]
    assert said([change], []) == ["aws_vpc.network_vpc\n  reviewed  delete\n  now       no change"]


def test_what_rested_on_unknown_values_alone_may_come_to_nothing() -> None:
    replaced = Change(
        "aws_ecs_task_definition.service_task_definition",
        ("delete", "create"),
        {"container_definitions": "[1]", "revision": 1},
        {},
        {"container_definitions": True, "revision": True},
        (("container_definitions",),),
    )
    assert differences([replaced], []) == []
    updated = update({"a": 1, "b": 2}, {"b": 2}, {"a": True})
    assert differences([updated], []) == []
    assert len(differences([update({"a": 1, "b": 2}, {"b": 3}, {"a": True})], [])) == 1


def test_a_hand_that_was_faster_shows_in_what_was_there_before() -> None:
    reviewed, real = update({"a": 1}, {"a": 2}), update({"a": 9}, {"a": 2})
    assert [(d.attribute, d.reviewed, d.real) for d in differences([reviewed], [real])] == [
        ("a before", "1", "9")
    ]


def test_what_moves_by_itself_and_is_not_changed_does_not_count() -> None:
    reviewed = update({"a": 1, "desired_count": 3}, {"a": 2, "desired_count": 3})
    real = update({"a": 1, "desired_count": 4}, {"a": 2, "desired_count": 4})
    assert differences([reviewed], [real]) == []


def test_json_text_is_compared_as_data() -> None:
    reviewed = update({"p": "{}"}, {"p": '{"a": 1, "b": [1, 2]}'})
    assert differences([reviewed], [update({"p": "{}"}, {"p": '{"b":[1,2],"a":1}'})]) == []
    real = update({"p": "{}"}, {"p": '{"a": 1, "b": [1, 3]}'})
    assert [d.attribute for d in differences([reviewed], [real])] == ["p.b[1]"]


def test_a_set_with_an_open_place_has_no_order() -> None:
    reviewed = update({"s": []}, {"s": [None, "b"]}, {"s": [True, False]})
    assert differences([reviewed], [update({"s": []}, {"s": ["b", "z"]})]) == []
    assert len(differences([reviewed], [update({"s": []}, {"s": ["c", "z"]})])) == 1
    assert len(differences([reviewed], [update({"s": []}, {"s": ["a", "b", "c"]})])) == 1


def test_a_sensitive_value_is_told_from_one_that_changes_and_never_shown() -> None:
    mask = {"password": True}
    before, after = {"password": "hunter2hunter2"}, {"password": "other"}
    assert hide(before, mask) == {"password": "(sensitive)"}
    assert hide(before, mask, before) == {"password": "(sensitive)"}
    assert hide(after, mask, before) == {"password": "(sensitive, changes)"}
    assert hide({"password": None}, mask) == {"password": None}


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(ENCODED, max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3)
    ),
    max_leaves=8,
)
BODIES = st.dictionaries(st.sampled_from("pqrst"), VALUES, min_size=1)


@given(BODIES, BODIES, st.sets(st.sampled_from("pqrst")))
def test_what_a_review_left_open_may_come_out_in_any_way(
    before: Json, after: Json, opened: set[str]
) -> None:
    real = update(before, after)
    known = {name: value for name, value in after.items() if name not in opened}
    assert differences([real], [real]) == []
    assert differences([update(before, known, dict.fromkeys(opened, True))], [real]) == []


@given(BODIES, BODIES, st.sampled_from("pqrst"), st.text(ENCODED, min_size=6, max_size=6))
def test_no_other_value_passes_for_one_that_was_known(
    before: Json, after: Json, name: str, other: str
) -> None:
    reviewed, real = update(before, {**after, name: 1}), update(before, {**after, name: other})
    assert [one.attribute for one in differences([reviewed], [real])] == [name]


def test_layers_are_read_from_addresses() -> None:
    assert layer_of("aws_vpc.network_vpc") == "network"
    assert layer_of('aws_route53_record.edge_record["a.b"]') == "edge"
    assert layer_of("aws_vpc.other") == ""


def entry(address: str, actions: list[str], **more: Any) -> Json:
    change = {"actions": actions, "before": {"a": 1}, "after": {"a": 2}, "after_unknown": {}}
    return {"address": address, "mode": "managed", "change": change, **more}


def test_moves_are_changes_and_what_stays_is_counted() -> None:
    plan = parse(
        {
            "format_version": "1.2",
            "resource_changes": [
                entry("aws_vpc.network_vpc", ["no-op"]),
                entry("aws_db_instance.database_instance", ["no-op"],
                      previous_address="aws_db_instance.database_old"),
                {**entry("data.aws_route53_zone.edge_zone", ["read"]), "mode": "data"},
            ],
        }
    )  # fmt: skip
    assert [(one.address, one.moved_from) for one in plan.changes] == [
        ("aws_db_instance.database_instance", "aws_db_instance.database_old")
    ]
    assert {layer: n for layer, n in plan.stays.items() if n} == {"network": 1}


@pytest.mark.parametrize(
    "document", [{}, {"format_version": "2.0"}, {"format_version": "1.2", "errored": True}]
)
def test_what_is_no_finished_plan_is_refused(document: Json) -> None:
    with pytest.raises(StrataError):
        parse(document)


def test_a_plan_knows_the_changes_of_a_layer() -> None:
    change = Change("aws_vpc.network_vpc", ("create",), None, {})
    assert Plan((change,), (), {}).of("network") == (change,)
    assert Plan((change,), (), {}).of("edge") == ()


def policy(*resources: str) -> str:
    statement = {"Effect": "Allow", "Action": "secretsmanager:GetSecretValue"}
    return json.dumps({"Statement": [{**statement, "Resource": [*resources]}]})


def test_a_policy_that_says_the_same_in_another_order_is_the_same() -> None:
    reviewed = update({"policy": policy("a")}, {"policy": policy("a", "b")})
    assert (
        differences([reviewed], [update({"policy": policy("a")}, {"policy": policy("b", "a")})])
        == []
    )
    before = update({"policy": policy("a", "a")}, {"policy": policy("a", "b")})
    assert differences([reviewed], [before]) == []
    other = update({"policy": policy("a")}, {"policy": policy("b", "c")})
    assert [one.attribute for one in differences([reviewed], [other])] == [
        "policy.Statement[0].Resource[0]", "policy.Statement[0].Resource[1]",
    ]  # fmt: skip


def test_other_json_keeps_its_order() -> None:
    reviewed = update({"rules": "[]"}, {"rules": '["a", "b"]'})
    real = update({"rules": "[]"}, {"rules": '["b", "a"]'})
    assert len(differences([reviewed], [real])) == 2


def test_an_import_that_was_not_reviewed_is_another_plan() -> None:
    body = {"name": "a"}

    def imports(id_: str) -> Change:
        return Change("aws_vpc.network_vpc", ("no-op",), body, body, imports=True, imported=id_)

    assert differences([imports("vpc-1")], [imports("vpc-1")]) == []
    assert said([], [imports("vpc-1")]) == [
        "aws_vpc.network_vpc\n  reviewed  no change\n  now       import vpc-1"
    ]
    assert len(differences([imports("vpc-1")], [imports("vpc-2")])) == 1
    assert len(differences([imports("vpc-1")], [])) == 1
