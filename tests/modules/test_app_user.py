"""The application's own user of MySQL: who gets which secret, in the JSON of a real synthesis."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from strata.documents.stacks import blocks
from strata.documents.templates import read
from strata.synthesis.synthesize import compose
from tests.modules.test_alarms import EMAIL, with_alarms

Json = dict[str, Any]
MASTER = "${aws_db_instance.database_instance.master_user_secret[0].secret_arn}"
APP = "${aws_secretsmanager_secret.database_app_user.arn}"
TASK = "aws_ecs_task_definition.database_app_user_task_definition"
SETTINGS = with_alarms(
    "owned", {"email": EMAIL}, database={"app_user": {"name": "shop_web"}},
    services={"mail": {"command": ["node", "mail.js"]}}, cluster={"max_size": 9},
    jobs={"report": {"command": ["node", "report.js"], "schedule": "rate(1 day)"}},
)  # fmt: skip


@pytest.fixture(scope="module")
def composed_owned() -> Json:
    return compose(SETTINGS)


@pytest.fixture(scope="module")
def resources(composed_owned: Json) -> dict[str, Json]:
    return blocks(composed_owned)


def secrets_of(body: Json) -> dict[str, str]:
    return {
        secret["name"]: secret["valueFrom"]
        for container in json.loads(body["container_definitions"])
        for secret in container["secrets"]
    }


def read_by(resources: dict[str, Json], policy: str) -> list[str]:
    """The secrets that a role may read."""
    statements = json.loads(resources[f"aws_iam_role_policy.{policy}"]["policy"])["Statement"]
    found = [one["Resource"] for one in statements if "GetSecretValue" in str(one["Action"])]
    return [arn for one in found for arn in ([one] if isinstance(one, str) else one)]


def test_every_service_and_job_is_the_user_and_none_reads_the_masters_secret(
    resources: dict[str, Json],
) -> None:
    tasks = {
        address: body
        for address, body in resources.items()
        if address.startswith("aws_ecs_task_definition.") and address != TASK
    }
    assert len(tasks) == 2
    for body in tasks.values():
        secrets = secrets_of(body)
        assert secrets["DB_USERNAME"] == f"{APP}:username::"
        assert secrets["DB_PASSWORD"] == f"{APP}:password::"
        assert MASTER not in json.dumps(body)
    readers = {
        address.partition(".")[2]
        for address, body in resources.items()
        if address.startswith("aws_iam_role_policy.") and MASTER in body["policy"]
    }
    assert readers == {"database_app_user_role_policy"}
    assert APP in read_by(resources, "service_execution_role_policy")


def test_the_task_alone_reads_both_and_its_role_does_nothing_else(
    resources: dict[str, Json],
) -> None:
    assert secrets_of(resources[TASK]) == {
        "APP_PASSWORD": f"{APP}:password:AWSPENDING:",
        "APP_USERNAME": f"{APP}:username:AWSPENDING:",
        "MASTER_USERNAME": f"{MASTER}:username::",
        "MYSQL_PWD": f"{MASTER}:password::",
    }
    assert read_by(resources, "database_app_user_role_policy") == [MASTER, APP]
    statements = json.loads(
        resources["aws_iam_role_policy.database_app_user_role_policy"]["policy"]
    )
    assert {str(one["Action"]) for one in statements["Statement"]} == {
        "secretsmanager:GetSecretValue", "['logs:CreateLogStream', 'logs:PutLogEvents']",
    }  # fmt: skip
    assert "task_role_arn" not in resources[TASK]


def test_the_task_is_pinned_confined_and_of_the_clusters_processors(
    resources: dict[str, Json],
) -> None:
    [container] = json.loads(resources[TASK]["container_definitions"])
    assert re.fullmatch(
        r"public\.ecr\.aws/docker/library/mysql@sha256:[0-9a-f]{64}", container["image"]
    )
    assert container["readonlyRootFilesystem"] is True
    assert container["privileged"] is False
    assert container["user"] == "1000:1000"
    assert resources[TASK]["runtime_platform"]["cpu_architecture"] == "X86_64"
    plain = {one["name"]: one["value"] for one in container["environment"]}
    assert plain["USERS"] == "shop_web shop_web_2"
    assert plain["PRIVILEGES"] == "SELECT, INSERT, UPDATE, DELETE"
    assert plain["TLS"] == "SSL"


def test_terraform_reads_the_script_as_it_is_written(resources: dict[str, Json]) -> None:
    [container] = json.loads(resources[TASK]["container_definitions"])
    [script] = container["command"]
    assert read(script) == Path("modules/app_user.sh").read_text()
    assert "${" in read(script)
    assert not re.search(r"(?<!\$)\$\{", script)


def test_no_value_is_in_terraform_at_all(composed_owned: Json) -> None:
    resources = composed_owned["resource"]
    assert "database_app_user" in resources["aws_secretsmanager_secret"]
    assert list(resources["aws_secretsmanager_secret_version"]) == ["cache_auth_token_version"]
    assert list(composed_owned["ephemeral"]["aws_secretsmanager_random_password"]) == [
        "cache_auth_token"
    ]


def test_another_name_is_another_secret_made_before_the_old_one_goes(
    resources: dict[str, Json],
) -> None:
    secret = resources["aws_secretsmanager_secret.database_app_user"]
    assert secret["name_prefix"] == "shop-owned-app-user-shop_web-"
    assert secret["lifecycle"] == {"create_before_destroy": True}


def test_a_new_password_of_the_user_deploys_the_services_and_the_masters_does_not(
    resources: dict[str, Json],
) -> None:
    pattern = json.loads(
        resources["aws_cloudwatch_event_rule.service_new_password"]["event_pattern"]
    )
    assert pattern["resources"] == [APP]


def test_without_the_setting_nothing_of_it_is_there(composed: Callable[[str], Json]) -> None:
    for environment in ("local", "dev", "staging", "prod"):
        text = json.dumps(composed(environment))
        assert "app_user" not in text
        assert "database-user" not in text
        assert "database_resource_id" not in text
