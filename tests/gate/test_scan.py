"""Every check that checkov has is on; none is skipped, runs twice, or stays without a result."""

from pathlib import Path
from typing import Any

import pytest
from checkov.common.checks.base_check import BaseCheck
from checkov.common.models.enums import CheckResult
from checkov.runner_filter import RunnerFilter
from checkov.terraform.checks.data.registry import data_registry
from checkov.terraform.checks.resource.registry import resource_registry

from policies.policy import Policy
from strata.documents.stacks import blocks
from strata.gate import judged_once
from strata.gate.documents import read
from strata.gate.scan import known_checks, scan_stacks


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


class Undecided(BaseCheck):
    """A check of a name that has no result, as checkov's have of what they cannot evaluate."""

    def scan_entity_conf(self, conf: dict[str, Any], entity_type: str) -> CheckResult:
        return CheckResult.UNKNOWN

    def get_evaluated_keys(self) -> list[str]:
        return ["name"]


@pytest.mark.parametrize(
    ("name", "unknown"),
    [("example.com", []), ("${aws_route53_zone.other.name}", [("edge/zone", "name")])],
)
def test_a_data_source_whose_argument_nobody_knows_does_not_pass(
    name: str, unknown: list[tuple[str, str]], synthesized: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known_checks()
    monkeypatch.setattr(judged_once, "JUDGED", {})
    check = Undecided("undecided", "OF_THE_TEST_1", [], ["aws_route53_zone"], "data")
    monkeypatch.setitem(data_registry.checks, "aws_route53_zone", [check])
    [prod] = read(synthesized, ["prod"])
    for stack in (prod.composed, prod.layers["prod-edge"]):
        stack["data"]["aws_route53_zone"]["edge_zone"]["name"] = name
    found = [one for one in scan_stacks([prod]) if one.check == "OF_THE_TEST_1"]
    assert [(one.construct, one.unknown) for one in found] == unknown
