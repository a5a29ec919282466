"""Every resource is priced, known to be free, or named as not priced."""

import copy
import itertools
import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from strata.cost.capacity import instances
from strata.cost.estimate import Estimate, estimate
from strata.cost.prices import Price, PriceList, shipped
from strata.cost.range import dollars
from strata.cost.resources import Resource, Resources, of_stack
from strata.cost.rules import FREE, RULES, Context, Unpriced, charges
from strata.documents.stacks import stack
from strata.settings import Settings, load
from strata.views.markdown import estimate as markdown
from strata.views.text.cost import estimate as text
from tests.composing import compose
from tests.cost.conftest import Environment

Json = dict[str, Any]

NAMES = ("as-blogged", "local", "dev", "staging", "prod")
LOCAL = load("local")
FREE_TIER_TYPES = {"t2.micro", "db.t3.micro", "cache.t2.micro"}


class AnyPrice(PriceList):
    """A dollar for everything everywhere."""

    def find(self, item: str, region: str) -> Price:
        return Price(item=item, region=region, unit="", usd=1, source="", as_of="2025-01")


def priced(environment: Environment) -> Estimate:
    return estimate(*environment, shipped())


def changed(settings: Settings, **sections: Json) -> Settings:
    data = settings.model_dump()
    for name, values in sections.items():
        data[name].update(values)
    return Settings.model_validate(data)


def test_a_type_is_priced_or_free_and_not_both() -> None:
    assert not RULES.keys() & FREE.keys()


@pytest.mark.parametrize("name", NAMES)
def test_every_type_has_a_rule_or_a_reason_to_be_free(
    name: str, environment: Callable[[str], Environment]
) -> None:
    resources, _ = environment(name)
    assert {resource.type for resource in resources} <= RULES.keys() | FREE.keys()


def test_a_type_without_a_rule_is_named_and_the_total_is_the_least(
    environment: Callable[[str], Environment],
) -> None:
    resources, settings = environment("local")
    more = Resources([*resources, Resource("aws_mq_broker.queue_broker", "other", {})])
    cost = estimate(more, settings, shipped())
    assert [(one.resource, one.why) for one in cost.not_priced] == [
        ("aws_mq_broker.queue_broker", "aws_mq_broker has no rule")
    ]
    assert not cost.complete
    assert cost.usd == priced((resources, settings)).usd
    assert re.search(r"^other +not priced$", text(cost), re.MULTILINE)
    assert re.search(r"^total, at least +106\.69 ", text(cost), re.MULTILINE)
    assert "| **total, at least** |" in markdown(cost)
    assert "aws_mq_broker has no rule" in markdown(cost)


def test_a_region_without_prices_costs_what_is_not_known_rather_than_0(
    environment: Callable[[str], Environment],
) -> None:
    resources, settings = environment("local")
    cost = estimate(resources, changed(settings, environment={"region": "sa-east-1"}), shipped())
    assert {line.item for line in cost.lines} == {"route53/zone", "route53/queries"}
    assert {one.why for one in cost.not_priced} == {"sa-east-1 has no prices"}
    assert set(cost.layers) == {"edge"}
    assert " 0.00" not in text(cost)
    assert re.search(r"^database +not priced$", text(cost), re.MULTILINE)


def test_a_type_without_a_price_is_named(environment: Callable[[str], Environment]) -> None:
    resources, settings = environment("local")
    kinds = [
        Resource(one.address, one.layer, {**one.values, "instance_type": "t2.nano"})
        if one.type == "aws_launch_template"
        else one
        for one in resources
    ]
    cost = estimate(Resources(kinds), settings, shipped())
    assert "no price of ec2/t2.nano in eu-central-1" in {one.why for one in cost.not_priced}


def test_a_charge_of_nothing_needs_no_price(environment: Callable[[str], Environment]) -> None:
    cost = priced(environment("local"))
    assert "rds/backup" not in {line.item for line in cost.lines}
    assert cost.complete


def quantities(cost: Estimate, item: str) -> list[float]:
    found = [line.quantity for line in cost.lines if line.item == item]
    return [round(amount, 4) for one in found for amount in one.model_dump().values()]


