"""The first day on a fresh account, in the order of the tests: what is missing is told, and what
was done is not done again."""

import re
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest

from strata.commands.demo import wait_until_healthy
from strata.documents.layers import LAYERS
from strata.local import emulator as emulation
from strata.local.ecs import behave, control
from strata.settings import load
from strata.state.states import read_states
from tests import ROOT
from tests.end_to_end.conftest import Client, strata, strata_command
from tests.end_to_end.test_killed import until
from tests.end_to_end.test_local import left

pytestmark = [pytest.mark.emulator, pytest.mark.usefixtures("provider")]

LOCAL = load("local")
IMAGE = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/shop-local:1.0.0"
PUSH = "strata emulator push shop-local 1.0.0"


@dataclass(frozen=True)
class Day:
    """A person's folder and settings file, and the emulator's URL."""

    own: Path
    env: Path
    url: str

    @property
    def review(self) -> Path:
        return self.own / "review"

    def strata(self, *arguments: str | Path) -> "subprocess.CompletedProcess[str]":
        return strata(self.own, *arguments)

    def apply(self) -> "subprocess.CompletedProcess[str]":
        return self.strata("apply", self.env, "--reviewed", self.review)


@pytest.fixture(scope="module")
def aws(folder: Path) -> Iterator[Client]:
    """A fresh account: no bucket, no image, nothing delegated."""
    with emulation.emulator(folder / "emulator"):
        make: Any = boto3.client
        yield lambda name: make(name, region_name=LOCAL.environment.region)


@pytest.fixture(scope="module")
def day(aws: Client, folder: Path) -> Day:
    env = folder / "local.toml"
    env.write_text((ROOT / "envs" / "local.toml").read_text())
    return Day(folder / "own", env, aws("sts").meta.endpoint_url)


def applied() -> set[str]:
    """The layers that have a state."""
    return {layer for layer, state in read_states(LOCAL.environment).items() if state}


def test_what_the_free_plan_refuses_is_told_and_stops_an_apply_before_its_first_change(
    day: Day,
) -> None:
    assert day.strata("bootstrap", day.env).returncode == 0
    emulation.account(day.url, plan="free")
    answer = day.strata("plan", day.env, "--out", day.review)
    assert answer.returncode == 2, answer.stdout
    refused = f"{day.env}: database.backup_retention_days = 7 (not in the file, default)"
    assert f"refused    {refused} is more than RDS keeps on the free plan" in answer.stdout
    answer = day.apply()
    assert answer.returncode == 2, answer.stdout
    assert refused in answer.stdout
    assert "right: at most 1, or upgrade the account" in answer.stdout
    assert applied() == set()
    emulation.account(day.url, plan="paid")


def test_the_plan_says_that_the_image_is_pushed_during_the_apply(day: Day) -> None:
    answer = day.strata("plan", day.env, "--out", day.review)
    assert answer.returncode == 2, answer.stdout
    assert "refused    " not in answer.stdout
    assert "image      can be pushed once the registry layer is applied" in answer.stdout
    assert f"           {IMAGE}\n           {PUSH}\n" in answer.stdout


