"""A network as AWS's API answers it: what Terraform cannot say, and what is left out there."""

import base64
from dataclasses import replace
from ipaddress import ip_network
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from strata.aws.existing_network import leads_there
from strata.errors import StrataError
from strata.reach import explain
from strata.reach.aws_lists import Answers, ask
from strata.reach.from_aws import from_answers
from strata.reach.intervals import Intervals
from strata.reach.model import Network
from strata.reach.table import table
from strata.settings import load

Json = dict[str, Any]
ALL = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}


def entry(number: int, *, egress: bool, action: str = "allow", **span: int) -> Json:
    found: Json = {
        "RuleNumber": number, "Egress": egress, "RuleAction": action, "CidrBlock": "0.0.0.0/0",
        "Protocol": "6" if span else "-1",
    }  # fmt: skip
    return {**found, "PortRange": {"From": span["low"], "To": span["high"]}} if span else found


def group(name: str, ingress: list[Json], egress: list[Json]) -> Json:
    return {
        "GroupId": name, "GroupName": name, "IpPermissions": ingress, "IpPermissionsEgress": egress,
    }  # fmt: skip


def said(**other: Any) -> Answers:
    """A VPC with a public subnet, a database in it and instances, all of it open."""
    user_data = "#!/bin/sh\necho ECS_CLUSTER=one >> /etc/ecs/ecs.config\n"
    found = Answers(
        vpc={"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/16"},
        subnets=[
            {"SubnetId": f"subnet-{n}", "CidrBlock": f"10.0.{n}.0/24", "MapPublicIpOnLaunch": True}
            for n in (1, 2)
        ],
        route_tables=[
            {
                "RouteTableId": "rtb-main",
                "Associations": [{"Main": True}],
                "Routes": [
                    {"DestinationCidrBlock": "10.0.0.0/16", "GatewayId": "local"},
                    {"DestinationCidrBlock": "0.0.0.0/0", "GatewayId": "igw-1", "State": "active"},
                ],
            }
        ],
        acls=[
            {
                "NetworkAclId": "acl-1",
                "Associations": [{"SubnetId": "subnet-1"}, {"SubnetId": "subnet-2"}],
                "Entries": [entry(100, egress=True), entry(100, egress=False)],
            }
        ],
        groups=[group("sg-1", [ALL], [ALL]), group("default", [], [])],
        internet_gateways=[{"InternetGatewayId": "igw-1"}],
        auto_scaling_groups=[{"AutoScalingGroupName": "asg", "VPCZoneIdentifier": "subnet-1"}],
        templates={
            "asg": {
                "SecurityGroupIds": ["sg-1"],
                "UserData": base64.b64encode(user_data.encode()).decode(),
            }
        },
        tasks={"api": {"containerDefinitions": [{"portMappings": [{"containerPort": 3000}]}]}},
        databases=[
            {
                "DBInstanceIdentifier": "db",
                "DBSubnetGroup": {"Subnets": [{"SubnetIdentifier": "subnet-2"}]},
                "VpcSecurityGroups": [{"VpcSecurityGroupId": "sg-1"}],
                "PubliclyAccessible": True,
            }
        ],
    )
    return replace(found, **other)


def behind_nat(*, way_out: bool = True, kind: str = "public") -> Network:
    """The same with its instances in a private subnet, whose way out is a NAT gateway."""
    local = {"DestinationCidrBlock": "10.0.0.0/16", "GatewayId": "local"}
    out = {"DestinationCidrBlock": "0.0.0.0/0", "GatewayId": "igw-1"}
    through = {"DestinationCidrBlock": "0.0.0.0/0", "NatGatewayId": "nat-1"}
    tables = [
        {
            "RouteTableId": f"rtb-{n}",
            "Associations": [{"SubnetId": f"subnet-{n}"}],
            "Routes": [local, *more],
        }
        for n, more in ((1, [through]), (2, [out] if way_out else []))
    ]
    subnets = said().subnets
    subnets[0]["MapPublicIpOnLaunch"] = False
    nat = {"NatGatewayId": "nat-1", "SubnetId": "subnet-2", "ConnectivityType": kind}
    return from_answers(said(route_tables=tables, subnets=subnets, nat_gateways=[nat]))


