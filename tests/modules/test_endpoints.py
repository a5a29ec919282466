"""Endpoints of AWS's services: built, and known wherever the network is."""

from pathlib import Path

import pytest

from modules.network import acl_rules
from strata.cost.estimate import estimate
from strata.cost.prices import Price, PriceList, shipped
from strata.cost.resources import of_stack
from strata.cost.rules import Charge, Context, charges
from strata.documents.stacks import Stack, stack
from strata.gate.documents import read
from strata.gate.paths import judged_paths
from strata.gate.scan import scan_stacks
from strata.gate.vocabulary import known_words, unjudged
from strata.map.network import network_picture, routes_of
from strata.map.system import system_picture
from strata.reach import from_stack, open_flows
from strata.reach.model import AWS_ENDPOINTS
from strata.reach.table import table
from strata.settings import Settings, load
from strata.settings.load import judge
from strata.synthesis.synthesize import synthesize
from tests.composing import compose

S3 = "aws_vpc_endpoint.network_s3_endpoint"

INTERFACES = ("ecr.api", "ecr.dkr", "ecs", "ecs-agent", "ecs-telemetry", "logs")


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


@pytest.mark.parametrize("endpoints", [("s3", "dynamodb"), ("s3", *INTERFACES)])
def test_the_gate_has_no_finding_on_it(endpoints: tuple[str, ...], tmp_path: Path) -> None:
    found = settings("single", *endpoints)
    synthesize([found], tmp_path)
    environments = read(tmp_path, ["local"])
    (environment,) = environments
    known = known_words([environment.composed])
    assert [one for one in unjudged(environment.composed, known) if "endpoint" in one.place] == []
    failures = [*scan_stacks(environments), *judged_paths(environments, {"local": found}).failures]
    assert [one for one in failures if "endpoint" in one.address or "REACH" in one.check] == []


def test_a_service_twice_is_refused() -> None:
    data = load("local").model_dump(by_alias=True)
    for endpoints, key in ((["s3", "s3"], 1), (["ecr.api", "s3", "ecr.api"], 2)):
        data["network"]["endpoints"] = endpoints
        (problem,) = judge(data)[1]
        assert problem.key == ("network", "endpoints", key)


@pytest.fixture(scope="module")
def inside() -> Stack:
    """An environment with NAT gateways, a gateway endpoint and interface endpoints."""
    return stack(compose(settings("single", "s3", *INTERFACES)))


def test_an_interface_endpoint_is_in_every_private_subnet_under_its_own_names(
    inside: Stack,
) -> None:
    body = inside.resources["aws_vpc_endpoint.network_ecs_agent_endpoint"].body
    assert body["service_name"] == "com.amazonaws.eu-central-1.ecs-agent"
    assert (body["vpc_endpoint_type"], body["private_dns_enabled"]) == ("Interface", True)
    assert [one.address for one in inside.targets(body["subnet_ids"])] == [
        f"aws_subnet.network_private_subnet_{index}" for index in range(3)
    ]
    (group,) = inside.targets(body["security_group_ids"])
    assert group.address == "aws_security_group.network_endpoint_security_group"
    assert len(of_type(inside, "aws_vpc_endpoint")) == 7


def test_an_emptied_zone_has_none() -> None:
    data = settings("single", "logs").model_dump(by_alias=True)
    data["network"]["emptied_zones"] = ["eu-central-1c"]
    found = stack(compose(Settings.model_validate(data)))
    (body,) = [one.body for one in found.of("aws_vpc_endpoint")]
    assert len(found.targets(body["subnet_ids"])) == 2


@pytest.mark.parametrize("nat", ["none", "single"])
def test_the_instances_reach_them_at_443_and_nobody_else_does(nat: str) -> None:
    network = from_stack(stack(compose(settings(nat, "logs"))))
    rows = table(network)
    assert [row.expectation for row in rows if not row.met] == []
    about = [
        one for one in rows if AWS_ENDPOINTS in (one.expectation.source, one.expectation.target)
    ]
    assert len(about) == 9
    flows = [flow for flow in open_flows(network) if AWS_ENDPOINTS in (flow.source, flow.target)]
    ends = {(flow.source, flow.target, flow.protocol, flow.ports) for flow in flows}
    assert ends == {
        ("instances", AWS_ENDPOINTS, "tcp", (443, 443)),
        ("tasks", AWS_ENDPOINTS, "tcp", (443, 443)),
    }
    assert all(flow.complete for flow in flows)


