"""From a fresh account to tasks that are healthy and back to nothing, in the order of the tests:
what is missing or refused is told, and what was done is not done again."""

import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from strata.commands.demo import wait_until_healthy
from strata.deployer.table import Use
from strata.documents.layers import LAYERS
from strata.local import emulator as emulation
from strata.local.ecs import behave, control
from strata.settings import load
from strata.state.states import read_states
from tests import ROOT
from tests.deployer.record import forget, not_allowed
from tests.end_to_end.conftest import (
    Client,
    client_of_the_tests,
    strata_here,
)
from tests.end_to_end.forks import Command
from tests.end_to_end.in_use import REFUSED, too_early
from tests.end_to_end.test_killed import until
from tests.end_to_end.test_local import left

pytestmark = [pytest.mark.emulator, pytest.mark.usefixtures("provider")]

LOCAL = load("local")
IMAGE = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/shop-local:1.0.0"
NOTIFY = '\n[notify]\nemail = "releases@shop.example"\non = ["completed"]\n'
NOT_OFFERED = '\n[cluster]\ninstance_type = "g4ad.xlarge"\n'
"""EC2 has it in other zones than those of `local`."""
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

    def edit(self, old: str, new: str) -> None:
        """Put something else into the settings file."""
        text = self.env.read_text()
        assert old in text
        self.env.write_text(text.replace(old, new))

    def strata(self, *arguments: str | Path) -> "subprocess.CompletedProcess[str]":
        return strata_here(self.own, *arguments)

    def apply(self) -> "subprocess.CompletedProcess[str]":
        return self.strata("apply", self.env, "--reviewed", self.review)


@pytest.fixture(scope="module")
def aws(folder: Path) -> Iterator[Client]:
    """A fresh account on the free plan: no bucket, no image, nothing delegated."""
    with emulation.emulator(folder / "emulator") as running:
        emulation.account(running.url, plan="free")
        yield lambda name: client_of_the_tests(name, LOCAL.environment.region)


@pytest.fixture(scope="module")
def day(aws: Client, folder: Path) -> Day:
    env = folder / "local.toml"
    env.write_text((ROOT / "envs" / "local.toml").read_text() + NOTIFY + NOT_OFFERED)
    return Day(folder / "own", env, aws("sts").meta.endpoint_url)


def applied() -> set[str]:
    """The layers that have a state."""
    return {layer for layer, state in read_states(LOCAL.environment).items() if state}


def test_what_the_free_plan_and_the_zones_refuse_is_told_and_stops_an_apply_before_its_first_change(
    day: Day,
) -> None:
    assert day.strata("bootstrap", day.env).returncode == 0
    answer = day.strata("plan", day.env, "--out", day.review)
    assert answer.returncode == 2, answer.stdout
    refused = f"{day.env}: database.backup_retention_days = 7 (not in the file, default)"
    assert f"refused    {refused} is more than RDS keeps on the free plan" in answer.stdout
    line = day.env.read_text().splitlines().index('instance_type = "g4ad.xlarge"') + 1
    kind = f'{day.env}:{line}: cluster.instance_type = "g4ad.xlarge"'
    missing = "is not offered in eu-central-1a and eu-central-1b and eu-central-1c"
    assert f"refused    {kind} {missing}; right: " in answer.stdout
    assert f"refused    {kind} cannot be launched on the free plan of its account" in answer.stdout
    answer = day.apply()
    assert answer.returncode == 2, answer.stdout
    assert refused in answer.stdout
    assert "right: at most 1, or upgrade the account" in answer.stdout
    assert kind in answer.stdout
    assert f"wrong: {missing}\n" in answer.stdout
    assert "right: perhaps " in answer.stdout
    assert applied() == set()


def test_the_plan_says_that_the_image_is_pushed_during_the_apply(day: Day) -> None:
    emulation.account(day.url, plan="paid")
    day.edit(NOT_OFFERED, "")
    answer = day.strata("plan", day.env, "--out", day.review)
    assert answer.returncode == 2, answer.stdout
    assert "refused    " not in answer.stdout
    assert "image      can be pushed once the registry layer is applied" in answer.stdout
    assert f"           {IMAGE}\n           {PUSH}\n" in answer.stdout


