"""An environment in a VPC of another team, from its first plan to its destroy."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from strata.apply import waves
from strata.apply.layer import LayerWork
from strata.documents.layers import LAYERS
from strata.documents.stacks import Stack, stack
from strata.drift.detect import find_drift
from strata.plan_file.changes import Plan, parse
from strata.planning.composed import plan_composed
from strata.reach.from_aws import from_aws
from strata.reach.table import table
from strata.review.ranks import reasons
from strata.settings import Settings, load
from strata.state.states import read_states
from strata.synthesis.synthesize import synthesize_composed
from tests.end_to_end.conftest import Client, make_review, reviewed, work_on
from tests.end_to_end.foreign import ZONES, Foreign, foreign, snapshot
from tests.modules.test_existing_network import existing

pytestmark = [pytest.mark.emulator, pytest.mark.usefixtures("provider")]


def ours(group: dict[str, Any]) -> bool:
    return str(group["GroupName"]).startswith("shop-local-")


@dataclass(frozen=True)
class Life:
    """`local` in the network of others, applied; and that network before and after it."""

    network: Foreign
    settings: Settings
    work: LayerWork
    outcome: waves.Outcome
    before: dict[str, Any]
    after: dict[str, Any]


@pytest.fixture(scope="module")
def life(aws: Client, folder: Path) -> Life:
    """The load balancer's subnets by tag, the others by id."""
    ec2 = aws("ec2")
    network = foreign(ec2)
    settings = existing(
        {
            "existing": network.vpc,
            "availability_zones": list(ZONES),
            "public": {"tags": {"Tier": "public"}},
            "private": {"ids": list(network.private)},
        }
    )
    before = snapshot(ec2, network.vpc, ours)
    work = work_on(settings, folder)
    review = reviewed(make_review(work, folder / "review"), work)
    review.check_plan()
    outcome = waves.run(LAYERS, review.step, waves.quiet)
    return Life(network, settings, work, outcome, before, snapshot(ec2, network.vpc, ours))


def planned(life: Life, settings: Settings, folder: Path) -> tuple[Plan, Stack]:
    """What an apply of other settings would do with what stands, and their composed stack."""
    synthesize_composed(settings, folder)
    composed = folder / "composed" / "local"
    states = read_states(settings.environment, LAYERS)
    plan = parse(plan_composed(life.work.terraform, composed, states))
    return plan, stack(json.loads((composed / "cdk.tf.json").read_text()))


def test_it_is_applied_and_the_network_stays_as_it_was(life: Life) -> None:
    assert (life.outcome.failed, life.outcome.not_started) == ({}, [])
    assert life.after == life.before


def test_what_it_made_lies_in_the_subnets_that_were_chosen(life: Life, aws: Client) -> None:
    (balancer,) = aws("elbv2").describe_load_balancers()["LoadBalancers"]
    assert {zone["SubnetId"] for zone in balancer["AvailabilityZones"]} == set(life.network.public)
    (group,) = aws("autoscaling").describe_auto_scaling_groups()["AutoScalingGroups"]
    assert set(group["VPCZoneIdentifier"].split(",")) == set(life.network.private)
    (database,) = aws("rds").describe_db_instances()["DBInstances"]
    subnets = database["DBSubnetGroup"]["Subnets"]
    assert {one["SubnetIdentifier"] for one in subnets} == set(life.network.private)


def test_a_second_plan_has_no_change_and_nothing_drifts(life: Life) -> None:
    plans = waves.run(LAYERS, life.work.changes, waves.quiet)
    assert plans.done == dict.fromkeys(LAYERS, "no change")
    found = find_drift(life.settings.environment, life.work.terraform, life.work.stacks.parent)
    assert (found.drift, found.added, found.strangers) == ([], [], [])


def test_live_every_path_is_known_and_what_others_have_there_is_left_out(
    life: Life, aws: Client
) -> None:
    """In the VPC there is a load balancer of another team, open to the world on every port."""
    group = aws("ec2").create_security_group(
        GroupName="theirs", Description="theirs", VpcId=life.network.vpc
    )["GroupId"]
    anywhere = [{"CidrIp": "0.0.0.0/0"}]
    aws("ec2").authorize_security_group_ingress(
        GroupId=group, IpPermissions=[{"IpProtocol": "-1", "IpRanges": anywhere}]
    )
    theirs = aws("elbv2").create_load_balancer(
        Name="theirs", Subnets=list(life.network.public), SecurityGroups=[group]
    )["LoadBalancers"][0]["LoadBalancerArn"]
    try:
        rows = table(from_aws(life.settings.environment, existing=life.network.vpc))
        assert [row.verdict for row in rows if not row.met] == []
        assert {row.verdict.state for row in rows if row.expectation.open} == {"open"}
    finally:
        aws("elbv2").delete_load_balancer(LoadBalancerArn=theirs)
        aws("ec2").delete_security_group(GroupId=group)


def test_an_acl_of_the_others_that_shuts_the_database_is_found_live(
    life: Life, aws: Client
) -> None:
    ec2 = aws("ec2")
    acls = ec2.describe_network_acls(Filters=[{"Name": "vpc-id", "Values": [life.network.vpc]}])
    (acl,) = [one["NetworkAclId"] for one in acls["NetworkAcls"]]
    entry = {"NetworkAclId": acl, "RuleNumber": 10, "Egress": False}
    ec2.create_network_acl_entry(
        **entry, Protocol="6", RuleAction="deny", CidrBlock="0.0.0.0/0",
        PortRange={"From": 3306, "To": 3306},
    )  # fmt: skip
    try:
        rows = table(from_aws(life.settings.environment, existing=life.network.vpc))
        # Within a subnet no ACL applies, so that it is open from the tasks beside the database.
        (broken,) = [
            row.verdict
            for row in rows
            if (row.verdict.source, row.verdict.target) == ("tasks", "database")
        ]
        assert (broken.state, broken.steps[-1].rule) == ("partly", acl)
    finally:
        ec2.delete_network_acl_entry(**entry)


@pytest.mark.parametrize("to", ["a network of its own", "another VPC"])
def test_a_change_of_network_is_refused_for_what_it_is(
    life: Life, aws: Client, tmp_path: Path, to: str
) -> None:
    other = load("local")
    if to == "another VPC":
        network = foreign(aws("ec2"), "10.30")
        chosen = {kind: {"tags": {"Tier": kind}} for kind in ("public", "private")}
        zones = list(ZONES)
        other = existing({"existing": network.vpc, "availability_zones": zones, **chosen})
    plan, code = planned(life, other, tmp_path)
    refused = {
        change.address: [one.why for one in reasons(change, plan, code) if one.rank == "refused"]
        for change in plan.changes
    }
    why = refused["aws_security_group.network_instance_security_group"]
    assert any("leaves its VPC" in one and "network.existing" in one for one in why)
    assert any("makes another environment" in one for one in why)


def test_destroy_leaves_the_network_of_the_others(life: Life, aws: Client) -> None:
    outcome = waves.run(waves.reverse(LAYERS), life.work.destroy, waves.quiet)
    assert outcome.done == dict.fromkeys(LAYERS, "destroyed")
    ec2 = aws("ec2")
    assert snapshot(ec2, life.network.vpc, lambda _: False) == life.before
    assert aws("elbv2").describe_load_balancers()["LoadBalancers"] == []
