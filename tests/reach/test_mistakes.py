"""The classic mistakes, each made in a real composed stack: found, and the rule named."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from strata.documents.stacks import stack
from strata.reach import Verdict, explain, from_stack
from strata.reach.table import table

Json = dict[str, Any]
PUBLIC, PRIVATE = "aws_network_acl.network_public_acl", "aws_network_acl.network_private_acl"
WORLD = "0.0.0.0/0"


@pytest.fixture
def made(composed: Callable[[str], Json]) -> Callable[[str], Json]:
    """The resources of an environment's composed stack, to be spoilt."""
    return lambda env: copy.deepcopy(composed(env))


def asked(document: Json, source: str, target: str, port: int) -> Verdict:
    return explain(from_stack(stack(document)), source, target, port)


def unmet(document: Json) -> set[tuple[str, str]]:
    rows = table(from_stack(stack(document)))
    return {(row.verdict.source, row.verdict.target) for row in rows if not row.met}


def last(verdict: Verdict) -> tuple[str, str, bool]:
    """Way, rule and answer of the step that decides."""
    step = verdict.steps[-1]
    return step.way, step.rule, step.passes


def acl_rule(acl: str, number: int, *, egress: bool, allow: bool, ports: str, cidr: str) -> Json:
    low, _, high = ports.partition("-")
    return {
        "network_acl_id": f"${{{acl}.id}}", "rule_number": number, "egress": egress,
        "protocol": "tcp", "rule_action": "allow" if allow else "deny", "cidr_block": cidr,
        "from_port": int(low), "to_port": int(high or low),
    }  # fmt: skip


def test_replies_to_visitors_need_ephemeral_ports_out_of_the_public_subnets(
    made: Callable[[str], Json],
) -> None:
    document = made("local")
    del document["resource"]["aws_network_acl_rule"]["network_public_acl_egress_130"]
    verdict = asked(document, "internet", "load_balancer", 443)
    assert (verdict.state, *last(verdict)) == ("shut", "back", PUBLIC, False)
    assert ("internet", "load_balancer") in unmet(document)


def test_replies_from_the_database_need_ephemeral_ports_into_the_public_subnets(
    made: Callable[[str], Json],
) -> None:
    document = made("local")
    del document["resource"]["aws_network_acl_rule"]["network_public_acl_ingress_120"]
    verdict = asked(document, "tasks", "database", 3306)
    assert (verdict.state, *last(verdict)) == ("shut", "back", PUBLIC, False)


def test_the_databases_acl_is_closed_to_its_replies(made: Callable[[str], Json]) -> None:
    document = made("local")
    del document["resource"]["aws_network_acl_rule"]["network_private_acl_egress_100"]
    verdict = asked(document, "tasks", "database", 3306)
    assert (verdict.state, *last(verdict)) == ("shut", "back", PRIVATE, False)


def test_ephemeral_ports_that_are_open_in_part_are_not_enough(
    made: Callable[[str], Json],
) -> None:
    document = made("local")
    rules = document["resource"]["aws_network_acl_rule"]
    rules["network_public_acl_ingress_120"]["from_port"] = 40000
    verdict = asked(document, "instances", "aws_apis", 443)
    assert verdict.state == "partly"
    assert verdict.stopped
    assert verdict.stopped.reply_port == 32768
    assert verdict.steps[-1].text.startswith("into ")
    assert ("instances", "aws_apis") in unmet(document)


def test_linux_needs_less_than_a_nat_gateway(made: Callable[[str], Json]) -> None:
    for env, state in (("local", "open"), ("staging", "partly")):
        document = made(env)
        rules = document["resource"]["aws_network_acl_rule"]
        rules["network_public_acl_ingress_120"]["from_port"] = 32768
        assert asked(document, "instances", "aws_apis", 443).state == state


