"""Which setting is behind a change, told without AWS: synthesis is pure."""

from typing import Any

from strata.plan_file.changes import Change
from strata.review.causes import causes, changed_keys
from strata.settings import Settings, load
from strata.settings.positions import Key
from tests.composing import compose

Json = dict[str, Any]

LOCAL = load("local").model_dump(mode="json")


def varied(**sections: Json) -> Settings:
    data = load("local").model_dump()
    for name, keys in sections.items():
        data[name].update(keys)
    return Settings.model_validate(data)


def test_keys_that_differ_are_found_however_deep() -> None:
    before = {"a": {"b": 1, "c": [1]}, "d": 1}
    now = {"a": {"b": 2, "c": [1, 2]}, "d": 1, "e": {"f": 1}}
    assert list(changed_keys(before, now)) == [("a", "b"), ("a", "c"), ("e",)]


def test_each_change_has_its_own_setting_and_its_line() -> None:
    now = varied(
        registry={"keep_images": 9},
        service={"environment": {"COLOUR": "blue", "COLOUR_TOKEN": "hunter2"}},
    )
    policy = "aws_ecr_lifecycle_policy.registry_lifecycle_policy"
    task = "aws_ecs_task_definition.service_task_definition"
    changes = [
        Change(policy, ("update",), {"policy": "a"}, {"policy": "b"}),
        Change(task, ("update",), {"container_definitions": "a"}, {"container_definitions": "b"}),
    ]
    lines: dict[Key, int] = {("registry", "keep_images"): 4}
    found = causes(changes, now, {"registry": LOCAL, "service": LOCAL}, lines, compose)
    (kept,) = found.of[policy]
    assert (kept.key, kept.line, kept.before, kept.after) == ("registry.keep_images", 4, "30", "9")
    colour, token = found.of[task]
    assert (colour.key, colour.line) == ("service.environment.COLOUR", 0)
    # As the container's own lines show it; what looks like a secret is in neither.
    assert colour.after == '"blue"'
    assert (token.key, token.after) == (
        "service.environment.COLOUR_TOKEN",
        "(hidden, 7 characters)",
    )
    assert found.unexplained == ()


def test_a_table_that_comes_or_goes_is_told_as_one() -> None:
    stock = {"command": ["stock"], "port": 3001}
    now = varied(services={"stock": stock})
    group = "aws_vpc_security_group_ingress_rule.network_instance_ingress_instance"
    found = causes([Change(group, ("create",), {}, {})], now, {"network": LOCAL}, {}, compose)
    assert [(one.key, one.before, one.after) for one in found.changed] == [
        ("services.stock", "none", "a table")
    ]
    applied = now.model_dump(mode="json")
    change = Change(group, ("delete",), {}, {})
    found = causes([change], load("local"), {"network": applied}, {}, compose)
    assert [(one.before, one.after) for one in found.changed] == [("a table", "none")]


def test_a_layer_that_nobody_noted_is_not_explained() -> None:
    now = varied(registry={"keep_images": 9})
    change = Change("aws_ecr_lifecycle_policy.registry_lifecycle_policy", ("update",), {}, {})
    found = causes([change], now, {"edge": LOCAL}, {}, compose)
    assert found.of == {}
    assert found.unexplained == ("registry",)


def test_a_change_without_a_changed_setting_has_no_cause() -> None:
    change = Change("aws_vpc.network_vpc", ("update",), {"tags": {}}, {"tags": {"a": "b"}})
    found = causes([change], load("local"), {"network": LOCAL}, {}, compose)
    assert (found.of, found.changed, found.unexplained) == ({}, (), ())


def test_a_setting_that_fits_no_other_alone_does_not_stop_the_report() -> None:
    zones = ["eu-central-1a", "eu-central-1b", "eu-central-1c", "eu-central-1d"]
    now = varied(
        network={
            "availability_zones": zones,
            "private_subnets": ["10.0.16.0/20", "10.0.32.0/20", "10.0.48.0/20", "10.0.64.0/20"],
        }
    )
    subnet = "aws_subnet.network_private_subnet_3"
    change = Change(subnet, ("create",), None, {"cidr_block": "10.0.64.0/20"})
    found = causes([change], now, {"network": LOCAL}, {}, compose)
    assert [one.key for one in found.of[subnet]] == ["network.private_subnets"]


