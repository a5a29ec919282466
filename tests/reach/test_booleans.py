"""A boolean counts the same as JSON and as the text that CDKTF writes for some of them."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from strata.documents.stacks import stack
from strata.reach import from_stack
from strata.reach.model import Network

Json = dict[str, Any]

ARGUMENTS = {
    "internal": lambda made: made["aws_lb"]["edge_load_balancer"],
    "publicly_accessible": lambda made: made["aws_db_instance"]["database_instance"],
    "map_public_ip_on_launch": lambda made: made["aws_subnet"]["network_public_subnet_0"],
    "assign_ipv6_address_on_creation": lambda made: made["aws_subnet"]["network_public_subnet_0"],
    "assign_generated_ipv6_cidr_block": lambda made: made["aws_vpc"]["network_vpc"],
    "associate_public_ip_address": lambda made: template(made)["network_interfaces"],
    "egress": lambda made: made["aws_network_acl_rule"]["network_private_acl_egress_100"],
    "self": lambda made: instance_group(made)["ingress"][0],
}
"""Every boolean that decides what is reached -> the block that has it."""


def template(made: Json) -> Json:
    found: Json = next(iter(made["aws_launch_template"].values()))
    found.setdefault("network_interfaces", {})
    return found


def instance_group(made: Json) -> Json:
    found: Json = made["aws_security_group"]["network_instance_security_group"]
    found.setdefault("ingress", [{"protocol": "tcp", "from_port": 1, "to_port": 1}])
    return found


@pytest.mark.parametrize("name", ARGUMENTS)
def test_text_and_json_are_read_alike(name: str, composed: Callable[[str], Json]) -> None:
    def read(value: object) -> Network:
        document = copy.deepcopy(composed("local"))
        ARGUMENTS[name](document["resource"])[name] = value
        return from_stack(stack(document))

    assert read("true") == read(True)
    assert read("false") == read(False)
    assert read(True) != read(False)
