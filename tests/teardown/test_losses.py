"""What is said before a destroy, of states as Terraform writes them."""

from typing import Any

from strata.state.states import State
from strata.teardown.losses import Contents, Obstacle, losses, obstacles, state_resources


def state(type_: str, **attributes: Any) -> dict[str, State | None]:
    """One resource, and beside it a data source and a layer that was never applied."""
    resources = [
        {"mode": mode, "type": type_, "name": "one", "instances": [{"attributes": attributes}]}
        for mode in ("managed", "data")
    ]
    return {"network": None, "database": State("lineage", 1, {"resources": resources})}


DATABASE = {"identifier": "shop-database", "final_snapshot_identifier": "shop-database-final"}


LOST: list[tuple[str, dict[str, Any], Contents, str]] = [
    (
        "aws_db_instance",
        {**DATABASE, "skip_final_snapshot": False},
        Contents(),
        "database shop-database with its backups; the snapshot shop-database-final stays",
    ),
    (
        "aws_db_instance",
        {**DATABASE, "skip_final_snapshot": True},
        Contents(),
        "database shop-database with its backups; nothing of it stays: no last snapshot",
    ),
    (
        "aws_elasticache_replication_group",
        {"replication_group_id": "shop-cache"},
        Contents(),
        "cache shop-cache with its keys and snapshots",
    ),
    (
        "aws_ecr_repository",
        {"name": "shop"},
        Contents({"shop": 1}),
        "repository shop with 1 image",
    ),
    (
        "aws_route53_zone",
        {"name": "shop.example"},
        Contents(),
        "zone shop.example with every record in it; a new one has other name servers, which "
        "the registrar must be told",
    ),
    (
        "aws_s3_bucket",
        {"bucket": "logs"},
        Contents(objects=frozenset({"logs"})),
        "bucket logs with its objects",
    ),
    ("aws_s3_bucket", {"bucket": "logs"}, Contents(), "bucket logs, empty"),
    ("aws_cloudwatch_log_group", {"name": "/shop"}, Contents(), "logs /shop"),
    (
        "aws_secretsmanager_secret",
        {"name": "token", "recovery_window_in_days": 0},
        Contents(),
        "secret token",
    ),
]


def test_what_is_lost_is_named() -> None:
    for type_, attributes, inside, line in LOST:
        assert losses(state_resources(state(type_, **attributes)), inside) == [line], line


def test_what_keeps_no_data_is_no_loss() -> None:
    assert losses(state_resources(state("aws_subnet", id="subnet-1")), Contents()) == []


OBSTACLES: list[tuple[str, dict[str, Any], Contents, str]] = [
    (
        "aws_db_instance",
        {**DATABASE, "deletion_protection": True, "skip_final_snapshot": True},
        Contents(),
        "database.deletion_protection = false",
    ),
    (
        "aws_db_instance",
        {**DATABASE, "skip_final_snapshot": False},
        Contents(snapshots=frozenset({"shop-database-final"})),
        "or set database.final_snapshot = false",
    ),
    (
        "aws_lb",
        {"enable_deletion_protection": True},
        Contents(),
        "edge.deletion_protection = false",
    ),
    (
        "aws_ecr_repository",
        {"name": "shop", "force_delete": False},
        Contents({"shop": 2}),
        "registry.force_delete = true",
    ),
    (
        "aws_s3_bucket",
        {"bucket": "logs", "force_destroy": False},
        Contents(objects=frozenset({"logs"})),
        "edge.deletion_protection = false",
    ),
]


def test_what_would_stop_half_way_is_found_before() -> None:
    for type_, attributes, inside, setting in OBSTACLES:
        found = obstacles(state_resources(state(type_, **attributes)), inside)
        told = [(one.address, one.setting) for one in found]
        assert told == [(f"{type_}.one", setting)]


FREE: list[tuple[str, dict[str, Any], Contents]] = [
    ("aws_db_instance", {**DATABASE, "skip_final_snapshot": False}, Contents()),
    (
        "aws_db_instance",
        {**DATABASE, "skip_final_snapshot": True},
        Contents(snapshots=frozenset({"shop-database-final"})),
    ),
    ("aws_lb", {"enable_deletion_protection": False}, Contents()),
    ("aws_ecr_repository", {"name": "shop", "force_delete": True}, Contents({"shop": 2})),
    ("aws_ecr_repository", {"name": "shop", "force_delete": False}, Contents({"shop": 0})),
    ("aws_s3_bucket", {"bucket": "logs", "force_destroy": False}, Contents()),
]


def test_what_goes_is_in_nobodys_way() -> None:
    for type_, attributes, inside in FREE:
        found: list[Obstacle] = obstacles(state_resources(state(type_, **attributes)), inside)
        assert found == [], (type_, attributes)
