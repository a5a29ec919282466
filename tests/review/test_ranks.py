"""Each rank: a change that must land in it, and one near it that must not.

Hand-made changes of what the settings cannot bring about; the others are in `test_plan.py`, planned
by Terraform itself.
"""

import json
from dataclasses import replace
from typing import Any

import pytest

from strata.documents.stacks import Stack, stack
from strata.plan_file.changes import Change, Plan
from strata.review.ranks import Network, reasons
from strata.review.ranks import ranked as ranked_one
from strata.review.ranks.policies import broader

Json = dict[str, Any]
Ranks = dict[str, dict[str, str]]

EMPTY = Stack({}, {})


def told(change: Change, *others: Change, found: Stack = EMPTY) -> dict[str, str]:
    """Rank -> why."""
    return {one.rank: one.why for one in reasons(change, Plan((change, *others), (), {}), found)}


def updated(type_: str, before: Json, after: Json, unknown: Json | None = None) -> Change:
    return Change(f"{type_}.network_it", ("update",), before, after, unknown or {})


def deleted(type_: str, before: Json) -> Change:
    return Change(f"{type_}.network_it", ("delete",), before, None)


def replaced(type_: str, before: Json, after: Json, *forcing: str) -> Change:
    paths = tuple((one,) for one in forcing)
    return Change(f"{type_}.network_it", ("delete", "create"), before, after, {}, paths)


KEEPERS = [
    "aws_db_instance",
    "aws_elasticache_replication_group",
    "aws_route53_zone",
    "aws_ecr_repository",
    "aws_s3_bucket",
    "aws_cloudwatch_log_group",
    "aws_secretsmanager_secret",
]


def test_what_keeps_something_is_lost_when_it_goes_in_whichever_way() -> None:
    for type_ in KEEPERS:
        assert "lost" in told(deleted(type_, {"name": "a"})), type_
        assert "lost" in told(replaced(type_, {"name": "a"}, {"name": "b"}, "name")), type_
        assert "lost" not in told(updated(type_, {"name": "a"}, {"name": "b"})), type_
        created = Change(f"{type_}.network_it", ("create",), None, {"name": "a"})
        forgotten = Change(f"{type_}.network_it", ("forget",), {"name": "a"}, None)
        assert "lost" not in told(created), type_
        assert "lost" not in told(forgotten), type_


KEEPING_NOTHING = ["aws_iam_role", "aws_db_subnet_group", "aws_lb"]


def test_what_keeps_nothing_is_not_lost() -> None:
    for type_ in KEEPING_NOTHING:
        assert "lost" not in told(deleted(type_, {"name": "a"})), type_
        assert "lost" not in told(replaced(type_, {"name": "a"}, {"name": "b"}, "name")), type_


def test_the_report_says_whether_a_snapshot_stays() -> None:
    kept = {"skip_final_snapshot": False, "final_snapshot_identifier": "shop-final"}
    assert "the snapshot shop-final stays" in told(deleted("aws_db_instance", kept))["lost"]
    assert (
        "no last snapshot"
        in told(deleted("aws_db_instance", {"skip_final_snapshot": True}))["lost"]
    )


@pytest.mark.parametrize(
    "type_, attribute, less, more",
    [
        ("aws_db_instance", "backup_retention_period", 1, 14),
        ("aws_elasticache_replication_group", "snapshot_retention_limit", 0, 9),
        ("aws_cloudwatch_log_group", "retention_in_days", 3, 0),
    ],
)
def test_kept_for_fewer_days_is_lost(type_: str, attribute: str, less: int, more: int) -> None:
    assert "lost" in told(updated(type_, {attribute: 7}, {attribute: less}))
    assert "lost" not in told(updated(type_, {attribute: 7}, {attribute: more}))


def rule(**changes: Any) -> Json:
    return {
        "ip_protocol": "tcp",
        "from_port": 443,
        "to_port": 443,
        "cidr_ipv4": "10.0.0.0/16",
        "cidr_ipv6": None,
        "referenced_security_group_id": None,
        "prefix_list_id": None,
        **changes,
    }


RULES: list[tuple[Json, bool]] = [
    ({"cidr_ipv4": "0.0.0.0/0"}, True),
    ({"cidr_ipv4": "10.0.0.0/8"}, True),
    ({"cidr_ipv4": "10.1.0.0/16"}, True),
    ({"cidr_ipv4": "10.0.0.0/24"}, False),
    ({"to_port": 444}, True),
    ({"from_port": 0}, True),
    ({"ip_protocol": "-1", "from_port": None, "to_port": None}, True),
    ({"ip_protocol": "udp"}, True),
    ({"cidr_ipv4": None, "cidr_ipv6": "::/0"}, True),
    ({"cidr_ipv4": None, "referenced_security_group_id": "sg-2"}, True),
    ({"description": "other words"}, False),
]


def test_a_rule_opens_when_it_admits_what_it_did_not() -> None:
    for after, opens in RULES:
        for type_ in ("aws_vpc_security_group_ingress_rule", "aws_vpc_security_group_egress_rule"):
            assert ("opens" in told(updated(type_, rule(), rule(**after)))) is opens, (type_, after)


def acl(**changes: Any) -> Json:
    return {
        "egress": False,
        "protocol": "6",
        "rule_action": "allow",
        "cidr_block": "10.0.0.0/16",
        "from_port": 80,
        "to_port": 80,
        **changes,
    }


ENTRIES: list[tuple[Json | None, Json | None, bool]] = [
    (acl(), acl(cidr_block="0.0.0.0/0"), True),
    (acl(), acl(to_port=90), True),
    (acl(), acl(cidr_block="10.0.0.0/20"), False),
    (acl(rule_action="deny"), acl(), True),
    (acl(), acl(rule_action="deny"), False),
    (acl(rule_action="deny"), None, True),
    (acl(), None, False),
    (None, acl(), True),
    (None, acl(rule_action="deny"), False),
]


def test_an_acl_opens_when_it_admits_what_it_did_not() -> None:
    for before, after, opens in ENTRIES:
        actions = ("create",) if before is None else ("delete",) if after is None else ("update",)
        change = Change("aws_network_acl_rule.network_it", actions, before, after)
        assert ("opens" in told(change)) is opens, (before, after)


def test_a_replaced_rule_of_a_replaced_group_opens_nothing() -> None:
    after = {k: v for k, v in rule().items() if k != "security_group_id"}
    change = Change(
        "aws_vpc_security_group_ingress_rule.network_it",
        ("delete", "create"),
        rule(security_group_id="sg-1"),
        after,
        {"security_group_id": True},
        (("security_group_id",),),
    )
    assert set(told(change)) == {"down"}


def test_rules_within_a_group_count_as_well() -> None:
    block = {"protocol": "tcp", "from_port": 22, "to_port": 22, "cidr_blocks": ["0.0.0.0/0"]}
    group = "aws_default_security_group"
    assert "opens" in told(updated(group, {"ingress": []}, {"ingress": [block]}))
    assert "opens" not in told(updated(group, {"ingress": [block]}, {"ingress": []}))


def policy(*statements: Json) -> str:
    return json.dumps(
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **s} for s in statements]}
    )


READ = {"Action": ["s3:GetObject"], "Resource": "arn:aws:s3:::shop/*"}


POLICIES = [
    (policy({**READ, "Action": ["s3:GetObject", "s3:PutObject"]}), True),
    (policy({**READ, "Action": "s3:*"}), True),
    (policy({**READ, "Resource": "*"}), True),
    (policy({**READ, "Resource": "arn:aws:s3:::shop/images/*"}), False),
    (policy({**READ, "Action": "s3:getobject"}), False),
    (policy(READ, {"Effect": "Deny", "Action": "*", "Resource": "*"}), False),
    (policy({**READ, "Sid": "Read"}), False),
    (policy({**READ, "Condition": {"Bool": {"aws:SecureTransport": "true"}}}), False),
    (policy(), False),
    ("not JSON", True),
]


def test_a_policy_opens_when_a_statement_allows_more() -> None:
    for after, opens in POLICIES:
        change = updated("aws_iam_role_policy", {"policy": policy(READ)}, {"policy": after})
        assert ("opens" in told(change)) is opens, after


def test_a_condition_that_goes_and_a_denial_that_goes_open() -> None:
    bound = policy({**READ, "Condition": {"Bool": {"aws:SecureTransport": "true"}}})
    denied = policy(READ, {"Effect": "Deny", "Action": "s3:*", "Resource": "*"})
    for before in (bound, denied):
        change = updated("aws_s3_bucket_policy", {"policy": before}, {"policy": policy(READ)})
        assert "opens" in told(change)


def test_who_may_assume_a_role_is_a_policy_too() -> None:
    def trust(service: str) -> Json:
        principal = {"Service": service}
        return {"assume_role_policy": policy({"Principal": principal, "Action": "sts:AssumeRole"})}

    ecs, ec2 = trust("ecs-tasks.amazonaws.com"), trust("ec2.amazonaws.com")
    assert "opens" in told(updated("aws_iam_role", ecs, ec2))
    assert "opens" not in told(updated("aws_iam_role", ecs, {**ecs, "description": "other"}))