def test_a_deny_before_an_allow_decides(made: Callable[[str], Json]) -> None:
    document = made("local")
    rules = document["resource"]["aws_network_acl_rule"]
    rules["early"] = acl_rule(PRIVATE, 50, egress=False, allow=False, ports="3306", cidr=WORLD)
    verdict = asked(document, "tasks", "database", 3306)
    assert (verdict.state, *last(verdict)) == ("shut", "there", "aws_network_acl_rule.early", False)
    assert "rule 50 denies tcp 3306" in verdict.steps[-1].text


def test_a_deny_after_an_allow_does_not(made: Callable[[str], Json]) -> None:
    document = made("local")
    rules = document["resource"]["aws_network_acl_rule"]
    rules["late"] = acl_rule(PRIVATE, 500, egress=False, allow=False, ports="3306", cidr=WORLD)
    assert asked(document, "tasks", "database", 3306).open


def test_rules_are_read_by_number_and_not_as_they_stand_in_the_file(
    made: Callable[[str], Json],
) -> None:
    document = made("local")
    rules = document["resource"]["aws_network_acl_rule"]
    first = rules["network_private_acl_ingress_100"]
    rules["later"] = {**first, "rule_number": 99, "rule_action": "deny"}
    assert asked(document, "tasks", "database", 3306).state == "shut"


def test_a_deny_of_one_subnet_shuts_the_pairs_with_it_and_names_it(
    made: Callable[[str], Json],
) -> None:
    document = made("local")
    rules = document["resource"]["aws_network_acl_rule"]
    rules["one"] = acl_rule(
        PRIVATE, 50, egress=False, allow=False, ports="3306", cidr="10.0.1.0/24"
    )
    verdict = asked(document, "tasks", "database", 3306)
    assert verdict.state == "partly"
    assert verdict.stopped
    assert verdict.stopped.source == "aws_subnet.network_public_subnet_1"
    assert verdict.steps[-1].rule == "aws_network_acl_rule.one"


def test_a_fixed_host_port_is_the_only_one_that_tasks_have(made: Callable[[str], Json]) -> None:
    document = made("local")
    task = document["resource"]["aws_ecs_task_definition"]["service_task_definition"]
    task["container_definitions"] = task["container_definitions"].replace(
        '"hostPort": 0', '"hostPort": 3000'
    )
    assert asked(document, "load_balancer", "tasks", 3000).open
    verdict = asked(document, "load_balancer", "tasks", 40000)
    assert verdict.state == "shut"
    assert verdict.steps[-1].text == "tasks listen on 3000 only"


def test_a_low_fixed_host_port_is_shut_by_the_acl(made: Callable[[str], Json]) -> None:
    document = made("staging")
    task = document["resource"]["aws_ecs_task_definition"]["service_task_definition"]
    task["container_definitions"] = task["container_definitions"].replace(
        '"hostPort": 0', '"hostPort": 81'
    )
    verdict = asked(document, "load_balancer", "tasks", 81)
    assert (verdict.state, *last(verdict)) == ("shut", "there", PUBLIC, False)
    assert unmet(document) == {("load_balancer", "tasks")}


def test_a_nat_gateway_without_a_route_to_it(made: Callable[[str], Json]) -> None:
    document = made("staging")
    del document["resource"]["aws_route"]["network_private_route_nat_0"]
    verdict = asked(document, "instances", "aws_apis", 443)
    assert verdict.state == "shut"
    assert "no route to" in verdict.steps[-1].text
    assert unmet(document) == {
        ("tasks", "aws_apis"), ("instances", "aws_apis"), ("instances", "internet"),
    }  # fmt: skip


def test_a_nat_gateway_in_a_subnet_without_a_way_out(made: Callable[[str], Json]) -> None:
    document = made("staging")
    document["resource"]["aws_nat_gateway"]["network_nat_gateway_0"]["subnet_id"] = (
        "${aws_subnet.network_private_subnet_0.id}"
    )
    assert asked(document, "instances", "aws_apis", 443).state == "shut"