def test_a_cause_is_followed_through_the_attributes_that_give_it_on() -> None:
    now = varied(database={"storage_encrypted": False}, cache={"replicas": 1})
    database = Change(
        "aws_db_instance.database_instance",
        ("delete", "create"),
        {"storage_encrypted": True, "address": "a"},
        {"storage_encrypted": False},
        {"address": True},
    )
    cache = Change(
        "aws_elasticache_replication_group.cache_replication_group",
        ("update",),
        {"num_cache_clusters": 1, "primary_endpoint_address": "b"},
        {"num_cache_clusters": 2, "primary_endpoint_address": "b"},
    )
    task = Change(
        "aws_ecs_task_definition.service_task_definition",
        ("delete", "create"),
        {"container_definitions": "[]"},
        {},
        {"container_definitions": True},
    )
    applied = dict.fromkeys(("database", "cache", "service"), LOCAL)
    found = causes([database, cache, task], now, applied, {}, compose)
    # The cache's address stays what it is, so that its replicas are no cause.
    assert [one.key for one in found.of[task.address]] == ["database.storage_encrypted"]


def test_a_setting_that_a_data_source_asks_by_is_a_cause_of_what_takes_its_answer() -> None:
    before = load("local").model_dump(mode="json")
    before["service"]["secrets"] = {"PAY_KEY": "pay/old", "MAIL_KEY": "mail/key"}
    now = varied(
        service={"cpu": 512, "secrets": {"PAY_KEY": "pay/new", "MAIL_KEY": "mail/key"}},
    )
    task = Change(
        "aws_ecs_task_definition.service_task_definition",
        ("delete", "create"),
        {"container_definitions": "a"},
        {"container_definitions": "b"},
    )
    found = causes([task], now, {"service": before}, {}, compose)
    # Beside what is written otherwise in the task definition itself.
    assert {(one.key, one.before, one.after) for one in found.of[task.address]} == {
        ("service.cpu", "1024", "512"),
        ("service.secrets.PAY_KEY", '"pay/old"', '"pay/new"'),
    }


SERVICE = "aws_ecs_service.service_service"
SCALED = "aws_appautoscaling_target.service_scaling_target"


def test_a_setting_that_counts_at_creation_only_is_told_while_the_resource_stands() -> None:
    now = varied(service={"desired_count": 4})
    found = causes([], now, {"service": LOCAL}, {}, compose, stands={SERVICE})
    (idle,) = found.without_effect
    assert (idle.cause.key, idle.cause.before, idle.cause.after) == (
        "service.desired_count", "3", "4"
    )  # fmt: skip
    assert (idle.address, idle.attributes) == (SERVICE, ("desired_count",))
    anew = Change(SERVICE, ("delete", "create"), {"name": "a"}, {"name": "b"})
    assert causes([anew], now, {"service": LOCAL}, {}, compose).without_effect == ()


def test_limits_that_schedules_move_count_at_creation_only_too() -> None:
    schedule = {
        "name": "night", "schedule": "cron(0 20 * * ? *)", "timezone": "UTC", "min": 1, "max": 2,
    }  # fmt: skip
    scaling = load("local").service.scaling.model_dump(mode="json")
    before = varied(service={"scaling": {**scaling, "schedules": [schedule]}})
    now = varied(service={"scaling": {**scaling, "max": 4, "schedules": [schedule]}})
    applied = {"service": before.model_dump(mode="json")}
    (idle,) = causes([], now, applied, {}, compose, stands={SCALED}).without_effect
    assert (idle.cause.key, idle.attributes) == ("service.scaling.max", ("max_capacity",))


def test_a_setting_that_changes_what_stands_has_an_effect() -> None:
    now = varied(service={"desired_count": 4, "image_tag": "2"}, registry={"keep_images": 9})
    applied = {"service": LOCAL, "registry": LOCAL}
    stands = {SERVICE, "aws_ecr_lifecycle_policy.registry_lifecycle_policy"}
    found = causes([], now, applied, {}, compose, stands=stands)
    assert [one.cause.key for one in found.without_effect] == ["service.desired_count"]
