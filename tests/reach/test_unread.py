"""What reach does not evaluate is named, and no path is called shut beside it."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from strata.documents.stacks import stack
from strata.errors import StrataError
from strata.reach import explain, from_stack
from strata.reach.model import Network
from strata.reach.table import table

Json = dict[str, Any]
GROUP = "${aws_security_group.network_instance_security_group.id}"
SUBNET = "${aws_subnet.network_public_subnet_0.id}"
BASTION = {"subnet_id": SUBNET, "vpc_security_group_ids": [GROUP]}


@pytest.fixture
def made(composed: Callable[[str], Json]) -> Json:
    """The composed stack of `local`, to be spoilt."""
    return copy.deepcopy(composed("local"))


def network(document: Json) -> Network:
    return from_stack(stack(document))


@pytest.mark.parametrize("env", ["local", "dev", "staging", "prod"])
def test_ours_have_none(env: str, composed: Callable[[str], Json]) -> None:
    assert network(composed(env)).unread == ()


def test_the_reference_has_none(composed_reference: Json) -> None:
    assert network(composed_reference).unread == ()


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("aws_instance", BASTION),
        ("aws_instance", {"ami": "ami-1"}),
        ("aws_network_interface", {"subnet_id": SUBNET}),
        ("aws_rds_cluster", {"engine": "aurora-mysql"}),
        ("aws_elasticache_cluster", {"engine": "redis"}),
        ("aws_elasticache_serverless_cache", {"engine": "redis"}),
        ("aws_lambda_function", {"vpc_config": {"subnet_ids": [SUBNET]}}),
        ("aws_elb", {"security_groups": [GROUP]}),
    ],
)
def test_a_host_of_a_kind_that_is_not_evaluated_is_named(kind: str, body: Json, made: Json) -> None:
    made["resource"][kind] = {"x": body}
    found = network(made)
    assert found.unread == (f"{kind}.x",)
    with pytest.raises(StrataError, match=f"{kind}.x: what it lets in and reaches") as error:
        table(found)
    assert "evaluated are" in str(error.value.hint)


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("aws_flow_log", {"subnet_id": SUBNET}),
        ("aws_vpc_endpoint", {"vpc_endpoint_type": "Interface", "subnet_ids": [SUBNET]}),
        ("aws_network_acl_association", {"network_acl_id": "acl-1", "subnet_id": SUBNET}),
        ("aws_security_group_rule", {"type": "egress", "security_group_id": GROUP}),
        ("aws_s3_bucket", {"bucket": "pictures"}),
    ],
)
def test_what_is_no_host_is_not(kind: str, body: Json, made: Json) -> None:
    made["resource"].setdefault(kind, {})["x"] = body
    assert network(made).unread == ()


def test_a_launch_template_with_two_network_cards_is_named(made: Json) -> None:
    [(name, template)] = made["resource"]["aws_launch_template"].items()
    template["network_interfaces"] = [{"security_groups": [GROUP]}]
    assert network(made).unread == ()
    template["network_interfaces"] *= 2
    assert network(made).unread == (f"aws_launch_template.{name}",)


def test_an_internet_gateway_that_is_not_attached_is_none(made: Json) -> None:
    gateway = made["resource"]["aws_internet_gateway"]["network_internet_gateway"]
    vpc = gateway.pop("vpc_id")
    assert network(made).internet_gateway is None
    assert explain(network(made), "instances", "internet", 443).state == "shut"
    made["resource"]["aws_internet_gateway_attachment"] = {
        "x": {
            "internet_gateway_id": "${aws_internet_gateway.network_internet_gateway.id}",
            "vpc_id": vpc,
        }
    }
    assert explain(network(made), "instances", "internet", 443).open


def test_a_load_balancer_without_public_ipv4_has_ipv6_alone(made: Json) -> None:
    made["resource"]["aws_lb"]["edge_load_balancer"]["ip_address_type"] = (
        "dualstack-without-public-ipv4"
    )
    balancer = network(made).endpoint("load_balancer")
    assert balancer
    assert {(one.public, one.ipv6) for one in balancer.interfaces} == {(False, True)}