def test_instances_are_counted_by_the_tasks_of_the_service_and_not_of_others(
    composed: Callable[[str], Json],
) -> None:
    """Whatever comes first in the stack: a one-off task or a worker may be much smaller."""
    settings, document = load("local"), copy.deepcopy(composed("local"))
    alone = estimate(of_stack(stack(document)), settings, shipped()).layers["cluster"]
    small = json.dumps([{"name": "a", "image": "a", "cpu": 2, "memory": 6}])
    for kind, body in {
        "aws_ecs_task_definition": {"family": "a", "container_definitions": small},
        "aws_ecs_service": {"name": "a", "desired_count": 1},
    }.items():
        found = document["resource"][kind]
        document["resource"][kind] = {"a_first": body, **found}
    cluster = estimate(of_stack(stack(document)), settings, shipped()).layers["cluster"]
    assert cluster == alone


SMALL: Json = {"command": ["a"], "cpu": 128, "memory_mib": 64}
WORKERS: Json = {"mail": {**SMALL, "desired_count": 3}, "stock": {**SMALL, "port": 3001}}
JOBS: Json = {f"job-{number}": {**SMALL, "schedule": "rate(1 day)"} for number in range(7)}


def beside(**more: Json) -> Settings:
    """`local` with workers or jobs, on as many t3.micro as that takes: 877 MiB each for tasks."""
    data = load("local").model_dump(by_alias=True)
    data["cluster"]["max_size"] = 20
    data["cost"]["usage"]["job_hours"] = 730
    return Settings.model_validate({**data, **more})


@pytest.mark.parametrize(
    ("built", "expected"),
    [
        (beside(), 3),
        # Each task has a proxy of 64 MiB and mounts as much, so that 237 MiB are left beside one of
        # the service: room for a single worker of 192.
        (beside(services=WORKERS), 4),
        # Without a proxy 301 MiB are left: room for two jobs of 128.
        (beside(jobs=JOBS), 4),
    ],
    ids=["alone", "workers", "jobs"],
)
def test_instances_are_counted_by_what_is_priced(built: Settings, expected: int) -> None:
    """One side of a plan has other workers and jobs than the settings, which are of the other."""
    document = of_stack(stack(compose(built)))
    group, template = (
        document.of(type_)[0] for type_ in ("aws_autoscaling_group", "aws_launch_template")
    )
    others = {"services": {"mail": {"command": ["a"]}}, "jobs": {}}
    for settings in (built, beside(), beside(**others), beside(jobs=JOBS)):
        assert instances(group, template, document, settings).desired == expected


def test_containers_that_are_not_known_yet_are_those_of_the_settings() -> None:
    settings = beside(services=WORKERS)
    body = compose(settings)
    for definition in body["resource"]["aws_ecs_task_definition"].values():
        definition["container_definitions"] = "${jsonencode(local.containers)}"
    # Those of another task are no stand-in, nor is its size, which ECS takes with a unit.
    known = json.dumps([{"name": "a", "image": "a", "cpu": 2048, "memory": 800}])
    other = {"family": "other", "container_definitions": known, "memory": "1 GB"}
    body["resource"]["aws_ecs_task_definition"]["other"] = other
    document = of_stack(stack(body))
    group, template = (
        document.of(type_)[0] for type_ in ("aws_autoscaling_group", "aws_launch_template")
    )
    assert instances(group, template, document, settings).desired == 4


