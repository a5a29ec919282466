"""The gate takes for a secret what `strata check` takes for one."""

import json
from typing import Any

import pytest
from checkov.common.models.enums import CheckResult
from checkov.terraform.checks.resource.registry import resource_registry

from policies.policy import Policy
from strata.gate.scan import known_checks
from strata.settings import Settings, load
from strata.synthesis.synthesize import compose
from tests.secret_values import HARMLESS, SECRETS

Json = dict[str, Any]
TASK = "service_task_definition"


@pytest.fixture(scope="module")
def plain_secret() -> Policy:
    """The check for secrets in plain variables."""
    known_checks()
    checks = resource_registry.get_all_registered_checks()
    return next(c for c in checks if c.id == "STRATA_CONTAINER_6" and isinstance(c, Policy))


def conf(name: str, value: str, **more: Any) -> Json:
    # As synthesis writes what is no expression.
    text = value.replace("${", "$${").replace("%{", "%%{")
    container = {"name": "api", "environment": [{"name": name, "value": text}]}
    return {"container_definitions": [json.dumps([container])], **more}


@pytest.mark.parametrize(
    ("cases", "result"),
    [(SECRETS, CheckResult.FAILED), (HARMLESS, CheckResult.PASSED)],
    ids=["secrets", "harmless"],
)
def test_secrets_are_found_and_nothing_else(
    cases: tuple[tuple[str, str], ...], result: CheckResult, plain_secret: Policy
) -> None:
    for name, value in cases:
        assert plain_secret.scan_resource_conf(conf(name, value)) == result, (name, value)


def test_a_reason_counts_and_a_blank_one_does_not(plain_secret: Policy) -> None:
    for reason, result in (
        ("every page shows it", CheckResult.PASSED),
        (" ", CheckResult.FAILED),
        ("", CheckResult.FAILED),
        (None, CheckResult.FAILED),
    ):
        for given in ({"API_TOKEN": reason}, [{"API_TOKEN": [reason]}]):
            found = conf("API_TOKEN", "public", **{"//": {"not_secret": given}})
            assert plain_secret.scan_resource_conf(found) == result


def composed(**service: Any) -> Json:
    data = load("local").model_dump()
    data["service"].update(service)
    stack = compose(Settings.model_validate(data))
    return dict(stack["resource"]["aws_ecs_task_definition"][TASK])


def test_the_definitions_of_a_synthesis_are_judged_the_same(plain_secret: Policy) -> None:
    """With the reasons of the settings beside them."""
    plain = {name: value for name, value in HARMLESS if "${" not in value and "%{" not in value}
    secrets = {"API_TOKEN": "public", "QUEUE_URL": "amqp://shop:pa/ss@queue"}
    reasons = {"API_TOKEN": "every page shows it", "QUEUE_URL": "a test's"}
    judge = plain_secret.scan_resource_conf
    assert judge(composed(environment=plain)) == CheckResult.PASSED
    assert judge(composed(environment=secrets)) == CheckResult.FAILED
    assert judge(composed(environment=secrets, not_secret=reasons)) == CheckResult.PASSED
    del reasons["QUEUE_URL"]
    assert judge(composed(environment=secrets, not_secret=reasons)) == CheckResult.FAILED