def test_a_policy_that_is_known_after_the_apply_is_judged_as_it_is_written() -> None:
    def judged(action: str) -> dict[str, str]:
        text = policy({"Action": action, "Resource": "${aws_s3_bucket.network_b.arn}/*"})
        body = {"policy": text, "role": "r"}
        found = stack({"resource": {"aws_iam_role_policy": {"network_it": body}}})
        change = Change(
            "aws_iam_role_policy.network_it",
            ("update",),
            {"policy": policy(READ)},
            {},
            {"policy": True},
        )
        return told(change, found=found)

    assert "opens" not in judged("s3:GetObject")
    assert "opens" in judged("s3:DeleteObject")


def test_a_reference_stands_for_one_value_of_before() -> None:
    def grants(*resources: str) -> str:
        return policy({"Action": ["s3:GetObject", "s3:PutObject"], "Resource": list(resources)})

    first, second = "${aws_s3_bucket.network_a.arn}", "${aws_s3_bucket.network_b.arn}"
    assert broader(grants("arn:a"), grants(first)) == []
    assert broader(grants("arn:a", "arn:b"), grants(second, first)) == []
    assert broader(grants("*"), grants(first, second)) == []
    assert broader(grants("arn:a"), grants("arn:a", second)) == [
        f"s3:GetObject on {second}", f"s3:PutObject on {second}"
    ]  # fmt: skip
    assert len(broader(grants("arn:a"), grants(first, second))) == 2


def test_a_managed_policy_on_a_role_that_exists_opens_and_on_a_new_one_does_not() -> None:
    body = {"role": "${aws_iam_role.network_role.name}", "policy_arn": "arn:aws:iam::aws:policy/A"}
    found = stack(
        {"resource": {"aws_iam_role": {"network_role": {}},
                      "aws_iam_role_policy_attachment": {"network_it": body}}}
    )  # fmt: skip
    change = Change("aws_iam_role_policy_attachment.network_it", ("create",), None, body)
    role = Change("aws_iam_role.network_role", ("create",), None, {"name": "r"})
    assert "opens" in told(change, found=found)
    assert "opens" not in told(change, role, found=found)
    other = replaced(change.type, {**body, "policy_arn": "arn:aws:iam::aws:policy/B"}, body)
    assert "opens" in told(other, found=found)
    assert "opens" not in told(replaced(change.type, {**body, "role": "r"}, body), found=found)


PROTECTIONS: list[tuple[str, Json, Json]] = [
    ("aws_db_instance", {"storage_encrypted": True}, {"storage_encrypted": False}),
    ("aws_db_instance", {"publicly_accessible": False}, {"publicly_accessible": True}),
    ("aws_db_instance", {"deletion_protection": True}, {"deletion_protection": False}),
    ("aws_elasticache_replication_group", {"at_rest_encryption_enabled": "true"},
     {"at_rest_encryption_enabled": "false"}),
    ("aws_lb", {"internal": True}, {"internal": False}),
    ("aws_lb", {"access_logs": [{"enabled": True}]}, {"access_logs": []}),
    ("aws_subnet", {"map_public_ip_on_launch": False}, {"map_public_ip_on_launch": True}),
    ("aws_s3_bucket_public_access_block", {"block_public_acls": True},
     {"block_public_acls": False}),
    ("aws_launch_template", {"metadata_options": [{"http_put_response_hop_limit": 1}]},
     {"metadata_options": [{"http_put_response_hop_limit": 2}]}),
    ("aws_lb_listener", {"protocol": "HTTPS"}, {"protocol": "HTTP"}),
    ("aws_lb_listener", {"ssl_policy": "ELBSecurityPolicy-TLS13-1-2-2021-06"},
     {"ssl_policy": "ELBSecurityPolicy-TLS13-1-1-2021-06"}),
    ("aws_ecs_task_definition",
     {"container_definitions": json.dumps([{"name": "a", "privileged": False}])},
     {"container_definitions": json.dumps([{"name": "a", "privileged": True}])}),
]  # fmt: skip


def test_less_protection_opens_and_more_does_not() -> None:
    for type_, safe, unsafe in PROTECTIONS:
        assert "opens" in told(updated(type_, safe, unsafe)), (type_, unsafe)
        assert "opens" not in told(updated(type_, unsafe, safe)), (type_, unsafe)


HOP_LIMITS: list[tuple[int | None, int | None, bool]] = [
    (0, 0, False), (0, 1, False), (0, 2, True), (1, 0, True), (2, 0, True), (2, 1, False),
    (None, 1, False), (None, 2, True), (1, None, True), (0, None, False),
]  # fmt: skip


def test_a_hop_limit_that_is_not_set_may_be_the_least_before_and_the_most_after() -> None:
    for before, after, opens in HOP_LIMITS:
        old, new = (
            [{"http_put_response_hop_limit": limit}] if limit is not None else []
            for limit in (before, after)
        )
        change = updated(
            "aws_launch_template", {"metadata_options": old}, {"metadata_options": new}
        )
        assert ("opens" in told(change)) is opens, (before, after)


def test_a_bucket_that_goes_takes_its_protection_along() -> None:
    block = deleted("aws_s3_bucket_public_access_block", {"bucket": "logs"})
    assert "opens" in told(block)
    assert "opens" not in told(block, deleted("aws_s3_bucket", {"id": "logs"}))


IN_THE_WAY = ["aws_lb", "aws_lb_listener", "aws_ecs_service", "aws_route", "aws_network_acl_rule"]


def test_a_replacement_in_the_way_of_requests_goes_down_unless_the_new_one_comes_first() -> None:
    for type_ in IN_THE_WAY:
        before = {"name": "a", **acl()}
        change = replaced(type_, before, {**before, "name": "b"}, "name")
        found = [
            (one.rank, one.attributes) for one in reasons(change, Plan((change,), (), {}), EMPTY)
        ]
        assert found[:1] == [("down", ("name",))], type_
        first = Change(change.address, ("create", "delete"), change.before, change.after)
        assert "down" not in told(first), type_
        assert "down" not in told(updated(type_, before, {**before, "tags": {}})), type_


def test_a_record_goes_down_only_when_requests_follow_it() -> None:
    for type_, down in (("A", True), ("CNAME", False)):
        before = {"name": "a", "type": type_}
        change = replaced("aws_route53_record", before, {**before, "name": "b"}, "name")
        assert ("down" in told(change)) is down


def test_instances_that_are_refreshed_or_leave_their_subnets_go_down() -> None:
    group = "aws_autoscaling_group"
    template = {"launch_template": [{"version": "1"}]}, {"launch_template": [{"version": "2"}]}
    refresh = {"instance_refresh": [{"strategy": "Rolling"}]}
    assert "down" in told(updated(group, {**template[0], **refresh}, {**template[1], **refresh}))
    assert "down" not in told(updated(group, *template))
    zones = {"vpc_zone_identifier": ["a", "b"]}, {"vpc_zone_identifier": ["a"]}
    assert "down" in told(updated(group, *zones))
    assert "down" not in told(updated(group, zones[1], zones[0]))
    size = {"max_size": 5, "desired_capacity": 3}
    assert "2 of 3" in told(updated(group, size, {**size, "max_size": 1}))["down"]
    assert "down" not in told(updated(group, size, {**size, "max_size": 4}))


def test_a_deployment_goes_down_only_when_no_task_must_stay() -> None:
    for least, down in ((0, True), (50, False)):
        before = {"task_definition": "a:1", "deployment_minimum_healthy_percent": least}
        change = updated("aws_ecs_service", before, {**before, "task_definition": "a:2"})
        assert ("down" in told(change)) is down
        tagged = updated("aws_ecs_service", before, {**before, "tags": {"team": "shop"}})
        assert "down" not in told(tagged), "which starts no deployment"


LETTING_THROUGH = [
    "aws_network_acl_rule",
    "aws_route",
    "aws_route_table_association",
    "aws_vpc_security_group_ingress_rule",
]


def test_packets_that_were_let_through_are_refused_once_that_goes() -> None:
    """Tasks of the service layer may listen on the port until that layer comes."""
    for type_ in LETTING_THROUGH:
        gone = told(deleted(type_, {"rule_action": "allow"}))
        assert "refused from then on" in gone.get("down", ""), type_
        assert "down" not in told(deleted("aws_network_acl_rule", {"rule_action": "deny"})), type_
        assert "down" not in told(updated(type_, {"tags": {}}, {"tags": {"a": "b"}})), type_


def test_a_permission_that_goes_is_not_told_as_needed_by_nobody() -> None:
    for type_ in ("aws_iam_role_policy", "aws_iam_role_policy_attachment"):
        assert told(deleted(type_, {"role": "a"})) == {
            "else": "what it allowed is refused from then on"
        }


