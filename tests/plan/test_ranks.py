"""Each rank: a change that must land in it, and one near it that must not.

Hand-made changes of what the settings cannot bring about; the others are in `test_plan.py`, planned
by Terraform itself.
"""

import json
from dataclasses import replace
from typing import Any

import pytest

from strata.plan.changes import Change, Plan
from strata.plan.ranks import reasons
from strata.plan.ranks.policies import broader
from strata.stacks import Stack, stack

Json = dict[str, Any]

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


@pytest.mark.parametrize(
    "type_",
    [
        "aws_db_instance",
        "aws_elasticache_replication_group",
        "aws_route53_zone",
        "aws_ecr_repository",
        "aws_s3_bucket",
        "aws_cloudwatch_log_group",
        "aws_secretsmanager_secret",
    ],
)
def test_what_keeps_something_is_lost_when_it_goes_in_whichever_way(type_: str) -> None:
    assert "lost" in told(deleted(type_, {"name": "a"}))
    assert "lost" in told(replaced(type_, {"name": "a"}, {"name": "b"}, "name"))
    assert "lost" not in told(updated(type_, {"name": "a"}, {"name": "b"}))
    assert "lost" not in told(Change(f"{type_}.network_it", ("create",), None, {"name": "a"}))
    assert "lost" not in told(Change(f"{type_}.network_it", ("forget",), {"name": "a"}, None))


@pytest.mark.parametrize("type_", ["aws_iam_role", "aws_db_subnet_group", "aws_lb"])
def test_what_keeps_nothing_is_not_lost(type_: str) -> None:
    assert "lost" not in told(deleted(type_, {"name": "a"}))
    assert "lost" not in told(replaced(type_, {"name": "a"}, {"name": "b"}, "name"))


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


@pytest.mark.parametrize(
    "after, opens",
    [
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
    ],
)
def test_a_rule_opens_when_it_admits_what_it_did_not(after: Json, opens: bool) -> None:
    for type_ in ("aws_vpc_security_group_ingress_rule", "aws_vpc_security_group_egress_rule"):
        assert ("opens" in told(updated(type_, rule(), rule(**after)))) is opens


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


@pytest.mark.parametrize(
    "before, after, opens",
    [
        (acl(), acl(cidr_block="0.0.0.0/0"), True),
        (acl(), acl(to_port=90), True),
        (acl(), acl(cidr_block="10.0.0.0/20"), False),
        (acl(rule_action="deny"), acl(), True),
        (acl(), acl(rule_action="deny"), False),
        (acl(rule_action="deny"), None, True),
        (acl(), None, False),
        (None, acl(), True),
        (None, acl(rule_action="deny"), False),
    ],
)
def test_an_acl_opens_when_it_admits_what_it_did_not(
    before: Json | None, after: Json | None, opens: bool
) -> None:
    actions = ("create",) if before is None else ("delete",) if after is None else ("update",)
    change = Change("aws_network_acl_rule.network_it", actions, before, after)
    assert ("opens" in told(change)) is opens


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


@pytest.mark.parametrize(
    "after, opens",
    [
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
    ],
)
def test_a_policy_opens_when_a_statement_allows_more(after: str, opens: bool) -> None:
    change = updated("aws_iam_role_policy", {"policy": policy(READ)}, {"policy": after})
    assert ("opens" in told(change)) is opens


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


@pytest.mark.parametrize(
    "type_, safe, unsafe",
    [
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
    ],
)  # fmt: skip
def test_less_protection_opens_and_more_does_not(type_: str, safe: Json, unsafe: Json) -> None:
    assert "opens" in told(updated(type_, safe, unsafe))
    assert "opens" not in told(updated(type_, unsafe, safe))


def test_a_bucket_that_goes_takes_its_protection_along() -> None:
    block = deleted("aws_s3_bucket_public_access_block", {"bucket": "logs"})
    assert "opens" in told(block)
    assert "opens" not in told(block, deleted("aws_s3_bucket", {"id": "logs"}))


@pytest.mark.parametrize(
    "type_", ["aws_lb", "aws_lb_listener", "aws_ecs_service", "aws_route", "aws_network_acl_rule"]
)
def test_a_replacement_in_the_way_of_requests_goes_down_unless_the_new_one_comes_first(
    type_: str,
) -> None:
    before = {"name": "a", **acl()}
    change = replaced(type_, before, {**before, "name": "b"}, "name")
    reason = next(one for one in reasons(change, Plan((change,), (), {}), EMPTY))
    assert (reason.rank, reason.attributes) == ("down", ("name",))
    first = Change(change.address, ("create", "delete"), change.before, change.after)
    assert "down" not in told(first)
    assert "down" not in told(updated(type_, before, {**before, "tags": {}}))


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


@pytest.mark.parametrize(
    "type_",
    [
        "aws_network_acl_rule",
        "aws_route",
        "aws_route_table_association",
        "aws_vpc_security_group_ingress_rule",
    ],
)
def test_packets_that_were_let_through_are_refused_once_that_goes(type_: str) -> None:
    """Tasks of the service layer may listen on the port until that layer comes."""
    assert "refused from then on" in told(deleted(type_, {"rule_action": "allow"}))["down"]
    assert "down" not in told(deleted("aws_network_acl_rule", {"rule_action": "deny"}))
    assert "down" not in told(updated(type_, {"tags": {}}, {"tags": {"a": "b"}}))


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


@pytest.mark.parametrize(
    ("address", "user", "refused"),
    [
        ("aws_subnet.network_it", "edge", True),
        ("aws_security_group.network_it", "service", True),
        # Terraform lets go of it first in the same layer, and an earlier one is applied before.
        ("aws_subnet.network_it", "network", False),
        ("aws_security_group.database_it", "network", False),
        # AWS deletes these whoever names them.
        ("aws_ecr_repository.registry_it", "service", False),
        ("aws_db_instance.database_it", "service", False),
    ],
)
def test_what_a_later_layer_holds_is_refused(address: str, user: str, refused: bool) -> None:
    gone, holder = held_by("aws_lb", address, user)
    why = told(gone, holder).get("refused", "")
    assert (f"before aws_lb.{user}_it can let go" in why) is refused
    assert "refused" not in told(holder, gone)


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


@pytest.mark.parametrize(
    ("before", "after", "refused"),
    [
        ("8.4", "8.0", True),
        ("8.4.4", "8.4.3", True),
        ("8.4.3", "8.0", True),
        ("8.0", "8.4", False),
        ("8.4.3", "8.4", False),
        ("8.4", "8.4.3", False),
        ("8.4.9", "8.4.10", False),
    ],
)
def test_a_database_goes_back_to_no_earlier_version(before: str, after: str, refused: bool) -> None:
    values = ({"engine_version": before}, {"engine_version": after})
    why = told(updated("aws_db_instance", *values)).get("refused", "")
    assert (f"keep database.engine_version at {before} or later" in why) is refused
    assert "refused" not in told(replaced("aws_db_instance", *values, "engine_version"))
    assert "refused" not in told(updated("aws_elasticache_replication_group", *values))


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
    assert told(anew)["refused"] == "another one of its name cannot be made beside it"
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
    assert "AWS takes AUTH off no Redis" in told(token)["refused"]
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