def test_private_instances_with_a_route_to_the_internet_gateway_and_no_public_address(
    made: Callable[[str], Json],
) -> None:
    document = made("staging")
    route = document["resource"]["aws_route"]["network_private_route_nat_0"]
    del route["nat_gateway_id"]
    route["gateway_id"] = "${aws_internet_gateway.network_internet_gateway.id}"
    verdict = asked(document, "instances", "aws_apis", 443)
    assert verdict.state == "shut"
    assert verdict.steps[-1].text.endswith("has no public address")


def test_a_group_reference_the_wrong_way(made: Callable[[str], Json]) -> None:
    document = made("local")
    rule = document["resource"]["aws_vpc_security_group_ingress_rule"][
        "network_database_ingress_instance"
    ]
    rule["security_group_id"], rule["referenced_security_group_id"] = (
        rule["referenced_security_group_id"], rule["security_group_id"],
    )  # fmt: skip
    verdict = asked(document, "tasks", "database", 3306)
    group = "aws_security_group.network_database_security_group"
    assert (verdict.state, *last(verdict)) == ("shut", "there", group, False)
    # The rule now lets the database in, whose own group lets nothing out.
    assert unmet(document) == {("tasks", "database")}


@pytest.mark.parametrize("kind", ["public", "private"])
def test_a_subnet_without_an_association_has_the_main_route_table(
    kind: str, made: Callable[[str], Json]
) -> None:
    document = made("staging")
    del document["resource"]["aws_route_table_association"][
        f"network_{kind}_route_table_association_0"
    ]
    verdict = asked(document, "instances", "aws_apis", 443)
    assert verdict.state == ("shut" if kind == "public" else "partly")
    assert verdict.steps[-1].rule == "aws_default_route_table.network_default_route_table"


def test_a_subnet_in_no_acl_has_the_default_one_which_allows_everything(
    made: Callable[[str], Json],
) -> None:
    document = made("local")
    document["resource"]["aws_network_acl"]["network_private_acl"]["subnet_ids"] = []
    verdict = asked(document, "tasks", "database", 3306)
    assert verdict.open
    assert "the default network ACL" in {step.rule for step in verdict.steps}


def test_an_open_group_alone_opens_nothing_that_the_acl_denies(
    made: Callable[[str], Json],
) -> None:
    document = made("local")
    document["resource"]["aws_vpc_security_group_ingress_rule"]["ssh"] = {
        "security_group_id": "${aws_security_group.network_instance_security_group.id}",
        "cidr_ipv4": WORLD, "ip_protocol": "tcp", "from_port": 22, "to_port": 22,
    }  # fmt: skip
    assert asked(document, "internet", "instances", 22).state == "shut"
    document["resource"]["aws_network_acl_rule"]["ssh"] = acl_rule(
        PUBLIC, 90, egress=False, allow=True, ports="22", cidr=WORLD
    )
    assert asked(document, "internet", "instances", 22).open
    rows = [r for r in table(from_stack(stack(document))) if not r.met]
    assert [row.decides.rule for row in rows if row.decides] == [
        "aws_vpc_security_group_ingress_rule.ssh"
    ]


def test_one_address_of_the_internet_is_enough_to_miss_shut(made: Callable[[str], Json]) -> None:
    document = made("local")
    document["resource"]["aws_vpc_security_group_ingress_rule"]["office"] = {
        "security_group_id": "${aws_security_group.network_instance_security_group.id}",
        "cidr_ipv4": "203.0.113.7/32", "ip_protocol": "tcp", "from_port": 8080, "to_port": 8080,
    }  # fmt: skip
    assert asked(document, "internet", "instances", 8080).state == "partly"
    assert unmet(document) == {("internet", "instances")}


def test_udp_counts_where_a_path_must_be_shut(made: Callable[[str], Json]) -> None:
    document = made("local")
    document["resource"]["aws_vpc_security_group_ingress_rule"]["all"] = {
        "security_group_id": "${aws_security_group.network_instance_security_group.id}",
        "cidr_ipv4": WORLD, "ip_protocol": "udp", "from_port": 5000, "to_port": 5000,
    }  # fmt: skip
    assert unmet(document) == set()
    for egress in (True, False):
        rule = acl_rule(PUBLIC, 90, egress=egress, allow=True, ports="1024-65535", cidr=WORLD)
        document["resource"]["aws_network_acl_rule"][f"udp_{egress}"] = {**rule, "protocol": "17"}
    assert unmet(document) == {("internet", "instances")}


