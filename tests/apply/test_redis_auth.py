"""Redis demands its token in the end, also when it was told so by halves. Against the emulator."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError

from strata.apply.redis_auth import TERRAFORM, rotate_redis_auth, set_redis_auth
from strata.errors import StrataError
from strata.local import emulator
from strata.settings import load
from strata.state.bucket import bootstrap

pytestmark = pytest.mark.emulator
LOCAL = load("local").environment
GROUP = "shop-local"


@pytest.fixture(scope="module")
def secret(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The secret that holds the token of a Redis which asks for none yet."""
    with emulator.emulator(tmp_path_factory.mktemp("emulator")):
        bootstrap(LOCAL)
        make: Any = boto3.client
        make("elasticache", region_name=LOCAL.region).create_replication_group(
            ReplicationGroupId=GROUP,
            ReplicationGroupDescription="sessions",
            Engine="redis",
            CacheNodeType="cache.t3.micro",
            NumCacheClusters=1,
            TransitEncryptionEnabled=True,
        )
        secrets = make("secretsmanager", region_name=LOCAL.region)
        yield secrets.create_secret(Name="token", SecretString="x" * 32)["ARN"]


def test_what_was_cut_off_between_its_two_steps_is_done_again(
    secret: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    call: Any = BaseClient._make_api_call  # type: ignore[attr-defined]
    steps: list[str] = []
    dies = True

    def counted(self: BaseClient, operation: str, arguments: dict[str, Any]) -> Any:
        if operation == "ModifyReplicationGroup":
            steps.append(arguments["AuthTokenUpdateStrategy"])
            if dies and len(steps) == 2:
                raise KeyboardInterrupt
        return call(self, operation, arguments)

    monkeypatch.setattr(BaseClient, "_make_api_call", counted)
    with pytest.raises(KeyboardInterrupt):
        set_redis_auth(LOCAL, GROUP, secret)
    dies = False
    told: list[str] = []
    assert set_redis_auth(LOCAL, GROUP, secret, told.append) is True
    assert steps == ["ROTATE", "SET", "ROTATE", "SET"]
    assert told == ["Redis gets its token, then requires it"]
    assert set_redis_auth(LOCAL, GROUP, secret, told.append) is False
    assert len(told) == 1
    assert len(steps) == 4
    make: Any = boto3.client
    make("secretsmanager", region_name=LOCAL.region).put_secret_value(
        SecretId=secret, SecretString="y" * 32
    )
    assert set_redis_auth(LOCAL, GROUP, secret) is True, "the secret holds another token"
    assert len(steps) == 6


@pytest.mark.parametrize(("code", "message", "goes_on"), [
    ("InvalidParameterCombination", "No modifications were requested", True),
    ("InvalidParameterCombination", "AUTH needs TLS", False),
    ("InvalidReplicationGroupState", "No modifications were requested", False),
])  # fmt: skip
def test_a_step_that_an_earlier_run_took_is_done_and_any_other_refusal_is_not(
    secret: str, monkeypatch: pytest.MonkeyPatch, code: str, message: str, goes_on: bool
) -> None:
    """Cut off after ROTATE, the next run sends a token that ElastiCache has already."""
    call: Any = BaseClient._make_api_call  # type: ignore[attr-defined]
    steps: list[str] = []

    def refused(self: BaseClient, operation: str, arguments: dict[str, Any]) -> Any:
        if operation == "ModifyReplicationGroup":
            steps.append(arguments["AuthTokenUpdateStrategy"])
            raise ClientError({"Error": {"Code": code, "Message": message}}, operation)
        return call(self, operation, arguments)

    make: Any = boto3.client
    make("secretsmanager", region_name=LOCAL.region).put_secret_value(
        SecretId=secret, SecretString="z" * 32
    )
    with monkeypatch.context() as patch:
        patch.setattr(BaseClient, "_make_api_call", refused)
        if goes_on:
            assert set_redis_auth(LOCAL, GROUP, secret) is True
            assert steps == ["ROTATE", "SET"]
        else:
            with pytest.raises(StrataError, match=code):
                set_redis_auth(LOCAL, GROUP, secret)
    assert set_redis_auth(LOCAL, GROUP, secret) is not goes_on


def test_what_aws_refuses_is_told_without_the_token(secret: str) -> None:
    with pytest.raises(StrataError) as error:
        set_redis_auth(LOCAL, "another", secret)
    assert error.value.message == (
        "AUTH of replication group another: "
        "DescribeReplicationGroups: ReplicationGroupNotFoundFault"
    )


def test_a_connection_that_is_lost_is_an_error_of_the_layer(
    secret: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_ELASTICACHE", "http://127.0.0.1:1")
    with pytest.raises(StrataError, match="EndpointConnectionError"):
        set_redis_auth(LOCAL, GROUP, secret)


class Cut(Exception):
    """What ends a run in the midst of it."""


STEPS = [
    "PutSecretValue", "ModifyReplicationGroup ROTATE", "UpdateSecretVersionStage AWSCURRENT",
    "deploy", "ModifyReplicationGroup SET", "UpdateSecretVersionStage AWSPENDING",
]  # fmt: skip


@pytest.mark.parametrize("cut", [None, *STEPS])
def test_a_rotation_has_redis_take_both_tokens_until_every_task_has_the_new_one(
    secret: str, monkeypatch: pytest.MonkeyPatch, cut: str | None
) -> None:
    """Also when it is cut off before any of its steps: the next run goes on and makes no other."""
    make: Any = boto3.client
    secrets = make("secretsmanager", region_name=LOCAL.region)
    set_redis_auth(LOCAL, GROUP, secret)
    old = secrets.get_secret_value(SecretId=secret)
    call: Any = BaseClient._make_api_call  # type: ignore[attr-defined]
    steps: list[str] = []
    sent: list[str] = []
    cuts = [cut]

    def step(name: str) -> None:
        if name in cuts:
            cuts.remove(name)
            raise Cut
        steps.append(name)

    def watched(self: BaseClient, operation: str, arguments: dict[str, Any]) -> Any:
        if operation == "ModifyReplicationGroup":
            step(f"{operation} {arguments['AuthTokenUpdateStrategy']}")
            sent.append(arguments["AuthToken"])
        elif operation == "UpdateSecretVersionStage" and arguments["VersionStage"] != TERRAFORM:
            step(f"{operation} {arguments['VersionStage']}")
        elif operation == "PutSecretValue":
            step(operation)
        return call(self, operation, arguments)

    def run() -> None:
        rotate_redis_auth(LOCAL, GROUP, secret, lambda: step("deploy"))

    monkeypatch.setattr(BaseClient, "_make_api_call", watched)
    if cut:
        with pytest.raises(Cut):
            run()
    run()
    assert not steps.count("PutSecretValue") > 1, "one rotation makes one token"
    assert steps.index("ModifyReplicationGroup ROTATE") < steps.index("deploy")
    assert steps.index("deploy") < steps.index("ModifyReplicationGroup SET")
    new = secrets.get_secret_value(SecretId=secret)
    assert set(sent) == {new["SecretString"]}
    assert len(new["SecretString"]) == 64
    assert new["SecretString"] != old["SecretString"]
    # What Terraform made keeps a label: Secrets Manager may delete a version without any.
    stages = secrets.describe_secret(SecretId=secret)["VersionIdsToStages"]
    assert [version for version, labels in stages.items() if TERRAFORM in labels]
    assert not [labels for labels in stages.values() if "AWSPENDING" in labels]
    before = list(steps)
    assert set_redis_auth(LOCAL, GROUP, secret) is False, "an apply has nothing to do after it"
    assert steps == before


def test_a_deployment_that_fails_leaves_both_tokens(secret: str) -> None:
    set_redis_auth(LOCAL, GROUP, secret)
    strategies: list[str] = []

    def failing() -> None:
        raise StrataError("ECS gave up the deployment")

    with pytest.raises(StrataError, match="gave up"):
        rotate_redis_auth(LOCAL, GROUP, secret, failing)
    rotate_redis_auth(LOCAL, GROUP, secret, lambda: strategies.append("deployed"))
    assert strategies == ["deployed"]
    assert set_redis_auth(LOCAL, GROUP, secret) is False
