"""The application's own user of MySQL: its secret and its task, on the emulator that plays ECS.

What the task does in a database is shown in tests/examples/test_app_user.py.
"""

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from strata import cli
from strata.documents.layers import state_key
from strata.errors import StrataError
from strata.local import ecs as play
from strata.release import app_user, one_off, rotation
from strata.settings import load
from strata.settings.models import AppUser, Settings
from tests import ROOT
from tests.emulator.ecs.shop import Shop
from tests.end_to_end import service
from tests.end_to_end.conftest import Client

pytestmark = pytest.mark.emulator

Json = dict[str, Any]
LOCAL = load("local")
SETTINGS = LOCAL.model_copy(
    update={"database": LOCAL.database.model_copy(update={"app_user": AppUser()})}
)
FAMILY = "shop-local-database-user"


@dataclass
class World:
    """The service of `local`, and what the database layer makes for the user."""

    shop: Shop
    aws: Client
    settings: Settings = SETTINGS
    secret: str = ""
    told: list[str] = field(default_factory=list)

    def fresh(self) -> None:
        """A secret without a value, and a database without the user. Notes of earlier ones stay, as
        they do after a destroy."""
        self.secret = self.aws("secretsmanager").create_secret(
            Name=f"shop-local-app-user-{os.urandom(4).hex()}"
        )["ARN"]
        self.state("db-1")
        self.behave("exit:0:5", "shop_app may in shop: SELECT")

    def state(self, resource_id: str) -> None:
        """What the database layer's state says."""
        environment = self.settings.environment
        outputs = {
            "app_user_secret_arn": self.secret,
            "app_user_task_definition_arn": self._definition(),
            "database_resource_id": resource_id,
            "master_user_secret_arn": MASTER,
        }
        document = {
            "version": 4, "terraform_version": "1.11.4", "serial": 1, "lineage": "database",
            "outputs": {name: {"value": value} for name, value in outputs.items()},
            "resources": [{"mode": "managed", "type": "aws_db_instance", "name": "database",
                           "provider": "", "instances": [{"attributes": {}}]}],
        }  # fmt: skip
        self.aws("s3").put_object(
            Bucket=environment.state_bucket,
            Key=state_key(environment.name, "database"),
            Body=json.dumps(document).encode(),
        )

    def _definition(self) -> str:
        sources = {f"APP_{key.upper()}": f"{self.secret}:{key}:AWSPENDING:" for key in KEYS}
        answer = self.shop.ecs.register_task_definition(
            family=FAMILY,
            containerDefinitions=[
                {
                    "name": "database-user",
                    "image": "public.ecr.aws/docker/library/mysql@sha256:" + "a" * 64,
                    "cpu": 128,
                    "memory": 128,
                    "secrets": [{"name": n, "valueFrom": v} for n, v in sorted(sources.items())],
                    "logConfiguration": {
                        "logDriver": "awslogs",
                        "options": {
                            "awslogs-group": "/shop/local/database-user",
                            "awslogs-region": "eu-central-1",
                            "awslogs-stream-prefix": "database-user",
                        },
                    },
                }
            ],
        )
        return str(answer["taskDefinition"]["taskDefinitionArn"])

    def behave(self, words: str, *lines: str) -> None:
        """How the task ends from now on."""
        play.behave(self.shop.url, FAMILY, words, lines)

    def runs(self) -> list[Json]:
        """The tasks that were run for the secret of now, the oldest first."""
        tasks = self.shop.tasks(family=FAMILY, desiredStatus="STOPPED")
        return sorted(tasks, key=lambda task: str(task["createdAt"]))

    def labels(self) -> dict[str, str]:
        """Label -> the user of its version."""
        secrets = self.aws("secretsmanager")
        stages = secrets.describe_secret(SecretId=self.secret)["VersionIdsToStages"]
        return {
            label: json.loads(
                secrets.get_secret_value(SecretId=self.secret, VersionId=version)["SecretString"]
            )["username"]
            for version, labels in stages.items()
            for label in labels
        }

    def versions(self) -> int:
        """How many versions the secret has."""
        stages = self.aws("secretsmanager").describe_secret(SecretId=self.secret)
        return len(stages["VersionIdsToStages"])

    def rotate(self, deploy: Callable[[], None] = lambda: None) -> None:
        """Rotate, with what was told."""
        app_user.rotate(self.settings, deploy, self.told.append)