def test_a_restart_says_when() -> None:
    before = {"instance_class": "db.t3.micro", "apply_immediately": False}
    later = updated("aws_db_instance", before, {**before, "instance_class": "db.t3.small"})
    assert "in the maintenance window" in told(later)["down"]
    now = updated("aws_db_instance", before, {"instance_class": "b", "apply_immediately": True})
    assert "at once" in told(now)["down"]
    assert "down" not in told(updated("aws_db_instance", before, {**before, "tags": {"a": "b"}}))


def test_the_rest_is_told_as_what_it_is() -> None:
    move = Change("aws_vpc.network_b", ("no-op",), {}, {}, moved_from="aws_vpc.network_a")
    assert told(move) == {"else": "from aws_vpc.network_a; nothing happens to it"}
    assert told(Change("aws_vpc.network_b", ("create",), None, {})) == {"created": "new"}
    assert set(told(updated("aws_vpc", {"tags": {}}, {"tags": {"a": "b"}}))) == {"else"}


def held_by(type_: str, address: str, layer_user: str) -> tuple[Change, Change]:
    """A resource that is deleted, and another that lets go of it in the same plan."""
    gone = Change(address, ("delete",), {"id": "x-1"}, None)
    user = Change(
        f"{type_}.{layer_user}_it", ("update",), {"uses": [{"ids": ["x-1", "x-2"]}]},
        {"uses": [{"ids": ["x-2"]}]},
    )  # fmt: skip
    return gone, user


HELD = [
    ("aws_subnet.network_it", "edge", True),
    ("aws_security_group.network_it", "service", True),
    # Terraform lets go of it first in the same layer, and an earlier one is applied before.
    ("aws_subnet.network_it", "network", False),
    ("aws_security_group.database_it", "network", False),
    # AWS deletes these whoever names them.
    ("aws_ecr_repository.registry_it", "service", False),
    ("aws_db_instance.database_it", "service", False),
]


def test_what_a_later_layer_holds_is_refused() -> None:
    for address, user, refused in HELD:
        gone, holder = held_by("aws_lb", address, user)
        why = told(gone, holder).get("refused", "")
        assert (f"before aws_lb.{user}_it can stop using it" in why) is refused, (address, user)
        assert "refused" not in told(holder, gone), (address, user)


def test_what_was_let_go_of_before_is_not_refused() -> None:
    gone, holder = held_by("aws_lb", "aws_subnet.network_it", "edge")
    assert "refused" not in told(gone)
    assert "refused" not in told(gone, replace(holder, before=holder.after))
    assert "refused" not in told(replace(gone, actions=("update",), after=gone.before), holder)


def test_what_to_do_in_place_of_deleting_what_is_held() -> None:
    def way(address: str, *others: Change) -> str:
        gone, holder = held_by("aws_lb", address, "edge")
        return told(gone, holder, *others)["refused"].partition("; ")[2]

    assert "network.emptied_zones" in way("aws_subnet.network_private_subnet_2")
    for place in (0, 1):
        stays = way(f"aws_subnet.network_public_subnet_{place}")
        assert stays.startswith("the first 2 zones and their ranges stay")
    vpc = Change("aws_vpc.network_vpc", ("delete", "create"), {"id": "v"}, {})
    for address in ("aws_subnet.network_private_subnet_2", "aws_security_group.network_it"):
        assert way(address, vpc).startswith("such a change makes another environment")
    kept = replace(vpc, actions=("update",))
    assert "network.emptied_zones" in way("aws_subnet.network_private_subnet_2", kept)


@pytest.mark.parametrize(
    ("type_", "attribute", "setting"),
    [
        ("aws_ecr_repository", "force_delete", "registry.force_delete = true"),
        ("aws_s3_bucket", "force_destroy", "edge.deletion_protection = false"),
    ],
)
def test_what_may_be_full_is_not_deleted_whatever_its_file_says(
    type_: str, attribute: str, setting: str
) -> None:
    off, on = {"name": "a", attribute: False}, {"name": "b", attribute: True}
    for gone in (deleted(type_, off), replaced(type_, off, on, "name")):
        assert f"set {setting} and apply that first" in told(gone)["refused"]
    for kept in (deleted(type_, on), replaced(type_, on, off, "name"), updated(type_, off, on)):
        assert "refused" not in told(kept)


VERSIONS = [
    ("8.4", "8.0", True),
    ("8.4.4", "8.4.3", True),
    ("8.4.3", "8.0", True),
    ("8.0", "8.4", False),
    ("8.4.3", "8.4", False),
    ("8.4", "8.4.3", False),
    ("8.4.9", "8.4.10", False),
]


def test_a_database_goes_back_to_no_earlier_version() -> None:
    for before, after, refused in VERSIONS:
        values = ({"engine_version": before}, {"engine_version": after})
        why = told(updated("aws_db_instance", *values)).get("refused", "")
        case = f"{before} -> {after}"
        assert (f"keep database.engine_version at {before} or later" in why) is refused, case
        assert "refused" not in told(replaced("aws_db_instance", *values, "engine_version")), case
        assert "refused" not in told(updated("aws_elasticache_replication_group", *values)), case


def test_a_database_gives_no_storage_back() -> None:
    sizes = ({"allocated_storage": 40}, {"allocated_storage": 20})
    why = told(updated("aws_db_instance", *sizes))["refused"]
    assert "keep database.storage_gib at 40 or more" in why
    assert "refused" not in told(updated("aws_db_instance", *reversed(sizes)))
    assert "refused" not in told(replaced("aws_db_instance", *sizes, "storage_encrypted"))


@pytest.mark.parametrize("on", [True, False])
def test_tls_of_a_redis_that_stands_is_not_switched(on: bool) -> None:
    address = "aws_elasticache_replication_group.cache_replication_group"
    values = {"transit_encryption_enabled": not on}, {"transit_encryption_enabled": on}
    switched = Change(address, ("update",), *values)
    assert f"`terraform taint {address}`" in told(switched)["refused"]
    assert "refused" not in told(replace(switched, actions=("delete", "create")))
    assert "refused" not in told(replace(switched, after=switched.before))


@pytest.mark.parametrize(
    ("type_", "attribute", "setting"),
    [
        ("aws_db_instance", "deletion_protection", "database.deletion_protection = false"),
        ("aws_lb", "enable_deletion_protection", "edge.deletion_protection = false"),
    ],
)
def test_what_is_protected_is_not_deleted_whatever_its_file_says(
    type_: str, attribute: str, setting: str
) -> None:
    on, off = {"id": "x", attribute: True}, {"id": "x", attribute: False}
    for gone in (deleted(type_, on), replaced(type_, on, off, "id")):
        assert f"set {setting} and apply that first" in told(gone)["refused"]
    for kept in (deleted(type_, off), replaced(type_, off, on, "id"), updated(type_, on, off)):
        assert "refused" not in told(kept)


@pytest.mark.parametrize(
    ("type_", "store", "setting"),
    [
        ("aws_db_parameter_group", "aws_db_instance", "database.apply_immediately"),
        (
            "aws_elasticache_parameter_group",
            "aws_elasticache_replication_group",
            "cache.apply_immediately",
        ),
    ],
)
def test_parameters_that_a_store_uses_until_its_window_are_not_deleted(
    type_: str, store: str, setting: str
) -> None:
    group = Change(
        f"{type_}.network_it", ("create", "delete"), {"name": "old", "family": "6"},
        {"name": "new", "family": "7"},
    )  # fmt: skip

    def turning(*, at_once: bool, before: str = "old") -> Change:
        after = {"parameter_group_name": "new", "apply_immediately": at_once}
        return updated(store, {"parameter_group_name": before, "apply_immediately": False}, after)

    why = told(group, turning(at_once=False))["refused"]
    assert f"{store}.network_it uses it until its maintenance window; set {setting} = true" in why
    assert "refused" not in told(group, turning(at_once=True))
    assert "refused" not in told(group, turning(at_once=False, before="another"))
    assert "refused" not in told(replace(group, actions=("update",)), turning(at_once=False))
    made_anew = replace(turning(at_once=False), actions=("delete", "create"))
    assert "refused" not in told(group, made_anew)


def test_a_database_turns_to_another_group_of_its_family_at_once() -> None:
    """RDS does, ElastiCache waits for its window."""
    values = {"parameter_group_name": "old"}, {"parameter_group_name": "new"}
    for type_, store, waits in (
        ("aws_db_parameter_group", "aws_db_instance", False),
        ("aws_elasticache_parameter_group", "aws_elasticache_replication_group", True),
    ):
        group = Change(
            f"{type_}.network_it", ("create", "delete"), {"name": "old", "family": "7"},
            {"name": "new", "family": "7"},
        )  # fmt: skip
        assert ("refused" in told(group, updated(store, *values))) is waits


