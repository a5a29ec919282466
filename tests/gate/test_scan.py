"""Every check that checkov has is on; none is skipped, and none runs twice."""

from pathlib import Path

from checkov.runner_filter import RunnerFilter
from checkov.terraform.checks.resource.registry import resource_registry

from policies.policy import Policy
from strata.documents.stacks import blocks
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
