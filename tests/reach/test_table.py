"""The table: whose expectation counts, what it is held against, and how it is shown."""

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from strata.cli import app
from strata.documents.stacks import stack
from strata.errors import UsageError
from strata.reach import from_stack
from strata.reach.intervals import PORTS, Intervals
from strata.reach.report import Path as PathReport
from strata.reach.report import TableReport
from strata.reach.table import OURS, expectations, table
from strata.settings import Settings, load
from strata.settings.models import Reach
from tests import ROOT

pytestmark = pytest.mark.usefixtures("composed_once")

Json = dict[str, Any]
GOOD = (ROOT / "envs" / "local.toml").read_text()
OWN = """
[[reach]]
from = "instances"
to = "instances"
port = 9100
open = true

[[reach]]
from = "cache"
to = "tasks"
open = false
"""


def own(source: str, target: str, port: int | None, *, open_: bool) -> Reach:
    return Reach.model_validate({"from": source, "to": target, "port": port, "open": open_})


def run(*arguments: str) -> tuple[int, str]:
    answer = CliRunner().invoke(app, list(arguments))
    if answer.exception and not isinstance(answer.exception, SystemExit):
        raise answer.exception
    return answer.exit_code, answer.stdout


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`local` with two paths of the user's, of which one is not met."""
    path = tmp_path_factory.mktemp("envs") / "local.toml"
    path.write_text(GOOD + OWN)
    return path


def test_the_users_path_goes_before_ours_on_its_port() -> None:
    found = {
        (e.source, e.target, str(e.ports), e.open)
        for e in expectations([own("instances", "instances", 9100, open_=True)])
        if e.source == e.target
    }
    assert found == {
        ("instances", "instances", "9100", True),
        ("instances", "instances", "0-9099,9101-65535", False),
    }


def test_paths_are_written_back_as_they_were_read(file: Path) -> None:
    settings = load(str(file))
    assert [one.source for one in settings.reach] == ["instances", "cache"]
    assert Settings.model_validate(settings.model_dump()) == settings


def test_a_path_with_a_port_goes_before_one_without_in_any_order() -> None:
    asked = [
        own("cache", "tasks", None, open_=False),
        own("cache", "tasks", 9000, open_=True),
    ]
    for order in (asked, asked[::-1]):
        found = {(str(e.ports), e.open) for e in expectations(order) if e.target == "tasks"}
        assert {("9000", True), ("0-8999,9001-65535", False)} <= found


def test_without_any_of_the_users_ours_stand_as_they_are() -> None:
    assert expectations() == list(OURS)


def test_what_is_not_there_meets_shut_and_misses_open(composed: Callable[[str], Json]) -> None:
    document = json.loads(json.dumps(composed("local")))
    del document["resource"]["aws_elasticache_replication_group"]
    rows = table(from_stack(stack(document)))
    about = [row for row in rows if "cache" in (row.verdict.source, row.verdict.target)]
    assert {row.verdict.state for row in about} == {"absent"}
    assert [row.verdict.source for row in about if not row.met] == ["tasks"]


def test_every_dynamic_host_port_counts_as_the_agent_has_it(
    composed: Callable[[str], Json],
) -> None:
    document = json.loads(json.dumps(composed("local")))
    template = document["resource"]["aws_launch_template"]["cluster_launch_template"]
    text = base64.b64decode(template["user_data"]).decode()
    assert "ECS_DYNAMIC_HOST_PORT_RANGE" not in text
    text += "echo ECS_DYNAMIC_HOST_PORT_RANGE=50000-50100 >> /etc/ecs/ecs.config\n"
    template["user_data"] = base64.b64encode(text.encode()).decode()
    tasks = from_stack(stack(document)).endpoint("tasks")
    assert tasks
    assert tasks.host_ports == Intervals(((50000, 50100),))


def test_the_command_prints_a_line_for_each_path_and_exits_with_0() -> None:
    code, shown = run("reach", "prod")
    lines = shown.splitlines()
    assert code == 0
    assert len(lines) == len(OURS) + 2
    assert lines[1].split()[:5] == ["internet", "load_balancer", "80", "open", "yes"]
    assert lines[-1] == "prod: 25 of 25 paths are as expected"
    assert max(map(len, lines)) <= 80


def test_a_path_that_is_not_met_names_the_rule_and_its_line_and_exits_with_1(file: Path) -> None:
    code, shown = run("reach", str(file))
    assert code == 1
    lines = shown.splitlines()
    where = next(i for i, line in enumerate(lines) if "no        yours" in line)
    assert lines[where].split()[:5] == ["instances", "instances", "9100", "shut", "no"]
    line = GOOD.count("\n") + 2
    assert lines[where + 1] == f"  set in {file}:{line}"
    assert "there, security group: stops" in shown
    assert "no rule allows tcp 9100" in shown
    assert "    aws_security_group.network_instance_security_group" in lines
    assert lines[-1] == "local: 26 of 27 paths are as expected"


def test_check_shows_only_what_is_not_met_and_exits_with_1(file: Path) -> None:
    code, shown = run("check", str(file))
    assert code == 1
    lines = shown.splitlines()
    assert lines[0].endswith(": the settings are right")
    assert "internet" not in shown
    assert [line.split()[:3] for line in lines if line.endswith("yours")] == [
        ["instances", "instances", "9100"]
    ]
    assert lines[-1] == "local: 26 of 27 paths are as expected"


def test_the_json_of_a_table_follows_its_schema(file: Path) -> None:
    code, shown = run("reach", str(file), "--json")
    report = TableReport.model_validate_json(shown)
    assert code == 1
    assert not report.met
    [row] = [row for row in report.rows if not row.met]
    assert (row.path.source, row.path.state, row.must_be) == ("instances", "shut", "open")
    assert (row.file, row.line) == (str(file), GOOD.count("\n") + 2)
    assert row.decides
    assert row.decides.rule == "aws_security_group.network_instance_security_group"


def test_one_path_is_explained_there_and_back() -> None:
    code, shown = run("reach", "prod", "load_balancer", "database", "3306")
    assert code == 0
    assert shown.startswith("prod: load_balancer to database, tcp 3306: shut\n")
    assert shown.splitlines()[-1] == ("    aws_security_group.network_load_balancer_security_group")
    _, shown = run("reach", "prod", "tasks", "database", "--json")
    path = PathReport.model_validate_json(shown)
    assert path.open_ports == [(3306, 3306)]
    assert path.ports == list(PORTS.pairs)
    assert path.passes
    assert {step.way for step in path.passes.steps} == {"there", "back"}
    assert all(step.passes for step in path.passes.steps)
    assert path.stops
    assert not path.stops.steps[-1].passes


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["tasks"], "TO is missing"),
        (["task", "cache"], "task is no endpoint"),
        (["aws_apis", "cache"], "aws_apis only answers"),
        (["tasks", "redis"], "redis is no endpoint"),
    ],
)
def test_an_unknown_endpoint_is_refused(arguments: list[str], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        run("reach", "local", *arguments)
