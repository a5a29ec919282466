"""A new password reaches every task: on an emulator whose clock stands unless it is stepped."""

import io
import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from modules.redeploy import definition, event_pattern
from strata import cli
from strata.errors import StrataError
from strata.local import ecs as play
from strata.local import emulator as emulation
from strata.machine.folders import CHOSEN, Folders
from strata.release.ecs import Ecs
from strata.release.model import Service
from strata.release.place import place
from strata.release.rotation import Patience, deploy_anew, deployments, rotate_password
from strata.settings import load
from tests import ROOT
from tests.emulator.ecs.shop import Shop
from tests.emulator.refusals.world import TRUST, name

pytestmark = pytest.mark.emulator
LOCAL = load("local")
SOON = Patience(poll=0.05, rotation=5, event=20, deployment=60)


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with emulation.emulator(tmp_path_factory.mktemp("rotation")) as running:
        play.control(running.url, factor=0)
        yield running.url


class Steps(Ecs):
    """ECS, for which some time goes by between two looks."""

    shop: Shop

    def service(self) -> Service:
        self.shop.step(10)
        return super().service()


@pytest.fixture
def shop(url: str) -> Shop:
    """A service with three tasks that run."""
    shop = Shop(url)
    shop.instances(MinSize=3)
    shop.image("1.0.0")
    shop.create(shop.revision("1.0.0"))
    shop.step(600)
    assert len(running(shop)) == 3
    return shop


def running(shop: Shop) -> set[str]:
    tasks = shop.tasks(desiredStatus="RUNNING")
    return {one["taskArn"] for one in tasks if one["lastStatus"] == "RUNNING"}


def ecs(shop: Shop) -> Steps:
    where = replace(
        place(LOCAL), cluster=shop.cluster, service="api", family=shop.family, container="api"
    )
    found = Steps(LOCAL.environment, where)
    found.shop = shop
    return found


def database(shop: Shop) -> str:
    """A database whose password RDS manages; gives the secret's ARN."""
    made = shop.aws("rds").create_db_instance(
        DBInstanceIdentifier=name("database"), DBInstanceClass="db.t3.micro", Engine="mysql",
        AllocatedStorage=20, MasterUsername="shop", ManageMasterUserPassword=True,
    )["DBInstance"]  # fmt: skip
    return str(made["MasterUserSecret"]["SecretArn"])


def rule(shop: Shop, secret_arn: str) -> None:
    """What the service layer has for it, with the texts that the constructs write."""
    role = shop.aws("iam").create_role(RoleName=name("role"), AssumeRolePolicyDocument=TRUST)
    machine = shop.aws("stepfunctions").create_state_machine(
        name=name("machine"),
        definition=definition(shop.cluster, "api", {}),
        roleArn=role["Role"]["Arn"],
    )["stateMachineArn"]
    events, named = shop.aws("events"), name("rule")
    events.put_rule(Name=named, EventPattern=event_pattern(secret_arn))
    target = {"Id": "redeploy", "Arn": machine, "RoleArn": role["Role"]["Arn"]}
    events.put_targets(Rule=named, Targets=[target])


def password(shop: Shop, secret_arn: str) -> str:
    answer = shop.aws("secretsmanager").get_secret_value(SecretId=secret_arn)
    return str(json.loads(answer["SecretString"])["password"])


def test_after_a_rotation_that_nobody_started_no_task_has_the_old_password(shop: Shop) -> None:
    secret = database(shop)
    rule(shop, secret)
    old, before, listed = password(shop, secret), running(shop), deployments(ecs(shop))
    shop.aws("secretsmanager").rotate_secret(SecretId=secret)
    assert password(shop, secret) != old
    # `by_rule` and without a call of ours: `update` would fail.
    watching = ecs(shop)
    watching.update = None  # type: ignore[method-assign,assignment]
    deploy_anew(watching, listed, by_rule=True, patience=SOON)
    now = running(shop)
    assert len(now) == 3
    assert not now & before


def test_a_secret_that_is_another_ones_deploys_nothing(shop: Shop) -> None:
    secret, other = database(shop), database(shop)
    rule(shop, secret)
    listed = deployments(ecs(shop))
    rotate_password(LOCAL.environment, other, SOON)
    shop.step(60)
    assert deployments(ecs(shop)) == listed


def test_without_the_rule_the_command_deploys_itself(shop: Shop) -> None:
    secret = database(shop)
    old, before, listed = password(shop, secret), running(shop), deployments(ecs(shop))
    rotate_password(LOCAL.environment, secret, SOON)
    assert password(shop, secret) != old
    said: list[str] = []
    hasty = replace(SOON, event=0)
    deploy_anew(ecs(shop), listed, by_rule=True, patience=hasty, say=said.append)
    assert not running(shop) & before
    assert said[-1] == "3 of 3 tasks of the new deployment run"


def test_tasks_that_fail_with_the_new_password_are_told_and_the_old_ones_stay(shop: Shop) -> None:
    before, listed = running(shop), deployments(ecs(shop))
    shop.image("1.0.0", "exit:1")
    with pytest.raises(StrataError, match="ECS gave up the deployment") as error:
        deploy_anew(ecs(shop), listed, by_rule=False, patience=SOON)
    assert "running tasks keep what they had" in (error.value.hint or "")
    assert running(shop) & before


def test_a_rotation_that_does_not_come_is_an_error(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    from botocore.client import BaseClient  # noqa: PLC0415

    secret = database(shop)
    call: Any = BaseClient._make_api_call  # type: ignore[attr-defined]

    def nothing(self: BaseClient, operation: str, arguments: dict[str, Any]) -> Any:
        return {} if operation == "RotateSecret" else call(self, operation, arguments)

    monkeypatch.setattr(BaseClient, "_make_api_call", nothing)
    with pytest.raises(StrataError, match="no new password") as error:
        rotate_password(LOCAL.environment, secret, replace(SOON, rotation=0.2))
    assert secret in (error.value.hint or "")


def test_a_new_value_of_a_users_secret_reaches_every_task(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    named = f"shop/{name('token')}"
    arn = shop.aws("secretsmanager").create_secret(Name=named, SecretString="old")["ARN"]
    file = tmp_path / "local.toml"
    tag = 'image_tag = "1.0.0"\n'
    text = (ROOT / "envs" / "local.toml").read_text()
    file.write_text(text.replace(tag, f'{tag}[service.secrets]\nTOKEN = "{named}"\n'))
    before, where = running(shop), ecs(shop)
    # Two commands that write keep each other off in one folder.
    monkeypatch.setattr(CHOSEN, "folders", Folders(ROOT, tmp_path / "work", tmp_path / "out"))
    # The command at this shop, whose clock goes on with every look.
    monkeypatch.setattr("strata.release.rotation.Ecs", lambda *_: where)

    def soon(*arguments: Any, **options: Any) -> Any:
        return deploy_anew(*arguments, **{**options, "patience": SOON})

    monkeypatch.setattr("strata.release.rotation.deploy_anew", soon)
    monkeypatch.setattr(sys, "argv", ["strata", "secret", "rotate", str(file), "TOKEN"])
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"new\n")))
    assert cli.main() == 0
    assert "every task has it, in TOKEN" in capsys.readouterr().out
    answer = shop.aws("secretsmanager").get_secret_value(SecretId=arn)
    assert answer["SecretString"] == "new"
    now = running(shop)
    assert len(now) == 3
    assert not now & before
