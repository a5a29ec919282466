"""What a plan changes; at first Terraform's own, of the composed stack, against the emulator."""

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from strata.cost.change import change
from strata.cost.estimate import estimate
from strata.cost.prices import shipped
from strata.cost.range import Range
from strata.cost.resources import of_stack
from strata.documents.stacks import stack
from strata.local import emulator
from strata.settings import Settings, load
from strata.synthesis.synthesize import compose
from strata.terraform.binary import terraform
from strata.terraform.plugins import terraform_environment
from strata.views.markdown import cost_change as markdown_change
from strata.views.text.cost import change as text_change
from tests.end_to_end.provider import attached

Json = dict[str, Any]

GROUP = "aws_autoscaling_group.cluster_auto_scaling_group"
APPLIED = (GROUP, "aws_flow_log.network_flow_log")
LOCAL = load("local")
LARGER = LOCAL.model_copy(
    update={
        "cluster": LOCAL.cluster.model_copy(
            update={"instance_type": "t3.small", "root_volume_gib": 40}
        )
    }
)


@dataclass(frozen=True)
class Folder:
    """The composed stack of an environment, with Terraform."""

    path: Path

    def hold(self, settings: Settings) -> None:
        """Put the composed stack of these settings there."""
        (self.path / "cdk.tf.json").write_text(json.dumps(compose(settings)))

    def run(self, *arguments: str) -> str:
        """What Terraform answers."""
        return subprocess.run(
            [terraform(), *arguments],
            cwd=self.path,
            env={**os.environ, **terraform_environment(), "TF_INPUT": "0"},
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        ).stdout

    def plan(self) -> Json:
        """A plan as Terraform's JSON."""
        self.run("plan", "-out=plan")
        return dict(json.loads(self.run("show", "-json", "plan")))


@pytest.fixture(scope="module")
def plans(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Json, Json]]:
    """A plan of `local` that makes all of it; one that changes instances when some stands."""
    folder = Folder(tmp_path_factory.mktemp("composed"))
    private = tmp_path_factory.mktemp("private")
    with emulator.emulator(private / "emulator"), attached(private):
        folder.hold(LOCAL)
        folder.run("init")
        first = folder.plan()
        folder.run("apply", "-auto-approve", *(f"-target={address}" for address in APPLIED))
        folder.hold(LARGER)
        yield first, folder.plan()


def whole(settings: Settings) -> Range:
    """What the composed stack of settings costs."""
    return estimate(of_stack(stack(compose(settings))), settings, shipped()).usd


def same(one: Range, other: Range) -> bool:
    return (one - other).cents() == ("0.00", "0.00", "0.00")


@pytest.mark.emulator
def test_making_everything_adds_what_the_composed_stack_costs(plans: tuple[Json, Json]) -> None:
    found = change(plans[0], LOCAL)
    assert found.exact
    assert found.not_priced == []
    assert not found.before
    assert same(found.after, whole(LOCAL))
    assert same(found.difference, found.after)


@pytest.mark.emulator
def test_what_stands_is_priced_from_its_state(plans: tuple[Json, Json]) -> None:
    found = change(plans[1], LARGER)
    # Nothing asks for tasks yet: one instance, five at the most. Each of 730 hours of t3.micro
    # (0.012) and an address (0.005), 30 GiB (0.0952), 7 metrics (0.30): 17.366. Besides, flow
    # logs (3.15 + 0.024), the traffic of the VPC (4.50 + 1.00), and Container Insights of the
    # cluster, which stands before the group does (25 x 0.30 + 0.5 x 0.63).
    assert found.before.cents() == ("33.86", "33.86", "103.32")
    assert same(found.after, whole(LARGER))
    group = next(one for one in found.resources if one.resource == GROUP)
    # Two tasks fit a t3.small: two instances of 17.52 + 3.65 + 3.808 + 2.10, five at the most.
    assert group.before.cents() == ("17.37", "17.37", "86.83")
    assert group.after.cents() == ("27.08", "54.16", "135.39")
    assert "aws_vpc.network_vpc" not in {one.resource for one in found.resources}


def changes(*entries: tuple[str, Json | None, Json | None]) -> Json:
    """A plan of resources with their values before and after."""
    return {
        "resource_changes": [
            {"address": address, "mode": "managed", "change": {"before": old, "after": new}}
            for address, old, new in entries
        ]
    }


