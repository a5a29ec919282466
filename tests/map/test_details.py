"""Every resource has its place, and each thing says what is known about it."""

from collections.abc import Callable
from typing import Any

import pytest

from strata.documents.stacks import stack
from strata.map.details import Thing
from strata.map.write import Drawn, drawn
from tests.map.test_system import CACHE, DATABASE, HTTPS, INSTANCES, LB, SERVICE

Json = dict[str, Any]


def thing(made: Drawn, name: str) -> Thing:
    return next(one for one in made.things if one.id == name)


@pytest.mark.parametrize("env", ["local", "prod"])
def test_every_resource_is_said_exactly_once(env: str, composed: Callable[[str], Json]) -> None:
    read = stack(composed(env))
    told = [part.address for one in drawn(read, env).things for part in one.parts]
    assert sorted(told) == sorted({**read.resources, **read.data})


PARTS = [
    ("aws_route.network_private_route_nat_0",
     "aws_route_table.network_private_route_table_0"),
    ("aws_network_acl_rule.network_private_acl_ingress_100",
     "aws_network_acl.network_private_acl"),
    ("aws_vpc_security_group_ingress_rule.network_database_ingress_instance", DATABASE),
    ("aws_db_parameter_group.database_parameter_group", DATABASE),
    ("aws_launch_template.cluster_launch_template", INSTANCES),
    ("aws_iam_role.cluster_instance_role", INSTANCES),
    ("aws_ecs_task_definition.service_task_definition", SERVICE),
    ("aws_appautoscaling_policy.service_target_tracking_cpu", SERVICE),
    ("aws_eip.network_nat_address_0", "aws_nat_gateway.network_nat_gateway_0"),
    ("aws_secretsmanager_secret_version.cache_auth_token_version", "secrets"),
    ("aws_default_security_group.network_default_security_group", "aws_vpc.network_vpc"),
]  # fmt: skip


def test_parts_stand_with_their_whole(prod: Drawn) -> None:
    for part, whole in PARTS:
        assert part in [one.address for one in thing(prod, whole).parts], (part, whole)


def test_settings_are_the_arguments_with_blocks_flattened(prod: Drawn) -> None:
    found = dict(thing(prod, DATABASE).parts[0].settings)
    assert found["instance_class"] == "db.m6g.large"
    assert found["multi_az"] == "true"
    assert found["db_subnet_group_name"] == "aws_db_subnet_group.database_subnet_group.name"
    task = next(p for p in thing(prod, SERVICE).parts if p.type == "ECS task definition")
    assert dict(task.settings)["container_definitions.environment[2].DB_PORT"] == "3306"


def test_rules_of_groups_lists_and_tables(prod: Drawn) -> None:
    (group,) = thing(prod, DATABASE).rules
    assert group.name == "Security group shop-prod-database"
    assert group.lines == ("in: tcp 3306 from Security group shop-prod-instance",)
    acl, table = thing(prod, "aws_subnet.network_private_subnet_0").rules
    assert acl.lines[:4] == (
        "in 100: allow tcp 3306 from 10.0.0.0/16",
        "in 110: allow tcp 6379 from 10.0.0.0/16",
        "in 120: allow tcp 1024-65535 from 0.0.0.0/0",
        "in *: deny everything else",
    )
    assert table.lines[0] == "0.0.0.0/0 to NAT gateway shop-prod-nat-0"


def test_what_reaches_a_thing_with_the_steps_that_let_it(prod: Drawn) -> None:
    database = thing(prod, DATABASE)
    assert [one.text for one in database.reached] == [
        "tcp 3306 from instances",
        "tcp 3306 from tasks",
    ]
    assert any("network_database_ingress_instance" in step for step in database.reached[0].steps)
    assert database.reaches == ()
    assert [one.text for one in thing(prod, HTTPS).reached] == [
        "tcp 443 from internet",
        "tcp 443 from instances",
        "tcp 443 from tasks",
    ]


def test_connections_light_up_with_a_thing(prod: Drawn) -> None:
    lit = thing(prod, CACHE).lit
    assert f"traffic:{INSTANCES}:{CACHE}" in lit
    assert INSTANCES in lit
    assert f"traffic:{INSTANCES}:{DATABASE}" not in lit
    assert "aws_subnet.network_private_subnet_2" in lit
    assert "aws_subnet.network_public_subnet_2" not in lit
    subnet = thing(prod, "aws_subnet.network_private_subnet_1").lit
    assert "aws_nat_gateway.network_nat_gateway_1" in subnet
    assert "aws_nat_gateway.network_nat_gateway_0" not in subnet
    assert "aws_network_acl.network_private_acl" in subnet
    assert {CACHE, DATABASE, INSTANCES} < set(subnet)
    balancer = thing(prod, LB).lit
    assert f"traffic:internet:{HTTPS}" in balancer
