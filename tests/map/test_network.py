"""The picture of the network says what the stack says."""

from collections.abc import Callable
from typing import Any

import pytest

from strata.documents.stacks import stack
from strata.map.model import Picture
from strata.map.network import usable
from strata.map.write import drawn

Json = dict[str, Any]
Pictures = Callable[[str], tuple[Picture, Picture]]


@pytest.mark.parametrize(("cidr", "left"), [("10.0.0.0/24", 251), ("10.0.16.0/20", 4091)])
def test_aws_keeps_five_addresses(cidr: str, left: int) -> None:
    assert usable(cidr) == left


def test_subnets_stand_in_their_zones_with_range_and_addresses(pictures: Pictures) -> None:
    network, _ = pictures("prod")
    for index, zone in enumerate("abc"):
        group = network.node(f"zone eu-central-1{zone}")
        assert group.parent == "aws_vpc.network_vpc"
        public = network.node(f"aws_subnet.network_public_subnet_{index}")
        private = network.node(f"aws_subnet.network_private_subnet_{index}")
        assert {public.parent, private.parent} == {group.id}
        assert (public.label, public.title) == ("Public subnet", f"10.0.{index}.0/24")
        assert public.lines == ("251 usable addresses", "load balancer, NAT gateway")
        assert (private.label, private.title) == ("Private subnet", f"10.0.{16 * (index + 1)}.0/20")
        assert private.lines[0] == "4,091 usable addresses"
        assert " ".join(private.lines[1:]) == "instances, tasks, database, cache"


def test_without_nat_the_instances_are_public(pictures: Pictures) -> None:
    network, _ = pictures("local")
    public = network.node("aws_subnet.network_public_subnet_0")
    assert " ".join(public.lines[1:]) == "load balancer, instances, tasks"
    assert not [one for one in network.nodes if one.label == "NAT gateway"]
    private = network.node("aws_route_table.network_private_route_table_0")
    assert private.lines == ("10.0.0.0/16 → local",)


def edges(picture: Picture, source: str) -> list[str]:
    return [edge.target for edge in picture.edges if edge.source == source]


def test_every_subnet_leads_to_its_table_and_on(pictures: Pictures) -> None:
    network, _ = pictures("prod")
    public = "aws_route_table.network_public_route_table"
    for index in range(3):
        table = f"aws_route_table.network_private_route_table_{index}"
        assert edges(network, f"aws_subnet.network_public_subnet_{index}") == [public]
        assert edges(network, f"aws_subnet.network_private_subnet_{index}") == [table]
        assert edges(network, table) == [f"aws_nat_gateway.network_nat_gateway_{index}"]
    assert edges(network, public) == ["aws_internet_gateway.network_internet_gateway"]
    assert network.node(public).lines == ("10.0.0.0/16 → local", "0.0.0.0/0 → internet gateway")
    main = network.node("aws_default_route_table.network_default_route_table")
    assert main.lines == ("10.0.0.0/16 → local", "no subnet uses it")
    nat = network.node("aws_nat_gateway.network_nat_gateway_1")
    assert nat.lines == ("in 10.0.1.0/24", "elastic IP address")


def test_acls_name_their_ports_and_guard_their_subnets(pictures: Pictures) -> None:
    network, _ = pictures("prod")
    acl = "aws_network_acl.network_private_acl"
    assert edges(network, acl) == [f"aws_subnet.network_private_subnet_{n}" for n in range(3)]
    assert " ".join(network.node(acl).lines) == "in 3306, 6379, 1024-65535 out 1024-65535, 443"


def test_a_subnet_that_loses_its_route_is_no_longer_public(composed: Callable[[str], Json]) -> None:
    document = composed("dev")
    del document["resource"]["aws_route"]["network_public_route_internet"]
    network = drawn(stack(document), "shop-dev").pictures[0]
    assert network.node("aws_subnet.network_public_subnet_0").label == "Private subnet"
    assert edges(network, "aws_route_table.network_public_route_table") == []