def test_instances_behind_a_nat_gateway_reach_out_and_are_not_reached() -> None:
    out = explain(behind_nat(), "instances", "internet", 443)
    assert out.open
    assert next(s.text for s in out.steps if s.kind == "route").endswith("leads to nat-1")
    into = explain(behind_nat(), "internet", "instances", 22)
    assert (into.state, into.steps[-1].kind) == ("shut", "address")


def test_a_nat_gateway_without_a_way_out_leads_nowhere() -> None:
    found = explain(behind_nat(way_out=False), "instances", "internet", 443)
    assert found.state == "shut"
    assert found.steps[-1].text.startswith("out of subnet-2: no route to ")


def test_a_private_nat_gateway_leads_to_no_internet() -> None:
    found = explain(behind_nat(kind="private"), "instances", "internet", 443)
    assert found.state == "shut"
    assert found.steps[-1].text == "the NAT gateway has no public address"


def test_subnets_without_an_association_have_the_main_table() -> None:
    network = from_answers(said())
    assert {subnet.table.address for subnet in network.subnets} == {"rtb-main"}
    assert explain(network, "internet", "database", 3306).open
    assert explain(network, "tasks", "database", 3306).open


def test_a_subnet_with_ipv6_alone_has_that_range() -> None:
    native = {
        "SubnetId": "subnet-6",
        "Ipv6Native": True,
        "MapPublicIpOnLaunch": False,
        "Ipv6CidrBlockAssociationSet": [{"Ipv6CidrBlock": "2600:1f14::/64"}],
    }
    (acl,) = said().acls
    acl["Associations"].append({"SubnetId": "subnet-6"})
    groups = [{"AutoScalingGroupName": "asg", "VPCZoneIdentifier": "subnet-6"}]
    subnets = [*said().subnets, native]
    network = from_answers(said(subnets=subnets, acls=[acl], auto_scaling_groups=groups))
    ranges = {subnet.address: subnet.ranges for subnet in network.subnets}
    assert ranges["subnet-6"] == (ip_network("2600:1f14::/64"),)


def test_a_route_to_what_is_gone_drops_what_takes_it() -> None:
    tables = said().route_tables
    tables[0]["Routes"][1]["State"] = "blackhole"
    verdict = explain(from_answers(said(route_tables=tables)), "instances", "internet", 443)
    assert verdict.state == "shut"
    assert verdict.steps[-1].text == "out of subnet-1: 0.0.0.0/0 leads to igw-1, which was deleted"


def test_a_longer_prefix_that_leads_to_what_is_gone_leaves_no_shorter_one() -> None:
    tables = said().route_tables
    gone = {"DestinationCidrBlock": "203.0.113.0/24", "State": "blackhole"}
    tables[0]["Routes"].append({**gone, "TransitGatewayId": "tgw-1"})
    network = from_answers(said(route_tables=tables))
    out = explain(network, "instances", "internet", 443)
    assert out.state == "partly"
    assert out.steps[-1].text == "out of subnet-1: 203.0.113.0/24 leads to tgw-1, which was deleted"
    back = explain(network, "internet", "instances", 22)
    assert (back.state, back.steps[-1].way) == ("partly", "back")


def test_entries_are_read_by_number_and_a_deny_wins_over_later_ones() -> None:
    acls = said().acls
    acls[0]["Entries"].append(entry(50, egress=False, action="deny", low=3306, high=3306))
    verdict = explain(from_answers(said(acls=acls)), "internet", "database", 3306)
    assert verdict.state == "shut"
    assert "rule 50 denies tcp 3306" in verdict.steps[-1].text


