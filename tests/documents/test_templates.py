"""What Terraform reads of a text, by Terraform itself and by us."""

import itertools
import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strata.documents.stacks import references
from strata.documents.templates import Part, escaped, expressions, has_expression, parts, read
from strata.settings import Settings, load
from strata.synthesis.synthesize import synthesize
from strata.terraform.binary import terraform
from strata.terraform.plugins import terraform_environment
from strata.terraform.process import Terraform
from tests import WORK

PIECES = ["$", "%", "{", "}", '"', "\\", "\n", "a", " ", "é", "~", "if true", "${", "%{"]
TEXTS = st.lists(st.sampled_from(PIECES), max_size=8).map("".join)


def every() -> list[str]:
    """All short texts of the marks that a template has, and longer ones of the most confusing."""
    marks = ["$", "%", "{", "}", '"', "\\", "\n"]
    short = ["".join(one) for size in (1, 2, 3) for one in itertools.product(marks, repeat=size)]
    long = ["".join(one) for one in itertools.product(["$", "%", "{", "a"], repeat=5)]
    return [*short, *long]


def evaluated(folder: Path, templates: dict[str, str]) -> dict[str, str]:
    """What Terraform makes of templates: a plan without a provider, so without init."""
    outputs = {name: {"value": text} for name, text in templates.items()}
    (folder / "main.tf.json").write_text(json.dumps({"output": outputs}))
    tool = Terraform(terraform(), terraform_environment(), WORK / "logs")
    tool.plan(folder, Path("plan"))
    planned = tool.show(folder, Path("plan"))["planned_values"]["outputs"]
    return {name: planned[name]["value"] for name in templates}


@pytest.mark.terraform
def test_terraform_and_we_read_an_escaped_text_as_it_was_written(tmp_path: Path) -> None:
    texts = every()
    assert len(texts) > 1000
    templates = {f"text_{index}": escaped(text) for index, text in enumerate(texts)}
    # As policies and container definitions are: a template that comes to JSON.
    whole = json.dumps([{"value": escaped(text)} for text in texts])
    found = evaluated(tmp_path, {**templates, "whole": whole})
    assert [one["value"] for one in json.loads(found.pop("whole"))] == texts
    assert list(found.values()) == texts
    assert [read(one) for one in templates.values()] == texts
    assert not any(map(has_expression, templates.values()))


@pytest.mark.terraform
def test_every_text_of_the_settings_arrives_as_it_was_written(tmp_path: Path) -> None:
    texts = every()[:400]
    path, key = '/${file("main.tf.json")}%{if}"$$${', "${aws_vpc.network_vpc.id} %%{ $${x}"
    data = load("local").model_dump(by_alias=True)
    data["service"]["environment"] = {f"V{index}": text for index, text in enumerate(texts)}
    data["edge"]["health_check_path"] = path
    data["cluster"]["key_pair"] = key
    synthesize([Settings.model_validate(data)], tmp_path)
    stack = json.loads((tmp_path / "composed" / "local" / "cdk.tf.json").read_text())["resource"]
    group = stack["aws_lb_target_group"]["edge_target_group"]
    definitions = stack["aws_ecs_task_definition"]["service_task_definition"][
        "container_definitions"
    ]
    # Its own references lead to resources that are not there.
    others = "aws_db_instance", "aws_elasticache", "aws_ssm", "aws_secret", "aws_cloudwatch"
    for one in others:
        definitions = re.sub(rf"\$\{{{one}[\w.\[\]]*\}}", "x", definitions)
    found = evaluated(
        tmp_path,
        {
            "definitions": definitions,
            "path": group["health_check"]["path"],
            "key": stack["aws_launch_template"]["cluster_launch_template"]["key_name"],
        },
    )
    [container] = json.loads(found["definitions"])
    arrived = {one["name"]: one["value"] for one in container["environment"]}
    assert [arrived[f"V{index}"] for index in range(len(texts))] == texts
    assert (found["path"], found["key"]) == (path, key)


@pytest.mark.terraform
@given(text=TEXTS.filter(lambda text: not text.endswith("$")), other=TEXTS)
def test_an_expression_is_told_from_the_text_around_it(text: str, other: str) -> None:
    template = f'{escaped(text)}${{join(",", ["}}", aws_a.b.c]) }}{escaped(other)}'
    assert list(expressions(template)) == ['join(",", ["}", aws_a.b.c]) ']
    assert [one.address for one in references({"x": [template]})] == ["aws_a.b"]
    assert "".join(one.text for one in parts(template) if not one.expression) == text + other


@given(text=TEXTS)
def test_an_escaped_text_refers_to_nothing(text: str) -> None:
    assert list(references([escaped(text + "${aws_a.b.c}")])) == []
    assert read(escaped(text)) == text


TEMPLATES: list[tuple[str, list[Part]]] = [
    ("", []),
    ("$${a}", [Part("${a}")]),
    ("$$${a}", [Part("$${a}")]),
    ("%{if a}b%{endif}", [Part("if a", True), Part("b"), Part("endif", True)]),
    ("${a}${b}", [Part("a", True), Part("b", True)]),
    ('${a["x}"]}', [Part('a["x}"]', True)]),
    ('${{"k" = "${b}"}}', [Part('{"k" = "${b}"}', True)]),
    ("${a", [Part("a", True)]),
]


def test_a_template_has_its_parts() -> None:
    for template, found in TEMPLATES:
        assert list(parts(template)) == found, template