def test_the_first_apply_waits_for_the_registrar_and_stops_before_the_service(
    day: Day, aws: Client
) -> None:
    output = day.own / "output"
    with output.open("wb") as out:
        words = ("apply", day.env, "--reviewed", day.review)
        process = Command(day.own, *words, out=out.fileno())
    until(lambda: "leads nowhere yet" in output.read_text() or process.poll() is not None, 600)
    [zone] = aws("route53").list_hosted_zones()["HostedZones"]
    servers = aws("route53").get_hosted_zone(Id=zone["Id"])["DelegationSet"]["NameServers"]
    lines = output.read_text().splitlines()
    at = lines.index("dns        the zone local.shop.example has these name servers:")
    assert {line.strip() for line in lines[at + 1 : at + 5]} == set(servers)
    assert "enter them at the registrar of local.shop.example" in lines[at + 5]
    emulation.delegate(day.url, LOCAL.edge.domain)
    assert process.wait() == 1
    told = output.read_text().partition("error: ")[2]
    assert told.startswith(f"service: not applied: the image {IMAGE} is not in the repository\n")
    for layer in set(LAYERS) - {"service"}:
        assert f"{layer} (applied)" in told
    assert "not done: service\n" in told
    assert told.endswith(
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
    watches = f"strata deploy {day.env} --watch-only watches it to its end"
    assert watches in answer.stdout
    assert answer.returncode == 0, answer.stdout
    assert "local is applied as reviewed" in answer.stdout
    assert applied() == set(LAYERS)
    assert len(aws("ecs").list_services(cluster="shop-local")["serviceArns"]) == 1


def test_the_tasks_get_healthy_behind_the_load_balancer(day: Day, aws: Client) -> None:
    assert wait_until_healthy(LOCAL) == "3 of 3 run"
    answer = day.strata("plan", day.env, "--out", day.own / "third")
    assert answer.returncode == 0, answer.stdout
    instances = aws("ec2").describe_instances()["Reservations"]
    found = {one["InstanceType"] for group in instances for one in group["Instances"]}
    assert found == {"t3.micro"}


def hears(aws: Client, name: str) -> str:
    """The URL of a queue that gets what the topic of a name gets, beside the address."""
    [topic] = [one["TopicArn"] for one in aws("sns").list_topics()["Topics"]
               if one["TopicArn"].endswith(f":{name}")]  # fmt: skip
    [mail] = aws("sns").list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    assert (mail["Protocol"], mail["Endpoint"]) == ("email", "releases@shop.example")
    queue = str(aws("sqs").create_queue(QueueName=name)["QueueUrl"])
    arn = aws("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])
    endpoint = arn["Attributes"]["QueueArn"]
    aws("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=endpoint)
    return queue


def test_right_after_a_release_a_plan_has_no_change_and_there_is_no_drift(
    day: Day, aws: Client
) -> None:
    emulation.push(day.url, "shop-local", "1.0.1")
    told = hears(aws, "shop-local-releases")
    answer = day.strata("deploy", day.env, "--tag", "1.0.1")
    assert answer.returncode == 0, answer.stdout
    assert "revision 2 is released" in answer.stdout
    [message] = aws("sqs").receive_message(QueueUrl=told)["Messages"]
    event = json.loads(json.loads(message["Body"])["Message"])
    assert event["detail"]["eventName"] == "SERVICE_DEPLOYMENT_COMPLETED"
    answer = day.strata("plan", day.env, "--out", day.own / "after")
    assert answer.returncode == 0, answer.stdout
    answer = day.strata("drift", day.env)
    assert answer.returncode == 0, answer.stdout
    [service] = aws("ecs").describe_services(cluster="shop-local", services=["shop-local"])[
        "services"
    ]
    assert service["taskDefinition"].endswith("/shop-local:2")


def test_a_deployment_that_ecs_rolls_back_is_a_failed_apply_in_its_words(
    day: Day, aws: Client
) -> None:
    emulation.push(day.url, "shop-local", "1.1.0")
    behave(day.url, "shop-local:1.1.0", "exit:3", ("cannot connect to the database",))
    day.edit('image_tag = "1.0.0"', 'image_tag = "1.1.0"\nwait_for_steady_state = true')
    answer = day.strata("apply", day.env, "--yes")
    assert answer.returncode == 1, answer.stdout
    told = answer.stdout.partition("error: ")[2]
    assert told.startswith("service: ECS does not run shop-local:3, which was applied: it runs ")
    assert "it runs shop-local:2, 3 of 3 tasks run\n" in told
    assert "exit code 3 (task " in told
    assert " deployment failed: tasks failed to start.\n" in told
    assert "ECS: (service shop-local) rolling back to deployment ecs-svc/" in told
    assert "  cannot connect to the database\n" in told
    assert told.endswith(f"go on with strata apply {day.env}\n")
    assert wait_until_healthy(LOCAL) == "3 of 3 run", "the old revision serves"


def test_the_same_apply_goes_on_once_the_cause_is_mended(day: Day, aws: Client) -> None:
    behave(day.url, "shop-local:1.1.0", "good")
    answer = day.strata("apply", day.env, "--yes")
    assert answer.returncode == 0, answer.stdout
    assert "service: an earlier run began to change it and did not finish; going on" in (
        answer.stdout
    )
    [service] = aws("ecs").describe_services(cluster="shop-local", services=["shop-local"])[
        "services"
    ]
    assert service["taskDefinition"].endswith("/shop-local:3")
    [deployment] = service["deployments"]
    assert deployment["rolloutState"] == "COMPLETED"


def test_the_policy_of_a_plan_allows_all_that_plan_drift_and_status_ask(day: Day) -> None:
    settings = load(str(day.env))
    assert not_allowed(settings) == []
    forget()
    for command in ("plan", "drift", "status", "output"):
        answer = day.strata(command, day.env)
        assert answer.returncode == 0, answer.stdout
    assert not_allowed(settings, use=Use.PLAN) == []


def test_what_is_in_use_cannot_go_before_its_turn(day: Day, aws: Client) -> None:
    """So the destroy below, which comes to its end, has the one order that AWS takes."""
    assert too_early(aws) == REFUSED
    assert REFUSED.keys() == set(LAYERS)


def test_an_environment_with_a_dead_agent_goes_with_all_the_rest(day: Day, aws: Client) -> None:
    settings = load(str(day.env))
    forget()
    dead = control(day.url)["instances"][0]["instance"]
    control(day.url, agents={dead: False})
    answer = day.strata("destroy", day.env, "--yes", "local")
    assert answer.returncode == 0, answer.stdout
    assert f"service: the agent of {dead} has lost its connection" in answer.stdout
    assert answer.stdout.endswith(
        "local is destroyed; nothing carries its tags. The state bucket stays.\n"
    )
    assert left(aws) == {"buckets": [LOCAL.environment.state_bucket]}
    assert not_allowed(settings) == []