def test_what_names_no_group_has_the_default_one() -> None:
    verdict = explain(from_answers(said(templates={})), "instances", "internet", 443)
    assert (verdict.state, verdict.steps[-1].rule) == ("shut", "default")


def test_a_prefix_list_holds_what_aws_says_it_holds() -> None:
    rule = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443}
    groups = [group("sg-1", [], [{**rule, "PrefixListIds": [{"PrefixListId": "pl-1"}]}])]
    for entries, state in ((["0.0.0.0/0"], "open"), (["10.0.0.0/8"], "shut"), (None, "partly")):
        network = from_answers(said(groups=groups, prefix_lists={"pl-1": entries}))
        assert explain(network, "instances", "internet", 443).state == state


def test_private_addresses_behind_a_public_subnet_stay_private() -> None:
    card = {"AssociatePublicIpAddress": False, "Groups": ["sg-1"]}
    network = from_answers(said(templates={"asg": {"NetworkInterfaces": [card]}}))
    assert explain(network, "internet", "instances", 22).state == "shut"
    assert explain(network, "instances", "internet", 443).state == "shut"


def test_the_agents_range_is_read_from_user_data() -> None:
    assert str(from_answers(said()).endpoint("tasks").host_ports) == "32768-61000"  # type: ignore[union-attr]
    text = "ECS_CLUSTER=one\nECS_DYNAMIC_HOST_PORT_RANGE=40000-40100\n"
    template = {**said().templates["asg"], "UserData": base64.b64encode(text.encode()).decode()}
    tasks = from_answers(said(templates={"asg": template})).endpoint("tasks")
    assert tasks
    assert tasks.host_ports == Intervals(((40000, 40100),))


def test_more_than_one_of_a_kind_is_one_endpoint_in_all_their_places() -> None:
    one = said().databases[0]
    other = {
        **one,
        "DBInstanceIdentifier": "db-2",
        "DBSubnetGroup": {"Subnets": [{"SubnetIdentifier": "subnet-1"}]},
        "PubliclyAccessible": False,
    }
    network = from_answers(said(databases=[one, other]))
    database = network.endpoint("database")
    assert database
    assert [place.subnet.address for place in database.interfaces] == ["subnet-2", "subnet-1"]
    assert explain(network, "internet", "database", 3306).state == "partly"


def test_what_does_not_stand_is_no_endpoint() -> None:
    network = from_answers(said(databases=[], auto_scaling_groups=[]))
    assert [one.name for one in network.endpoints] == ["internet", "aws_apis"]
    assert explain(network, "tasks", "database", 3306).state == "absent"


def test_a_load_balancer_without_public_ipv4_has_ipv6_alone() -> None:
    balancer = {
        "LoadBalancerArn": "lb",
        "AvailabilityZones": [{"SubnetId": "subnet-1"}],
        "IpAddressType": "dualstack-without-public-ipv4",
    }
    found = from_answers(said(load_balancers=[balancer])).endpoint("load_balancer")
    assert found
    assert [(one.public, one.ipv6) for one in found.interfaces] == [(False, True)]


def test_a_launch_template_with_two_network_cards_is_not_evaluated() -> None:
    card = {"Groups": ["sg-1"]}
    assert from_answers(said(templates={"asg": {"NetworkInterfaces": [card]}})).unread == ()
    two = said(templates={"asg": {"NetworkInterfaces": [card, card]}})
    assert from_answers(two).unread == ("asg",)


def test_ipv6_is_judged_where_an_endpoint_has_it() -> None:
    six = [{"Ipv6CidrBlock": "2001:db8:0:1::/64"}]
    subnets = said().subnets
    subnets[0] |= {"Ipv6CidrBlockAssociationSet": six, "AssignIpv6AddressOnCreation": True}
    tables = said().route_tables
    tables[0]["Routes"].append({"DestinationIpv6CidrBlock": "::/0", "GatewayId": "igw-1"})
    acls = said().acls
    for egress in (True, False):
        rule = entry(101, egress=egress)
        del rule["CidrBlock"]
        acls[0]["Entries"].append({**rule, "Ipv6CidrBlock": "::/0"})
    groups = [group("sg-1", [{"IpProtocol": "-1", "Ipv6Ranges": [{"CidrIpv6": "::/0"}]}], [])]
    answers = said(subnets=subnets, route_tables=tables, acls=acls, groups=groups)
    network = from_answers(answers)
    assert ip_network("2001:db8:0:1::/64") in network.subnets[0].ranges
    assert explain(network, "internet", "instances", 22).open


