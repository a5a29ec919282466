"""Spot instances by setting: in the group, in the agent's settings, on the map and in the cost."""

import base64
from typing import Any

import pytest

from strata.cost.estimate import estimate
from strata.cost.prices import shipped
from strata.cost.resources import of_stack
from strata.documents.stacks import Stack, stack
from strata.map.system import system_picture
from strata.reach import from_stack
from strata.reach.table import table
from strata.settings import Settings, load
from strata.settings.capacity import on_demand
from strata.settings.load import judge
from tests.composing import compose

SPOT = {"on_demand_base": 1, "percent": 50, "instance_types": ["t3a.micro", "t3.small"]}


def data(**spot: Any) -> dict[str, Any]:
    found = load("local").model_dump(by_alias=True, exclude_none=True)
    found["cluster"]["spot"] = SPOT | spot
    return found


@pytest.fixture(scope="module")
def settings() -> Settings:
    return Settings.model_validate(data())


@pytest.fixture(scope="module")
def composed(settings: Settings) -> Stack:
    return stack(compose(settings))


def test_the_group_starts_on_demand_instances_first_and_spot_of_several_pools(
    composed: Stack,
) -> None:
    body = composed.resources["aws_autoscaling_group.cluster_auto_scaling_group"].body
    assert "launch_template" not in body
    policy = body["mixed_instances_policy"]
    assert policy["instances_distribution"] == {
        "on_demand_allocation_strategy": "prioritized",
        "on_demand_base_capacity": 1,
        "on_demand_percentage_above_base_capacity": 50,
        "spot_allocation_strategy": "price-capacity-optimized",
    }
    template = policy["launch_template"]
    assert [one["instance_type"] for one in template["override"]] == [
        "t3.micro", "t3a.micro", "t3.small"
    ]  # fmt: skip
    named = composed.target(template["launch_template_specification"]["launch_template_id"])
    assert named is not None
    assert named.address == "aws_launch_template.cluster_launch_template"
    text = base64.b64decode(named.body["user_data"]).decode()
    assert "\nECS_ENABLE_SPOT_INSTANCE_DRAINING=true\n" in text
    assert text.endswith("SETTINGS\n")


def test_without_the_setting_the_agent_knows_nothing_of_it() -> None:
    plain = stack(compose(load("local")))
    body = plain.resources["aws_autoscaling_group.cluster_auto_scaling_group"].body
    assert "mixed_instances_policy" not in body
    template = plain.resources["aws_launch_template.cluster_launch_template"].body
    assert b"SPOT" not in base64.b64decode(template["user_data"])


def test_paths_and_map_are_those_of_the_group(composed: Stack) -> None:
    network = from_stack(composed)
    assert [row.expectation for row in table(network) if not row.met] == []
    nodes = system_picture(composed, (), "local").nodes
    (group,) = [node for node in nodes if node.id.startswith("aws_autoscaling_group.")]
    assert "50 % Spot beyond 1 on-demand instance" in group.lines


SHARES = [(5, 1, 50, 3), (5, 0, 0, 0), (5, 2, 0, 2), (1, 3, 0, 1), (4, 1, 10, 2), (3, 0, 100, 3)]


def test_a_share_is_rounded_up_to_on_demand() -> None:
    for instances, base, percent, expected in SHARES:
        assert on_demand(instances, base, percent) == expected, (instances, base, percent)


@pytest.mark.parametrize(("percent", "usd"), [(None, 0.012), (40, 0.0048)])
def test_on_demand_instances_are_charged_and_spot_ones_as_they_are_assumed(
    composed: Stack, percent: float | None, usd: float
) -> None:
    given = data()
    if percent is not None:
        given["cost"]["usage"]["spot_price_percent"] = percent
    settings, problems = judge(given)
    assert settings, problems
    found = estimate(of_stack(composed), settings, shipped())
    group = "cluster_auto_scaling_group"
    # 3 tasks need 3 instances of t3.micro: one, and half of two; of 5 at most, one and 2 of 4.
    (charge, spot) = [one for one in found.lines if group in one.resource and "t3.m" in one.what]
    assert charge.what == "1, 2, 3 x t3.micro"
    assert spot.what == f"0, 1, 2 Spot instances, assumed at {percent or 100:g} % of t3.micro"
    assert [spot.usd.minimum, spot.usd.desired, spot.usd.maximum] == pytest.approx(
        [0, usd * 730, 2 * usd * 730]
    )
    assert [one for one in found.not_priced if "Spot" in one.what] == []
    (assumed,) = [one for one in found.assumptions if one.key.endswith("spot_price_percent")]
    assert assumed.value == (percent or 100)


UNFIT: list[tuple[dict[str, Any], tuple[str | int, ...], str]] = [
    ({"on_demand_base": 5}, ("on_demand_base",), "no room for a Spot instance"),
    (
        {"instance_types": ["t3.nano"]},
        ("instance_types", 0),
        "has 2 vCPUs and 512 MiB, and tasks are counted by 2 vCPUs and 1024 MiB",
    ),
    ({"instance_types": ["t4g.micro"]}, ("instance_types", 0), "is arm64, and system"),
    ({"instance_types": ["m5.large"]}, ("instance_types", 0), "differ in CPU credits"),
    ({"instance_types": ["t2.micro"]}, ("instance_types", 0), "has 1 vCPUs"),
    ({"instance_types": ["t3.micro"]}, ("instance_types", 0), "is listed twice"),
    ({"instance_types": ["t3a.micro", "t3a.micro"]}, ("instance_types", 1), "listed twice"),
    ({"instance_types": ["t3.mirco"]}, ("instance_types", 0), "is not an EC2 instance type"),
]


def test_what_does_not_fit_is_refused() -> None:
    for spot, key, wrong in UNFIT:
        problems = judge(data(**spot))[1]
        assert [one.key for one in problems] == [("cluster", "spot", *key)], spot
        assert wrong in problems[0].wrong, spot


def test_production_does_not_run_on_spot_alone() -> None:
    found = data(on_demand_base=0, percent=100)
    assert judge(found)[1] == []
    found["environment"]["stage"] = "production"
    (problem,) = judge(found)[1]
    assert problem.key == ("cluster", "spot", "on_demand_base")
    assert "Spot instances alone" in problem.wrong
    for fine in ({"percent": 90}, {"on_demand_base": 1}):
        found["cluster"]["spot"] = {"on_demand_base": 0, "percent": 100, **fine}
        assert judge(found)[1] == []
