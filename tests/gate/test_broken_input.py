"""What cannot be judged has no verdict: exit code 2, and the file is named."""

import contextlib
import ctypes
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from checkov.common.checks_infra.registry import get_graph_checks_registry
from checkov.terraform.checks.resource.registry import resource_registry

import policies
from policies.policy import Policy
from strata.gate import judged_once
from strata.gate.report import Report
from strata.gate.scan import load_policies
from strata.gate.stops import NO_VERDICT, stopping
from strata.synthesis.moved_blocks import NAME
from strata.views.junit import junit
from strata.views.sarif import sarif
from strata.views.text.gate import text
from tests.gate.changes import REDIS, block
from tests.gate.command import Command

Json = dict[str, Any]


def change(path: Path, how: Callable[[Json], object]) -> None:
    stack = json.loads(path.read_text())
    how(stack)
    path.write_text(json.dumps(stack))


def directory(path: Path) -> None:
    path.unlink()
    path.mkdir()


SPOILED: dict[str, Callable[[Path], object]] = {
    "truncated": lambda path: path.write_text(path.read_text()[:500]),
    "empty": lambda path: path.write_text(""),
    "not UTF-8": lambda path: path.write_bytes(b'{"a": "\xff"}'),
    "no object": lambda path: path.write_text("[]"),
    "without resources": lambda path: path.write_text("{}"),
    "resources without names": lambda path: path.write_text('{"resource": {"aws_vpc": ["a"]}}'),
    "required_version": lambda path: change(
        path, lambda stack: stack["terraform"].update(required_version=">= 1.0")
    ),
    "required_version in a list": lambda path: change(
        path,
        lambda stack: stack.update(terraform=[stack["terraform"], {"required_version": "1"}]),
    ),
    "moved": lambda path: change(
        path, lambda stack: stack.update(moved=[{"from": "a.b", "to": "a.c"}])
    ),
    "an import of nothing in it": lambda path: change(
        path, lambda stack: stack.update({"import": [{"id": "b", "to": "a.c"}]})
    ),
    "an import into a module": lambda path: change(
        path, lambda stack: stack.update({"import": {"id": "b", "to": "module.a.aws_vpc.b"}})
    ),
    "an import that is none": lambda path: change(
        path, lambda stack: stack.update({"import": ["aws_vpc.network_vpc"]})
    ),
    "a module": lambda path: change(
        path, lambda stack: stack.update(module={"a": {"source": "./a"}})
    ),
    "a directory": directory,
    "gone": lambda path: path.unlink(),
}


@pytest.mark.parametrize("where", ["composed/local", "stacks/local-cache"])
@pytest.mark.parametrize("how", SPOILED)
def test_a_spoiled_file_is_no_verdict(where: str, how: str, local: Path, command: Command) -> None:
    spoiled = local / where / "cdk.tf.json"
    SPOILED[how](spoiled)
    answer = command("gate", "--synthesized", local)
    assert answer.code == 2
    assert str(spoiled) in answer.err
    assert answer.out == ""


@contextlib.contextmanager
def obeyed_permissions() -> Iterator[None]:
    """Let even root be refused what a file's mode refuses."""
    system = ctypes.CDLL(None)
    this_thread = (ctypes.c_uint32 * 2)(0x20080522, 0)  # _LINUX_CAPABILITY_VERSION_3
    held = (ctypes.c_uint32 * 6)()  # effective, permitted, inheritable; and those from 32 on
    assert system.capget(this_thread, held) == 0
    fewer = type(held)(*held)
    fewer[0] &= ~0b110  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
    assert system.capset(this_thread, fewer) == 0
    try:
        yield
    finally:
        assert system.capset(this_thread, held) == 0


def test_a_file_without_read_permission_is_no_verdict(local: Path, command: Command) -> None:
    closed = local / "stacks" / "local-cache" / "cdk.tf.json"
    closed.chmod(0)
    with obeyed_permissions():
        answer = command("gate", "--synthesized", local)
    assert answer.code == 2
    assert answer.err.startswith(f"error: {closed}: Permission denied")