def test_where_nothing_stands_the_hint_makes_it() -> None:
    make: Any = boto3.client
    ec2 = make("ec2", region_name="eu-central-1", aws_access_key_id="a", aws_secret_access_key="b")
    with Stubber(ec2) as stubber:
        stubber.add_response("describe_vpcs", {"Vpcs": []})
        with pytest.raises(StrataError, match="0 VPCs carry the tags") as error:
            ask(lambda _: ec2, load("local").environment)
    assert error.value.hint == "strata apply local"


def test_interface_endpoints_that_are_there_are_evaluated() -> None:
    found = said()
    place = found.subnets[0]["SubnetId"]
    shut = group("sg-endpoint", [], [])
    endpoint: Json = {
        "VpcEndpointId": "vpce-1", "VpcEndpointType": "Interface", "State": "available",
        "SubnetIds": [place], "Groups": [{"GroupId": "sg-endpoint"}],
    }  # fmt: skip
    network = from_answers(
        replace(found, groups=[*found.groups, shut], interface_endpoints=[endpoint])
    )
    end = network.endpoint("aws_endpoints")
    assert end is not None
    assert (end.address, [one.subnet.address for one in end.interfaces]) == ("vpce-1", [place])
    assert explain(network, "instances", "aws_endpoints", 443).state == "shut"
    assert from_answers(found).endpoint("aws_endpoints") is None


@pytest.mark.parametrize(("ingress", "met"), [([ALL], True), ([], False)])
def test_of_the_endpoints_of_others_only_the_way_to_them_is_judged(
    ingress: list[Json], met: bool
) -> None:
    """What else they let in, and where they may go to, their team has decided."""
    theirs = group("sg-theirs", ingress, [ALL])
    endpoint: Json = {
        "VpcEndpointId": "vpce-1", "SubnetIds": ["subnet-1"], "Groups": [{"GroupId": "sg-theirs"}],
    }  # fmt: skip
    found = said()
    answers = replace(
        found, groups=[*found.groups, theirs], interface_endpoints=[endpoint], shared=True
    )
    rows = [
        row
        for row in table(from_answers(answers))
        if "aws_endpoints" in (row.expectation.source, row.expectation.target)
    ]
    assert {(row.expectation.source, row.expectation.open) for row in rows} == {
        ("instances", True), ("tasks", True),
    }  # fmt: skip
    assert {row.met for row in rows} == {met}
    # The same of our own: nobody else may be let in.
    own = table(from_answers(replace(answers, shared=False)))
    assert any(
        row.expectation.target == "aws_endpoints" and not row.expectation.open for row in own
    )


LEADING: list[tuple[str, Json, bool]] = [
    ("ecs", {"PrivateDnsEnabled": True}, True),
    ("ecr.api", {"PrivateDnsEnabled": True}, True),
    ("ecs", {"PrivateDnsEnabled": False}, False),
    ("ecs", {}, False),
    ("sagemaker.api", {"PrivateDnsEnabled": True}, False),
    ("s3", {"PrivateDnsEnabled": True}, True),
    (
        "s3",
        {
            "PrivateDnsEnabled": True,
            "DnsOptions": {"PrivateDnsOnlyForInboundResolverEndpoint": True},
        },
        False,
    ),
]


def test_names_lead_to_an_endpoint_of_others() -> None:
    for service, more, leads in LEADING:
        body = {"ServiceName": f"com.amazonaws.eu-central-1.{service}", **more}
        assert leads_there(body) is leads, (service, more)