def test_parameters_are_not_made_anew_under_the_name_of_those_that_stand() -> None:
    type_ = "aws_elasticache_parameter_group"
    anew = Change(f"{type_}.network_it", ("create", "delete"), {"name": "a"}, {"name": "a"})
    assert told(anew)["refused"] == "a second one with its name cannot be created beside it"
    tainted = replace(anew, reason="replace_because_tainted")
    assert f"`terraform untaint {type_}.network_it`" in told(tainted)["refused"]
    assert "refused" not in told(replace(tainted, after={"name": "b"}))
    assert "refused" not in told(replace(tainted, after={}, unknown={"name": True}))
    assert "refused" not in told(replace(tainted, actions=("delete", "create")))


def test_the_token_of_a_redis_that_stays_is_kept() -> None:
    token = Change("aws_secretsmanager_secret.cache_auth_token", ("delete",), {"name": "t"}, None)
    redis = Change(
        "aws_elasticache_replication_group.cache_replication_group",
        ("update",),
        {"node_type": "cache.t3.micro"},
        {"node_type": "cache.t3.small"},
    )
    assert "AWS cannot remove AUTH from a Redis" in told(token)["refused"]
    assert "refused" in told(token, redis)
    assert "refused" not in told(token, replace(redis, actions=("delete", "create")))
    assert "refused" not in told(token, replace(redis, actions=("delete",), after=None))
    another = replace(token, actions=("create",), before=None, after={"name": "t"})
    assert "refused" not in told(another, redis)
    assert "refused" not in told(replace(token, actions=("delete", "create"), after={"name": "u"}))


def test_fewer_days_of_access_logs_are_a_loss_and_more_are_not() -> None:
    days = [{"rule": [{"expiration": [{"days": one}]}]} for one in (90, 30)]
    type_ = "aws_s3_bucket_lifecycle_configuration"
    assert told(updated(type_, *days))["lost"] == "objects older than 30 days are deleted"
    assert "lost" not in told(updated(type_, *reversed(days)))


ACL: Json = {"id": "acl-1", "subnet_ids": ["subnet-1"]}
SUBNETS = tuple(
    Change(f"aws_subnet.network_{name}", ("no-op",), {"id": id_}, {"id": id_})
    for name, id_ in (("a", "subnet-1"), ("b", "subnet-2"))
)


def ranked(*changes: Change, stands: tuple[Change, ...] = (), found: Stack = EMPTY) -> Ranks:
    """Address -> rank -> what is said, all of it."""
    network = Network(Plan(changes, (), {}, stands), found)
    return {
        one.address: {
            rank: "; ".join(
                reason.why for reason in ranked_one(one, network) if reason.rank == rank
            )
            for rank in dict.fromkeys(reason.rank for reason in ranked_one(one, network))
        }
        for one in changes
    }


def same(type_: str, name: str, body: Json) -> Change:
    return Change(f"{type_}.network_{name}", ("no-op",), body, body)


def numbered(number: int, action: str, **more: Any) -> Json:
    body = {"network_acl_id": "acl-1", "rule_number": number, "rule_action": action}
    return acl(**{**body, "cidr_block": "0.0.0.0/0", "from_port": 0, "to_port": 65535, **more})


ALLOW_ALL = same("aws_network_acl_rule", "allow", numbered(100, "allow"))
SSH = {"from_port": 22, "to_port": 22}


NO_LONGER_DENIED: list[tuple[Json | None, str]] = [
    (None, "lets in what this rule denied: tcp 22, 0.0.0.0/0"),
    (numbered(200, "deny", **SSH), "it is now read behind a rule that allows it: tcp 22, 0.0"),
    (numbered(90, "deny", from_port=22, to_port=22, cidr_block="10.0.0.0/8"), "tcp 22, "),
    (numbered(90, "deny", from_port=23, to_port=23), "tcp 22, 0.0.0.0/0"),
    (numbered(90, "deny", protocol="17", **SSH), "tcp 22, 0.0.0.0/0"),
    (numbered(90, "deny", egress=True, **SSH), "tcp 22, 0.0.0.0/0"),
    (numbered(90, "allow", **SSH), "lets in more: tcp 22, 0.0.0.0/0"),
    (numbered(10, "deny", **SSH), ""),
    (numbered(90, "deny", from_port=20, to_port=30), ""),
    (numbered(90, "deny", protocol="-1"), ""),
]


def test_a_denial_opens_what_it_no_longer_denies() -> None:
    before = numbered(90, "deny", **SSH)
    stands = (same("aws_network_acl", "acl", ACL), ALLOW_ALL)
    for after, opens in NO_LONGER_DENIED:
        actions = ("delete",) if after is None else ("delete", "create")
        change = Change("aws_network_acl_rule.network_ssh", actions, before, after)
        said = ranked(change, stands=stands)[change.address].get("opens", "")
        assert (opens in said) if opens else said == "", (after, said)


def test_a_denial_that_another_one_takes_over_opens_nothing() -> None:
    """Under another address, with two ranges, or since nothing behind it allows what it denied."""
    gone = Change(
        "aws_network_acl_rule.network_ssh", ("delete",), numbered(90, "deny", **SSH), None
    )
    stands = (same("aws_network_acl", "acl", ACL), ALLOW_ALL)
    halves = [
        Change(
            f"aws_network_acl_rule.network_half_{index}", ("create",), None,
            numbered(80 + index, "deny", **SSH, cidr_block=half),
        )
        for index, half in enumerate(("0.0.0.0/1", "128.0.0.0/1"))
    ]  # fmt: skip
    assert "opens" not in ranked(gone, *halves, stands=stands)[gone.address]
    assert "128.0.0.0/1" in ranked(gone, halves[0], stands=stands)[gone.address]["opens"]
    assert "opens" not in ranked(gone, stands=stands[:1])[gone.address]


def test_an_allow_that_comes_before_a_denial_opens_and_one_behind_it_does_not() -> None:
    stands = (
        same("aws_network_acl", "acl", ACL),
        same("aws_network_acl_rule", "ssh", numbered(90, "deny", **SSH)),
        same("aws_network_acl_rule", "web", numbered(95, "allow", from_port=80, to_port=80)),
    )
    for number, opens in ((50, True), (99, False)):
        one = Change(
            "aws_network_acl_rule.network_new", ("create",), None, numbered(number, "allow", **SSH)
        )
        assert ("opens" in ranked(one, stands=stands)[one.address]) is opens
    covered = Change(
        "aws_network_acl_rule.network_new", ("create",), None,
        numbered(99, "allow", from_port=80, to_port=80, cidr_block="10.0.0.0/8"),
    )  # fmt: skip
    assert "opens" not in ranked(covered, stands=stands)[covered.address]


def test_rules_within_an_acl_are_read_in_their_order_as_well() -> None:
    def entry(number: int, action: str, **more: Any) -> Json:
        body = {"rule_no": number, "action": action, "protocol": "-1", "cidr_block": "0.0.0.0/0"}
        return {**body, "from_port": 0, "to_port": 0, **more}

    deny = entry(90, "deny", cidr_block="192.0.2.0/24")
    before = {**ACL, "ingress": [entry(100, "allow"), deny]}
    moved = {**ACL, "ingress": [entry(100, "allow"), {**deny, "rule_no": 110}]}
    for type_ in ("aws_network_acl", "aws_default_network_acl"):
        said = told(updated(type_, before, moved))["opens"]
        assert said.endswith("all traffic, 192.0.2.0/24")
        turned = {**ACL, "ingress": list(reversed(before["ingress"]))}
        assert "opens" not in told(updated(type_, before, turned))
        wider = {**deny, "cidr_block": "192.0.0.0/16"}
        more = {**ACL, "ingress": [entry(100, "allow"), wider]}
        assert "opens" not in told(updated(type_, before, more))


def test_what_a_hand_added_to_an_acl_counts_with_the_rules_of_the_code() -> None:
    """The provider reads every entry into the ACL's state."""
    hand = {"rule_no": 10, "action": "deny", "protocol": "6", **SSH, "cidr_block": "0.0.0.0/0"}
    whole = same("aws_network_acl", "acl", {**ACL, "ingress": [hand]})
    gone = Change(
        "aws_network_acl_rule.network_ssh", ("delete",), numbered(90, "deny", **SSH), None
    )
    assert "opens" not in ranked(gone, stands=(whole, ALLOW_ALL))[gone.address]


def test_subnets_that_leave_their_acl_fall_back_on_the_default() -> None:
    default = "falls back on the VPC's default network ACL, which lets in more: all traffic"
    rule = same("aws_network_acl_rule", "web", numbered(100, "allow", from_port=80, to_port=80))
    gone = Change("aws_network_acl.network_acl", ("delete",), ACL, None)
    own = replace(rule, actions=("delete",), after=None)
    assert default in ranked(gone, own, stands=SUBNETS)[gone.address]["opens"]
    taken = Change("aws_network_acl.network_acl", ("update",), ACL, {**ACL, "subnet_ids": []})
    assert default in ranked(taken, stands=(*SUBNETS, rule))[taken.address]["opens"]
    both = {**ACL, "subnet_ids": ["subnet-1", "subnet-2"]}
    more = Change("aws_network_acl.network_acl", ("update",), ACL, both)
    assert "opens" not in ranked(more, stands=(*SUBNETS, rule))[more.address]
    tie = {"id": "a-1", "subnet_id": "subnet-1", "network_acl_id": "acl-1"}
    tied = Change("aws_network_acl_association.network_tie", ("delete",), tie, None)
    stands = (*SUBNETS, rule, same("aws_network_acl", "acl", ACL))
    assert default in ranked(tied, stands=stands)[tied.address]["opens"]
    with_subnet = replace(SUBNETS[0], actions=("delete",), after=None)
    assert "opens" not in ranked(gone, own, with_subnet)[gone.address]
    assert "default network ACL" in told(deleted("aws_network_acl", {"id": "acl-9"}))["opens"]


