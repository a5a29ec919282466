"""Every check that checkov has is on; none is skipped, and none runs twice."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from checkov.runner_filter import RunnerFilter
from checkov.terraform.checks.resource.registry import resource_registry

from policies.policy import Policy
from strata.documents.stacks import blocks
from strata.gate.documents import read
from strata.gate.resolve import resolved
from strata.gate.scan import known_checks, scan_stacks
from strata.gate.waivers import read as read_waivers

CHECKOV = Path(sys.executable).with_name("checkov")


def test_our_checks_are_registered_once(synthesized: Path) -> None:
    scan_stacks(read(synthesized, ["local", "dev"]))
    ours = {
        id(check): check.id
        for check in resource_registry.get_all_registered_checks()
        if isinstance(check, Policy)
    }
    assert len(set(ours.values())) == len(ours) > 25


def test_every_check_for_the_types_we_emit_is_on(synthesized: Path) -> None:
    known_checks()
    on = RunnerFilter(framework=["terraform_json"])
    kinds = {
        address.partition(".")[0]
        for environment in read(synthesized)
        for address in blocks(environment.composed)
    }
    checks = {check.id: check for kind in kinds for check in resource_registry.get_checks(kind)}
    assert len(checks) > 100
    assert [name for name, check in checks.items() if not on.should_run_check(check)] == []


@pytest.fixture(scope="module")
def theirs(
    synthesized: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, set[tuple[str, str]]]:
    """Environment -> (check, name) of what the checkov command finds in its composed stack, without
    our waivers, our own checks and its configuration."""
    folder = tmp_path_factory.mktemp("resolved")
    found: dict[str, set[tuple[str, str]]] = {"local": set(), "prod": set()}
    for environment in read(synthesized, [*found]):
        (folder / environment.name).mkdir()
        text = json.dumps(resolved(environment.composed))
        (folder / environment.name / "cdk.tf.json").write_text(text)
    answer = subprocess.run(
        [CHECKOV, "-d", str(folder), "--framework", "terraform_json", "--compact", "--quiet",
         "--skip-download", "-o", "json"],
        cwd=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip
    for one in json.loads(answer.stdout)["results"]["failed_checks"]:
        name = one["file_path"].strip("/").partition("/")[0]
        found[name].add((one["check_id"], one["resource"].rpartition(".")[2]))
    return found


@pytest.mark.parametrize("name", ["local", "prod"])
def test_the_gate_finds_all_that_the_checkov_command_finds(
    name: str, synthesized: Path, theirs: dict[str, set[tuple[str, str]]]
) -> None:
    failures = scan_stacks(read(synthesized, [name]))
    assert len(theirs[name]) > 10
    assert {(one.check, one.address.rpartition(".")[2]) for one in failures} == theirs[name]
    waived = {(one.check, one.resource) for one in read_waivers()}
    assert {(one.check, one.construct) for one in failures} <= waived