def test_a_folder_without_stacks_is_no_verdict(tmp_path: Path, command: Command) -> None:
    answer = command("gate", "--synthesized", tmp_path)
    assert answer.code == 2
    assert str(tmp_path) in answer.err
    (tmp_path / "composed").mkdir()
    (tmp_path / "stacks").mkdir()
    answer = command("gate", "--synthesized", tmp_path)
    assert answer.code == 2
    assert f"{tmp_path} has no composed stack" in answer.err


def test_a_layer_that_is_missing_is_no_verdict(local: Path, command: Command) -> None:
    missing = local / "stacks" / "local-cache"
    missing.rename(local / "elsewhere")
    answer = command("gate", "--synthesized", local)
    assert answer.code == 2
    assert str(missing) in answer.err


def test_a_layer_of_no_environment_is_no_verdict(local: Path, command: Command) -> None:
    stray = local / "stacks" / "other-cache"
    (local / "stacks" / "local-cache").rename(stray)
    answer = command("gate", "--synthesized", local)
    assert answer.code == 2
    assert str(stray) in answer.err


@pytest.mark.parametrize(
    "name", ["more.tf.json", "override.tf", "a.auto.tfvars", "terraform.tfvars"]
)
def test_a_file_that_terraform_reads_too_is_no_verdict(
    name: str, local: Path, command: Command
) -> None:
    more = local / "stacks" / "local-cache" / name
    more.write_text("{}")
    answer = command("gate", "--synthesized", local)
    assert answer.code == 2
    assert str(more) in answer.err


RIGHT = "# From modules/moves.toml.\n\nmoved {\n  from = aws_a.b\n  to   = aws_a.c\n}\n"


@pytest.mark.parametrize(
    "text",
    [
        "",
        RIGHT + 'resource "aws_s3_bucket" "open" {}\n',
        RIGHT + '\nimport {\n  to = aws_a.c\n  id = "x"\n}\n',
        RIGHT.replace("aws_a.c", "module.a.aws_a.c"),
        RIGHT + "\nremoved {\n  from = aws_a.d\n  lifecycle {\n    destroy = true\n  }\n}\n",
        RIGHT.replace("\n}\n", '\n}\nprovider "aws" {}\n'),
    ],
)
def test_a_file_for_moved_blocks_with_anything_else_is_no_verdict(
    text: str, local: Path, command: Command
) -> None:
    file = local / "stacks" / "local-cache" / NAME
    file.write_text(text)
    answer = command("gate", "--synthesized", local)
    assert answer.code == 2
    assert f"{file}: Terraform reads it, and no check does" in answer.err
    file.rename(file.with_name("other.tf"))
    assert command("gate", "--synthesized", local).code == 2


def everywhere(local: Path, how: Callable[[Json], object]) -> Path:
    """Change the cache's layer and the composed stack; gives the latter's file."""
    composed = local / "composed" / "local" / "cdk.tf.json"
    for path in (local / "stacks" / "local-cache" / "cdk.tf.json", composed):
        change(path, how)
    return composed


def test_a_type_that_no_check_knows_is_no_verdict(local: Path, command: Command) -> None:
    file = everywhere(local, lambda s: s["resource"].update(aws_unheard_of={"new": {"a": 1}}))
    answer = command("gate", "--synthesized", local)
    assert answer.code == 2
    assert f"{file}: aws_unheard_of.new: a type that nobody has judged" in answer.err
    assert "policies/vocabulary/aws_unheard_of.toml" in answer.err
    assert "make vocabulary TYPE=aws_unheard_of" in answer.err


def test_a_finding_decides_where_something_else_could_not_be_judged(
    local: Path, command: Command
) -> None:
    def both(stack: Json) -> None:
        stack["resource"].update(aws_unheard_of={"new": {"a": 1}})
        block(stack, REDIS).update(at_rest_encryption_enabled=False, snapshot_name="x")

    file = everywhere(local, both)
    answer = command("gate", "--synthesized", local, "--json")
    assert answer.code == 1
    verdict = json.loads(answer.out)
    assert ["STRATA_REDIS_1" in one["checks"] for one in verdict["findings"]] == [True]
    assert sorted(verdict["unjudged"]) == [
        f"{file}: {REDIS}: snapshot_name: nobody has judged this",
        f"{file}: aws_unheard_of.new: a type that nobody has judged: aws_unheard_of",
    ]
    report = Report.model_validate_json(answer.out)
    shown = text(report)
    assert "not judged, so there may be more findings:" in shown
    assert "aws_unheard_of.new" in shown
    assert shown.endswith("local: 1 finding, 2 not judged\n")
    suite = ElementTree.fromstring(junit(report))[0]
    assert suite.get("errors") == "1"
    assert suite.findtext("testcase/error") == "\n".join(report.unjudged)
    (invocation,) = json.loads(sarif(report))["runs"][0]["invocations"]
    notes = invocation["toolExecutionNotifications"]
    assert [one["level"] for one in notes] == ["error", "error"]
    assert set(stopping(report)) == {"+".join(verdict["findings"][0]["checks"]), NO_VERDICT}