def database(kind: str) -> Json:
    return {"engine": "mysql", "instance_class": kind, "multi_az": False}


ZONE = "aws_route53_zone.edge_zone"
DATABASE = "aws_db_instance.database_instance"


NOTED = [
    ("shop-local", 3, ""),
    (
        "shop-local",
        2,
        "counted with the 2 tasks that the service has: service.desired_count = 3",
    ),
    # A worker is held against its own setting, and a service of others against none.
    ("shop-local-mail", 1, ""),
    (
        "shop-local-mail",
        4,
        "counted with the 4 tasks that the service has: services.mail.desired",
    ),
    ("other", 4, ""),
]


def test_tasks_that_auto_scaling_counts_are_noted() -> None:
    for name, count, noted in NOTED:
        data = LOCAL.model_dump(by_alias=True)
        data["services"] = {"mail": {"command": ["mail"], "max_count": 9}}
        service = {"name": name, "desired_count": count}
        found = change(
            changes(("aws_ecs_service.a", service, service)), Settings.model_validate(data)
        ).notes
        assert [one.startswith(noted) for one in found] == ([True] if noted else []), (name, count)


def test_a_plan_without_changes_changes_nothing() -> None:
    found = change(
        changes((ZONE, {}, {}), (DATABASE, database("db.t3.micro"), database("db.t3.micro"))), LOCAL
    )
    assert found.resources == []
    assert found.before == found.after
    assert text_change(found).startswith("local: the change adds 0.00 US dollars a month\n")


def test_a_larger_database_shows_by_how_much() -> None:
    plan = changes((DATABASE, database("db.t3.micro"), database("db.t3.small")))
    [one] = change(plan, LOCAL).resources
    assert (one.layer, one.difference.cents()) == ("database", ("14.60", "14.60", "14.60"))


def test_what_is_not_priced_on_one_side_is_said() -> None:
    plan = changes((DATABASE, database("db.t3.micro"), database("db.x9.huge")))
    found = change(plan, LOCAL)
    assert not found.exact
    assert [one.what for one in found.not_priced] == ["db.x9.huge, single-az"]
    assert "14.60 US dollars a month away, as far as it is priced" in text_change(found)
    assert "no price of rds/mysql/db.x9.huge/single-az" in " ".join(text_change(found).split())
    assert "no price of rds/mysql/db.x9.huge/single-az" in markdown_change(found)


def test_what_is_not_priced_on_either_side_does_not_spoil_the_difference() -> None:
    plan = changes((DATABASE, database("db.x9.huge"), database("db.x9.huge")), (ZONE, None, {}))
    found = change(plan, LOCAL)
    assert found.exact
    assert found.difference.cents() == ("0.54", "0.54", "0.54")


@pytest.mark.parametrize("written", ["constant_value", "references"])
def test_references_of_a_plan_are_followed(written: str) -> None:
    """Subnets whose ids are not known yet: JSON keeps the expression, HCL its references."""
    subnet = "aws_subnet.network_public_subnet_0"
    expression: Json = {"references": [f"{subnet}.id", subnet]}
    if written == "constant_value":
        expression["constant_value"] = [f"${{{subnet}.id}}"]
    plan = changes(("aws_lb.edge_load_balancer", None, {"internal": False, "subnets": None}))
    plan["configuration"] = {
        "root_module": {
            "resources": [
                {"address": "aws_lb.edge_load_balancer", "expressions": {"subnets": expression}}
            ]
        }
    }
    # 730 hours of the balancer (0.027), its load (0.008) and one address (0.005).
    assert change(plan, LOCAL).after.cents() == ("29.20", "29.20", "29.20")


def test_data_sources_cost_nothing() -> None:
    plan = changes(("data.aws_route53_zone.edge_zone", None, {}))
    plan["resource_changes"][0]["mode"] = "data"
    assert not change(plan, LOCAL).after


@pytest.mark.parametrize("show", [text_change, markdown_change])
def test_a_change_is_shown_by_resource(show: Callable[..., str]) -> None:
    plan = changes((DATABASE, database("db.t3.micro"), database("db.t3.small")))
    shown = show(change(plan, LOCAL))
    assert "adds 14.60 US dollars a month" in shown
    assert shown.count("+14.60") >= 4