def test_an_apply_that_waits_for_the_registrar_says_so_and_can_be_stopped(
    day: Day, aws: Client
) -> None:
    output = day.own / "output"
    others = set(LAYERS) - {"edge", "service"}
    with output.open("wb") as out:
        process = subprocess.Popen(
            strata_command(day.own, "apply", day.env, "--reviewed", day.review),
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    until(
        lambda: (
            process.poll() is not None
            or (
                "leads nowhere yet" in output.read_text()
                and all(re.search(rf"^{one} +applied", output.read_text(), re.M) for one in others)
                and waits_for_its_certificate(aws)
            )
        ),
        600,
    )
    process.send_signal(signal.SIGINT)
    assert process.wait() == 1
    said = output.read_text()
    [zone] = aws("route53").list_hosted_zones()["HostedZones"]
    servers = aws("route53").get_hosted_zone(Id=zone["Id"])["DelegationSet"]["NameServers"]
    lines = said.splitlines()
    at = lines.index("dns        the zone local.shop.example has these name servers:")
    assert {line.strip() for line in lines[at + 1 : at + 5]} == set(servers)
    assert "enter them at the registrar of local.shop.example" in said
    assert f"go on with strata apply {day.env} --reviewed {day.review}" in said
    assert others <= applied()


def waits_for_its_certificate(aws: Client) -> bool:
    certificates = aws("acm").list_certificates()["CertificateSummaryList"]
    records = [
        record
        for zone in aws("route53").list_hosted_zones()["HostedZones"]
        for record in aws("route53").list_resource_record_sets(HostedZoneId=zone["Id"])[
            "ResourceRecordSets"
        ]
    ]
    return len(certificates) == 1 and any(record["Type"] == "CNAME" for record in records)


def test_without_an_image_all_but_the_service_is_applied(day: Day, aws: Client) -> None:
    emulation.delegate(day.url, LOCAL.edge.domain)
    answer = day.apply()
    assert answer.returncode == 1, answer.stdout
    first, *_ = answer.stdout.split("error: ")[1:]
    assert first.startswith(f"service: not applied: the image {IMAGE} is not in the repository\n")
    for layer in set(LAYERS) - {"service"}:
        assert f"{layer} ({'applied' if layer == 'edge' else 'done before'})" in first
    assert "not done: service\n" in first
    assert first.endswith(
        f"hint: push it:\n    {PUSH}\ngo on with strata apply {day.env} --reviewed {day.review}\n"
    )
    assert applied() == set(LAYERS) - {"service"}
    assert aws("ecs").list_services(cluster="shop-local")["serviceArns"] == []


def test_as_long_as_it_is_missing_nothing_more_is_begun(day: Day) -> None:
    answer = day.apply()
    assert answer.returncode == 1, answer.stdout
    assert f"error: nothing more was applied: the image {IMAGE} is not in" in answer.stdout
    assert PUSH in answer.stdout
    assert "planning" not in answer.stdout
    answer = day.strata("plan", day.env, "--out", day.own / "second")
    assert answer.returncode == 2, answer.stdout
    assert "image      is not in the repository: strata apply would stop before" in answer.stdout
    assert f"           {IMAGE}\n           {PUSH}\n" in answer.stdout


def test_after_the_push_the_same_review_comes_to_its_end(day: Day, aws: Client) -> None:
    emulation.push(day.url, "shop-local", "1.0.0")
    # While time stands still, the deployment that the apply begins is in progress.
    control(day.url, factor=0)
    answer = day.apply()
    control(day.url, factor=240)
    assert "service    the deployment of shop-local:1 is in progress: 0 of 3 tasks" in answer.stdout
    assert "--services shop-local --query" in answer.stdout
    assert answer.returncode == 0, answer.stdout
    assert "local is applied as reviewed" in answer.stdout
    assert applied() == set(LAYERS)
    assert len(aws("ecs").list_services(cluster="shop-local")["serviceArns"]) == 1


def test_the_tasks_getwait_until_healthy_behind_the_load_balancer(day: Day, aws: Client) -> None:
    assert wait_until_healthy(LOCAL) == "3 of 3 run"
    answer = day.strata("plan", day.env, "--out", day.own / "third")
    assert answer.returncode == 0, answer.stdout
    instances = aws("ec2").describe_instances()["Reservations"]
    found = {one["InstanceType"] for group in instances for one in group["Instances"]}
    assert found == {"t3.micro"}


def test_a_deployment_that_ecs_rolls_back_is_a_failed_apply_in_its_words(
    day: Day, aws: Client
) -> None:
    emulation.push(day.url, "shop-local", "1.1.0")
    behave(day.url, "shop-local:1.1.0", "exit:3")
    text = day.env.read_text()
    day.env.write_text(
        text.replace('image_tag = "1.0.0"', 'image_tag = "1.1.0"\nwait_for_steady_state = true')
    )
    answer = day.strata("apply", day.env, "--yes")
    assert answer.returncode == 1, answer.stdout
    assert "ECS does not run shop-local:2, which was applied: it runs shop-local:1" in answer.stdout
    assert "ECS: ECS deployment circuit breaker" in answer.stdout
    assert "exit code 3" in answer.stdout
    assert f"go on with strata apply {day.env}" in answer.stdout
    assert wait_until_healthy(LOCAL) == "3 of 3 run", "the old revision serves"


def test_a_cluster_with_a_dead_agent_goes_with_all_the_rest(day: Day, aws: Client) -> None:
    instances = [one["instance"] for one in control(day.url)["instances"]]
    control(day.url, agents={instances[0]: False})
    answer = day.strata("destroy", day.env, "--yes", "local")
    assert answer.returncode == 0, answer.stdout
    assert left(aws) == {"buckets": [LOCAL.environment.state_bucket]}
