"""A team's own layer: the example of its guide, through everything that needs no AWS."""

import ast
import hashlib
import json
import re
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from strata.cost.estimate import estimate
from strata.cost.prices import shipped
from strata.cost.resources import of_stack
from strata.documents.layers import LAYERS, needs, standing
from strata.documents.stacks import blocks, layers, stack
from strata.errors import StrataError, UsageError
from strata.machine import folders
from strata.machine.folders import Folders
from strata.map.write import drawn
from strata.reach import from_stack, open_flows
from strata.settings import load
from strata.synthesis.synthesize import compose, synthesize
from tests import ROOT
from tests.gate.command import Command
from tests.synthesis.edited import Edit, Project, edited

Json = dict[str, Any]

GUIDE = ROOT / "docs" / "your-own-resources.md"
QUEUE, BUCKET = "aws_sqs_queue.own_orders", "aws_s3_bucket.own_uploads"
SERVICE = "aws_ecs_service.service_service"
SHIPPED = "47e47aa0e8e10cc910484a2238880c71126a6bfef45da88ade0863cb8c00bbcf"
"""SHA-256 of modules/own.py as it was first shipped."""


def example() -> tuple[str, str]:
    """The code and the waivers of the guide."""
    text = GUIDE.read_text()
    (code,) = re.findall(r"```python\n(.*?)```", text, re.S)
    (waivers,) = re.findall(r"```toml\n(.*?)```", text, re.S)
    return code, waivers


def own_project(folder: Path) -> Project:
    """A copy of the project with the example of the guide in it."""
    code, waivers = example()
    project = edited(folder, [Edit("policies/waivers.toml", "", f"\n{waivers}")])
    (project.root / "modules" / "own.py").write_text(code)
    return project


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The example, synthesized to `out`."""
    project = own_project(tmp_path_factory.mktemp("own") / "project")
    project.synthesize()
    return project


@pytest.fixture
def own(project: Project) -> Callable[[str], Json]:
    """A folder of the synthesis -> its JSON."""

    def read(folder: str) -> Json:
        return dict(json.loads((project.root / "out" / folder / "cdk.tf.json").read_text()))

    return read


@pytest.fixture
def in_project(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """This process works on the copy, and reads the waivers in it."""
    monkeypatch.setattr(folders.CHOSEN, "folders", Folders.of(project.root))


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """The `strata` command."""
    return Command(monkeypatch, capsys)


def test_strata_imports_build_and_nothing_else_of_the_teams_file() -> None:
    seen = set()
    for folder in ("modules", "strata", "policies", "tools", "emulator"):
        for file in (ROOT / folder).rglob("*.py"):
            text = file.read_text()
            if not re.search(r"modules\s*\.\s*own\b", text):
                continue
            for node in ast.walk(ast.parse(text)):
                if isinstance(node, ast.ImportFrom) and node.module == "modules.own":
                    seen |= {(file.name, name.name) for name in node.names}
                elif isinstance(node, ast.Import | ast.ImportFrom):
                    assert "modules.own" not in [name.name for name in node.names]
    assert seen == {("environment.py", "build")}


def test_no_upgrade_changes_the_teams_file() -> None:
    """A merge of a new version keeps a team's edits only while this file is never edited here."""
    shipped_file = (ROOT / "modules" / "own.py").read_bytes()
    assert hashlib.sha256(shipped_file).hexdigest() == SHIPPED


def test_the_layer_needs_what_it_may_read_and_comes_before_the_service(project: Project) -> None:
    found = standing(project.root / "out" / "stacks", "local")
    assert found == [*list(LAYERS)[:-1], "own", "service"]
    order = needs(found)
    assert set(order["own"]) == set(LAYERS) - {"service"}
    assert "own" in order["service"]
    assert needs(list(LAYERS)) == dict(LAYERS)


def test_it_has_a_state_of_its_own_and_the_service_reads_it(own: Callable[[str], Json]) -> None:
    mine = own("stacks/local-own")
    assert mine["terraform"]["backend"]["s3"]["key"] == "local/own.tfstate"
    assert {QUEUE, BUCKET} <= set(blocks(mine))
    tags = blocks(mine)[QUEUE]["tags"]
    assert (tags["Layer"], tags["Name"], tags["Project"]) == ("own", "shop-local-orders", "shop")
    sources = own("stacks/local-service")["data"]["terraform_remote_state"]
    assert "local/own.tfstate" in [source["config"]["key"] for source in sources.values()]
    assert layers(own("composed/local")) == [*list(LAYERS)[:-1], "own", "service"]


