"""Secrets that the settings name, in the JSON of a real synthesis."""

import json
from typing import Any

import pytest

from strata.settings import Settings, load
from strata.settings.rules.secrets import OURS
from tests.composing import compose

SECRET = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:shop/db-AbCdEf"
PARAMETER = "arn:aws:ssm:eu-central-1:123456789012:parameter/shop/db"


def resources(**secrets: str) -> dict[str, Any]:
    data = load("local").model_dump()
    data["service"]["secrets"] = secrets
    return dict(compose(Settings.model_validate(data))["resource"])


def test_an_arn_is_read_with_what_stands_behind_it_and_allowed_without() -> None:
    """ECS takes `ARN:json-key:version-stage:version-id`; IAM knows the secret alone."""
    sources = {
        "A": SECRET,
        "B": f"{SECRET}:username::",
        "C": f"{SECRET}::AWSPREVIOUS:",
        "D": f"{SECRET}:::9d4cb84b-ad69-40c0-a0ab-cead36b967e8",
        "P": PARAMETER,
    }
    found = resources(**sources)
    task = found["aws_ecs_task_definition"]["service_task_definition"]
    (container,) = json.loads(task["container_definitions"])
    read = {one["name"]: one["valueFrom"] for one in container["secrets"]}
    assert {name: read[name] for name in sources} == sources

    policy = found["aws_iam_role_policy"]["service_execution_role_policy"]["policy"]
    allowed = {
        one["Action"]: one["Resource"]
        for one in json.loads(policy)["Statement"]
        if isinstance(one["Action"], str)
    }
    secrets = [one for one in allowed["secretsmanager:GetSecretValue"] if one.startswith("arn:")]
    assert secrets == [SECRET]
    assert allowed["ssm:GetParameters"] == [PARAMETER]


def test_without_a_parameter_none_may_be_read() -> None:
    policy = resources()["aws_iam_role_policy"]["service_execution_role_policy"]["policy"]
    assert "ssm:" not in policy


KEY = "arn:aws:kms:eu-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"


def test_keys_of_the_customer_decrypt_through_the_holders_of_secrets_alone() -> None:
    def decrypting(*keys: str) -> list[Any]:
        data = load("local").model_dump()
        data["service"] |= {"secrets": {"A": SECRET}, "secret_keys": list(keys)}
        found = compose(Settings.model_validate(data))["resource"]["aws_iam_role_policy"]
        statements = json.loads(found["service_execution_role_policy"]["policy"])["Statement"]
        return [one for one in statements if "kms" in str(one["Action"])]

    assert decrypting() == []
    [statement] = decrypting(KEY, KEY)
    assert (statement["Effect"], statement["Action"]) == ("Allow", "kms:Decrypt")
    assert statement["Resource"] in (KEY, [KEY])
    assert statement["Condition"] == {
        "StringEquals": {
            "kms:ViaService": [
                "secretsmanager.eu-central-1.amazonaws.com", "ssm.eu-central-1.amazonaws.com"
            ]
        }
    }  # fmt: skip


def container(**sections: dict[str, bool]) -> dict[str, Any]:
    """The container of `local` with these settings changed."""
    data = load("local").model_dump()
    for section, changes in sections.items():
        data[section].update(changes)
    found = compose(Settings.model_validate(data))["resource"]["aws_ecs_task_definition"]
    (only,) = json.loads(found["service_task_definition"]["container_definitions"])
    return dict(only)


@pytest.mark.parametrize("mysql", [True, False])
@pytest.mark.parametrize("redis", [True, False])
def test_the_container_is_told_where_tls_is_on(mysql: bool, redis: bool) -> None:
    api = container(
        database={"require_tls": mysql},
        # A token without TLS would go over the network in clear, and AWS refuses it.
        cache={"encryption_in_transit": redis, "auth": redis},
    )
    told = {one["name"]: one["value"] for one in api["environment"]}
    assert (told["DB_TLS"], told["REDIS_TLS"]) == (str(mysql).lower(), str(redis).lower())


def test_no_setting_takes_the_name_of_a_variable_that_strata_sets() -> None:
    api = container()
    assert {one["name"] for one in (*api["environment"], *api["secrets"])} == OURS