def test_use_is_what_the_settings_say(environment: Callable[[str], Environment]) -> None:
    resources, settings = environment("prod")
    usage = {
        "load_balancer_lcus": 3,
        "nat_gib": 300,
        "internet_gib": 1000,
        "between_zones_gib": 7,
        "endpoint_gib": 5,
        "dns_queries_millions": 2,
        "application_log_gib": 10,
        "flow_log_gib": 20,
        "database_log_gib": 30,
        "access_log_gib": 40,
        "images_gib": 11,
        "insights_metrics": 50,
        "insights_log_gib": 60,
        "database_used_percent": 100,
        "database_change_percent_a_day": 1,
        "cache_snapshot_gib": 2,
        "job_hours": 100,
        "spot_price_percent": 70,
        "secret_reads": 20_000,
    }
    cost = estimate(resources, changed(settings, cost={"usage": usage}), AnyPrice([]))
    assert {one.key: one.value for one in cost.assumptions} == {
        f"cost.usage.{name}": value for name, value in usage.items()
    }
    assert quantities(cost, "elb/lcu") == [2190] * 3
    assert quantities(cost, "ec2/nat-traffic") == [100] * 9
    assert quantities(cost, "transfer/internet") == [1000] * 3
    assert quantities(cost, "transfer/zones") == [14] * 3
    assert quantities(cost, "ecr/storage") == [11] * 3
    # 100 GiB, and 1 % of it on each of 35 days: 135, of which 100 are free. At the most: 500.
    assert quantities(cost, "rds/backup") == [35, 35, 175]
    assert quantities(cost, "elasticache/backup") == [26] * 3
    assert quantities(cost, "secretsmanager/calls") == [2] * 6
    assert quantities(cost, "cloudwatch/vended-log-ingestion") == [20] * 3
    ingested = quantities(cost, "cloudwatch/log-ingestion")
    # The database's two logs share its 30.
    assert sorted(ingested) == [10] * 3 + [15] * 6 + [60] * 3
    # 15 % of what is written in a year: of 20 GiB a month, of 15, 15, 10 and 60.
    assert sorted(quantities(cost, "cloudwatch/log-storage")) == [
        *[18] * 3, *[27] * 6, *[36] * 3, *[108] * 3
    ]  # fmt: skip
    assert quantities(cost, "s3/storage") == [480] * 3
    assert all(f"{name} = {value:g}" in text(cost) for name, value in usage.items())


COUNTED = [
    ((1024, 512, 0), 1, "t2.micro", (1, 5), 100, (1, 3, 5)),
    ((1024, 512, 0), 2, "t2.micro", (1, 5), 100, (2, 3, 5)),
    # Three of these fit, unless each takes a port of the instance for itself.
    ((256, 256, 0), 1, "t2.micro", (1, 5), 100, (1, 1, 5)),
    ((256, 256, 3000), 1, "t2.micro", (1, 5), 100, (1, 3, 5)),
    # Managed scaling keeps half of the instances free.
    ((256, 256, 0), 1, "t2.micro", (1, 5), 50, (2, 2, 5)),
    ((1024, 512, 0), 1, "t2.micro", (4, 5), 100, (4, 4, 5)),
    ((1024, 512, 0), 1, "t2.micro", (0, 2), 100, (1, 2, 2)),
    ((1024, 512, 0), 1, "t3.large", (1, 5), 100, (1, 2, 5)),
]


def test_instances_follow_from_tasks_and_what_holds_them() -> None:
    for task, least, kind, sizes, target, expected in COUNTED:
        cpu, memory, port = task
        container = {"cpu": cpu, "memory": memory, "portMappings": [{"hostPort": port}]}
        resources, group, template = cluster_of(container, least, kind, sizes, target)
        count = instances(group, template, resources, LOCAL)
        assert tuple(count.model_dump().values()) == expected, (task, least, kind, sizes, target)


MOUNTED: list[tuple[Json, int]] = [
    # 877 MiB are left on an instance: three tasks of 256, or two of 256 and what they mount.
    ({}, 1),
    ({"tmpfs": [{"containerPath": "/work", "size": 64}]}, 2),
    ({"tmpfs": [{"containerPath": "/a", "size": 18}, {"containerPath": "/b", "size": 18}]}, 1),
    ({"tmpfs": [{"containerPath": "/a", "size": 37}]}, 2),
    ({"sharedMemorySize": 37}, 2),
    ({"tmpfs": [{"containerPath": "/work", "size": 622}]}, 3),
]