def test_a_default_acl_with_rules_of_its_own_is_what_subnets_fall_back_on() -> None:
    shut = same("aws_default_network_acl", "default", {"id": "acl-0", "subnet_ids": []})
    gone = Change("aws_network_acl.network_acl", ("delete",), ACL, None)
    assert "opens" not in ranked(gone, stands=(*SUBNETS, shut))[gone.address]


def test_subnets_that_come_to_another_acl_open_what_it_lets_through() -> None:
    other = {"id": "acl-2", "subnet_ids": ["subnet-2"]}
    web = numbered(100, "allow", from_port=80, to_port=80)
    stands = (
        *SUBNETS,
        same("aws_network_acl_rule", "web", web),
        same("aws_network_acl_rule", "other", {**web, "network_acl_id": "acl-2", "to_port": 90}),
    )
    for now, opens in (("acl-2", True), ("acl-1", False)):
        leaves, gets = (ACL, other) if now == "acl-2" else (other, ACL)
        both = ["subnet-1", "subnet-2"]
        changes = (
            Change("aws_network_acl.network_leaves", ("update",), leaves,
                   {**leaves, "subnet_ids": []}),
            Change("aws_network_acl.network_gets", ("update",), gets,
                   {**gets, "subnet_ids": both}),
        )  # fmt: skip
        found = ranked(*changes, stands=stands)
        said = [one.get("opens", "") for one in found.values()]
        assert any("lets in more: tcp 81-90, 0.0.0.0/0" in one for one in said) is opens
        assert any(said) is opens


def group(name: str, id_: str, **more: Any) -> Change:
    return same("aws_security_group", name, {"id": id_, **more})


DATABASE_RULE = rule(
    security_group_id="sg-db", cidr_ipv4=None, referenced_security_group_id="sg-app",
    from_port=3306, to_port=3306,
)  # fmt: skip
GROUPS = (
    group("app", "sg-app"),
    group("db", "sg-db"),
    same("aws_vpc_security_group_ingress_rule", "db", DATABASE_RULE),
)


@pytest.mark.parametrize(
    ("type_", "attribute"),
    [
        ("aws_db_instance", "vpc_security_group_ids"),
        ("aws_elasticache_replication_group", "security_group_ids"),
        ("aws_lb", "security_groups"),
        ("aws_launch_template", "vpc_security_group_ids"),
    ],
)
def test_another_security_group_opens_what_it_admits(type_: str, attribute: str) -> None:
    def said(*groups: str, stands: tuple[Change, ...] = GROUPS) -> str:
        change = updated(type_, {attribute: ["sg-db"]}, {attribute: ["sg-db", *groups]})
        return ranked(change, stands=stands)[change.address].get("opens", "")

    assert "sg-unknown, whose rules are not known here" in said("sg-unknown")
    wide = (group("wide", "sg-wide"), same(
        "aws_vpc_security_group_ingress_rule", "wide",
        rule(security_group_id="sg-wide", cidr_ipv4="0.0.0.0/0"),
    ))  # fmt: skip
    assert "lets in more: tcp 443, 0.0.0.0/0" in said("sg-wide", stands=(*GROUPS, *wide))
    # Its members are let into the database by the database's group.
    assert "aws_vpc_security_group_ingress_rule.network_db names" in said("sg-app")
    assert said("sg-none", stands=(*GROUPS, group("none", "sg-none"))) == ""
    less = updated(type_, {attribute: ["sg-db", "sg-app"]}, {attribute: ["sg-db"]})
    assert "opens" not in ranked(less, stands=GROUPS)[less.address]


def test_a_group_that_is_made_anew_is_no_other_group() -> None:
    body = {"vpc_security_group_ids": ["${aws_security_group.network_db.id}"]}
    found = stack({"resource": {"aws_db_instance": {"network_it": body},
                                "aws_security_group": {"network_db": {}}}})  # fmt: skip
    database = updated(
        "aws_db_instance", {"vpc_security_group_ids": ["sg-db"]}, {},
        {"vpc_security_group_ids": True},
    )  # fmt: skip
    anew = replace(GROUPS[1], actions=("delete", "create"))
    assert "opens" not in ranked(database, anew, found=found)[database.address]


def test_a_rule_that_others_cover_opens_nothing() -> None:
    """The rules of a group are one set, whichever resources hold them."""
    stands = (
        group("db", "sg-db", ingress=[
            {"protocol": "tcp", "from_port": 80, "to_port": 80, "cidr_blocks": ["10.0.0.0/9"]}
        ]),
        same("aws_vpc_security_group_ingress_rule", "half", rule(
            security_group_id="sg-db", cidr_ipv4="10.128.0.0/9", from_port=80, to_port=80
        )),
    )  # fmt: skip
    for ports, opens in ((80, False), (81, True)):
        body = rule(security_group_id="sg-db", cidr_ipv4="10.0.0.0/8", from_port=80, to_port=ports)
        new = Change("aws_vpc_security_group_ingress_rule.network_new", ("create",), None, body)
        assert ("opens" in ranked(new, stands=stands)[new.address]) is opens


OLDER_RULES: list[tuple[Json, bool]] = [
    ({"cidr_blocks": ["10.0.0.0/8", "0.0.0.0/0"]}, True),
    ({"ipv6_cidr_blocks": ["::/0"]}, True),
    ({"self": True}, True),
    ({"prefix_list_ids": ["pl-1"]}, True),
    ({"source_security_group_id": "sg-2"}, True),
    ({"protocol": "-1"}, True),
    ({"cidr_blocks": ["10.0.0.0/16"]}, False),
    ({"description": "other words"}, False),
]


def test_the_older_kind_of_rule_of_a_group_is_judged_the_same() -> None:
    for after, opens in OLDER_RULES:
        body = {
            "type": "ingress", "security_group_id": "sg-1", "protocol": "tcp", "from_port": 80,
            "to_port": 80, "cidr_blocks": ["10.0.0.0/8"],
        }  # fmt: skip
        change = updated("aws_security_group_rule", body, {**body, **after})
        assert ("opens" in told(change)) is opens, after


def test_a_ping_that_a_group_lets_in_is_judged_by_its_type() -> None:
    ping = rule(ip_protocol="icmp", from_port=8, to_port=-1)
    every = {**ping, "from_port": -1}
    type_ = "aws_vpc_security_group_ingress_rule"
    assert "icmp" in told(updated(type_, ping, every))["opens"]
    assert "opens" not in told(updated(type_, every, ping))


def test_an_address_that_is_known_after_the_apply_may_be_any() -> None:
    type_ = "aws_vpc_security_group_ingress_rule"
    open_ = updated(type_, rule(), rule(cidr_ipv4=None), {"cidr_ipv4": True})
    assert "an address known after apply" in told(open_)["opens"]
    entry = updated("aws_network_acl_rule", acl(), acl(cidr_block=None), {"cidr_block": True})
    assert "opens" in told(entry)


def test_rules_that_admit_less_refuse_what_they_let_through() -> None:
    type_ = "aws_vpc_security_group_ingress_rule"
    less = told(updated(type_, rule(), rule(cidr_ipv4="10.0.0.0/17")))
    assert "refuses from then on: tcp 443, 10.0.128.0/17" in less["down"]
    assert "down" not in told(updated(type_, rule(), rule(cidr_ipv4="10.0.0.0/8")))
    stands = (same("aws_network_acl", "acl", ACL), ALLOW_ALL)
    deny = Change(
        "aws_network_acl_rule.network_deny", ("create",), None, numbered(50, "deny", **SSH)
    )
    assert "tcp 22, 0.0.0.0/0" in ranked(deny, stands=stands)[deny.address]["down"]
    behind = replace(deny, after=numbered(150, "deny", **SSH))
    assert "down" not in ranked(behind, stands=stands)[behind.address]


def test_a_prefix_list_that_holds_more_opens_what_names_it() -> None:
    type_ = "aws_ec2_managed_prefix_list"
    before, after = ({"entry": [{"cidr": one} for one in found]} for found in ("a", "ab"))
    assert "opens" in told(updated(type_, before, after))
    assert "opens" not in told(updated(type_, after, before))
    entry = {"prefix_list_id": "pl-1", "cidr": "192.0.2.0/24"}
    assert "opens" in told(Change(f"{type_}_entry.network_it", ("create",), None, entry))


