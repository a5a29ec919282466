"""What is asked of AWS, and what comes of a refused answer. Nothing goes over a network."""

import functools
from collections.abc import Iterator
from typing import Any, cast

import boto3
import pytest
from botocore.exceptions import ClientError

from strata.aws import session, tags
from strata.drift import inventory as inventories
from strata.drift.inventory import inventory
from strata.drift.strangers import cache_cluster, known, scaling_group, strangers
from strata.errors import StrataError
from strata.settings import load

Json = dict[str, Any]


def answer(monkeypatch: pytest.MonkeyPatch, answers: dict[str, list[Any] | str]) -> list[str]:
    """Have AWS answer by operation, with nothing or with an error's code; gives what was asked."""
    asked: list[str] = []

    def pages(client: Any, operation: str, key: str, **_: Any) -> Iterator[Any]:
        asked.append(operation)
        found = answers.get(operation, [])
        if isinstance(found, str):
            raise ClientError({"Error": {"Code": found, "Message": "no"}}, operation)
        return iter(found)

    for module in (session, inventories, tags):
        monkeypatch.setattr(module, "pages", pages)
    monkeypatch.setattr(inventories, "aws_session", lambda _: kept())
    return asked


@functools.cache
def kept() -> boto3.Session:
    """One session for all tests, with one client of each service: no test changes them."""
    made: Any = session.session(load("local").environment)
    made.client = functools.cache(made.client)
    return cast(boto3.Session, made)


def test_what_may_not_be_looked_at_is_named_and_the_rest_is_listed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answer(
        monkeypatch,
        {
            "get_account_authorization_details": "AccessDenied",
            "describe_nat_gateways": "UnauthorizedOperation",
            "describe_subnets": [{"SubnetId": "subnet-1", "State": "available"}],
        },
    )
    listed, unchecked = inventory(load("local").environment, ["vpc-1"])
    assert [one.identifier for one in listed] == ["subnet-1"]
    assert unchecked == [
        "roles by tags (iam:GetAccountAuthorizationDetails)",
        "NAT gateway by vpc-id vpc-1 (ec2:describe_nat_gateways)",
    ]


def test_what_is_gone_is_not_listed_though_its_tags_are(monkeypatch: pytest.MonkeyPatch) -> None:
    arn = "arn:aws:ec2:eu-central-1:123456789012:"
    kinds = ("instance/i-gone", "instance/i-1", "natgateway/nat-gone", "natgateway/nat-1")
    gone, here = {"Name": "terminated"}, {"Name": "running"}
    answer(
        monkeypatch,
        {
            "get_resources": [{"ResourceARN": f"{arn}{one}", "Tags": []} for one in kinds],
            "describe_instances": [
                {"Instances": [{"InstanceId": "i-gone", "State": gone}]},
                {"Instances": [{"InstanceId": "i-1", "State": here}]},
            ],
            "describe_nat_gateways": [
                {"NatGatewayId": "nat-gone", "State": "deleted"},
                {"NatGatewayId": "nat-1", "State": "available"},
            ],
        },
    )
    listed, _ = inventory(load("local").environment, [])
    found = {one.identifier for one in listed if one.kind.startswith("ec2")}
    assert found == {f"{arn}instance/i-1", f"{arn}natgateway/nat-1"}


def test_nodes_of_a_cache_and_instances_of_a_group_are_told_to_be_made_by_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    arn = "arn:aws:elasticache:eu-central-1:123456789012:"
    group = {"AutoScalingGroupARN": "arn:group", "AutoScalingGroupName": "shop"}
    node = {"ResourceARN": f"{arn}cluster:shop-cache-001", "Tags": []}
    answer(monkeypatch, {"get_resources": [node], "describe_auto_scaling_groups": [group]})
    listed, _ = inventory(load("local").environment, [])
    made_by = {one.identifier: one.made_by for one in listed}
    assert made_by[f"{arn}cluster:shop-cache-001"] == f"{arn}replicationgroup:shop-cache"
    assert made_by["arn:group"] == ""
    assert made_by[scaling_group("shop")] == "arn:group"


