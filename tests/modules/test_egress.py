"""Ways out: group and ACL rules of a real synthesis, as the reachability analysis reads them."""

from pathlib import Path
from typing import Any

import pytest

from modules.network import acl_rules
from strata.documents.stacks import stack
from strata.gate.documents import read
from strata.gate.paths import judged_paths
from strata.gate.scan import scan_stacks
from strata.reach import explain, from_stack
from strata.reach.table import table
from strata.settings import Settings, load
from strata.synthesis.synthesize import synthesize
from tests.composing import compose

MAIL = {"port": 587, "ranges": ["203.0.113.0/24", "198.51.100.7/32"]}
POSTGRES = {"port": 5432, "ranges": ["0.0.0.0/0"]}


def settings(nat: str, *ways: dict[str, Any]) -> Settings:
    data = load("local").model_dump(by_alias=True)
    data["network"]["nat"] = nat
    data["service"]["egress"] = list(ways)
    return Settings.model_validate(data)


@pytest.mark.parametrize("nat", ["none", "single"])
def test_the_ports_are_open_to_their_ranges_there_and_back_and_nothing_else_is(nat: str) -> None:
    found = settings(nat, MAIL, POSTGRES)
    composed = compose(found)
    network = from_stack(stack(composed))
    states = {
        port: explain(network, "instances", "internet", port).state
        for port in (443, 587, 5432, 25, 588)
    }
    assert states == {443: "open", 587: "partly", 5432: "open", 25: "shut", 588: "shut"}
    rules = composed["resource"]["aws_vpc_security_group_egress_rule"].values()
    assert {(rule["from_port"], rule["cidr_ipv4"]) for rule in rules if "cidr_ipv4" in rule} == {
        (443, "0.0.0.0/0"), (587, "203.0.113.0/24"), (587, "198.51.100.7/32"), (5432, "0.0.0.0/0"),
    }  # fmt: skip
    assert [row for row in table(network, (), found.service.egress) if not row.met] == []
    (unmet,) = [row for row in table(network) if not row.met]
    assert (unmet.expectation.source, unmet.expectation.target) == ("instances", "internet")


def test_a_way_out_that_the_network_lacks_is_an_unmet_path() -> None:
    network = from_stack(stack(compose(settings("none"))))
    rows = table(network, (), settings("none", POSTGRES).service.egress)
    (unmet,) = [row for row in rows if not row.met]
    assert (str(unmet.expectation.ports), unmet.expectation.open) == ("5432", True)


@pytest.mark.parametrize("nat", ["none", "single", "per_az"])
def test_no_network_acl_has_more_rules_than_aws_takes(nat: str) -> None:
    many = {"port": 587, "ranges": [f"203.0.113.{i}/32" for i in range(10)]}
    for rules in acl_rules(settings(nat, many)).values():
        for egress in (True, False):
            numbers = [rule.number for rule in rules if rule.egress is egress]
            assert len(numbers) == len(set(numbers)) <= 20


def test_the_gate_passes_narrow_ranges_and_names_a_port_that_is_open_to_the_world(
    tmp_path: Path,
) -> None:
    def failures(name: str, *ways: dict[str, Any]) -> set[tuple[str, str]]:
        found = settings("single", *ways)
        synthesize([found], tmp_path / name)
        environments = read(tmp_path / name, ["local"])
        paths = judged_paths(environments, {"local": found}).failures
        return {(one.check, one.address) for one in (*scan_stacks(environments), *paths)}

    rule = "aws_vpc_security_group_egress_rule.network_instance_egress_5432_0_0_0_0_0"
    new = failures("both", MAIL, POSTGRES) - failures("none")
    assert new == {("STRATA_OPEN_3", rule)}
