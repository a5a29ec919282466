"""Rules of security groups and network ACLs, as each resource, block and answer has them."""

from typing import Any

import pytest

from strata.resources.rules import Rule, from_entry, from_permission, group_id, protocol, rule

HTTPS = Rule("tcp", 443, 443, ("10.0.0.0/8", "fd00::/8"), ("pl-1",), ("sg-1",))
ALLOWED = Rule("tcp", 443, 443, ("10.0.0.0/8",), number=100, action="allow")


WRITTEN: list[dict[str, Any]] = [
    {"ip_protocol": "tcp", "from_port": 443, "to_port": 443, "cidr_ipv4": "10.0.0.0/8",
     "cidr_ipv6": "fd00::/8", "prefix_list_id": "pl-1",
     "referenced_security_group_id": "sg-1"},
    {"protocol": "6", "from_port": 443, "to_port": 443, "cidr_blocks": ["10.0.0.0/8"],
     "ipv6_cidr_blocks": ["fd00::/8"], "prefix_list_ids": ["pl-1"],
     "security_groups": ["sg-1"], "self": False},
    {"protocol": "TCP", "from_port": 443, "to_port": 443, "cidr_blocks": ["10.0.0.0/8"],
     "ipv6_cidr_blocks": ["fd00::/8"], "prefix_list_ids": ["pl-1"],
     "source_security_group_id": "sg-1"},
    # As checkov hands it over: in lists, whatever it was.
    {"protocol": ["tcp"], "from_port": [443], "to_port": [443],
     "cidr_blocks": [["10.0.0.0/8"]], "ipv6_cidr_blocks": [["fd00::/8"]],
     "prefix_list_ids": [["pl-1"]], "security_groups": [["sg-1", None, ""]]},
]  # fmt: skip


def test_a_rule_of_a_group_is_one_however_it_is_written() -> None:
    for body in WRITTEN:
        assert rule(body) == HTTPS, body


def test_a_rule_of_a_group_is_the_same_as_ec2_answers_it() -> None:
    answer = {
        "IpProtocol": "tcp", "FromPort": 443, "ToPort": 443,
        "IpRanges": [{"CidrIp": "10.0.0.0/8"}], "Ipv6Ranges": [{"CidrIpv6": "fd00::/8"}],
        "PrefixListIds": [{"PrefixListId": "pl-1"}],
        "UserIdGroupPairs": [{"GroupId": "sg-1", "UserId": "123456789012"}],
    }  # fmt: skip
    assert from_permission(answer) == HTTPS


@pytest.mark.parametrize(
    "body",
    [
        {"rule_number": 100, "rule_action": "allow", "protocol": "tcp", "from_port": 443,
         "to_port": 443, "cidr_block": "10.0.0.0/8"},
        {"rule_no": 100, "action": "Allow", "protocol": 6, "from_port": 443, "to_port": 443,
         "cidr_block": "10.0.0.0/8", "ipv6_cidr_block": ""},
    ],
)  # fmt: skip
def test_a_rule_of_an_acl_is_one_however_it_is_written(body: dict[str, Any]) -> None:
    assert rule(body) == ALLOWED


def test_a_rule_of_an_acl_is_the_same_as_ec2_answers_it() -> None:
    answer = {
        "Protocol": "6", "PortRange": {"From": 443, "To": 443}, "CidrBlock": "10.0.0.0/8",
        "RuleNumber": 100, "RuleAction": "allow", "Egress": False,
    }  # fmt: skip
    assert from_entry(answer) == ALLOWED


def test_icmp_has_type_and_code_in_the_place_of_ports() -> None:
    group = rule({"protocol": "icmp", "from_port": 8, "to_port": 0})
    acl = rule({"protocol": 1, "rule_no": 1, "from_port": 0, "icmp_type": 8, "icmp_code": 0})
    assert (group.first, group.last) == (acl.first, acl.last) == (8, 0)


def test_a_rule_without_protocol_is_for_all() -> None:
    assert rule({}) == Rule("-1", None, None, ())
    assert rule({"self": True}).itself and rule({"self": "true"}).itself
    assert protocol("all") == protocol(-1) == "-1"


def test_a_group_of_another_account_has_its_id_behind_the_account() -> None:
    assert group_id("123456789012/sg-1") == group_id("sg-1") == "sg-1"
