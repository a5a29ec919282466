"""The report of hand-made plan JSON, for what `local` does not bring about."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from strata.cost.change import change as cost_change
from strata.documents.stacks import stack
from strata.review.causes import Cause, Causes
from strata.review.report import Report, build
from strata.settings import load
from strata.views.words.review import touched

Json = dict[str, Any]

DATABASE = "aws_db_instance.database_instance"
VPC = "aws_vpc.network_vpc"
BODIES = {"aws_db_instance": {"database_instance": {"backup_window": "a", "password": "b"}}}


def entry(address: str, actions: list[str], before: Any, after: Any, **more: Any) -> Json:
    type_, name = address.split(".")
    change = {"actions": actions, "before": before, "after": after, "after_unknown": {}}
    return {
        "address": address, "mode": "managed", "type": type_, "name": name,
        "change": {**change, **more.pop("change", {})}, **more,
    }  # fmt: skip


def made(*entries: Json, causes: Causes | None = None, drift: list[Json] | None = None) -> Report:
    document = {
        "format_version": "1.2",
        "resource_changes": list(entries),
        "resource_drift": drift or [],
    }
    return build(
        environment="local",
        made=datetime(2026, 1, 2, tzinfo=UTC),
        document=document,
        stack=stack({"resource": BODIES}),
        causes=causes or Causes({}, (), ()),
        file="envs/local.toml",
        first=[],
        gate="not asked",
        cost=cost_change(document, load("local")),
    )


def test_a_move_is_a_move_and_says_from_where() -> None:
    body = {"backup_window": "a"}
    old = "aws_db_instance.database_old"
    report = made(entry(DATABASE, ["no-op"], body, body, previous_address=old))
    (item,) = report.items
    assert (item.rank, item.action) == ("else", "move")
    assert old in item.why
    assert report.counts.move == 1
    assert report.changes


def test_a_resource_that_is_moved_and_changed_is_changed() -> None:
    old = "aws_db_instance.database_old"
    change = entry(
        DATABASE, ["update"], {"backup_window": "a"}, {"backup_window": "b"}, previous_address=old
    )
    (item,) = made(change).items
    assert item.action == "update"
    assert item.why.endswith(f"moved from {old}")


def test_a_sensitive_attribute_is_named_and_never_shown() -> None:
    masks = {"before_sensitive": {"password": True}, "after_sensitive": {"password": True}}
    change = entry(
        DATABASE, ["update"], {"password": "hunter2hunter2"}, {"password": "s3cret-s3cret"},
        change=masks,
    )  # fmt: skip
    report = made(change)
    (attribute,) = report.items[0].attributes
    assert (attribute.name, attribute.before) == ("password", "(sensitive)")
    assert attribute.after == "(sensitive, changes)"
    text = report.model_dump_json()
    assert "hunter2" not in text
    assert "s3cret" not in text


def test_items_stand_by_rank_and_then_by_layer() -> None:
    report = made(
        entry(DATABASE, ["update"], {"backup_window": "a"}, {"backup_window": "b"}),
        entry("aws_ecs_service.service_service", ["create"], None, {}),
        entry(VPC, ["update"], {"tags": {}}, {"tags": {"a": "b"}}),
        entry("aws_cloudwatch_log_group.service_log_group", ["delete"], {"name": "a"}, None),
    )
    assert [(one.rank, one.layer) for one in report.items] == [
        ("lost", "service"),
        ("else", "network"),
        ("else", "database"),
        ("created", "service"),
    ]
    assert (report.counts.create, report.counts.update, report.counts.delete) == (1, 2, 1)


def test_a_change_has_its_setting_and_the_report_has_all() -> None:
    cause = Cause("database.backup_window", 3, '"a"', '"b"')
    other = Cause("cache.auth", 0, "true", "false")
    change = entry(DATABASE, ["update"], {"backup_window": "a"}, {"backup_window": "b"})
    report = made(change, causes=Causes({DATABASE: (cause,)}, (cause, other), ("edge",)))
    assert [(one.key, one.file, one.line) for one in report.items[0].causes] == [
        ("database.backup_window", "envs/local.toml", 3)
    ]
    assert [one.key for one in report.settings] == ["database.backup_window", "cache.auth"]
    assert report.unexplained == ["edge"]
    assert (report.gate, report.no_verdict) == (None, "not asked")


def test_the_users_own_change_of_what_drifted_is_theirs() -> None:
    applied, by_hand = {"backup_window": "a"}, {"backup_window": "b"}
    drift = [entry(DATABASE, ["update"], applied, by_hand)]

    def outside(after: str, causes: Causes | None = None) -> bool:
        change = entry(DATABASE, ["update"], by_hand, {"backup_window": after})
        (item,) = made(change, drift=drift, causes=causes).items
        return item.drift

    cause = Cause("database.backup_window", 3, '"a"', '"c"')
    assert outside("a")
    assert not outside("c")
    assert not outside("a", Causes({DATABASE: (cause,)}, (cause,), ()))


def test_a_resource_that_somebody_deleted_is_drift_and_made_anew() -> None:
    body = {"backup_window": "a"}
    report = made(
        entry(DATABASE, ["create"], None, body), drift=[entry(DATABASE, ["delete"], body, None)]
    )
    assert [(one.address, one.gone) for one in report.drift] == [(DATABASE, True)]
    assert [(one.rank, one.drift) for one in report.items] == [("created", True)]


GROUP = "aws_cloudwatch_log_group.service_log_group"


def test_an_import_is_a_change_and_says_as_what() -> None:
    body = {"retention_in_days": 7}
    report = made(entry(GROUP, ["no-op"], body, body, change={"importing": {"id": "/shop/api"}}))
    (item,) = report.items
    assert (item.rank, item.action) == ("else", "import")
    assert item.why.endswith("; imported as /shop/api")
    assert (report.counts.imported, report.counts.move, report.counts.stay) == (1, 0, 0)
    assert report.changes
    assert touched(report.counts) == "1 imported"


def test_what_is_imported_and_changed_is_counted_as_both_and_ranked_by_the_change() -> None:
    imported = {"importing": {"id": "/shop/api"}}
    change = entry(
        GROUP, ["update"], {"retention_in_days": 7}, {"retention_in_days": 1}, change=imported
    )
    report = made(change)
    (item,) = report.items
    assert (item.rank, item.action) == ("lost", "update")
    assert "imported as /shop/api" in item.why
    assert (report.counts.imported, report.counts.update) == (1, 1)


@pytest.mark.parametrize(
    ("importing", "said"),
    [
        ({}, "imported"),
        ({"unknown": True}, "imported"),
        ({"identity": {"name": "a", "region": "b"}}, "imported as name a, region b"),
    ],
)
def test_an_import_whose_id_is_not_known_yet_is_one_too(importing: Json, said: str) -> None:
    report = made(entry(GROUP, ["no-op"], {}, {}, change={"importing": importing}))
    assert report.items[0].why.endswith(said)
    assert report.counts.imported == 1


def test_what_terraform_forgets_is_a_change() -> None:
    report = made(entry(GROUP, ["forget"], {"name": "a"}, None))
    assert report.counts.forget == 1
    assert report.changes
    assert touched(report.counts) == "1 left alone from then on"


TASK = "aws_ecs_task_definition.service_task_definition"
AS_WRITTEN: Json = {
    "name": "api", "image": "shop:1", "portMappings": [{"containerPort": 3000}],
    "environment": [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}],
}  # fmt: skip
AS_ANSWERED: Json = {
    **AS_WRITTEN, "essential": True, "cpu": 0, "mountPoints": [], "volumesFrom": [],
    "systemControls": [], "secrets": [], "linuxParameters": None,
    "portMappings": [{"containerPort": 3000, "hostPort": 0, "protocol": "tcp"}],
    "environment": list(reversed(AS_WRITTEN["environment"])),
}  # fmt: skip


def told_of_task(before: Json, after: Json) -> dict[str, tuple[str, str]]:
    texts = ({"container_definitions": json.dumps([one])} for one in (before, after))
    report = made(
        entry(TASK, ["delete", "create"], *texts,
              change={"replace_paths": [["container_definitions"]]})
    )  # fmt: skip
    return {one.name: (one.before, one.after) for one in report.items[0].attributes}


def test_what_ecs_takes_where_nothing_is_written_forces_nothing() -> None:
    assert told_of_task(AS_ANSWERED, AS_WRITTEN) == {}
    image = {**AS_WRITTEN, "image": "shop:2"}
    assert told_of_task(AS_ANSWERED, image) == {
        "container_definitions.api.image": ('"shop:1"', '"shop:2"')
    }
    assert told_of_task(image, AS_ANSWERED) == {
        "container_definitions.api.image": ('"shop:2"', '"shop:1"')
    }


OTHERWISE: list[tuple[Json, str]] = [
    ({"essential": False}, "essential"),
    ({"cpu": 256}, "cpu"),
    ({"mountPoints": [{"sourceVolume": "v"}]}, "mountPoints"),
    ({"portMappings": [{"containerPort": 3000, "hostPort": 80}]}, "portMappings[0].hostPort"),
    ({"portMappings": [{"containerPort": 3000, "protocol": "udp"}]},
     "portMappings[0].protocol"),
    ({"privileged": False}, "privileged"),
]  # fmt: skip


def test_what_is_written_otherwise_than_ecs_takes_it_does() -> None:
    for change, name in OTHERWISE:
        assert list(told_of_task(AS_ANSWERED, {**AS_WRITTEN, **change})) == [
            f"container_definitions.api.{name}"
        ], name