def test_a_way_to_the_internet_opens_a_table_or_a_subnet_that_stands() -> None:
    def way(**more: Any) -> Json:
        return {"route_table_id": "rtb-1", "destination_cidr_block": "0.0.0.0/0", **more}

    def created(body: Json) -> Change:
        return Change("aws_route.network_new", ("create",), None, body)

    private = same("aws_route_table", "private", {"id": "rtb-1"})
    public = same("aws_route_table", "public", {"id": "rtb-2"})
    out = same("aws_route", "out", way(route_table_id="rtb-2", gateway_id="igw-1"))
    stands = (private, public, out, *SUBNETS)
    for body, opens in (
        (way(gateway_id="igw-1"), True),
        (way(gateway_id="igw-1", destination_cidr_block="128.0.0.0/1"), True),
        ({"route_table_id": "rtb-1", "destination_ipv6_cidr_block": "::/0", "gateway_id": "igw-1"},
         True),
        (way(vpc_peering_connection_id="pcx-1"), True),
        (way(transit_gateway_id="tgw-1"), True),
        (way(nat_gateway_id="nat-1"), False),
        (way(gateway_id="vpce-1"), False),
        (way(route_table_id="rtb-2", gateway_id="igw-1"), False),
    ):  # fmt: skip
        assert ("opens" in ranked(created(body), stands=stands)["aws_route.network_new"]) is opens
    tie = {"subnet_id": "subnet-1", "route_table_id": "rtb-1"}
    moved = Change(
        "aws_route_table_association.network_it", ("update",), tie,
        {**tie, "route_table_id": "rtb-2"},
    )  # fmt: skip
    assert "leads to the internet" in ranked(moved, stands=stands)[moved.address]["opens"]
    back = replace(moved, before=moved.after, after=moved.before)
    assert "opens" not in ranked(back, stands=stands)[back.address]


TLS_ONLY: Json = {
    "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::shop/*",
    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
}  # fmt: skip


DENIALS = [
    (policy(), True),
    (policy({**TLS_ONLY, "Action": "s3:GetObject"}), True),
    (policy({**TLS_ONLY, "Resource": "arn:aws:s3:::shop/a/*"}), True),
    (policy({**TLS_ONLY, "Principal": {"AWS": "arn:aws:iam::1:root"}}), True),
    (policy({**TLS_ONLY, "Effect": "Allow"}), True),
    (policy({**TLS_ONLY, "Condition": {**TLS_ONLY["Condition"],
                                       "StringEquals": {"aws:SourceVpc": "vpc-1"}}}), True),
    (policy({**TLS_ONLY, "Action": ["s3:*", "sts:*"], "Sid": "Other"}), False),
    (policy({**TLS_ONLY, "Principal": {"AWS": "*"}}), False),
    (policy({k: v for k, v in TLS_ONLY.items() if k != "Condition"}), False),
]  # fmt: skip


def test_a_denial_of_a_policy_that_forbids_less_opens() -> None:
    for after, opens in DENIALS:
        for type_ in ("aws_s3_bucket_policy", "aws_ecr_repository_policy",
                      "aws_secretsmanager_secret_policy", "aws_iam_role_policy"):  # fmt: skip
            change = updated(type_, {"policy": policy(TLS_ONLY)}, {"policy": after})
            assert ("opens" in told(change)) is opens, (type_, after)


def test_a_policy_that_goes_opens_what_it_denied_unless_all_goes_with_it() -> None:
    gone = deleted("aws_s3_bucket_policy", {"bucket": "shop", "policy": policy(TLS_ONLY)})
    assert "s3:* on arn:aws:s3:::shop/*" in told(gone)["opens"]
    assert "opens" not in told(gone, deleted("aws_s3_bucket", {"id": "shop"}))
    only = deleted("aws_s3_bucket_policy", {"bucket": "shop", "policy": policy(READ)})
    assert "opens" not in told(only)
    again = Change(
        "aws_s3_bucket_policy.network_other", ("create",), None,
        {"bucket": "shop", "policy": policy(TLS_ONLY)},
    )  # fmt: skip
    assert "opens" not in told(gone, again)
    body = {"arn": "arn:aws:iam::1:policy/no", "policy": policy(TLS_ONLY)}
    managed = same("aws_iam_policy", "no", body)
    off = deleted("aws_iam_role_policy_attachment", {"role": "r", "policy_arn": body["arn"]})
    assert "opens" in ranked(off, stands=(managed,))[off.address]


STATEMENTS: list[tuple[Json, Json, bool]] = [
    ({"NotAction": ["iam:*", "s3:*"]}, {"NotAction": "iam:*"}, True),
    ({"NotAction": "iam:*"}, {"NotAction": ["iam:*", "s3:*"]}, False),
    ({"NotAction": "iam:*"}, {"Action": "iam:PassRole"}, True),
    ({"NotAction": "iam:*"}, {"Action": "s3:*"}, False),
    ({"Action": "s3:*"}, {"NotAction": "iam:*"}, True),
    ({"NotPrincipal": {"AWS": "a"}}, {"NotPrincipal": {"AWS": ["a", "b"]}}, False),
    ({"Principal": {"AWS": "a"}}, {"NotPrincipal": {"AWS": "b"}}, True),
    ({"Principal": {"AWS": "a"}}, {"Principal": "*"}, True),
    ({"Principal": {"AWS": "a"}}, {"Principal": {"AWS": ["a", "b"]}}, True),
    ({"Principal": "*"}, {"Principal": {"AWS": "*"}}, False),
    ({"Condition": {"StringEquals": {"k": ["a", "b"]}}},
     {"Condition": {"StringEquals": {"k": "a"}}}, False),
    ({"Condition": {"StringEquals": {"k": "a"}}},
     {"Condition": {"StringEquals": {"k": ["a", "b"]}}}, True),
    ({"Condition": {"StringNotEquals": {"k": "a"}}},
     {"Condition": {"StringNotEquals": {"k": ["a", "b"]}}}, False),
    ({"Condition": {"StringEquals": {"k": "a"}, "Bool": {"m": "true"}}},
     {"Condition": {"StringEquals": {"k": "a"}}}, True),
]  # fmt: skip


def test_all_but_and_conditions_are_read_as_iam_does() -> None:
    for before, after, opens in STATEMENTS:
        change = updated("aws_s3_bucket_policy", bucket_policy(before), bucket_policy(after))
        assert ("opens" in told(change)) is opens, (before, after)


def bucket_policy(part: Json) -> Json:
    """A policy of one statement that says a part otherwise."""
    action = {} if "NotAction" in part else {"Action": "s3:GetObject"}
    principal = {} if "NotPrincipal" in part else {"Principal": {"AWS": "a"}}
    return {"policy": policy({"Resource": "*", **action, **principal, **part})}


def test_a_permissions_boundary_that_goes_or_changes_opens() -> None:
    bound = {"permissions_boundary": "arn:aws:iam::1:policy/bound"}
    for after in ({}, {"permissions_boundary": None}, {"permissions_boundary": "arn:other"}):
        assert "opens" in told(updated("aws_iam_role", bound, after))
    assert "opens" not in told(updated("aws_iam_role", {}, bound))
    assert "opens" not in told(updated("aws_iam_role", bound, {**bound, "description": "d"}))


def parameters(name: str, **values: str) -> Json:
    listed = [{"name": key, "value": value} for key, value in values.items()]
    return {"name": name, "family": "mysql8.4", "parameter": listed}


@pytest.mark.parametrize("on", ["1", "ON", "true"])
def test_a_parameter_group_that_asks_for_tls_no_more_opens(on: str) -> None:
    group_ = "aws_db_parameter_group"
    tls, plain = parameters("tls", require_secure_transport=on), parameters("plain")
    assert "without TLS pass" in told(deleted(group_, tls))["opens"]
    for after in (plain, parameters("tls", require_secure_transport="0")):
        assert "opens" in told(updated(group_, tls, after))
        assert "opens" not in told(updated(group_, after, tls))
    assert "opens" not in told(deleted(group_, plain))
    open_ = updated(group_, tls, {"name": "tls"}, {"parameter": True})
    assert "opens" in told(open_)


def test_a_database_that_turns_to_other_parameters_is_judged_by_them() -> None:
    group_, database = "aws_db_parameter_group", "aws_db_instance"
    tls = parameters("tls", require_secure_transport="1")
    turns = updated(database, {"parameter_group_name": "tls"}, {"parameter_group_name": "new"})
    gone = deleted(group_, tls)
    assert "opens" in ranked(turns, gone)[turns.address]
    new = Change(f"{group_}.network_new", ("create",), None, {**tls, "name": "new"})
    found = ranked(turns, gone, new)
    assert "opens" not in found[turns.address]
    assert "opens" not in found[gone.address]
    assert "opens" not in told(gone, deleted(database, {"parameter_group_name": "tls"}))
    older = parameters("tls", tls_version="TLSv1.2,TLSv1.1")
    newer = parameters("tls", tls_version="TLSv1.2")
    assert "TLSv1.1" in told(updated(group_, newer, older))["opens"]
    assert "opens" not in told(updated(group_, older, newer))


