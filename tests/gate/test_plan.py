"""A saved plan is judged by what it resolved, and where it does not know by what was written."""

import copy
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from strata.gate.judge import judge
from strata.gate.plan import overlay, planned_values
from strata.local import emulator as emulation
from strata.terraform.binary import terraform
from strata.terraform.plugins import terraform_environment
from strata.terraform.process import Terraform
from tests import WORK
from tests.gate.changes import BALANCER, DB, GROUP, REDIS, TASK
from tests.gate.command import Command

Json = dict[str, Any]


@pytest.fixture(scope="module")
def planned(synthesized: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of `local`'s composed stack, planned by the real Terraform before its first apply:
    `plan` as Terraform saves it, `plan.json` as it shows it."""
    folder = tmp_path_factory.mktemp("planned")
    shutil.copytree(synthesized / "composed" / "local", folder, dirs_exist_ok=True)
    with emulation.emulator(tmp_path_factory.mktemp("emulator")):
        tool = Terraform(terraform(), terraform_environment(), WORK / "logs")
        tool.init(folder)
        tool.plan(folder, Path("plan"), "-lock=false")
        (folder / "plan.json").write_text(json.dumps(tool.show(folder, Path("plan"))))
    return folder


@pytest.fixture
def plan(planned: Path) -> Json:
    """The plan as JSON, to be changed."""
    return dict(json.loads((planned / "plan.json").read_text()))


def after(plan: Json, address: str) -> Json:
    """What a resource will be."""
    change = next(one for one in plan["resource_changes"] if one["address"] == address)
    found: Json = change["change"]["after"]
    return found


def found(plan: Json, folder: Path) -> set[tuple[str, str]]:
    """(check, construct) of what is found in a plan beside clean stacks."""
    report = judge(folder, {"local": ""}, {"local": plan})
    return {(check, c) for one in report.findings for check in one.checks for c in one.constructs}


def test_a_plan_as_json_or_as_saved_is_clean(planned: Path, command: Command) -> None:
    for arguments in (
        ["local", "--plan", planned / "plan.json"],
        ["--plan", planned / "plan.json"],
        ["--plan", planned / "plan"],
    ):
        answer = command("-q", "gate", *arguments)
        assert answer.err == ""
        assert answer.out.endswith("local: clean\n")
        assert answer.code == 0


def test_what_aws_computes_is_not_judged(plan: Json, synthesized: Path) -> None:
    after(plan, GROUP)["ingress"] = [{"cidr_blocks": ["0.0.0.0/0"], "protocol": "-1"}]
    assert found(plan, synthesized) == set()


def resolved(folder: Path, address: str, key: str, expression: object) -> None:
    """Write a value that only a plan knows."""
    kind, name = address.split(".")
    for file in folder.glob("*/*/cdk.tf.json"):
        stack = json.loads(file.read_text())
        if name in stack["resource"].get(kind, {}):
            stack["resource"][kind][name][key] = expression
            file.write_text(json.dumps(stack))


@pytest.mark.parametrize(
    ("address", "key", "unsafe", "safe", "check"),
    [
        (DB, "storage_encrypted", False, True, "STRATA_DB_2"),
        (REDIS, "at_rest_encryption_enabled", "false", "true", "STRATA_REDIS_1"),
        (BALANCER, "from_port", 22, 443, "STRATA_OPEN_1"),
    ],
)
def test_a_value_that_only_the_plan_knows_is_judged(
    address: str, key: str, unsafe: object, safe: object, check: str, plan: Json, local: Path
) -> None:
    after(plan, address)[key] = unsafe
    assert check in {name for name, _ in found(plan, local)}
    after(plan, address)[key] = safe
    assert found(plan, local) == set()


def test_a_plan_answers_what_was_open_without_it(plan: Json, local: Path, command: Command) -> None:
    repository = "aws_ecr_repository.registry_repository"
    resolved(
        local, repository, "image_scanning_configuration",
        {"scan_on_push": "${data.aws_ssm_parameter.scan.value}"},
    )  # fmt: skip
    assert command("gate", "--synthesized", local).code == 2
    file = local / "plan.json"
    for value, code in ((True, 0), (False, 1)):
        after(plan, repository)["image_scanning_configuration"] = [{"scan_on_push": value}]
        file.write_text(json.dumps(plan))
        answer = command("gate", "--synthesized", local, "--plan", file)
        assert answer.code == code, answer


def test_what_a_plan_does_not_know_neither_opens_nor_finds(plan: Json, local: Path) -> None:
    task = next(one for one in plan["resource_changes"] if one["address"] == TASK)["change"]
    assert task["after_unknown"]["container_definitions"] is True
    assert found(plan, local) == set()
    for file in (*local.glob("composed/*/*.json"), *local.glob("stacks/*-service/*.json")):
        stack = json.loads(file.read_text())
        body = stack["resource"]["aws_ecs_task_definition"]["service_task_definition"]
        body["container_definitions"] = body["container_definitions"].replace(
            '"privileged": false', '"privileged": true'
        )
        file.write_text(json.dumps(stack))
    assert found(plan, local) == {
        ("STRATA_CONTAINER_2", "service/task_definition"),
    }


def test_a_secret_in_a_plan_is_found(plan: Json, local: Path) -> None:
    spoiled = copy.deepcopy(plan)
    spoiled["planned_values"]["outputs"]["db_password"] = {"value": "x", "sensitive": True}
    spoiled["variables"] = {"api_token": {"value": "x"}}
    assert found(spoiled, local) == {
        ("STRATA_SECRET_3", "output db_password"), ("STRATA_SECRET_2", "variable api_token"),
    }  # fmt: skip


BROKEN: dict[str, Callable[[Json], object]] = {
    "has errors": lambda plan: plan.update(errored=True),
    "is no plan": lambda plan: plan.pop("format_version"),
    "no resource in it": lambda plan: plan.update(resource_changes=[]),
    "not in what was synthesized": lambda plan: plan["resource_changes"][0].update(name="other"),
    "which is not judged here": lambda plan: [
        (one["change"]["after"] or {}).get("tags", {}).update(Environment="prod")
        for one in plan["resource_changes"]
        if (one["change"]["after"] or {}).get("tags")
    ],
}  # fmt: skip


@pytest.mark.parametrize("words", BROKEN)
def test_a_broken_plan_is_no_verdict(words: str, plan: Json, local: Path, command: Command) -> None:
    BROKEN[words](plan)
    file = local / "plan.json"
    file.write_text(json.dumps(plan))
    answer = command("gate", "--synthesized", local, "--plan", file)
    assert answer.code == 2
    assert words in answer.err


@pytest.mark.terraform
@pytest.mark.parametrize("content", [b"", b"{", b"PK\x03\x04", b"\xff"])
def test_a_file_that_is_no_plan_is_no_verdict(
    content: bytes, tmp_path: Path, command: Command
) -> None:
    file = tmp_path / "plan"
    file.write_bytes(content)
    answer = command("gate", "local", "--plan", file)
    assert answer.code == 2
    assert str(file) in answer.err
    assert "hint: terraform show -json PLAN > FILE" in answer.err
    answer = command("gate", "local", "--plan", tmp_path / "none")
    assert answer.code == 2
    assert "hint: terraform show -json PLAN > FILE" in answer.err


def test_a_planned_text_that_looks_like_an_expression_is_text() -> None:
    written = {"resource": {"aws_x": {"y": {"a": "$${aws_b.c.d}", "b": "${aws_b.c.d}"}}}}
    change = {
        "address": "aws_x.y", "type": "aws_x", "name": "y", "mode": "managed",
        "change": {"after": {"a": "${aws_b.c.d}", "b": "%{if}"}},
    }  # fmt: skip
    planned = overlay({"resource_changes": [change]}, written)
    assert planned["resource"]["aws_x"]["y"] == {"a": "$${aws_b.c.d}", "b": "%%{if}"}
    output = {"planned_values": {"outputs": {"o": {"value": "${a}"}}}}
    assert planned_values(output)["output"] == {"o": {"value": "$${a}"}}


@pytest.mark.parametrize("attribute", ["name", "id"])
def test_a_parameter_group_stays_one_of_this_code_once_its_name_is_planned(attribute: str) -> None:
    body = {"parameter_group_name": f"${{aws_db_parameter_group.p.{attribute}}}"}
    change = {"after": {"parameter_group_name": "shop-local-database"}, "after_unknown": {}}
    planned = {
        "type": "aws_db_instance", "name": "d", "mode": "managed",
        "address": "aws_db_instance.d", "change": change,
    }  # fmt: skip
    laid = overlay({"resource_changes": [planned]}, {"resource": {"aws_db_instance": {"d": body}}})
    assert laid["resource"]["aws_db_instance"]["d"] == body


CLUSTER_NAME = "${aws_ecs_cluster_capacity_providers.cluster_capacity_providers.cluster_name}"


@pytest.mark.parametrize("own", [True, False])
def test_a_cluster_stays_one_of_this_code_once_its_arn_is_planned(own: bool) -> None:
    """A schedule may start tasks in the cluster of this code, and in no other."""
    cluster = "arn:aws:ecs:eu-central-1:123456789012:cluster/"
    target = {"arn": cluster + (CLUSTER_NAME if own else "theirs")}
    change = {"after": {"target": [{"arn": f"{cluster}shop-local"}]}, "after_unknown": {}}
    planned = {
        "type": "aws_scheduler_schedule", "name": "s", "mode": "managed",
        "address": "aws_scheduler_schedule.s", "change": change,
    }  # fmt: skip
    written = {"resource": {"aws_scheduler_schedule": {"s": {"target": target}}}}
    laid = overlay({"resource_changes": [planned]}, written)["resource"]["aws_scheduler_schedule"]
    assert (laid["s"]["target"] == target) is own