def test_instances_reach_each_other_once_their_group_names_itself(
    made: Callable[[str], Json],
) -> None:
    document = made("local")
    group = "${aws_security_group.network_instance_security_group.id}"
    for way in ("ingress", "egress"):
        document["resource"][f"aws_vpc_security_group_{way}_rule"]["self"] = {
            "security_group_id": group, "referenced_security_group_id": group,
            "ip_protocol": "tcp", "from_port": 4000, "to_port": 4000,
        }  # fmt: skip
    assert asked(document, "instances", "instances", 4000).open
    assert unmet(document) == {("instances", "instances")}


def test_a_prefix_list_is_known_or_said_to_be_unknown(made: Callable[[str], Json]) -> None:
    document = made("local")
    rule = document["resource"]["aws_vpc_security_group_egress_rule"][
        "network_instance_egress_https"
    ]
    del rule["cidr_ipv4"]
    rule["prefix_list_id"] = "${data.aws_prefix_list.s3.id}"
    verdict = asked(document, "instances", "aws_apis", 443)
    assert verdict.state == "partly"
    assert verdict.steps[-1].text.startswith("the content of prefix list ")
    assert verdict.steps[-1].text.endswith(" is not known")
    rule["prefix_list_id"] = "${aws_ec2_managed_prefix_list.all.id}"
    document["resource"]["aws_ec2_managed_prefix_list"] = {
        "all": {"entry": [{"cidr": "0.0.0.0/1"}, {"cidr": "128.0.0.0/1"}]}
    }
    assert asked(document, "instances", "aws_apis", 443).open


def test_the_longest_prefix_wins(made: Callable[[str], Json]) -> None:
    document = made("local")
    document["resource"]["aws_route"]["elsewhere"] = {
        "route_table_id": "${aws_route_table.network_public_route_table.id}",
        "destination_cidr_block": "203.0.113.0/24",
        "transit_gateway_id": "tgw-1",
    }
    verdict = asked(document, "instances", "internet", 443)
    assert verdict.state == "partly"
    assert verdict.steps[-1].rule == "aws_route.elsewhere"
    assert verdict.steps[-1].text.endswith("leads to tgw-1, which is not evaluated")


def test_ipv6_needs_rules_of_its_own(made: Callable[[str], Json]) -> None:
    document = made("local")
    document["resource"]["aws_vpc"]["network_vpc"]["assign_generated_ipv6_cidr_block"] = True
    for index in range(3):
        subnet = document["resource"]["aws_subnet"][f"network_public_subnet_{index}"]
        subnet["ipv6_cidr_block"] = (
            f"${{cidrsubnet(aws_vpc.network_vpc.ipv6_cidr_block, 8, {index})}}"
        )
        subnet["assign_ipv6_address_on_creation"] = True
    document["resource"]["aws_vpc_security_group_ingress_rule"]["six"] = {
        "security_group_id": "${aws_security_group.network_instance_security_group.id}",
        "cidr_ipv6": "::/0", "ip_protocol": "tcp", "from_port": 8080, "to_port": 8080,
    }  # fmt: skip
    document["resource"]["aws_route"]["six"] = {
        "route_table_id": "${aws_route_table.network_public_route_table.id}",
        "destination_ipv6_cidr_block": "::/0",
        "gateway_id": "${aws_internet_gateway.network_internet_gateway.id}",
    }
    assert asked(document, "internet", "instances", 8080).state == "shut"
    for egress in (True, False):
        rule = acl_rule(PUBLIC, 90, egress=egress, allow=True, ports="1024-65535", cidr=WORLD)
        del rule["cidr_block"]
        document["resource"]["aws_network_acl_rule"][f"six_{egress}"] = {
            **rule,
            "ipv6_cidr_block": "::/0",
        }
    assert asked(document, "internet", "instances", 8080).open