def test_what_a_container_mounts_in_memory_takes_room_beside_its_limit() -> None:
    for linux, expected in MOUNTED:
        container = {"cpu": 256, "memory": 256, "linuxParameters": linux}
        resources, group, template = cluster_of(container, 1, "t2.micro", (1, 5), 100)
        assert instances(group, template, resources, LOCAL).desired == expected, linux


def cluster_of(
    container: Json, least: int, kind: str, sizes: tuple[int, int], target: int
) -> tuple[Resources, Resource, Resource]:
    """A cluster that runs three tasks of a container, its group and its launch template."""
    scaling = {"status": "ENABLED", "target_capacity": target}
    group = Resource(
        "aws_autoscaling_group.g", "cluster", {"min_size": sizes[0], "max_size": sizes[1]}
    )
    template = Resource("aws_launch_template.t", "cluster", {"instance_type": kind})
    resources = Resources([
        group,
        template,
        Resource("aws_ecs_service.s", "service", {"desired_count": 3}),
        Resource("aws_appautoscaling_target.t", "service", {"min_capacity": least}),
        Resource(
            "aws_ecs_task_definition.d",
            "service",
            {"family": "shop-local", "container_definitions": json.dumps([container])},
        ),
        Resource(
            "aws_ecs_capacity_provider.p",
            "cluster",
            {
                "auto_scaling_group_provider": {
                    "auto_scaling_group_arn": "${aws_autoscaling_group.g.arn}",
                    "managed_scaling": scaling,
                }
            },
        ),
    ])  # fmt: skip
    return resources, group, template


def test_step_scaling_and_other_settings_are_charged(vary: Callable[..., Json]) -> None:
    step = {
        "name": "busy", "metric": "cpu", "when": "at_least", "threshold": 80,
        "adjustments": [{"lower": 0, "change": 1}],
    }  # fmt: skip
    sections: dict[str, Json] = {
        "network": {"nat": "single"},
        "service": {"scaling": {"target_tracking": [], "steps": [step]}},
        "database": {"multi_az": True, "engine_version": "8.0"},
        "cluster": {"container_insights": False, "instance_type": "t3.small"},
        "cache": {"replicas": 2, "snapshot_retention_days": 3},
    }
    resources = of_stack(stack(vary(**sections)))
    cost = estimate(resources, changed(load("local"), **sections), AnyPrice([]))
    found = {(line.resource.partition(".")[0], line.item): line.quantity for line in cost.lines}
    assert found["aws_cloudwatch_metric_alarm", "cloudwatch/alarm"].desired == 1
    assert ("aws_appautoscaling_policy", "cloudwatch/alarm") not in found
    assert ("aws_ecs_cluster", "cloudwatch/metric") not in found
    assert ("aws_autoscaling_group", "vpc/public-ipv4") not in found
    assert ("aws_autoscaling_group", "ec2/t3.small") in found
    assert found["aws_db_instance", "rds/mysql/db.t3.micro/multi-az"].desired == 730
    assert found["aws_db_instance", "rds/storage-gp3/multi-az"].maximum == 100
    redis = "aws_elasticache_replication_group"
    assert found[redis, "elasticache/redis/cache.t3.micro"].desired == 3 * 730
    assert found[redis, "elasticache/backup"].desired == 2 * 0.5
    assert [one.what for one in cost.not_priced] == ["extended support"]


