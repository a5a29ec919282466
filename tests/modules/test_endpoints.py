"""Gateway endpoints: in the route tables of the instances, and known wherever the network is."""

from pathlib import Path

import pytest

from strata.cost.resources import of_stack
from strata.cost.rules import Context, charges
from strata.documents.stacks import Stack, stack
from strata.gate.documents import read
from strata.gate.paths import path_failures
from strata.gate.scan import scan_stacks
from strata.gate.vocabulary import known_words, unjudged
from strata.map.network import routes_of
from strata.reach import from_stack
from strata.reach.table import table
from strata.settings import Settings, load
from strata.settings.load import judge
from strata.synthesis.synthesize import compose, synthesize

S3 = "aws_vpc_endpoint.network_s3_endpoint"


def settings(nat: str, *endpoints: str) -> Settings:
    data = load("local").model_dump(by_alias=True)
    data["network"] |= {"nat": nat, "endpoints": list(endpoints)}
    return Settings.model_validate(data)


@pytest.mark.parametrize(
    ("nat", "tables"),
    [
        ("none", ["aws_route_table.network_public_route_table"]),
        ("single", ["aws_route_table.network_private_route_table_0"]),
        ("per_az", [f"aws_route_table.network_private_route_table_{i}" for i in range(3)]),
    ],
)
def test_the_tables_of_the_instances_lead_to_it_and_all_paths_are_as_before(
    nat: str, tables: list[str]
) -> None:
    found = stack(compose(settings(nat, "s3", "dynamodb")))
    body = found.resources[S3].body
    assert body["service_name"] == "com.amazonaws.eu-central-1.s3"
    assert [one.address for one in found.targets(body["route_table_ids"])] == tables
    assert [row.expectation for row in table(from_stack(found)) if not row.met] == []
    shown = {name for address in tables for name, _ in routes_of(found, found.resources[address])}
    assert shown >= {"com.amazonaws.eu-central-1.s3", "com.amazonaws.eu-central-1.dynamodb"}


def of_type(found: Stack, type_: str) -> list[str]:
    return [one.address for one in found.of(type_)]


def test_without_the_setting_there_is_none() -> None:
    assert of_type(stack(compose(settings("single"))), "aws_vpc_endpoint") == []


def test_it_costs_nothing() -> None:
    found = settings("none", "s3")
    resources = of_stack(stack(compose(found)))
    (endpoint,) = resources.of("aws_vpc_endpoint")
    assert list(charges(endpoint, Context(resources, found))) == []


def test_the_gate_has_no_finding_on_it(tmp_path: Path) -> None:
    found = settings("single", "s3", "dynamodb")
    synthesize([found], tmp_path)
    environments = read(tmp_path, ["local"])
    (environment,) = environments
    known = known_words([environment.composed])
    assert [one for one in unjudged(environment.composed, known) if "endpoint" in one.place] == []
    failures = [*scan_stacks(environments), *path_failures(environments, {"local": found})]
    assert [one for one in failures if "endpoint" in one.address or "REACH" in one.check] == []


def test_a_service_twice_or_with_a_charge_is_refused() -> None:
    data = load("local").model_dump(by_alias=True)
    for endpoints, key in ((["s3", "s3"], 1), (["ecr.api"], 0)):
        data["network"]["endpoints"] = endpoints
        (problem,) = judge(data)[1]
        assert problem.key == ("network", "endpoints", key)