KEYS = ("username", "password")
MASTER = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:rds!db-1-AbCdEf"
BOTH = {"AWSCURRENT": "shop_app", "AWSPENDING": "shop_app"}


@pytest.fixture(scope="module")
def shop(aws: Client) -> Shop:
    """The service of `local`, its tasks running."""
    made = service.releasable(os.environ["AWS_ENDPOINT_URL"])
    made.aws("logs").create_log_group(logGroupName="/shop/local/database-user")
    return made


@pytest.fixture
def world(shop: Shop, aws: Client, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """A database without the user. While a command waits, a minute passes."""
    waiting = partial(one_off.run_task, sleep=lambda _: shop.step(60))
    monkeypatch.setattr(one_off, "run_task", waiting)
    monkeypatch.setattr(app_user, "capacity_provider", lambda _: shop.provider)
    made = World(shop, aws)
    made.fresh()
    yield made


def test_it_is_made_once_with_a_password_that_nobody_sees(world: World) -> None:
    before, told = len(world.runs()), list[str]()
    assert app_user.make(world.settings, tell=told.append) is True
    assert told == ["a task makes the database user shop_app"]
    assert world.labels() == BOTH
    secrets = world.aws("secretsmanager")
    value = json.loads(secrets.get_secret_value(SecretId=world.secret)["SecretString"])
    assert value.keys() == {"username", "password"}
    # No quoting is needed in SQL.
    assert len(value["password"]) == 40
    assert value["password"].isalnum()
    [run] = world.runs()[before:]
    assert run["startedBy"] == "strata-database-user"
    assert run["containers"][0]["exitCode"] == 0
    assert value["password"] not in json.dumps(run, default=str)

    assert app_user.make(world.settings, tell=told.append) is False
    assert len(told) == 1, "no task runs"
    assert len(world.runs()) == before + 1
    assert app_user.make(world.settings, again=True) is True
    assert len(world.runs()) == before + 2


def test_a_new_database_or_new_privileges_have_it_made_again(world: World) -> None:
    app_user.make(world.settings)
    # The same state but for the revision, as with other privileges.
    world.state("db-1")
    assert app_user.make(world.settings) is True
    key = app_user.note_key(world.settings.environment.name)
    note = world.aws("s3").get_object(Bucket=LOCAL.environment.state_bucket, Key=key)
    assert json.loads(note["Body"].read())["made"].startswith("db-1 ")
    world.state("db-2")
    assert app_user.make(world.settings) is True
    assert app_user.make(world.settings) is False


def test_a_failure_says_what_the_task_wrote_and_is_tried_again(world: World) -> None:
    world.behave("exit:1:5", "ERROR 1045 (28000): Access denied")
    with pytest.raises(StrataError) as failed:
        app_user.make(world.settings)
    assert "ended with 1" in failed.value.message
    assert "ERROR 1045 (28000): Access denied" in failed.value.message
    assert failed.value.hint == "strata database-user local tries it again"
    world.behave("exit:0:5")
    assert app_user.make(world.settings) is True
    assert world.versions() == 1, "with the same password"


def test_a_rotation_makes_the_other_user_before_any_task_gets_it(world: World) -> None:
    app_user.make(world.settings)
    before = len(world.runs())
    seen: list[Json] = []

    def deploy() -> None:
        seen.append(world.labels())
        assert [_locks(run) for run in world.runs()[before:]] == [False]

    world.rotate(deploy)
    other = {"AWSCURRENT": "shop_app_2", "AWSPENDING": "shop_app_2", "AWSPREVIOUS": "shop_app"}
    assert seen == [other]
    assert world.labels() == other
    assert [_locks(run) for run in world.runs()[before:]] == [False, True]
    assert app_user.make(world.settings) is False

    world.rotate()
    assert world.labels()["AWSCURRENT"] == "shop_app"
    assert world.versions() >= 3


def _locks(run: Json) -> bool:
    [override] = run["overrides"]["containerOverrides"]
    return {"name": "LOCK_OTHER", "value": "yes"} in override.get("environment", [])


def test_a_rotation_whose_user_is_not_made_changes_nothing_and_goes_on(world: World) -> None:
    app_user.make(world.settings)
    world.behave("exit:1:5", "ERROR 2003")
    with pytest.raises(StrataError, match="ERROR 2003"):
        world.rotate(lambda: pytest.fail("nothing may be deployed"))
    assert world.labels() == {"AWSCURRENT": "shop_app", "AWSPENDING": "shop_app_2"}
    world.behave("exit:0:5")
    world.rotate()
    assert world.labels()["AWSCURRENT"] == "shop_app_2"
    assert world.versions() == 2, "with the password that was made"


def test_a_rotation_that_was_cut_off_while_deploying_goes_on_there(world: World) -> None:
    app_user.make(world.settings)

    def cut_off() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        world.rotate(cut_off)
    # An apply in between takes nothing from running tasks.
    assert app_user.make(world.settings) is False
    before, deployed = len(world.runs()), []
    world.rotate(lambda: deployed.append(world.labels()["AWSCURRENT"]))
    assert deployed == ["shop_app_2"]
    assert [_locks(run) for run in world.runs()[before:]] == [True]
    assert world.versions() == 2


def test_an_apply_after_a_rotation_that_was_cut_off_early_keeps_what_tasks_have(
    world: World,
) -> None:
    app_user.make(world.settings)
    world.behave("exit:1:5")
    with pytest.raises(StrataError):
        world.rotate()
    world.behave("exit:0:5")
    world.state("db-2")
    assert app_user.make(world.settings) is True
    assert world.labels() == BOTH


def test_the_commands_make_it_and_rotate_it(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    file = tmp_path / "local.toml"
    text = (ROOT / "envs" / "local.toml").read_text()
    file.write_text(f"{text}\n[database.app_user]\n")
    deployed: list[str] = []

    def deploy_anew(self: rotation.Services, *, by_rule: bool, say: Callable[[str], None]) -> None:
        assert by_rule
        assert [ecs.place.service for ecs, _ in self.services] == ["shop-local"]
        deployed.append(world.labels()["AWSCURRENT"])

    monkeypatch.setattr(rotation.Services, "deploy_anew", deploy_anew)

    def strata(*words: str) -> str:
        monkeypatch.setattr("sys.argv", ["strata", *words])
        assert cli.main() == 0
        return capsys.readouterr().out

    before = len(world.runs())
    assert strata("database-user", str(file)).startswith("the database has the user")
    assert strata("database-user", str(file)).startswith("the database has the user")
    assert [_locks(run) for run in world.runs()[before:]] == [False, False]
    said = strata("rotate", str(file), "app").splitlines()
    assert deployed == ["shop_app_2"]
    assert said == [
        "the database knows another user with a new password",
        "every task is the new user, and the one before can log in no more",
    ]
    assert [_locks(run) for run in world.runs()[before + 2 :]] == [False, True]


def test_a_new_password_of_the_master_deploys_nothing(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    file = tmp_path / "local.toml"
    text = (ROOT / "envs" / "local.toml").read_text()
    file.write_text(f"{text}\n[database.app_user]\n")
    rotated: list[str] = []
    monkeypatch.setattr(rotation, "rotate_password", lambda _, arn: rotated.append(arn))
    monkeypatch.setattr("sys.argv", ["strata", "rotate", str(file), "database"])
    before = world.shop.tasks()
    assert cli.main() == 0
    assert rotated == [MASTER]
    assert "no task has it: the application is a user of its own" in capsys.readouterr().out
    assert [task["taskArn"] for task in world.shop.tasks()] == [task["taskArn"] for task in before]


def test_what_is_not_there_is_told(world: World) -> None:
    with pytest.raises(StrataError, match="has no user of its own in the database yet") as error:
        world.rotate()
    assert error.value.hint == "strata apply local makes it"
    assert app_user.make(LOCAL) is False
    with pytest.raises(StrataError, match="no user of its own") as error:
        app_user.rotate(LOCAL, lambda: None, print)
    assert "[database.app_user]" in str(error.value.hint)
    environment = LOCAL.environment
    world.aws("s3").delete_object(
        Bucket=environment.state_bucket, Key=state_key(environment.name, "database")
    )
    with pytest.raises(StrataError, match="layer database says no app_user_secret_arn"):
        app_user.make(world.settings)
