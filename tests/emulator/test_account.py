"""The account that the emulator plays: fresh at first, and what it is set to."""

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from strata.cli import app
from strata.errors import UsageError
from strata.local import emulator as emulation
from tests.emulator.refusals.test_ecs import service
from tests.emulator.refusals.world import Aws

pytestmark = pytest.mark.emulator


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aws]:
    """A fresh account."""
    with emulation.emulator(tmp_path_factory.mktemp("account")) as running:
        yield Aws(running.url)


def roles(aws: Aws) -> set[str]:
    found = aws("iam").list_roles(PathPrefix="/aws-service-role/")["Roles"]
    return {one["RoleName"] for one in found}


def test_a_fresh_account_has_no_service_linked_role_until_a_service_is_used(aws: Aws) -> None:
    """Each comes with the first use of its service, and once."""
    assert roles(aws) == set()
    aws.balancer()
    assert roles(aws) == {"AWSServiceRoleForElasticLoadBalancing"}
    aws.group()
    aws.database()
    aws.cache()
    made = service(aws)
    aws("application-autoscaling").register_scalable_target(
        ServiceNamespace="ecs",
        ResourceId=f"service/{made['cluster']}/{made['serviceName']}",
        ScalableDimension="ecs:service:DesiredCount",
        MinCapacity=1,
        MaxCapacity=2,
    )
    aws.balancer()
    assert roles(aws) == {
        "AWSServiceRoleForApplicationAutoScaling_ECSService",
        "AWSServiceRoleForAutoScaling",
        "AWSServiceRoleForECS",
        "AWSServiceRoleForElastiCache",
        "AWSServiceRoleForElasticLoadBalancing",
        "AWSServiceRoleForRDS",
    }


def test_it_is_on_the_paid_plan_with_raised_quotas_and_no_domain(aws: Aws) -> None:
    assert emulation.account(aws.url) == {
        "plan": "paid",
        "quotas": "raised",
        "may_make_roles": True,
        "delegated": [],
        "pushed": [],
        "registry": None,
    }


def test_what_is_set_is_read_back(aws: Aws) -> None:
    emulation.account(aws.url, plan="free", quotas="new")
    emulation.delegate(aws.url, "Shop.Example.")
    found = emulation.account(aws.url)
    assert (found["plan"], found["quotas"]) == ("free", "new")
    assert found["delegated"] == ["shop.example"]
    emulation.account(aws.url, plan="paid", quotas="raised", undelegate="shop.example")
    assert emulation.account(aws.url)["delegated"] == []


def test_an_image_is_pushed_at_once_or_as_soon_as_its_repository_exists(aws: Aws) -> None:
    ecr = aws("ecr")

    def tags(repository: str) -> list[str]:
        return [one["imageTag"] for one in ecr.list_images(repositoryName=repository)["imageIds"]]

    emulation.push(aws.url, "later", "1.0.0")
    ecr.create_repository(repositoryName="later", imageTagMutability="IMMUTABLE")
    ecr.create_repository(repositoryName="other")
    assert (tags("later"), tags("other")) == (["1.0.0"], [])
    emulation.push(aws.url, "later", "1.1.0")
    emulation.push(aws.url, "later", "1.0.0")
    assert sorted(tags("later")) == ["1.0.0", "1.1.0"]
    digests = {one["imageDigest"] for one in ecr.list_images(repositoryName="later")["imageIds"]}
    assert len(digests) == 2, "two images, not one with two tags"


@pytest.mark.parametrize(
    ("wanted", "right"),
    [
        ({"plan": "cheap"}, "paid or free"),
        ({"quotas": True}, "raised or new"),
        ({"none": "x"}, "one of delegate, "),
        ({"push": "no-tag"}, "REPOSITORY:TAG"),
        ({"registry": "registry.example:5000"}, "127.0.0.1:PORT"),
        ({"registry": "127.0.0.1:5000/shop"}, "127.0.0.1:PORT"),
        ({"delegate": ""}, "a domain, such as"),
        ({"delegate": "https://shop.example"}, "a domain, such as"),
        ({"undelegate": "shop example"}, "a domain, such as"),
    ],
)
def test_what_is_no_setting_is_refused_and_changes_nothing(
    aws: Aws, wanted: dict[str, str | bool], right: str
) -> None:
    before = emulation.account(aws.url)
    with pytest.raises(UsageError, match=f"cannot be .*: {right}"):
        emulation.account(aws.url, **wanted)
    assert emulation.account(aws.url) == before


def test_a_body_that_is_no_json_is_refused(aws: Aws) -> None:
    with pytest.raises(urllib.error.HTTPError) as raised:
        urllib.request.urlopen(f"{aws.url}/strata-api/account", b"{")
    assert raised.value.code == 400
    assert "message" in json.load(raised.value)


def test_the_commands_say_and_set_it(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    running = emulation.EmulatorStatus(aws.url, 1)
    monkeypatch.setattr(emulation, "status", lambda folder=Path(): running)
    runner = CliRunner()
    answer = runner.invoke(app, ["emulator", "delegate", "shop.example"])
    assert (answer.exit_code, "registrar" in answer.output) == (0, True)
    answer = runner.invoke(app, ["emulator", "push", "shop-x", "no tag"])
    assert answer.exit_code == 1
    answer = runner.invoke(app, ["emulator", "push", "later", "2.0.0"])
    assert (answer.exit_code, "later:2.0.0: is pushed" in answer.output) == (0, True)
    answer = runner.invoke(app, ["emulator", "account", "--plan", "free"])
    assert answer.output.split() == [
        "plan", "free", "quotas", "raised", "delegated", "shop.example",
        "pushed", "later:1.0.0,", "later:1.1.0,", "later:2.0.0",
        "registry", "none:", "images", "are", "names", "alone",
    ]  # fmt: skip
    answer = runner.invoke(app, ["emulator", "account", "--registry", "127.0.0.1:5000"])
    assert answer.output.splitlines()[-1] == "registry   127.0.0.1:5000"
    assert runner.invoke(app, ["emulator", "account", "--plan", "cheap"]).exit_code == 2
    emulation.account(aws.url, plan="paid", undelegate="shop.example")
