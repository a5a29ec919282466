"""One environment whose `strata` dies again and again, from nothing to nothing.

The moments are random; SEED in the environment repeats a run.
"""

import contextlib
import json
import os
import random
import secrets
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from strata.apply import waves
from strata.apply.layer import LayerWork
from strata.documents.layers import LAYERS
from strata.machine.processes import command_line
from strata.settings import load
from strata.state import locks
from strata.state.states import read_states
from strata.teardown.contents import remaining as tagged
from strata.teardown.losses import state_resources
from strata.terraform.children import chdir, left_running
from strata.terraform.schemas import REATTACH
from tests import ROOT
from tests.end_to_end.conftest import Client, make_review, strata_here, work_on
from tests.end_to_end.forks import Command
from tests.end_to_end.provider import attached
from tests.end_to_end.test_local import left

pytestmark = pytest.mark.emulator

KILLS = 20
MOST_RUNS = 2 * KILLS
"""A run that ends before its moment is no kill, and is made up for."""
MOST_STEPS = 10
"""A moment is one step of a layer to so many after the start, and up to a few seconds more: in
seconds alone, a slow machine would die before its first layer each time."""


OURS = [{"Name": "tag:Project", "Values": ["shop"]}]

ONCE = {
    "vpcs": 1,
    "flow logs": 1,
    "templates": 1,
    "groups": 1,
    "clusters": 1,
    "databases": 1,
    "database subnets": 1,
    "database parameters": 1,
    "cache parameters": 1,
    "scaled": 1,
    "snapshots": 1,
    "caches": 1,
    "cache subnets": 1,
    "repositories": 1,
    "balancers": 1,
    "targets": 1,
    "zones": 1,
    "certificates": 1,
    "secrets": 2,
    "logs": 3,
    "roles": 6,
    # Target tracking makes them.
    "alarms": 2,
    "buckets": 1,
}
"""What one environment is, by kind."""


class Life:
    """An environment and the runs of `strata` on it."""

    def __init__(self, folder: Path) -> None:
        self.own = folder / "strata"
        self.env = folder / "local.toml"
        self.env.write_text((ROOT / "envs" / "local.toml").read_text())
        self.review = folder / "review-0"
        self.output = folder / "output"
        self.plan(timeout=60)

    def plan(self, timeout: int) -> None:
        """Review a change of two layers."""
        text = self.env.read_text().partition("idle_timeout_seconds")[0]
        self.env.write_text(f"{text}idle_timeout_seconds = {timeout}\n")
        self.work: LayerWork = work_on(load(str(self.env)), self.own / "cdktf.out")
        self.review = make_review(self.work, self.review.with_name(f"review-{timeout}"))

    def apply(self) -> tuple[str | Path, ...]:
        """The command that applies the review."""
        return ("apply", self.env, "--reviewed", self.review)

    def start(self, *arguments: str | Path) -> Command:
        with self.output.open("wb") as out:
            return Command(self.own, *arguments, out=out.fileno())

    def run_and_kill(self, moments: random.Random, at: str | None) -> bool:
        """Apply, and kill that at a random moment of its work or when it says `at`.

        Whether it was killed; False when it ended before.
        """
        process = self.start(*self.apply())
        steps = moments.randint(1, MOST_STEPS)
        until(lambda: len(self.said().splitlines()) >= steps or process.poll() is not None)
        moment = time.monotonic() + moments.uniform(0, 3)
        until(
            lambda: (
                time.monotonic() > moment
                or process.poll() is not None
                or (at is not None and at in self.said())
            )
        )
        process.kill()
        # It may have ended while it was to be killed: only this says what it died of.
        killed = process.wait() == -signal.SIGKILL
        assert killed or process.returncode == 0, self.said()
        return killed

    def said(self) -> str:
        return self.output.read_text()

    def running(self) -> dict[str, int]:
        """Layer -> the Terraform that works on it."""
        found = {layer: left_running(self.work.folder(layer)) for layer in LAYERS}
        return {layer: pid for layer, pid in found.items() if pid}

    def applying(self, layer: str) -> bool:
        pid = left_running(self.work.folder(layer))
        return pid is not None and " apply " in command_line(pid)

    def steps(self, layer: str) -> int:
        """How many resources of a layer Terraform has begun to change, in all runs."""
        return (self.own / "logs" / f"local-{layer}.log").read_text().count('"apply_start"')

    def locked(self, layer: str) -> bool:
        """Whether an apply holds the lock of a layer's state."""
        held = locks.read_all(self.work.settings.environment)
        return (layer, "apply") in [(one.layer, one.operation) for one in held]


def until(condition: Callable[[], Any], seconds: float = 180) -> Any:
    """Wait for a condition, and give what it says."""
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    return value


@pytest.fixture(scope="module")
def life(aws: Client, folder: Path) -> Iterator[Life]:
    yield Life(folder)


