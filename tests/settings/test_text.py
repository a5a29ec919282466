"""A text of the settings is text to all that reads what was synthesized."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import tomli_w

from strata.cost.estimate import estimate
from strata.cost.prices import shipped
from strata.cost.resources import of_stack
from strata.documents.stacks import Stack, stack
from strata.map.write import drawn
from strata.plan_file.changes import Change
from strata.plan_file.differences import leaves
from strata.settings import InvalidSettings, Settings, load
from strata.settings.load import judge
from strata.settings.rules.text import check
from strata.synthesis.synthesize import compose
from tests.gate.command import Command

TASK = "aws_ecs_task_definition.service_task_definition"
TEXTS = {
    "GREETING": "${aws_vpc.network_vpc.id}",
    "LOG_FORMAT": "%{Host}i %h",
    "TWICE": "$${name} %%{x} $$ %%",
    "STATE": "data.terraform_remote_state.a.outputs.b ${data.terraform_remote_state.a.outputs.b}",
    "NAMED": "${local.region} ${var.name}",
    "FILE": '${file("/etc/hostname")}',
    "SECRET_OF": "${aws_secretsmanager_secret_version.cache_auth_token_version.secret_string}",
}
KEY = '${file("/etc/hostname")}'


@pytest.fixture(scope="module")
def settings() -> Settings:
    data = load("local").model_dump(exclude_none=True, by_alias=True)
    data["service"]["environment"] = TEXTS
    data["cluster"]["key_pair"] = KEY
    data["edge"]["health_check_path"] = "/${path}"
    return Settings.model_validate(data)


@pytest.fixture(scope="module")
def built(settings: Settings) -> Stack:
    return stack(compose(settings))


@pytest.mark.usefixtures("checkov_here")
def test_the_gate_reads_it_as_text(
    settings: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    file = tmp_path / "local.toml"
    file.write_text(tomli_w.dumps(settings.model_dump(exclude_none=True, by_alias=True)))
    answer = Command(monkeypatch, capsys)("gate", file)
    assert answer.code == 0, answer.out + answer.err


def test_it_refers_to_nothing(built: Stack, composed: Callable[[str], dict[str, Any]]) -> None:
    without = stack(composed("local"))
    for address, resource in built.resources.items():
        assert built.targets(resource.body) == [
            built.resources.get(one.address) or built.data[one.address]
            for one in without.targets(without.resources[address].body)
        ]


def test_the_map_shows_it_as_it_was_written(built: Stack) -> None:
    parts = {part.address: part for one in drawn(built, "local").things for part in one.parts}
    shown = dict(parts[TASK].settings)
    variables = {
        key.rpartition(".")[2]: value
        for key, value in shown.items()
        if key.startswith("container_definitions.environment[")
    }
    assert {name: variables[name] for name in TEXTS} == TEXTS
    assert dict(parts["aws_launch_template.cluster_launch_template"].settings)["key_name"] == KEY
    assert shown["execution_role_arn"] == "aws_iam_role.service_execution_role.arn"


def test_it_costs_nothing(settings: Settings, built: Stack) -> None:
    prices, plain = shipped(), load("local")
    cost = estimate(of_stack(built), settings, prices)
    assert cost == estimate(of_stack(stack(compose(plain))), plain, prices)


def test_a_review_tells_it_as_it_was_written_where_the_rest_is_unknown(built: Stack) -> None:
    """The task's image and addresses are known after the apply, and so is all of its JSON."""
    [container] = json.loads(built.resources[TASK].body["container_definitions"])
    before = {**container, "environment": [{"name": name, "value": "x"} for name in TEXTS]}
    change = Change(
        TASK, ("delete", "create"), {"container_definitions": json.dumps([before])}, {},
        {"container_definitions": True},
    )  # fmt: skip
    found = {path: (old, new) for path, old, new in leaves(change, built.resources[TASK], {})}
    for name, text in TEXTS.items():
        assert found[f"container_definitions.api.environment.{name}.value"] == ("x", text)
    before["environment"] = [{"name": name, "value": text} for name, text in TEXTS.items()]
    same = Change(
        TASK, ("delete", "create"), {"container_definitions": json.dumps([before])}, {},
        {"container_definitions": True},
    )  # fmt: skip
    told = [path for path, _, _ in leaves(same, built.resources[TASK], {})]
    assert not [one for one in told if any(name in one for name in TEXTS)]


@pytest.mark.parametrize(
    ("section", "line", "key"),
    [
        ("cluster", 'key_pair = "a ${TfToken[TOKEN.3]}"', "cluster.key_pair"),
        ("service.environment", 'A = "#{TfToken[TOKEN.3]}"', "service.environment.A"),
        ("service.environment", 'B = "-8.10956221259138e+298"', "service.environment.B"),
        ("service.environment", 'D = "-8.10956221259138e298"', "service.environment.D"),
        ("service.environment", 'C = "x -81.0956221259138e+297"', "service.environment.C"),
    ],
)
def test_a_mark_of_cdktf_is_refused_with_its_line(
    section: str, line: str, key: str, tmp_path: Path
) -> None:
    file = tmp_path / "local.toml"
    lines = (Path("envs") / "local.toml").read_text().splitlines()
    file.write_text("\n".join([*lines, f"[{section}]", line]))
    with pytest.raises(InvalidSettings) as caught:
        load(str(file))
    [problem] = caught.value.problems
    assert (problem.key, problem.line) == (key, len(lines) + 2)
    assert "contains a CDKTF token" in problem.wrong


def test_other_figures_are_text() -> None:
    texts = ["-8.1e+297", "1e5", "2-1e+298", "-9.1e+298", "e", "-e-", "1.2.3e+4", "#{x} &{y}"]
    data = load("local").model_dump(by_alias=True)
    data["service"]["environment"] = {f"V{index}": text for index, text in enumerate(texts)}
    found, problems = judge(data)
    assert found
    assert not problems
    definitions = stack(compose(found)).resources[TASK].body["container_definitions"]
    held = {one["name"]: one["value"] for one in json.loads(definitions)[0]["environment"]}
    assert [held[f"V{index}"] for index in range(len(texts))] == texts


def test_a_long_row_of_figures_is_judged_at_once() -> None:
    """What grows with the square of the length takes minutes here."""
    data = load("local").model_dump(by_alias=True)
    data["service"]["environment"] = {"A": "1" * 100_000}
    found = Settings.model_validate(data)
    start = time.process_time()
    assert not list(check(found))
    assert time.process_time() - start < 5
