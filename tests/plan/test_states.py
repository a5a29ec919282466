"""States as data: what is one, and several made one."""

import json
from typing import Any

import pytest

from strata.errors import StrataError
from strata.plan.states import State, merge, parse

Json = dict[str, Any]


def document(terraform: str, *resources: Json) -> Json:
    return {
        "version": 4,
        "terraform_version": terraform,
        "serial": 7,
        "lineage": "a",
        "outputs": {"x": {"value": 1}},
        "resources": list(resources),
    }


VPC = {"mode": "managed", "type": "aws_vpc", "name": "network_vpc"}
ZONE = {"mode": "data", "type": "aws_route53_zone", "name": "edge_zone"}
REMOTE = {"mode": "data", "type": "terraform_remote_state", "name": "network"}


def test_a_state_has_its_lineage_and_serial() -> None:
    state = parse(json.dumps(document("1.11.4", VPC)), "here")
    assert (state.lineage, state.serial) == ("a", 7)


@pytest.mark.parametrize("content", ["", "[]", "{}", "<html>", '{"version": 3}'])
def test_what_is_no_state_is_refused_by_name(content: str) -> None:
    with pytest.raises(StrataError, match="the state of edge"):
        parse(content, "the state of edge")


def test_states_become_one_without_outputs_and_what_reads_other_states() -> None:
    states = {
        "network": State("a", 7, document("1.9.8", VPC)),
        "edge": State("b", 1, document("1.11.4", ZONE, REMOTE)),
        "service": None,
    }
    merged = merge(states)
    assert merged
    assert merged["resources"] == [VPC, ZONE]
    assert merged["outputs"] == {}
    assert merged["terraform_version"] == "1.11.4"
    assert merged["lineage"] not in ("a", "b")
    assert merge({"network": None}) is None