def test_what_a_killed_terraform_made_is_found_taken_up_and_not_made_twice(
    life: Life, aws: Client
) -> None:
    """As when the machine dies, or the container of a CI job goes."""
    process = life.start(*life.apply())
    ec2 = aws("ec2")
    # At its first resource: what comes next needs a network with nearly all of it still to do.
    until(lambda: ec2.describe_vpcs(Filters=OURS)["Vpcs"])
    process.kill()
    process.wait()
    # With its provider, which else stays.
    os.killpg(life.running()["network"], signal.SIGKILL)
    # The registry's Terraform goes on without strata.
    until(lambda: not life.running())
    environment = life.work.settings.environment
    assert [(one.layer, one.operation) for one in locks.read_all(environment)] == [
        ("network", "apply")
    ]
    answer = strata_here(life.own, "unlock", life.env, "network", "--yes")
    assert answer.returncode == 0, answer.stdout
    assert f"strata drift {life.env} lists that" in answer.stdout
    [vpc] = [one["VpcId"] for one in ec2.describe_vpcs(Filters=OURS)["Vpcs"]]
    told = {one["address"]: one["import_id"] for one in lost(life)}
    assert told["aws_vpc.network_vpc"] == vpc
    network, tool = life.work.folder("network"), life.work.terraform
    for address, name in told.items():
        subprocess.run(
            [tool.executable, chdir(network), "import", address, name],
            env={**os.environ, **tool.environment},
            check=True,
        )
    assert lost(life) == []
    life.plan(timeout=61)
    assert [one["VpcId"] for one in ec2.describe_vpcs(Filters=OURS)["Vpcs"]] == [vpc]


def lost(life: Life) -> list[dict[str, str]]:
    """What AWS has and no state knows."""
    answer = strata_here(life.own, "drift", life.env, "--format", "json")
    assert answer.returncode in (0, 3), answer.stdout
    strangers: list[dict[str, str]] = json.loads(answer.stdout)["strangers"]
    return strangers