@pytest.mark.parametrize("name", ["var.size", "local.size"])
def test_a_value_that_is_not_there_is_no_verdict(name: str, local: Path, command: Command) -> None:
    file = everywhere(
        local,
        lambda s: s["resource"]["aws_elasticache_subnet_group"]["cache_subnet_group"].update(
            description=f"${{{name}}}"
        ),
    )
    answer = command("gate", "--synthesized", local)
    assert answer.code == 2
    assert str(file) in answer.err
    assert f"cache_subnet_group rests on {name}" in answer.err


def test_a_value_that_is_known_too_late_is_no_verdict(local: Path, command: Command) -> None:
    """checkov says neither yes nor no about the expression, and no other check looks at it."""
    file = local / "composed" / "local" / "cdk.tf.json"
    for path in (local / "stacks" / "local-registry" / "cdk.tf.json", file):
        change(
            path,
            lambda s: s["resource"]["aws_ecr_repository"]["registry_repository"].update(
                image_scanning_configuration={"scan_on_push": "${data.aws_ssm_parameter.a.value}"}
            ),
        )
    answer = command("gate", "--synthesized", local)
    assert answer.code == 2
    assert str(file) in answer.err
    assert "CKV_AWS_163" in answer.err


def test_a_check_that_raises_is_no_verdict(
    local: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_conf: Json) -> bool:
        raise ZeroDivisionError

    load_policies()
    # As in a process that has not judged this repository yet.
    monkeypatch.setattr(judged_once, "JUDGED", {})
    check = next(c for c in resource_registry.checks["aws_ecr_repository"] if isinstance(c, Policy))
    monkeypatch.setitem(vars(check), "_safe", broken)
    answer = command("gate", "--synthesized", local)
    assert answer.code == 2
    assert str(local / "composed" / "local" / "cdk.tf.json") in answer.err
    assert "STRATA_ECR_1 cannot judge aws_ecr_repository.registry_repository" in answer.err


def test_a_check_over_several_resources_that_raises_is_no_verdict(
    local: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_graph: object) -> None:
        raise ZeroDivisionError

    registry = get_graph_checks_registry("terraform")
    registry.load_checks()
    check = next(c for c in registry.checks if c.id == "CKV2_AWS_5")
    # Of this check alone, and gone after the test.
    monkeypatch.setitem(vars(check), "run", broken)
    answer = command("gate", "--synthesized", local)
    assert answer.code == 2
    assert "cdk.tf.json: CKV2_AWS_5 failed" in answer.err


def test_a_check_that_cannot_be_loaded_is_no_verdict(
    local: Path, command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "half_written.py").write_text("def judge(:")
    monkeypatch.setattr(policies, "__path__", [*policies.__path__, str(tmp_path)])
    answer = command("gate", "--synthesized", local)
    assert answer.code == 2
    assert "half_written.py cannot be loaded" in answer.err


def test_arguments_that_do_not_fit_are_no_verdict(local: Path, command: Command) -> None:
    for arguments in (
        [],
        ["local", "--synthesized", local],
        ["--format", "html", "local"],
        ["nowhere"],
        ["--synthesized", local, "--out", local / "gone" / "report.txt"],
    ):
        assert command("gate", *arguments).code == 2


def test_no_verdict_leaves_no_report_of_an_earlier_run(local: Path, command: Command) -> None:
    report = local / "report.xml"
    report.write_text("<testsuites/>")
    (local / "composed" / "local" / "cdk.tf.json").write_text("")
    options = ("--format", "junit", "--out", report)
    assert command("gate", "--synthesized", local, *options).code == 2
    assert report.stat().st_size == 0