def test_a_role_whose_name_was_shortened_has_the_name_of_its_tag(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    environment = load("local").environment
    tags = {**environment.tags, "Name": "shop-local-task"}
    role = {
        "Arn": "arn:role", "RoleName": "shop-loc",
        "Tags": [{"Key": key, "Value": value} for key, value in tags.items()],
    }  # fmt: skip
    answer(monkeypatch, {"get_account_authorization_details": [role]})
    listed, _ = inventory(environment, [])
    assert [one.name for one in listed] == ["shop-local-task"]


def test_another_error_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    answer(monkeypatch, {"describe_subnets": "ExpiredToken"})
    with pytest.raises(StrataError, match="expired"):
        inventory(load("local").environment, ["vpc-1"])


def test_it_only_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = answer(monkeypatch, {})
    inventory(load("local").environment, ["vpc-1"])
    assert len(asked) > 20
    assert all(one.startswith(("describe_", "list_", "get_")) for one in asked)


def interface(**values: Any) -> Json:
    return {"NetworkInterfaceId": "eni-1", "Status": "in-use", **values}


@pytest.mark.parametrize(
    "one",
    [
        interface(Attachment={"InstanceId": "i-1"}),
        interface(Description="ELB app/shop/1"),
        interface(Description="Interface for NAT Gateway nat-1"),
        interface(Description="ElastiCache shop-1"),
        interface(Description="RDSNetworkInterface", RequesterId="amazon-rds"),
    ],
)
def test_interfaces_of_what_is_ours_are_no_strangers(
    one: Json, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer(monkeypatch, {"describe_network_interfaces": [one]})
    listed, _ = inventory(load("local").environment, ["vpc-1"])
    ours = known([("aws_nat_gateway.network_n", {"id": "nat-1"}),
                  ("aws_lb.edge_lb", {"arn_suffix": "app/shop/1"})])  # fmt: skip
    assert strangers(listed, ours | {cache_cluster("shop-1"), "i-1"}) == []


def test_a_function_in_the_vpc_shows_by_its_interface(monkeypatch: pytest.MonkeyPatch) -> None:
    one = interface(Description="AWS Lambda VPC ENI-somebody", RequesterId="lambda")
    answer(monkeypatch, {"describe_network_interfaces": [one]})
    listed, _ = inventory(load("local").environment, ["vpc-1"])
    (found,) = strangers(listed, frozenset())
    assert found.name == "AWS Lambda VPC ENI-somebody"


@pytest.mark.parametrize(
    ("state", "group", "strange"),
    [
        ("running", "shop", False),
        ("running", "another", True),
        ("running", None, True),
        ("terminated", None, False),
    ],
)
def test_instances_are_strangers_unless_our_group_made_them(
    state: str, group: str | None, strange: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    tags = [{"Key": "aws:autoscaling:groupName", "Value": group}] if group else []
    one = {
        "InstanceId": "i-1", "State": {"Name": state}, "Tags": tags,
        "BlockDeviceMappings": [{"Ebs": {"VolumeId": "vol-1"}}],
    }  # fmt: skip
    answer(monkeypatch, {"describe_instances": [{"Instances": [one]}]})
    listed, _ = inventory(load("local").environment, ["vpc-1"])
    found = strangers(listed, frozenset({scaling_group("shop")}))
    assert [one.identifier for one in found] == (["i-1"] if strange else [])


def test_interfaces_that_a_service_made_are_those_of_what_it_made_them_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    descriptions = {
        "Interface for NAT Gateway nat-1": "nat-1",
        "VPC Endpoint Interface vpce-1": "vpce-1",
        "VPC Endpoint Interface: vpce-1": "vpce-1",
        "ElastiCache shop-001": cache_cluster("shop-001"),
        "ELB app/shop/1": "app/shop/1",
        "by hand": "",
    }
    interfaces = [
        {"NetworkInterfaceId": f"eni-{index}", "Description": text}
        for index, text in enumerate(descriptions)
    ]
    answer(monkeypatch, {"describe_network_interfaces": interfaces})
    listed, _ = inventory(load("local").environment, ["vpc-1"])
    assert [one.made_by for one in listed] == [*descriptions.values()]
    ours: list[tuple[str, Json]] = [
        ("aws_nat_gateway.x", {"id": "nat-1"}),
        ("aws_vpc_endpoint.x", {"id": "vpce-1", "network_interface_ids": ["eni-1", "eni-2"]}),
    ]
    found = strangers(listed, known(ours))
    assert "vpce" not in str(found)
    assert {one.identifier for one in found} == {"eni-3", "eni-4", "eni-5"}