def disks(*encrypted: bool | None) -> Json:
    return {
        "block_device_mappings": [
            {"device_name": f"/dev/xvd{'abc'[index]}", "ebs": [{"encrypted": one and "true"}]}
            for index, one in enumerate(encrypted)
        ]
    }


def test_a_further_disk_without_encryption_opens() -> None:
    template = "aws_launch_template"
    for less in (disks(True, False), disks(True, None), disks(False)):
        assert (
            "encryption of the disk /dev/xvd" in told(updated(template, disks(True), less))["opens"]
        )
    assert "opens" not in told(updated(template, disks(True), disks(True, True)))
    assert "opens" not in told(updated(template, disks(True, False), disks(True)))
    turned = {"block_device_mappings": list(reversed(disks(True, True)["block_device_mappings"]))}
    assert "opens" not in told(updated(template, disks(True, True), turned))
    own = {"device_name": "/dev/sdb", "virtual_name": "ephemeral0"}
    no_disk = {"block_device_mappings": [*disks(True)["block_device_mappings"], own]}
    assert "opens" not in told(updated(template, disks(True), no_disk))
    volume = Change("aws_ebs_volume.network_it", ("create",), None, {"encrypted": False})
    assert "opens" in told(volume)
    assert "opens" not in told(replace(volume, after={"encrypted": True}))


def task(*containers: Json, **more: Any) -> Json:
    safe = {"readonlyRootFilesystem": True, "user": "1000:1000"}
    named = [{"name": "abc"[index], **safe, **one} for index, one in enumerate(containers)]
    return {"container_definitions": json.dumps(named), **more}


CONTAINER = task({"secrets": [{"name": "KEY", "valueFrom": "arn"}]}, network_mode="bridge")

CONTAINERS = [
    (task({}, {"privileged": True}), "the container b is privileged"),
    (task({"privileged": True}), "the container a is privileged"),
    (task({}, {"user": "0"}), "the container b runs as root"),
    (
        task({"environmentFiles": [{"type": "s3", "value": "arn:aws:s3:::b/x.env"}]}),
        "the container a takes variables from arn:aws:s3:::b/x.env, which changes without",
    ),
    (task({}, {"readonlyRootFilesystem": False}), "the container b can write"),
    (task({"linuxParameters": {"capabilities": {"add": ["SYS_ADMIN"]}}}), "SYS_ADMIN"),
    (task({"linuxParameters": {"devices": [{"hostPath": "/dev/kmsg"}]}}), "/dev/kmsg"),
    (task({}, pid_mode="host"), "the processes of the instance"),
    (task({}, ipc_mode="host"), "memory with the instance"),
    (task({}, network_mode="host"), "the instance's own addresses"),
    (task({}, volume=[{"name": "s", "host_path": "/var/run"}]), "/var/run of the instance"),
    (task({}, task_role_arn="arn:aws:iam::1:role/all"), "role/all"),
    (task({"environment": [{"name": "KEY", "value": "v"}]}), "KEY in plain text"),
]


def test_what_containers_may_do_more_opens() -> None:
    for after, says in CONTAINERS:
        change = updated("aws_ecs_task_definition", CONTAINER, {"network_mode": "bridge", **after})
        assert says in ranked(change)[change.address].get("opens", ""), says


def test_as_much_as_containers_may_do_already_opens_nothing() -> None:
    harmless = task({}, {}, network_mode="bridge")
    assert "opens" not in told(updated("aws_ecs_task_definition", CONTAINER, harmless))


def test_containers_that_are_known_after_the_apply_are_judged_as_they_are_written() -> None:
    def written(**more: Any) -> Stack:
        text = task({"image": "${aws_ecr_repository.registry_it.repository_url}:1", **more})
        return stack({"resource": {"aws_ecs_task_definition": {"network_it": text}}})

    change = replace(
        updated("aws_ecs_task_definition", task({}), {}, {"container_definitions": True}),
        actions=("delete", "create"),
    )
    assert "opens" in told(change, found=written(privileged=True))
    assert "opens" not in told(change, found=written())


HTTPS, HTTP = {"protocol": "HTTPS"}, {"protocol": "HTTP"}


def action(type_: str, **more: Any) -> Json:
    block = {"redirect": [more]} if type_ == "redirect" else (
        {"fixed_response": [more]} if type_ == "fixed-response" else more
    )  # fmt: skip
    return {"default_action": [{"type": type_, **block}]}


FORWARD = action("forward", target_group_arn="arn:a")
REDIRECT = action("redirect", protocol="HTTPS", port="443")


LISTENERS: list[tuple[Json, Json, bool]] = [
    ({**HTTP, **REDIRECT}, {**HTTP, **action("redirect", protocol="HTTP")}, True),
    ({**HTTP, **REDIRECT}, {**HTTP, **action("redirect", protocol="#{protocol}")}, True),
    ({**HTTPS, **FORWARD}, {**HTTPS, **action("redirect", protocol="HTTP")}, True),
    ({**HTTP, **REDIRECT}, {**HTTP, **FORWARD}, True),
    ({**HTTP, **action("fixed-response", status_code="404")}, {**HTTP, **FORWARD}, True),
    ({**HTTPS, **action("fixed-response", status_code="403")}, {**HTTPS, **FORWARD}, True),
    ({**HTTPS, "default_action": [{"type": "authenticate-oidc"}, *FORWARD["default_action"]]},
     {**HTTPS, **FORWARD}, True),
    ({**HTTPS, **FORWARD}, {**HTTPS, **action("redirect", protocol="HTTPS")}, False),
    ({**HTTP, **FORWARD}, {**HTTP, **REDIRECT}, False),
    ({**HTTP, **action("redirect", protocol="HTTP")}, {**HTTP, **REDIRECT}, False),
]  # fmt: skip


def test_a_listener_opens_when_requests_lose_their_encryption_or_what_stopped_them() -> None:
    for before, after, opens in LISTENERS:
        change = updated("aws_lb_listener", before, after)
        assert ("opens" in told(change)) is opens, (before, after)


def test_a_rule_of_a_listener_is_judged_with_its_listener() -> None:
    def on(protocol: str, default: Json) -> Change:
        return same("aws_lb_listener", "on", {"id": "l", "protocol": protocol, **default})

    def rule_of(found: Json, **more: Any) -> Json:
        return {"listener_arn": "l", "action": found["default_action"], **more}

    def said(change: Change, listener: Change) -> str:
        return ranked(change, stands=(listener,))[change.address].get("opens", "")

    type_ = "aws_lb_listener_rule"
    new = Change(f"{type_}.network_it", ("create",), None, rule_of(FORWARD))
    assert "without encryption" in said(new, on("HTTP", REDIRECT))
    assert said(new, on("HTTP", FORWARD)) == ""
    assert said(new, on("HTTPS", FORWARD)) == ""
    away = replace(new, after=rule_of(action("redirect", protocol="HTTP")))
    assert "redirected to HTTP" in said(away, on("HTTPS", FORWARD))
    shut = rule_of(action("fixed-response", status_code="403"), priority=1)
    assert "403" in said(deleted(type_, shut), on("HTTPS", FORWARD))
    assert "read later" in said(updated(type_, shut, {**shut, "priority": 9}), on("HTTPS", FORWARD))
    assert said(updated(type_, {**shut, "priority": 9}, shut), on("HTTPS", FORWARD)) == ""
    office = {**rule_of(FORWARD), "condition": [{"source_ip": [{"values": ["192.0.2.0/24"]}]}]}
    assert "every address" in said(updated(type_, office, rule_of(FORWARD)), on("HTTPS", FORWARD))


GUARDS: list[tuple[str, Json, Json]] = [
    ("aws_db_instance", {}, {"publicly_accessible": True}),
    ("aws_ecs_service", {"enable_execute_command": False}, {"enable_execute_command": True}),
    ("aws_ecs_service", {"network_configuration": [{"assign_public_ip": False}]},
     {"network_configuration": [{"assign_public_ip": True}]}),
    ("aws_launch_template", {"metadata_options": [{"http_tokens": "required"}]},
     {"metadata_options": []}),
    ("aws_launch_template", {},
     {"network_interfaces": [{"associate_public_ip_address": "true"}]}),
    ("aws_s3_bucket_acl", {"acl": "private"}, {"acl": "public-read"}),
    ("aws_lb_listener", {"mutual_authentication": [{"mode": "verify"}]}, {}),
    ("aws_lb", {"desync_mitigation_mode": "defensive"}, {"desync_mitigation_mode": "monitor"}),
    ("aws_db_instance", {"enabled_cloudwatch_logs_exports": ["error", "slowquery"]},
     {"enabled_cloudwatch_logs_exports": ["error"]}),
    ("aws_subnet", {"assign_ipv6_address_on_creation": False},
     {"assign_ipv6_address_on_creation": True}),
]  # fmt: skip


