"""From plan JSON to drift: what counts, what does not, what the next apply does."""

from typing import Any

import pytest

from strata.documents.stacks import stack
from strata.drift.from_plan import find
from strata.drift.report import Drifted, LeftOut, NextApply
from strata.drift.unread import Unread
from strata.plan_file.changes import parse

Json = dict[str, Any]
LB, ASG, DB = "aws_lb.edge_lb", "aws_autoscaling_group.cluster_asg", "aws_db_instance.database_db"


def entry(address: str, actions: list[str], before: Json | None, after: Json | None) -> Json:
    return {
        "address": address, "mode": "managed",
        "change": {"actions": actions, "before": before, "after": after},
    }  # fmt: skip


def search(
    drift: list[Json],
    changes: list[Json] | None = None,
    *,
    code: Json | None = None,
    now: dict[str, Json] | None = None,
    unread: Unread | None = None,
) -> tuple[list[Drifted], list[LeftOut]]:
    resources = [
        {"address": address, "mode": "managed", "values": values}
        for address, values in (now or {}).items()
    ]
    document = {
        "format_version": "1.2",
        "resource_drift": drift,
        "resource_changes": changes or [],
        "prior_state": {"values": {"root_module": {"resources": resources}}},
    }
    return find(parse(document), document, stack({"resource": code or {}}), unread or {})


def attribute(drift: list[Drifted]) -> tuple[str, Any, Any, NextApply]:
    (one,) = drift
    (each,) = one.attributes
    return each.attribute, each.before, each.now, each.next_apply


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (60, NextApply.PUTS_BACK),
        (90, NextApply.CHANGES),
        (300, NextApply.LEAVES),
    ],
)
def test_the_plan_says_what_the_next_apply_does(after: int, expected: NextApply) -> None:
    drift, _ = search(
        [entry(LB, ["update"], {"idle_timeout": 60}, {"idle_timeout": 300})],
        [entry(LB, ["update"], {"idle_timeout": 300, "a": 1}, {"idle_timeout": after, "a": 2})],
    )
    assert attribute(drift) == ("idle_timeout", 60, 300, expected)


def test_what_no_plan_changes_stays() -> None:
    drift, _ = search([entry(LB, ["update"], {"dns_name": "a"}, {"dns_name": "b"})])
    assert attribute(drift) == ("dns_name", "a", "b", NextApply.LEAVES)


def test_a_replacement_is_told_as_one() -> None:
    drift, _ = search(
        [entry(LB, ["update"], {"name": "a"}, {"name": "b"})],
        [entry(LB, ["delete", "create"], {"name": "b"}, {"name": "a"})],
    )
    assert attribute(drift)[3] is NextApply.REPLACES


def test_what_is_gone_is_made_anew_or_not() -> None:
    gone = entry(LB, ["delete"], {"name": "a"}, None)
    (one,), _ = search([gone], [entry(LB, ["create"], None, {"name": "a"})])
    assert (one.gone, one.next_apply) == (True, NextApply.MAKES_ANEW)
    (one,), _ = search([gone])
    assert (one.gone, one.next_apply) == (True, NextApply.LEAVES)


SAME: list[tuple[Any, Any]] = [
    (None, []),
    ("", None),
    ([], None),
    ({}, None),
    ([{"a": ""}], [{"a": None}]),
]


def test_nothing_and_empty_are_the_same() -> None:
    for before, now in SAME:
        assert search([entry(LB, ["update"], {"x": before}, {"x": now})]) == ([], []), (before, now)


OTHERS: list[tuple[Any, Any]] = [(None, False), ([], [0]), (0, None), ("1", 1)]


def test_a_value_is_not_nothing() -> None:
    for before, now in OTHERS:
        assert search([entry(LB, ["update"], {"x": before}, {"x": now})])[0], (before, now)


def test_policies_are_compared_as_what_they_say() -> None:
    same = entry(LB, ["update"], {"p": '{"a": 1, "b": 2}'}, {"p": '{"b":2,"a":1}'})
    assert search([same]) == ([], [])
    other = entry(LB, ["update"], {"p": '{"a": 1, "b": 2}'}, {"p": '{"b":3,"a":1}'})
    assert attribute(search([other])[0])[:3] == ("p.b", 2, 3)


def test_tags_are_told_once() -> None:
    before, now = {"Owner": "a"}, {"Owner": "b"}
    drift, _ = search(
        [entry(LB, ["update"], {"tags": before, "tags_all": before},
               {"tags": now, "tags_all": now})]
    )  # fmt: skip
    assert attribute(drift)[0] == "tags.Owner"


