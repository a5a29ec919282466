"""Secrets that the settings name, in the JSON of a real synthesis."""

import json
from typing import Any

from strata.settings import Settings, load
from strata.synthesis import compose

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
