"""What the settings make is open where it must be and shut where it must be."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from strata.documents.stacks import Stack, stack
from strata.reach import from_stack, open_flows
from strata.reach.table import table
from strata.settings.models import Reach

Json = dict[str, Any]


def broken(found: Stack, *own: Reach) -> list[tuple[str, str, str]]:
    """What is not as expected: from, to, and what it is."""
    rows = table(from_stack(found), own)
    return [(r.verdict.source, r.verdict.target, r.verdict.state) for r in rows if not r.met]


@pytest.mark.parametrize("env", ["local", "dev", "staging", "prod"])
def test_every_environment_meets_the_table(env: str, composed: Callable[[str], Json]) -> None:
    assert broken(stack(composed(env))) == []


def test_the_reference_as_it_was_built_meets_the_table(composed_reference: Json) -> None:
    assert broken(stack(composed_reference)) == []


@pytest.mark.parametrize("nat", ["none", "single", "per_az"])
@pytest.mark.parametrize("host_port", [0, 22_000, 80, 81, 443, 3306])
def test_nat_and_host_ports_meet_the_table(
    nat: str, host_port: int, vary: Callable[..., Json]
) -> None:
    made = vary(network={"nat": nat}, service={"host_port": host_port}, edge={"http": "forward"})
    assert broken(stack(made)) == []


def test_all_that_is_open_in_prod_is_this(composed: Callable[[str], Json]) -> None:
    flows = open_flows(from_stack(stack(composed("prod"))))
    assert all(flow.complete for flow in flows)
    assert {(f.source, f.target, f.protocol, f.ports) for f in flows} == {
        ("internet", "load_balancer", "tcp", (80, 80)),
        ("internet", "load_balancer", "tcp", (443, 443)),
        ("load_balancer", "instances", "tcp", (1024, 65535)),
        ("load_balancer", "tasks", "tcp", (32768, 61000)),
        *(
            (source, target, "tcp", (port, port))
            for source in ("instances", "tasks")
            for target, port in (
                ("internet", 443), ("aws_apis", 443), ("load_balancer", 443),
                ("database", 3306), ("cache", 6379),
            )
        ),
    }  # fmt: skip


def test_what_is_open_stands_under_the_terraform_address_of_who_has_it(
    composed: Callable[[str], Json],
) -> None:
    found = from_stack(stack(composed("prod")))
    assert {one.name: one.address for one in found.endpoints} == {
        "internet": None,
        "aws_apis": None,
        "load_balancer": "aws_lb.edge_load_balancer",
        "instances": "aws_autoscaling_group.cluster_auto_scaling_group",
        "tasks": "aws_ecs_service.service_service",
        "database": "aws_db_instance.database_instance",
        "cache": "aws_elasticache_replication_group.cache_replication_group",
    }
    made = set(json.loads(json.dumps(composed("prod")))["resource"])
    steps = [step for flow in open_flows(found) for step in flow.steps]
    assert {step.rule.partition(".")[0] for step in steps} <= made