# Beside others it takes ten minutes.
@pytest.mark.timeout(2400)
def test_killed_at_random_moments_it_goes_on_and_makes_nothing_twice(
    life: Life, aws: Client, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    seed = int(os.environ.get("SEED") or secrets.randbelow(1_000_000))
    with capsys.disabled():
        print(f"\nSEED={seed}")
    moments = random.Random(seed)
    told, unlocked, runs, kills = False, 0, 0, 0
    with contextlib.ExitStack() as shared:
        # Half of them with a provider of their own for each Terraform, which is ten seconds of
        # processor time a run.
        while kills < KILLS and runs < MOST_RUNS:
            if kills == KILLS // 2 and REATTACH not in os.environ:
                shared.enter_context(attached(folder))
            runs += 1
            # One moment is no accident: the database takes a minute, and then it is still at work.
            if life.run_and_kill(moments, None if told else "database   applying"):
                kills += 1
            else:
                life.plan(timeout=60 + runs)
            if not told and life.applying("database"):
                told = True
                # Terraform takes it a second after its start, and the command here is as quick.
                until(lambda: life.locked("database"))
                refused = strata_here(life.own, *life.apply())
                assert refused.returncode == 1
                assert "of this machine works on it" in refused.stdout
                assert "wait until it has ended" in refused.stdout
            for pid in life.running().values():
                if " plan " in command_line(pid) and moments.random() < 0.5:
                    # A plan changes nothing, but it leaves its lock.
                    with contextlib.suppress(ProcessLookupError):
                        os.killpg(pid, signal.SIGKILL)
            until(lambda: not life.running())
            unlocked += unlock(life)
    assert kills == KILLS, f"{kills} of {runs} runs were killed"
    assert told
    last = strata_here(life.own, *life.apply())
    assert last.returncode == 0, last.stdout
    plans = waves.run(LAYERS, life.work.changes, waves.quiet)
    assert plans.done == dict.fromkeys(LAYERS, "no change"), plans.failed
    states = read_states(life.work.settings.environment)
    known = {str(value) for one in state_resources(states) for value in one.values.values()}
    strangers = [
        arn
        for arn in tagged(life.work.settings.environment)
        if arn not in known
        and not any(arn.endswith(f"/{one}") for one in known)
        # The auto scaling group makes them: they are in no state.
        and ":instance/" not in arn
    ]
    assert strangers == []
    assert {kind: len(things) for kind, things in left(aws).items()} == ONCE
    resources = state_resources(states)
    for kind, stand in untagged(aws).items():
        known_of_kind = [
            one.values["arn" if kind == "aws_appautoscaling_policy" else "id"]
            for one in resources
            if one.type in (kind, kind.replace("aws_", "aws_default_"))
        ]
        assert stand, kind
        assert sorted(stand) == sorted(known_of_kind), kind
    with capsys.disabled():
        print(f"{kills} of {runs} runs killed, {unlocked} locks taken away")


def test_an_interrupted_destroy_goes_on_and_leaves_the_state_bucket(
    life: Life, aws: Client, folder: Path
) -> None:
    name = life.work.settings.environment.name
    process = life.start("destroy", life.env, "--yes", name)
    until(lambda: "service    destroyed" in life.said())
    process.send_signal(signal.SIGINT)
    assert process.wait(180) == 1
    assert f"go on with strata destroy {life.env} --yes {name}" in life.said()
    assert not life.running()
    assert "databases" in left(aws)
    tags = [
        {"Key": key, "Value": value} for key, value in life.work.settings.environment.tags.items()
    ]
    kept = aws("rds").create_db_snapshot(
        DBInstanceIdentifier=f"shop-{name}-database", DBSnapshotIdentifier="kept", Tags=tags
    )["DBSnapshot"]["DBSnapshotArn"]
    forgotten = aws("ec2").create_volume(
        AvailabilityZone="eu-central-1a",
        Size=1,
        TagSpecifications=[{"ResourceType": "volume", "Tags": tags}],
    )["VolumeId"]
    with attached(folder):
        again = strata_here(life.own, "destroy", life.env, "--yes", name)
    assert again.returncode == 1
    assert f"stays: {kept}" in again.stdout
    assert "what carries the environment's tags and is still there:\n" in again.stdout
    assert f":volume/{forgotten}\n" in again.stdout
    assert "delete it by hand" in again.stdout
    aws("ec2").delete_volume(VolumeId=forgotten)
    once_more = strata_here(life.own, "destroy", life.env, "--yes", name)
    assert once_more.returncode == 0, once_more.stdout
    assert f"stays: {kept}" in once_more.stdout
    assert "nothing else carries its tags" in once_more.stdout
    assert left(aws) == {
        "buckets": [life.work.settings.environment.state_bucket],
        "snapshots": aws("rds").describe_db_snapshots()["DBSnapshots"],
    }


def test_ctrl_c_ends_what_runs_and_says_how_to_go_on(life: Life) -> None:
    # From nothing, so that the network has nearly all of it still to do. What AWS has made without
    # Terraform's having heard of it is in nobody's way here.
    life.plan(timeout=200)
    earlier = life.steps("network")
    process = life.start(*life.apply())
    until(lambda: life.steps("network") > earlier)
    # To strata alone. A terminal's goes to its whole group, and Terraform is in another.
    process.send_signal(signal.SIGINT)
    assert process.wait(120) == 1
    assert "Stopping: Terraform breaks off what it waits for" in life.said()
    assert "not started: database, cache, cluster, edge, service" in life.said()
    assert f"strata drift {life.env} lists what no state knows" in life.said()
    assert f"go on with strata apply {life.env} --reviewed {life.review}" in life.said()
    assert not life.running()
    assert locks.read_all(life.work.settings.environment) == []
    second = life.start(*life.apply())
    until(lambda: "network: an earlier run began to change it and did not finish" in life.said())
    second.kill()
    second.wait()
    until(lambda: not life.running())


def untagged(aws: Client) -> dict[str, list[str]]:
    """Type of resource -> what stands of it in the VPC, the cluster and behind the load balancer.

    A second one of these need not carry tags. A VPC's own network ACL is in no state.
    """
    ec2, ecs, elb = aws("ec2"), aws("ecs"), aws("elbv2")
    [vpc] = [one["VpcId"] for one in ec2.describe_vpcs()["Vpcs"] if not one["IsDefault"]]
    here = [{"Name": "vpc-id", "Values": [vpc]}]
    acls = ec2.describe_network_acls(Filters=here)["NetworkAcls"]
    policies = aws("application-autoscaling").describe_scaling_policies(ServiceNamespace="ecs")
    return {
        "aws_subnet": [one["SubnetId"] for one in ec2.describe_subnets(Filters=here)["Subnets"]],
        "aws_security_group": [
            one["GroupId"] for one in ec2.describe_security_groups(Filters=here)["SecurityGroups"]
        ],
        "aws_network_acl": [one["NetworkAclId"] for one in acls if not one["IsDefault"]],
        "aws_route_table": [
            one["RouteTableId"] for one in ec2.describe_route_tables(Filters=here)["RouteTables"]
        ],
        "aws_ecs_service": [
            arn
            for cluster in ecs.list_clusters()["clusterArns"]
            for arn in ecs.list_services(cluster=cluster)["serviceArns"]
        ],
        "aws_lb_listener": [
            listener["ListenerArn"]
            for balancer in elb.describe_load_balancers()["LoadBalancers"]
            for listener in elb.describe_listeners(LoadBalancerArn=balancer["LoadBalancerArn"])[
                "Listeners"
            ]
        ],
        "aws_appautoscaling_policy": [one["PolicyARN"] for one in policies["ScalingPolicies"]],
    }


def unlock(life: Life) -> int:
    """Unlock what a killed plan left, as a user does who reads the message."""
    environment = life.work.settings.environment
    count = 0
    for lock in locks.read_all(environment):
        refused = strata_here(life.own, *life.apply())
        assert refused.returncode == 1
        assert f"{lock.layer} is locked by" in refused.stdout
        assert f"strata unlock {life.env} {lock.layer}" in refused.stdout
        answer = strata_here(life.own, "unlock", life.env, lock.layer, "--yes")
        assert answer.returncode == 0, answer.stdout
        count += 1
    return count
