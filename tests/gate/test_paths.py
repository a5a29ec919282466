"""A path that is not open or shut as it must be is a finding, at the rule or at the user's line."""

import json
from pathlib import Path

import pytest

from strata.gate.judge import judge
from tests import ROOT
from tests.gate.command import Command


@pytest.mark.usefixtures("judged_once")
def test_a_rule_that_opens_the_instances_is_found_with_its_path(
    local: Path, command: Command
) -> None:
    for file in (local / "composed" / "local", local / "stacks" / "local-network"):
        document = json.loads((file / "cdk.tf.json").read_text())
        rules = document["resource"]["aws_vpc_security_group_ingress_rule"]
        rules["ssh"] = {
            "security_group_id": "${aws_security_group.network_instance_security_group.id}",
            "cidr_ipv4": "0.0.0.0/0", "ip_protocol": "tcp", "from_port": 8022, "to_port": 8022,
            "description": "by hand", "tags": {},
        }  # fmt: skip
        (file / "cdk.tf.json").write_text(json.dumps(document))
    [found] = [f for f in judge(local).findings if "STRATA_REACH_2" in f.checks]
    assert found.constructs == ["aws_vpc_security_group_ingress_rule.ssh"]
    assert found.protects == ("A path that must be shut: internet to instances, tcp 8022, is open")
    assert (found.severity, found.file, found.line) == ("high", "", 0)
    assert command("gate", "--synthesized", local).code == 1


def test_a_path_of_the_users_is_found_at_its_line(tmp_path: Path, command: Command) -> None:
    good = (ROOT / "envs" / "local.toml").read_text()
    file = tmp_path / "local.toml"
    file.write_text(
        f'{good}\n[[reach]]\nfrom = "internet"\nto = "cache"\nport = 6379\nopen = true\n'
    )
    answer = command("gate", str(file), "--format", "json")
    assert answer.code == 1
    [found] = json.loads(answer.out)["findings"]
    assert found["checks"] == ["STRATA_REACH_1"]
    assert (found["file"], found["line"]) == (str(file), good.count("\n") + 2)
    assert found["constructs"] == ["network/private_subnet_0"]


def test_a_stack_whose_network_cannot_be_read_is_no_verdict(local: Path, command: Command) -> None:
    for file in (local / "composed" / "local", local / "stacks" / "local-network"):
        document = json.loads((file / "cdk.tf.json").read_text())
        subnet = document["resource"]["aws_subnet"]["network_public_subnet_0"]
        subnet["cidr_block"] = "somewhere"
        (file / "cdk.tf.json").write_text(json.dumps(document))
    answer = command("gate", "--synthesized", local)
    assert answer.code == 2
    assert "its network cannot be read" in answer.err


def test_a_host_that_is_not_evaluated_is_no_verdict(local: Path, command: Command) -> None:
    for file in (local / "composed" / "local", local / "stacks" / "local-network"):
        document = json.loads((file / "cdk.tf.json").read_text())
        document["resource"]["aws_instance"] = {"bastion": {"ami": "ami-1"}}
        (file / "cdk.tf.json").write_text(json.dumps(document))
    answer = command("gate", "--synthesized", local)
    assert answer.code == 2
    assert "aws_instance.bastion: what it lets in and reaches is not evaluated" in answer.err