def test_the_service_gets_its_variables_and_permissions(own: Callable[[str], Json]) -> None:
    resources = blocks(own("composed/local"))
    task = resources["aws_ecs_task_definition.service_task_definition"]
    (container,) = json.loads(task["container_definitions"])
    values = {entry["name"]: entry["value"] for entry in container["environment"]}
    assert values["ORDERS_QUEUE_URL"] == f"${{{QUEUE}.url}}"
    policy = resources["aws_iam_role_policy.service_task_role_policy"]
    assert policy["role"] == "${aws_iam_role.service_task_role.id}"
    statements = json.loads(policy["policy"])["Statement"]
    assert [statement["Resource"] for statement in statements] == [
        [f"${{{QUEUE}.arn}}"], [f"${{{BUCKET}.arn}}/*"]
    ]  # fmt: skip
    service = resources[SERVICE]
    assert "aws_iam_role_policy.service_task_role_policy" in service["depends_on"]


def test_nothing_else_is_changed_by_it(
    own: Callable[[str], Json], composed: Callable[[str], Json]
) -> None:
    theirs, ours = blocks(own("composed/local")), blocks(composed("local"))
    touched = {"aws_ecs_task_definition.service_task_definition", SERVICE}
    assert {address for address in ours if ours[address] != theirs[address]} == touched
    assert {address.partition(".")[2].partition("_")[0] for address in theirs.keys() - ours} == {
        "own", "service"
    }  # fmt: skip


def test_the_gate_judges_it_and_needs_the_waivers_of_the_guide(
    project: Project, in_project: None, command: Command, tmp_path: Path
) -> None:
    clean = command("gate", "--synthesized", str(project.root / "out"))
    assert clean.code == 0, clean.out + clean.err
    spoiled = shutil.copytree(project.root / "out", tmp_path / "out")
    for file in (spoiled / "stacks/local-own", spoiled / "composed/local"):
        text = (file / "cdk.tf.json").read_text()
        assert text.count('"sqs_managed_sse_enabled": true') == 1
        changed = text.replace(
            '"sqs_managed_sse_enabled": true', '"sqs_managed_sse_enabled": false'
        )
        (file / "cdk.tf.json").write_text(changed)
    answer = command("gate", "--synthesized", str(spoiled), "--format", "json")
    assert answer.code == 1
    (finding,) = json.loads(answer.out)["findings"]
    assert finding["constructs"] == ["own/orders"]


def test_its_cost_is_told_as_not_priced(own: Callable[[str], Json]) -> None:
    settings = load("local")
    cost = estimate(of_stack(stack(own("composed/local"))), settings, shipped())
    mine = [charge.resource for charge in cost.not_priced if charge.layer == "own"]
    assert mine == [BUCKET, QUEUE]
    assert cost.complete is False


def test_the_picture_of_the_system_shows_it_with_the_service_that_uses_it(
    own: Callable[[str], Json],
) -> None:
    made = drawn(stack(own("composed/local")), "shop-local")
    system = made.pictures[1]
    assert system.node(QUEUE).title == "shop-local-orders"
    assert system.node(QUEUE).label == "SQS queue"
    uses = {
        edge.target for edge in system.edges if (edge.source, edge.lines) == (SERVICE, ("uses",))
    }
    assert uses == {QUEUE, BUCKET}
    boxes = {node.id for node in system.nodes if ".own_" in node.id}
    assert boxes == {QUEUE, BUCKET}
    parts = {part.address for thing in made.things if thing.id == BUCKET for part in thing.parts}
    assert "aws_s3_bucket_versioning.own_uploads_versioning" in parts


def test_the_paths_of_the_network_are_as_before(
    own: Callable[[str], Json], composed: Callable[[str], Json]
) -> None:
    with_own = open_flows(from_stack(stack(own("composed/local"))))
    assert with_own == open_flows(from_stack(stack(composed("local"))))


@pytest.mark.parametrize(
    ("name", "who"), [("DB_HOST", "Strata"), ("LOG_LEVEL", "service.environment")]
)
def test_a_variable_that_exists_already_is_refused(name: str, who: str) -> None:
    from modules.own_layer import ForService, checked  # noqa: PLC0415 - imports CDKTF

    settings = load("local")
    service = settings.service.model_copy(update={"environment": {"LOG_LEVEL": "info"}})
    settings = settings.model_copy(update={"service": service})
    with pytest.raises(UsageError, match=f"{name}, which .*{who}.* sets"):
        checked(ForService(environment={name: "x"}), settings)
    assert checked(None, settings) == ForService()