def test_what_a_construct_ignores_is_left_out_with_the_reason() -> None:
    sizes = [entry(ASG, ["update"], {"desired_capacity": 1}, {"desired_capacity": 4})]
    asg: Json = {"lifecycle": {"ignore_changes": ["desired_capacity"]}}
    drift, left_out = search(sizes, code={"aws_autoscaling_group": {"cluster_asg": asg}})
    assert drift == []
    assert [(one.attribute, "ignore_changes" in one.reason) for one in left_out] == [
        ("desired_capacity", True)
    ]
    # A construct that does not ignore it is held to it.
    assert search(sizes, code={"aws_autoscaling_group": {"cluster_asg": {}}})[0]


OURS: Json = {"key": "Name", "value": "a", "propagate_at_launch": False}


def managed(value: str, *, launch: bool = False) -> Json:
    return {"key": "AmazonECSManaged", "value": value, "propagate_at_launch": launch}


MOVED: list[tuple[str, str, Any, Any, bool]] = [
    (DB, "latest_restorable_time", "a", "b", True),
    (DB, "status", "available", "backing-up", True),
    (LB, "status", "available", "backing-up", False),
    (
        DB,
        "master_user_secret",
        [{"secret_arn": "a", "secret_status": "active"}],
        [{"secret_arn": "a", "secret_status": "rotating"}],
        True,
    ),
    (
        DB,
        "master_user_secret",
        [{"secret_arn": "a", "secret_status": "active"}],
        [{"secret_arn": "b", "secret_status": "active"}],
        False,
    ),
    (DB, "allocated_storage", 20, 40, True),
    (DB, "allocated_storage", 40, 20, False),
    (LB, "allocated_storage", 20, 40, False),
    ("aws_acm_certificate.edge_c", "status", "PENDING_VALIDATION", "ISSUED", True),
    ("aws_acm_certificate.edge_c", "status", "ISSUED", "EXPIRED", False),
    ("aws_ecs_service.service_s", "desired_count", 1, 2, False),
    (ASG, "availability_zones", ["a", "b"], ["a", "b", "c"], True),
    (ASG, "vpc_zone_identifier", ["subnet-1"], ["subnet-1", "subnet-2"], False),
    (DB, "availability_zone", "a", "b", True),
    (ASG, "tag", [OURS, managed("true")], [managed("", launch=True), OURS], True),
    (ASG, "tag", [OURS, managed("true")], [OURS], False),
    (ASG, "tag", [OURS, managed("true")], [managed("true")], False),
    (ASG, "tag", [OURS, managed("true")], [{**OURS, "value": "b"}, managed("")], False),
]


def test_what_aws_moves_itself() -> None:
    for address, name, before, now, moves in MOVED:
        drift, left_out = search([entry(address, ["update"], {name: before}, {name: now})])
        assert (bool(left_out), bool(drift)) == (moves, not moves), (address, name, now)


def test_what_is_sensitive_is_not_told() -> None:
    drifting = entry(DB, ["update"], {"password": "hunter2"}, {"password": "hunter3"})
    drifting["change"] |= {"before_sensitive": {"password": True}}
    drifting["change"] |= {"after_sensitive": {"password": True}}
    drift, _ = search([drifting])
    assert attribute(drift)[0] == "password"
    assert "hunter" not in drift[0].model_dump_json()


GROUP: Json = {
    "id": "sg-1",
    "ingress": [
        {"protocol": "tcp", "from_port": 3306, "to_port": 3306, "security_groups": ["sg-2"],
         "cidr_blocks": ["10.0.0.0/16"], "self": True, "description": "d"},
        {"protocol": "-1", "from_port": 0, "to_port": 0, "ipv6_cidr_blocks": ["::/0"],
         "description": ""},
    ],
}  # fmt: skip


def rule(**values: Any) -> Json:
    return {"security_group_id": "sg-1", "ip_protocol": "tcp", "from_port": 3306, "to_port": 3306,
            **values}  # fmt: skip


def test_rules_of_our_own_are_no_drift_of_their_group_and_others_are() -> None:
    kind = "aws_vpc_security_group_ingress_rule.network_"
    ours = {
        "aws_security_group.network_g": GROUP,
        f"{kind}a": rule(referenced_security_group_id="123456789012/sg-2"),
        f"{kind}b": rule(referenced_security_group_id="sg-1"),
        f"{kind}c": rule(cidr_ipv4="10.0.0.0/16"),
        f"{kind}d": rule(ip_protocol="-1", from_port=None, to_port=None, cidr_ipv6="::/0"),
    }
    showing = [entry("aws_security_group.network_g", ["update"], {**GROUP, "ingress": []}, GROUP)]
    assert search(showing, now=ours)[0] == []
    # Also when an apply has meanwhile written what the group shows into the state.
    del ours[f"{kind}d"]
    (one,), _ = search([], now=ours)
    assert one.address == "aws_security_group.network_g"
    assert attribute([one])[1:] == (
        None, {"protocol": "-1", "source": "::/0", "description": ""}, NextApply.LEAVES,
    )  # fmt: skip


