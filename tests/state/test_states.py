"""States as data: what is one, and several made one."""

import json
from typing import Any

from strata.errors import StrataError
from strata.state.states import State, merge, parse
from tests.raised import raised

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


WRONG: list[Json] = [
    {"resources": None},
    {"resources": {}},
    {"resources": ["a"]},
    {"resources": [{}]},
    {"resources": [{**VPC, "instances": [None]}]},
    {"terraform_version": "new"},
    {"terraform_version": None},
    {"serial": "7"},
    {"lineage": 1},
    {"version": "4"},
]
NO_STATES: list[str | bytes] = ["", "[]", "{}", "<html>", '{"version": 3}', b"\xff", "null", "4"]
NO_STATES += ["[" * 100_000, "9" * 5000]
NO_STATES += [json.dumps({**document("1.11.4", VPC), **one}) for one in WRONG]


def test_what_is_no_state_is_refused_by_name() -> None:
    for content in NO_STATES:
        error = raised(StrataError, parse, content, "the state of edge")
        assert error and "the state of edge" in error.message, content[:200]


def test_a_state_with_a_flipped_bit_is_refused_or_can_be_planned_with() -> None:
    content = json.dumps(document("1.11.4", {**VPC, "instances": [{"attributes": {}}]})).encode()
    refused = 0
    for position in range(len(content)):
        for bit in range(8):
            flipped = bytearray(content)
            flipped[position] ^= 1 << bit
            try:
                merge({"edge": parse(bytes(flipped), "the state of edge")})
            except StrataError as error:
                refused += 1
                assert "the state of edge" in error.message
    assert refused > len(content)


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
