"""A block is judged once, and again when it says something else."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from checkov.common.checks.base_check import BaseCheck

from strata.documents.stacks import blocks
from strata.gate import judged_once as module
from strata.gate.documents import Environment, read
from strata.gate.scan import Failure, load_policies, scan_plan, scan_stacks

OPEN = "${data.aws_ssm_parameter.a.value}"


@pytest.fixture
def local(synthesized: Path) -> Environment:
    return read(synthesized, ["local"])[0]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The checks of one block that are run, where nothing was judged yet."""
    load_policies()
    checks: list[str] = []
    theirs = BaseCheck.run

    def noted(check: BaseCheck, *arguments: Any, **named: Any) -> Any:
        checks.append(check.id)
        return theirs(check, *arguments, **named)

    monkeypatch.setattr(BaseCheck, "run", noted)
    monkeypatch.setattr(module, "JUDGED", {})
    return checks


def scanning(
    environment: Environment, value: object, name: str = "registry_repository"
) -> Environment:
    """The environment where the repository, or another one as well, has its images scanned so."""
    composed, layers = copy.deepcopy((environment.composed, environment.layers))
    for stack in (composed, layers["local-registry"]):
        repositories = stack["resource"]["aws_ecr_repository"]
        repositories[name] = {
            **repositories["registry_repository"],
            "image_scanning_configuration": {"scan_on_push": value},
        }
    return Environment(environment.name, environment.path, composed, layers)


def found(environment: Environment) -> frozenset[Failure]:
    return scan_stacks([environment])


def test_what_was_judged_is_not_judged_again(local: Environment, run: list[str]) -> None:
    first = found(local)
    assert len(first) > 20
    assert len(run) > 200
    run.clear()
    assert found(copy.deepcopy(local)) == first
    assert run == []


@pytest.mark.parametrize(("value", "unknown"), [
    (False, ""), (OPEN, "image_scanning_configuration.scan_on_push"),
])  # fmt: skip
def test_a_block_that_says_something_else_is_and_no_other(
    value: object, unknown: str, local: Environment, run: list[str]
) -> None:
    before = found(local)
    run.clear()
    changed = scanning(local, value)
    new = found(changed) - before
    assert [(one.check, one.unknown) for one in new] == [("CKV_AWS_163", unknown)]
    assert 0 < len(run) < 20
    run.clear()
    assert found(scanning(local, value)) == new | before
    assert found(local) == before
    assert run == []


def permissive(environment: Environment) -> Environment:
    """The environment where the role of the flow log may read, grant and make itself everything."""
    composed, layers = copy.deepcopy((environment.composed, environment.layers))
    actions = ["s3:GetObject", "iam:AttachUserPolicy", "iam:CreateAccessKey"]
    statement = {"Effect": "Allow", "Action": actions, "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    for stack in (composed, layers["local-network"]):
        stack["resource"]["aws_iam_role_policy"]["network_flow_log_role_policy"]["policy"] = policy
    return Environment(environment.name, environment.path, composed, layers)


CLOUDSPLAINING = {"CKV_AWS_286", "CKV_AWS_287", "CKV_AWS_288", "CKV_AWS_289", "CKV_AWS_355"}


@pytest.mark.usefixtures("run")
def test_a_policy_is_judged_by_its_own_words_whatever_its_name_said_before(
    local: Environment,
) -> None:
    """In another environment that is judged with it, or in its plan."""
    before = found(local)
    assert not CLOUDSPLAINING & {one.check for one in before}
    changed = permissive(local)
    assert {one.check for one in found(changed) - before} >= CLOUDSPLAINING
    assert found(local) == before


@pytest.mark.usefixtures("run")
def test_a_policy_of_a_plan_is_judged_by_what_the_plan_resolved(local: Environment) -> None:
    before = found(local)
    address = "aws_iam_role_policy.network_flow_log_role_policy"
    body = blocks(permissive(local).composed)[address]
    planned = {
        "address": address, "type": "aws_iam_role_policy", "mode": "managed",
        "name": "network_flow_log_role_policy",
        "change": {"actions": ["create"], "after": {"policy": body["policy"]}},
    }  # fmt: skip
    plan = {"resource_changes": [planned]}
    assert {one.check for one in scan_plan(local, plan, before) - before} >= CLOUDSPLAINING


def test_the_same_words_in_another_block_are_its_own(local: Environment, run: list[str]) -> None:
    both = scanning(scanning(local, False), False, "another")
    failed = {one.address for one in found(both) if one.check == "CKV_AWS_163"}
    assert failed == {"aws_ecr_repository.registry_repository", "aws_ecr_repository.another"}
    assert "CKV_AWS_163" not in {one.check for one in found(local)}, "it is theirs alone"