def test_a_rule_that_is_missing_on_the_way_is_found() -> None:
    """In the ACL that guards them, since it is stateless, and in their own group."""
    for missing in (
        "aws_network_acl_rule.network_private_acl_ingress_130",
        "aws_vpc_security_group_ingress_rule.network_endpoint_ingress_instance",
    ):
        document = compose(settings("none", "logs"))
        kind, _, name = missing.partition(".")
        del document["resource"][kind][name]
        rows = table(from_stack(stack(document)))
        assert ("instances", AWS_ENDPOINTS) in {
            (row.expectation.source, row.expectation.target) for row in rows if not row.met
        }, missing


def test_without_them_no_rule_and_no_row_is_there() -> None:
    found = settings("none", "s3")
    assert [rule for rule in acl_rules(found)["private"] if rule.number == 130] == []
    rows = table(from_stack(stack(compose(found))))
    assert {AWS_ENDPOINTS} & {row.expectation.target for row in rows} == set()


def test_both_pictures_show_them(inside: Stack) -> None:
    network = from_stack(inside)
    picture = network_picture(inside, network, "local")
    (node,) = [one for one in picture.nodes if one.id.endswith("network_logs_endpoint")]
    assert (node.label, node.lines) == ("Interface endpoint", ("in 3 subnets",))
    subnets = [one for one in picture.nodes if "private_subnet" in one.id]
    assert all("interface endpoints" in " ".join(one.lines) for one in subnets)
    system = system_picture(inside, open_flows(network), "local")
    (box,) = [one for one in system.nodes if one.id == AWS_ENDPOINTS]
    assert box.title == "6 interface endpoints"
    assert set(" ".join(box.lines).split(", ")) >= {"ecr.api", "logs"}
    group = "aws_autoscaling_group.cluster_auto_scaling_group"
    (arrow,) = [one for one in system.edges if one.target == AWS_ENDPOINTS]
    assert (arrow.source, arrow.kind, arrow.lines) == (group, "traffic", ("tcp 443",))


def test_they_are_charged_by_zone_and_traffic_and_compared_with_nat(inside: Stack) -> None:
    found = settings("single", "s3", *INTERFACES)
    resources = of_stack(inside)
    endpoints = resources.of("aws_vpc_endpoint")
    (logs,) = [one for one in endpoints if "logs" in one.address]
    hours, traffic = charges(logs, Context(resources, found))
    assert isinstance(hours, Charge)
    assert isinstance(traffic, Charge)
    assert (hours.what, hours.item, hours.quantity.desired) == (
        "hours in 3 zones", "vpc/endpoint-hours", 3 * 730
    )  # fmt: skip
    assert traffic.quantity.desired == pytest.approx(10 / 6)
    known = {"vpc/endpoint-hours": 0.01, "vpc/endpoint-traffic": 0.01, "ec2/nat-traffic": 0.045}
    region = "eu-central-1"
    prices = PriceList(
        [
            Price(item=item, region=region, unit="", usd=usd, source="", as_of="2025-01")
            for item, usd in known.items()
        ]
    )
    # 6 endpoints in 3 zones: 18 x 730 x 0.01; divided by what NAT takes more for a GiB.
    assert estimate(resources, found, prices).notes == [
        "interface endpoints: 131.40 a month by the hour, and 0.01 a GiB where NAT takes 0.045: "
        "they save from 3,754 GiB a month on"
    ]
    (unknown,) = estimate(resources, found, PriceList([])).notes
    assert "not all prices to compare them with NAT in eu-central-1 are known" in unknown
    without_nat = of_stack(stack(compose(settings("none", "logs"))))
    (free,) = estimate(without_nat, found, prices).notes
    assert "the internet gateway, which charges nothing" in free
    assert estimate(of_stack(stack(compose(settings("none")))), found, shipped()).notes == []


def test_a_part_of_the_three_of_ecs_is_refused() -> None:
    data = settings("single").model_dump(by_alias=True)
    for some in (["ecs"], ["ecs-agent", "ecs-telemetry"]):
        data["network"]["endpoints"] = ["logs", *some]
        (problem,) = judge(data)[1]
        assert problem.key == ("network", "endpoints")
        assert f"has {' and '.join(some)} without" in problem.wrong
    data["network"]["endpoints"] = ["ecs", "ecs-agent", "ecs-telemetry"]
    assert judge(data)[1] == []