RULED: list[tuple[str, Json, dict[str, float] | str]] = [
    ("aws_kms_key", {}, {"kms/key": 1}),
    ("aws_lb", {"internal": True, "subnets": ["a", "b"]},
     {"elb/application-hours": 730, "elb/lcu": 730}),
    ("aws_lb", {"load_balancer_type": "network"}, "a network load balancer has no rule"),
    ("aws_ecs_cluster", {"setting": [{"name": "containerInsights", "value": "enhanced"}]},
     "its metrics depend on every task"),
    ("aws_s3_bucket", {}, "the stack does not show how much is stored in it"),
    ("aws_autoscaling_group", {}, "their launch template is not in the stack"),
    ("aws_elasticache_replication_group",
     {"engine": "redis", "engine_version": "5.0.6", "node_type": "cache.t3.micro"},
     "this Redis is past its standard support"),
    ("aws_elasticache_replication_group",
     {"engine": "redis", "node_type": "cache.t3.micro", "num_node_groups": 3,
      "replicas_per_node_group": 1},
     {"elasticache/redis/cache.t3.micro": 6 * 730, "elasticache/backup": 0}),
    ("aws_elasticache_replication_group",
     {"engine": "redis", "node_type": "cache.t3.micro", "replicas_per_node_group": 2},
     {"elasticache/redis/cache.t3.micro": 3 * 730, "elasticache/backup": 0}),
    # As AWS answers it: all three, of the same nodes.
    ("aws_elasticache_replication_group",
     {"engine": "redis", "node_type": "cache.t3.micro", "num_cache_clusters": 2,
      "num_node_groups": 1, "replicas_per_node_group": 1},
     {"elasticache/redis/cache.t3.micro": 2 * 730, "elasticache/backup": 0}),
    ("aws_cloudwatch_metric_alarm", {"period": 60}, {"cloudwatch/alarm": 1}),
    ("aws_cloudwatch_metric_alarm", {"metric_query": []}, {"cloudwatch/alarm": 1}),
    ("aws_cloudwatch_metric_alarm", {"period": 10}, "a period below a minute costs more"),
    ("aws_cloudwatch_metric_alarm", {"metric_query": [{"id": "a"}, {"id": "b"}]},
     "each metric of its expression is charged"),
    ("aws_db_instance", {"performance_insights_retention_period": 731},
     "more than 7 days are charged by vCPU"),
    ("aws_db_instance", {"database_insights_mode": "advanced"},
     "the advanced mode is charged by vCPU"),
    ("aws_db_instance", {"monitoring_interval": 60},
     "what its agent writes to CloudWatch Logs is not known"),
    ("aws_db_instance", {"storage_type": "gp3", "allocated_storage": 20, "iops": 4000},
     "beyond the 3000 IOPS that gp3 includes"),
    ("aws_db_instance",
     {"storage_type": "gp3", "allocated_storage": 400, "storage_throughput": 750},
     "beyond the 500 MiB/s that gp3 includes"),
    ("aws_db_instance", {"storage_type": "io2", "iops": 1000},
     "beyond the 0 IOPS that io2 includes"),
]  # fmt: skip


def test_rules_for_what_no_environment_has() -> None:
    for type_, values, expected in RULED:
        resource = Resource(f"{type_}.edge_x", "edge", values)
        found = list(charges(resource, Context(Resources([resource]), LOCAL)))
        unpriced = [one.why for one in found if isinstance(one, Unpriced)]
        known = {one.item: one.quantity.desired for one in found if not isinstance(one, Unpriced)}
        said = unpriced if isinstance(expected, str) else known
        assert said == ([expected] if isinstance(expected, str) else expected), (type_, values)


INCLUDED: list[Json] = [
    {},
    {"performance_insights_retention_period": 7, "monitoring_interval": 0},
    {"storage_type": "gp3", "allocated_storage": 20, "iops": 3000, "storage_throughput": 125},
    {"storage_type": "gp3", "allocated_storage": 400, "iops": 12000, "storage_throughput": 500},
    {"storage_type": "gp2", "allocated_storage": 20, "iops": 100},
]


def test_a_database_with_what_is_included_is_priced() -> None:
    for values in INCLUDED:
        resource = Resource("aws_db_instance.database_x", "database", values)
        found = list(charges(resource, Context(Resources([resource]), LOCAL)))
        assert [one for one in found if isinstance(one, Unpriced)] == [], values


@pytest.mark.parametrize(
    ("volume", "why"),
    [
        ({"iops": 3000, "throughput": 125}, []),
        ({"iops": 3001}, ["beyond the 3000 IOPS that gp3 includes"]),
        ({"throughput": 250}, ["beyond the 125 MiB/s that gp3 includes"]),
    ],
)
def test_volumes_with_more_than_gp3_includes_are_named(
    volume: Json, why: list[str], environment: Callable[[str], Environment]
) -> None:
    ebs = {"volume_type": "gp3", "volume_size": 30, **volume}
    cost = with_template(environment("local"), block_device_mappings=[{"ebs": ebs}])
    assert [one.why for one in cost.not_priced] == why