HEAD = """from cdktf_cdktf_provider_aws.sqs_queue import SqsQueue
from modules.own_layer import ForService, Permission

def build(scope, settings, layers):
"""


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], StrataError]:
    """The content of the team's file -> the error on it."""
    import modules  # noqa: PLC0415 - as the rest of it

    def build(text: str) -> StrataError:
        folder = tmp_path / "modules"
        folder.mkdir()
        (folder / "own.py").write_text(text)
        monkeypatch.setattr(modules, "__path__", [str(folder), *modules.__path__])
        monkeypatch.delitem(sys.modules, "modules.own", raising=False)
        with pytest.raises(StrataError) as caught:
            compose(load("local"))
        return caught.value

    return build


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("    return SqsQueue(scope, 'a'", r":5: SyntaxError: '\(' was never closed"),
        ("    scope.nothing", r":5: AttributeError: .* has no attribute 'nothing'"),
        ("    layers.nothing", r":5: AttributeError: .* has no attribute 'nothing'"),
        ("    nothing", ":5: NameError: name 'nothing' is not defined"),
        ("    import nothing_at_all", ":5: ModuleNotFoundError: No module named 'nothing_at_all'"),
        ("    SqsQueue(scope, 'a', nam='x')", ":5: TypeError: .* argument 'nam'"),
        ("    SqsQueue(scope, 'a', name=5)", ":5: TypeError: type of argument name must be"),
        ("    ForService(enviroment={})", ":5: TypeError: .* argument 'enviroment'"),
        ("    [SqsQueue(scope, 'a') for _ in '12']", ":5: .*already a Construct with name 'a'"),
        ("    raise ValueError('hunter2')", ":5: ValueError$"),
        ("    import json; json.loads('hunter2')", ":5: JSONDecodeError$"),
        ("    def inner(): raise KeyError('hunter2')\n    inner()", ":5: KeyError$"),
        ("    return SqsQueue(scope, 'a')", ": build returns SqsQueue"),
        ("    return ForService({'A': 5})", r": build returns environment\['A'\] of type int"),
        ("    return ForService({}, ['sqs'])", ": build returns a permission of type str"),
        ("    return ForService({}, [Permission('sqs:*', ['x'])])", "a list is meant"),
        ("    return ForService({}, [Permission(['sqs:*'], 'x')])", "a list is meant"),
    ],
)
def test_what_is_wrong_in_the_teams_file_is_told_with_its_line(
    body: str, said: str, built: Callable[[str], StrataError]
) -> None:
    """It is no defect of Strata's, and nothing to report."""
    error = built(f"{HEAD}{body}\n")
    assert isinstance(error, UsageError)
    assert re.match(rf"modules/own\.py.*{said}", error.message), error.message
    assert error.hint
    assert "hunter2" not in error.message


ENDED = """    import json
    from unittest.mock import patch
    from jsii._kernel.providers.process import _NodeProcess as process
    read = process._next_message
    with patch.object(process, "_next_message", lambda self: [read(self), json.loads("")]):
        scope.node.add_metadata("a", "b")
"""


def test_a_node_that_ends_in_it_is_no_fault_of_the_file(
    built: Callable[[str], StrataError],
) -> None:
    """Where memory is used up, say; JSON that the file itself cannot read is one."""
    assert built(f"{HEAD}{ENDED}").message == "Node ended before its work was done"


def test_a_file_without_build_is_told_by_name(built: Callable[[str], StrataError]) -> None:
    error = built("x = 1\n")
    words = "ImportError: cannot import name 'build' from 'modules.own'"
    assert error.message == f"modules/own.py: {words}"


def test_a_layer_that_is_taken_out_leaves_no_stack(
    project: Project, in_project: None, command: Command, tmp_path: Path
) -> None:
    out = shutil.copytree(project.root / "out", tmp_path / "out")
    assert "own" in standing(out / "stacks", "local")
    # In this process own.py is as it was shipped.
    synthesize([load("local")], out)
    assert standing(out / "stacks", "local") == list(LAYERS)
    answer = command("gate", "--synthesized", str(out))
    assert answer.code == 0, answer.out + answer.err
    stacks = json.loads((out / "manifest.json").read_text())["stacks"]
    assert set(stacks) == {f"local-{layer}" for layer in LAYERS}