def test_a_rule_in_another_group_accounts_for_nothing() -> None:
    other = rule(referenced_security_group_id="sg-2", security_group_id="sg-9")
    ours = {
        "aws_security_group.network_g": GROUP,
        "aws_vpc_security_group_ingress_rule.network_a": other,
    }
    assert len(search([], now=ours)[0][0].attributes) == 4


def test_entries_of_an_acl_are_told_by_direction_and_number() -> None:
    one = {"rule_no": 100, "action": "allow", "protocol": "6"}
    acl = {"id": "acl-1", "ingress": [one], "egress": [one]}
    held = {"network_acl_id": "acl-1", "rule_number": 100, "egress": False}
    drift, _ = search(
        [], now={"aws_network_acl.network_a": acl, "aws_network_acl_rule.network_r": held}
    )
    assert attribute(drift)[0] == "egress"


def test_policies_and_routes_by_hand_are_found() -> None:
    role = {
        "name": "r",
        "inline_policy": [{"name": "ours", "policy": "{}"}, {"name": "hand", "policy": "{}"}],
        "managed_policy_arns": ["arn:ours", "arn:hand"],
    }
    table = {"id": "rtb-1", "route": [{"cidr_block": "0.0.0.0/0"}, {"ipv6_cidr_block": "::/0"}]}
    drift, _ = search(
        [],
        now={
            "aws_iam_role.service_r": role,
            "aws_iam_role_policy.service_p": {"role": "r", "name": "ours"},
            "aws_iam_role_policy_attachment.service_a": {"role": "r", "policy_arn": "arn:ours"},
            "aws_route_table.network_t": table,
            "aws_route.network_r": {
                "route_table_id": "rtb-1", "destination_cidr_block": "0.0.0.0/0",
            },
        },
    )  # fmt: skip
    added = [(one.address, each.attribute) for one in drift for each in one.attributes]
    assert added == [
        ("aws_route_table.network_t", "route"),
        ("aws_iam_role.service_r", "inline_policy"),
        ("aws_iam_role.service_r", "managed_policy_arns"),
    ]


@pytest.mark.parametrize("kind", ["aws_sns_topic", "aws_sqs_queue"])
def test_a_policy_of_a_resource_of_its_own_is_no_drift_of_what_it_is_given_to(kind: str) -> None:
    change = entry(f"{kind}.own_a", ["update"], {"policy": "{}"}, {"policy": '{"Statement": [1]}'})
    drift, left_out = search([change], code={kind: {"own_a": {"name": "a"}}})
    assert (drift, [one.attribute for one in left_out]) == ([], ["policy"])
    drift, left_out = search([change], code={kind: {"own_a": {"name": "a", "policy": "{}"}}})
    assert ([one.address for one in drift], left_out) == ([f"{kind}.own_a"], [])


CONNECT = "service_connect_configuration[0].enabled"
WORKER = "aws_ecs_service.service_worker_stock_service"


def test_what_no_plan_shows_is_drift_beside_what_a_plan_does() -> None:
    unread = {WORKER: [(CONNECT, True, False)]}
    drift, _ = search([], unread=unread)
    assert attribute(drift) == (CONNECT, True, False, NextApply.LEAVES)
    assert drift[0].layer == "service"
    count = [entry(WORKER, ["update"], {"desired_count": 1}, {"desired_count": 2})]
    [both], _ = search(count, unread=unread)
    assert [one.attribute for one in both.attributes] == ["desired_count", CONNECT]
    # A provider that reads it says it itself.
    block = "service_connect_configuration"
    read = [entry(WORKER, ["update"], {block: [{"enabled": True}]}, {block: [{"enabled": False}]})]
    assert attribute(search(read, unread=unread)[0])[:3] == (CONNECT, True, False)


def test_the_next_apply_puts_it_back_where_the_code_has_more_of_it_to_change() -> None:
    block = "service_connect_configuration"
    change = entry(
        WORKER, ["update"], {block: [{"enabled": True, "namespace": "a"}]},
        {block: [{"enabled": True, "namespace": "b"}]},
    )  # fmt: skip
    drift, _ = search([], [change], unread={WORKER: [(CONNECT, True, False)]})
    assert attribute(drift) == (CONNECT, True, False, NextApply.PUTS_BACK)