def test_every_guard_that_is_taken_away_opens() -> None:
    for type_, safe, unsafe in GUARDS:
        assert "opens" in told(updated(type_, safe, unsafe)), (type_, unsafe)
        assert "opens" not in told(updated(type_, unsafe, safe)), (type_, unsafe)


KEPT: list[tuple[str, Json, Json]] = [
    ("aws_db_instance", {"deletion_protection": False}, {"deletion_protection": True}),
    ("aws_db_instance", {"skip_final_snapshot": True}, {"skip_final_snapshot": False}),
    ("aws_ecr_repository", {"force_delete": True}, {"force_delete": False}),
    ("aws_s3_bucket", {"force_destroy": True}, {"force_destroy": False}),
    ("aws_route53_zone", {"force_destroy": True}, {}),
    ("aws_elasticache_replication_group", {}, {"final_snapshot_identifier": "last"}),
    ("aws_secretsmanager_secret", {"recovery_window_in_days": 0},
     {"recovery_window_in_days": 30}),
    ("aws_s3_bucket_versioning", {"versioning_configuration": [{"status": "Suspended"}]},
     {"versioning_configuration": [{"status": "Enabled"}]}),
]  # fmt: skip


def test_what_is_kept_less_safely_can_be_lost() -> None:
    for type_, less, more in KEPT:
        assert "lost" in told(updated(type_, more, less)), (type_, less)
        assert "lost" not in told(updated(type_, less, more)), (type_, less)


def test_versions_that_go_with_their_bucket_are_no_further_loss() -> None:
    body = {"bucket": "logs", "versioning_configuration": [{"status": "Enabled"}]}
    gone = deleted("aws_s3_bucket_versioning", body)
    assert "lost" in told(gone)
    assert "lost" not in told(gone, deleted("aws_s3_bucket", {"id": "logs"}))


def test_every_rule_of_a_lifecycle_counts_and_their_order_does_not() -> None:
    def bucket(*rules: tuple[str, int]) -> Json:
        return {"bucket": "logs", "rule": [
            {"status": "Enabled", "filter": [{"prefix": prefix}], "expiration": [{"days": days}]}
            for prefix, days in rules
        ]}  # fmt: skip

    type_ = "aws_s3_bucket_lifecycle_configuration"
    before = bucket(("a/", 90), ("b/", 30))
    assert "lost" not in told(updated(type_, before, bucket(("b/", 30), ("a/", 90))))
    assert (
        "below b/ older than 7"
        in told(updated(type_, before, bucket(("a/", 90), ("b/", 7))))["lost"]
    )
    assert "lost" in told(updated(type_, before, bucket(("a/", 90), ("b/", 30), ("c/", 1))))
    new = Change(f"{type_}.network_it", ("create",), None, bucket(("", 30)))
    assert "lost" in told(new)
    made = Change("aws_s3_bucket.network_logs", ("create",), None, {"bucket": "logs"})
    found = stack({"resource": {
        type_: {"network_it": {"bucket": "${aws_s3_bucket.network_logs.id}"}},
        "aws_s3_bucket": {"network_logs": {}},
    }})  # fmt: skip
    assert "lost" not in told(new, made, found=found)

    def images(*rules: tuple[str, str, int]) -> Json:
        return {"policy": json.dumps({"rules": [
            {"selection": {"tagStatus": status, "countType": kind, "countNumber": number}}
            for status, kind, number in rules
        ]})}  # fmt: skip

    untagged, every = ("untagged", "sinceImagePushed", 14), ("any", "imageCountMoreThan", 30)
    kept = images(untagged, every)
    type_ = "aws_ecr_lifecycle_policy"
    assert "lost" not in told(updated(type_, kept, images(every, untagged)))
    fewer = images(untagged, ("any", "imageCountMoreThan", 9))
    assert "beyond the last 9" in told(updated(type_, kept, fewer))["lost"]
    assert "lost" in told(updated(type_, images(untagged), kept))


LOAD_BALANCED = {"load_balancer": [
    {"target_group_arn": "arn:a", "container_name": "api", "container_port": 3000}
]}  # fmt: skip


LOST_TO_REQUESTS: list[tuple[str, Json, Json]] = [
    ("aws_ecs_service", LOAD_BALANCED, {"load_balancer": []}),
    ("aws_ecs_service", LOAD_BALANCED, {"load_balancer": [
        {**LOAD_BALANCED["load_balancer"][0], "target_group_arn": "arn:b"}]}),
    ("aws_ecs_service", {"desired_count": 3}, {"desired_count": 1}),
    ("aws_lb_listener", {**HTTP, **FORWARD}, {**HTTP, **REDIRECT}),
    ("aws_lb_listener", {**HTTPS, **FORWARD},
     {**HTTPS, **action("fixed-response", status_code="503")}),
    ("aws_lb_listener", FORWARD, action("forward", target_group_arn="arn:b")),
    ("aws_vpc", {"enable_dns_support": True}, {"enable_dns_support": False}),
    ("aws_vpc", {"enable_dns_hostnames": True}, {"enable_dns_hostnames": False}),
    ("aws_db_instance", {"multi_az": True}, {"multi_az": False}),
    ("aws_elasticache_replication_group", {"multi_az_enabled": True},
     {"multi_az_enabled": False}),
    ("aws_elasticache_replication_group", {"automatic_failover_enabled": True},
     {"automatic_failover_enabled": False}),
    ("aws_elasticache_replication_group", {"num_cache_clusters": 3}, {"num_cache_clusters": 1}),
    ("aws_elasticache_replication_group", {"replicas_per_node_group": 2},
     {"replicas_per_node_group": 1}),
    ("aws_autoscaling_group", {"desired_capacity": 3}, {"desired_capacity": 2}),
    ("aws_lb", {"subnets": ["a", "b", "c"]}, {"subnets": ["a", "b"]}),
]  # fmt: skip


def test_what_requests_lose_goes_down_and_what_they_gain_does_not() -> None:
    for type_, before, after in LOST_TO_REQUESTS:
        assert "down" in told(updated(type_, before, after)), (type_, before, after)
        if "arn:b" not in str(after):  # It is another target group, either way.
            assert "down" not in told(updated(type_, after, before)), (type_, before, after)


def test_a_target_group_that_is_made_anew_is_the_one_that_was_there() -> None:
    service = updated("aws_ecs_service", LOAD_BALANCED, {"load_balancer": [
        {"container_name": "api", "container_port": 3000}
    ]}, {"load_balancer": [{"target_group_arn": True}]})  # fmt: skip
    assert "down" not in told(service)


def test_a_maximum_below_what_runs_ends_tasks() -> None:
    service = same("aws_ecs_service", "api", {"name": "api", "desired_count": 4})
    target = {"resource_id": "service/shop/api", "min_capacity": 1, "max_capacity": 5}
    for most, down in ((2, True), (4, False)):
        change = updated("aws_appautoscaling_target", target, {**target, "max_capacity": most})
        assert ("down" in ranked(change, stands=(service,))[change.address]) is down


def test_a_rule_of_a_listener_that_goes_takes_its_requests_along() -> None:
    gone = deleted("aws_lb_listener_rule", {"action": FORWARD["default_action"]})
    assert "down" in told(gone)


def test_the_policies_within_a_role_are_judged_as_one_set() -> None:
    def role_with(*texts: str, **more: Any) -> Json:
        return {"inline_policy": [{"name": "p", "policy": one} for one in texts], **more}

    both = policy(READ, TLS_ONLY)
    split = role_with(policy(TLS_ONLY), policy(READ))
    assert "opens" not in told(updated("aws_iam_role", role_with(both), split))
    for less in (role_with(policy(READ)), role_with(both, policy({**READ, "Action": "s3:*"}))):
        assert "opens" in told(updated("aws_iam_role", role_with(both), less))
    before, after = ({"managed_policy_arns": list(found)} for found in ("a", "ab"))
    assert "opens" in told(updated("aws_iam_role", before, after))
    assert "opens" not in told(updated("aws_iam_role", after, before))


def test_a_redis_that_asks_for_no_token_any_more_opens() -> None:
    type_ = "aws_elasticache_replication_group"
    asks = {"auth_token": "(sensitive)"}
    assert "opens" in told(updated(type_, asks, {"auth_token": None}))
    assert "opens" not in told(updated(type_, asks, {"user_group_ids": ["g"]}))
    assert "opens" not in told(updated(type_, {}, asks))


NEEDED = [
    "aws_lb_target_group_attachment",
    "aws_autoscaling_attachment",
    "aws_ecs_cluster_capacity_providers",
    "aws_iam_instance_profile",
]


def test_what_requests_or_tasks_need_goes_down_with_its_end() -> None:
    for type_ in NEEDED:
        gone = told(deleted(type_, {"id": "a"}))
        assert "nothing comes in its place" in gone.get("down", ""), type_