@pytest.mark.parametrize(
    ("env", "asked", "public"),
    [
        ("local", "false", False),
        ("local", False, False),
        ("local", None, True),
        ("local", "", True),
        ("prod", "true", True),
        ("prod", True, True),
        ("prod", None, False),
    ],
)
def test_a_launch_template_decides_on_public_addresses_before_the_subnets(
    env: str, asked: object, public: bool, environment: Callable[[str], Environment]
) -> None:
    card = {"associate_public_ip_address": asked}
    cost = with_template(environment(env), network_interfaces=[card])
    has = {line.item for line in cost.lines if line.resource.startswith("aws_autoscaling_group")}
    assert ("vpc/public-ipv4" in has) == public


def with_template(environment: Environment, **values: Any) -> Estimate:
    """An environment whose launch template has other arguments."""
    resources, settings = environment
    other = [
        Resource(one.address, one.layer, {**one.values, **values})
        if one.type == "aws_launch_template"
        else one
        for one in resources
    ]
    return estimate(Resources(other), settings, AnyPrice([]))


def test_the_old_free_tier_gave_a_load_balancer_and_addresses_beside_them(
    environment: Callable[[str], Environment],
) -> None:
    free = {
        (one.resource.partition(".")[0], one.free) for one in priced(environment("local")).free_tier
    }
    assert free >= {
        ("aws_lb", "750 hours"), ("aws_lb", "15 LCU"), ("aws_autoscaling_group", "750 hours"),
    }  # fmt: skip
    # Addresses of the load balancer and of NAT gateways were never free.
    assert len([one for one in free if one[0] == "aws_lb"]) == 2
    assert priced(environment("prod")).free_tier == []


def test_the_old_free_tier_is_named_where_the_reference_leaned_on_it(
    environment: Callable[[str], Environment],
) -> None:
    cost = priced(environment("as-blogged"))
    named = {word for one in cost.free_tier for word in re.split("[ ,]+", one.what)}
    assert named >= FREE_TIER_TYPES
    words = " ".join(text(cost).split())
    assert "accounts made before 2025-07-15" in words
    assert "get credits in its place" in words
    assert "free tier" not in text(priced(environment("prod")))


@pytest.mark.parametrize("name", NAMES)
def test_text_fits_80_columns_and_its_sums_are_those_of_the_data(
    name: str, environment: Callable[[str], Environment]
) -> None:
    cost = priced(environment(name))
    shown = text(cost)
    assert max(map(len, shown.splitlines())) <= 80
    for layer, sums in cost.layers.items():
        cells = r" +".join(map(re.escape, sums.cents()))
        assert re.search(rf"^{layer}(, at least)? +{cells}$", shown, re.MULTILINE), layer
    for line in cost.lines:
        assert 0 <= line.usd.minimum <= line.usd.desired <= line.usd.maximum, line
    assert sum(one.desired for one in cost.layers.values()) == pytest.approx(cost.usd.desired)
    assert sum(line.usd.desired for line in cost.lines) == pytest.approx(cost.usd.desired)


def test_json_follows_its_schema(environment: Callable[[str], Environment]) -> None:
    cost = priced(environment("prod"))
    again = Estimate.model_validate_json(cost.model_dump_json())
    assert again == cost
    described = json.dumps(Estimate.model_json_schema())
    assert all(f'"{name}"' in described for name in json.loads(cost.model_dump_json()))
    assert {(line.source, bool(line.as_of)) for line in cost.lines} >= {("AmazonEC2", True)}


def test_half_a_cent_is_rounded_alike_however_it_was_added_up() -> None:
    parts = [17.366, 3.174, 5.5, 7.815]
    sums = {sum(order) for order in itertools.permutations(parts)}
    assert len(sums) > 1, "floats"
    assert {dollars(amount) for amount in sums} == {"33.85"}
