"""What would go wrong in a VPC that others made, asked of the emulator before the first change."""

import dataclasses
import json
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest

from strata.apply.existing_network import unfit
from strata.apply.offered import Offered, look
from strata.aws import existing_network
from strata.aws.session import session
from strata.commands.offered import Account, offered_lines, require_network, require_offered
from strata.local import emulator as emulation
from strata.plan_file.changes import Change
from strata.reach.from_aws import from_aws
from strata.settings import Settings
from strata.settings.load import InvalidSettings, dotted
from tests.end_to_end.foreign import ZONES, Foreign, foreign, subnet, table
from tests.modules.test_existing_network import existing

Json = dict[str, Any]
MADE = [
    Change(f"{kind}.x", ("create",), None, {})
    for kind in ("aws_security_group", "aws_lb", "aws_db_subnet_group")
]
pytestmark = pytest.mark.emulator

RANGES = iter(f"10.{number}" for number in range(20, 250))


@pytest.fixture(scope="module")
def ec2(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """EC2 of an emulator of our own."""
    with emulation.emulator(tmp_path_factory.mktemp("existing")):
        make: Any = boto3.client
        yield make("ec2", region_name="eu-central-1")


@pytest.fixture(scope="module")
def good(ec2: Any) -> Foreign:
    return foreign(ec2, next(RANGES))


def settings(network: Foreign, **changes: Any) -> Settings:
    """By id, in both zones."""
    by_id = {"public": {"ids": list(network.public)}, "private": {"ids": list(network.private)}}
    return existing(
        {"existing": network.vpc, "availability_zones": list(ZONES), **by_id, **changes}
    )


TAGS = {"public": {"tags": {"Tier": "public"}}, "private": {"tags": {"Tier": "private"}}}


def require(wanted: Settings) -> None:
    """What is asked before a plan."""
    require_network("local", wanted, Account(wanted.environment))


def said(found: Offered) -> dict[str, str]:
    return {dotted(one.key): f"{one.wrong} | {one.right}" for one in found.refused}


def test_a_network_that_fits_is_taken_by_id_and_by_tag(good: Foreign) -> None:
    for chosen in ({}, TAGS):
        assert look(settings(good, **chosen), MADE) == Offered()
        require(settings(good, **chosen))


def test_security_groups_are_asked_for_only_for_endpoints_that_names_lead_to(
    good: Foreign,
) -> None:
    """A role that may not describe them is stopped by nothing else."""
    wanted = settings(good)
    assert existing_network.find(session(wanted.environment), wanted.network).groups == {}


def test_nothing_is_asked_when_nothing_is_put_there(good: Foreign) -> None:
    nowhere = dataclasses.replace(good, vpc="vpc-0a1b2c3d4e5f60718")
    assert look(settings(nowhere), [Change("aws_sqs_queue.x", ("create",), None, {})]) == Offered()


@pytest.mark.parametrize(
    ("changes", "key", "words"),
    [
        ({"existing": "vpc-0a1b2c3d4e5f60718"}, "network.existing", "is no VPC of account"),
        (
            {"private": {"ids": ["subnet-0a1b2c3d", "subnet-1a1b2c3d"]}},
            "network.private.ids[0]",
            "is no subnet in eu-central-1",
        ),
        (
            {"private": {"tags": {"Tier": "data"}}},
            "network.private.tags",
            "are the tags of no subnet of vpc-",
        ),
    ],
)
def test_what_terraform_cannot_look_up_stops_before_a_plan(
    good: Foreign, changes: Json, key: str, words: str
) -> None:
    wrong = settings(good, **changes)
    assert said(look(wrong, MADE))[key].startswith(words)
    with pytest.raises(InvalidSettings) as error:
        require(wrong)
    (first, *_) = error.value.problems
    assert (first.key, first.wrong.startswith(words)) == (key, True)


def test_a_subnet_of_another_vpc_is_named_with_its_own(ec2: Any, good: Foreign) -> None:
    other = foreign(ec2, next(RANGES))
    mixed = dataclasses.replace(good, private=(good.private[0], other.private[1]))
    with pytest.raises(InvalidSettings) as error:
        require(settings(mixed))
    (problem,) = error.value.problems
    assert problem.key == "network.private.ids[1]"
    assert problem.wrong.startswith(f"lies in {other.vpc}")


Change_ = Callable[[Any, Foreign], None]


def replace_default(ec2: Any, table_id: str, **target: str) -> None:
    ec2.delete_route(RouteTableId=table_id, DestinationCidrBlock="0.0.0.0/0")
    if target:
        ec2.create_route(RouteTableId=table_id, DestinationCidrBlock="0.0.0.0/0", **target)


def internet(ec2: Any, vpc: str) -> str:
    inside = [{"Name": "attachment.vpc-id", "Values": [vpc]}]
    (gateway,) = ec2.describe_internet_gateways(Filters=inside)["InternetGateways"]
    return str(gateway["InternetGatewayId"])


def nat(ec2: Any, vpc: str) -> str:
    inside = [{"Name": "vpc-id", "Values": [vpc]}]
    (gateway,) = ec2.describe_nat_gateways(Filter=inside)["NatGateways"]
    return str(gateway["NatGatewayId"])


BROKEN: dict[str, tuple[Change_, dict[str, str]]] = {
    "public without the internet": (
        lambda ec2, network: replace_default(ec2, network.public_table),
        {f"network.public.ids[{i}]": "it has no default route" for i in range(2)},
    ),
    "public behind NAT": (
        lambda ec2, network: replace_default(
            ec2, network.public_table, NatGatewayId=nat(ec2, network.vpc)
        ),
        {f"network.public.ids[{i}]": "its default route leads to nat-" for i in range(2)},
    ),
    "private with the internet": (
        lambda ec2, network: replace_default(
            ec2, network.private_table, GatewayId=internet(ec2, network.vpc)
        ),
        {f"network.private.ids[{i}]": "is public: its default route" for i in range(2)},
    ),
    "no way out": (
        lambda ec2, network: replace_default(ec2, network.private_table),
        {f"network.private.ids[{i}]": "no endpoint for ecs, ecs-agent" for i in range(2)},
    ),
    "no names": (
        lambda ec2, network: ec2.modify_vpc_attribute(
            VpcId=network.vpc, EnableDnsSupport={"Value": False}
        ),
        {"network.existing": "resolves no names"},
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_does_not_work_there_is_refused_by_key(ec2: Any, name: str) -> None:
    change, expected = BROKEN[name]
    network = foreign(ec2, next(RANGES))
    change(ec2, network)
    found = said(look(settings(network), MADE))
    assert found.keys() == expected.keys()
    assert all(words in found[key] for key, words in expected.items()), found


def test_endpoints_are_a_way_out(ec2: Any) -> None:
    network = foreign(ec2, next(RANGES))
    replace_default(ec2, network.private_table)
    services = ("ecs", "ecs-agent", "ecs-telemetry", "ecr.api", "ecr.dkr", "logs",
                "secretsmanager", "ssm")  # fmt: skip
    for service in services:
        ec2.create_vpc_endpoint(
            VpcId=network.vpc,
            ServiceName=f"com.amazonaws.eu-central-1.{service}",
            VpcEndpointType="Interface",
            SubnetIds=list(network.private),
        )
    assert "no endpoint for s3" in said(look(settings(network), MADE))["network.private.ids[0]"]
    ec2.create_vpc_endpoint(
        VpcId=network.vpc,
        ServiceName="com.amazonaws.eu-central-1.s3",
        RouteTableIds=[network.private_table],
    )
    assert look(settings(network), MADE) == Offered()


ADMITTING: dict[str, tuple[Json, bool]] = {
    "the VPC": ({"IpRanges": [{"CidrIp": "{base}0.0/16"}]}, True),
    "each subnet": (
        {"IpRanges": [{"CidrIp": "{base}16.0/24"}, {"CidrIp": "{base}17.0/24"}]}, True),
    "all halves": ({"IpRanges": [{"CidrIp": f"{{base}}{part}"} for part in (
        "16.0/25", "16.128/25", "17.0/25", "17.128/25")]}, True),
    "everything": ({"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}, True),
    "the environment's group": ({"UserIdGroupPairs": [{"GroupId": "{ours}"}]}, True),
    "a prefix list": ({"PrefixListIds": [{"PrefixListId": "{list}"}]}, True),
    "itself, as a default group": (
        {"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": "{theirs}"}]}, False),
    "a part": ({"IpRanges": [{"CidrIp": "{base}16.0/25"}, {"CidrIp": "{base}17.0/25"}]}, False),
    "other ports": (
        {"FromPort": 444, "ToPort": 65535, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}, False),
    "another protocol": ({"IpProtocol": "udp", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}, False),
}  # fmt: skip
"""Whom a security group lets in, and whether that is all of the private subnets at 443."""


def group_of(ec2: Any, vpc: str, name: str, **tags: str) -> str:
    made = ec2.create_security_group(GroupName=name, Description=name, VpcId=vpc)["GroupId"]
    for key, value in tags.items():
        ec2.create_tags(Resources=[made], Tags=[{"Key": key, "Value": value}])
    return str(made)


@pytest.mark.parametrize("name", ADMITTING)
def test_endpoints_that_names_lead_to_must_let_the_instances_in(ec2: Any, name: str) -> None:
    """Also past a NAT gateway, which this network has."""
    rule, lets_in = ADMITTING[name]
    network = foreign(ec2, next(RANGES))
    wanted = settings(network)
    environment = wanted.environment
    ours = group_of(ec2, network.vpc, "ours",
                    Project=environment.project, Environment=environment.name)  # fmt: skip
    theirs = group_of(ec2, network.vpc, "theirs")
    listed = ec2.create_managed_prefix_list(
        PrefixListName="a", MaxEntries=1, AddressFamily="IPv4"
    )["PrefixList"]["PrefixListId"]  # fmt: skip
    base = ec2.describe_vpcs(VpcIds=[network.vpc])["Vpcs"][0]["CidrBlock"].removesuffix("0.0/16")
    words = {"{base}": base, "{ours}": ours, "{theirs}": theirs, "{list}": listed}
    text = json.dumps({"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, **rule})
    for word, value in words.items():
        text = text.replace(word, value)
    ec2.authorize_security_group_ingress(GroupId=theirs, IpPermissions=[json.loads(text)])
    made = endpoint(ec2, network, "logs", theirs)
    found = said(look(wanted, MADE))
    if lets_in:
        assert found == {}
    else:
        assert found.keys() == {"network.existing"}
        assert found["network.existing"].startswith(
            f"has private names for logs ({made}), behind {theirs}, which does not let in "
            f"{base}16.0/24 and {base}17.0/24 at port 443: no task would start there | "
        )


def endpoint(ec2: Any, network: Foreign, service: str, group: str, *, names: bool = True) -> str:
    made = ec2.create_vpc_endpoint(
        VpcEndpointType="Interface", VpcId=network.vpc, PrivateDnsEnabled=names,
        ServiceName=f"com.amazonaws.eu-central-1.{service}",
        SubnetIds=[network.private[0]], SecurityGroupIds=[group],
    )["VpcEndpoint"]["VpcEndpointId"]  # fmt: skip
    return str(made)


def test_endpoints_that_no_name_or_nobody_here_leads_to_may_let_in_whom_they_like(
    ec2: Any,
) -> None:
    network = foreign(ec2, next(RANGES))
    group = group_of(ec2, network.vpc, "theirs")
    endpoint(ec2, network, "logs", group, names=False)
    endpoint(ec2, network, "sagemaker.api", group)
    assert look(settings(network), MADE) == Offered()
    first, second = (endpoint(ec2, network, one, group) for one in ("ecr.dkr", "ecr.api"))
    wanted = settings(network)
    found = existing_network.find(session(wanted.environment), wanted.network)
    [(_, finding)] = unfit(wanted, found)
    assert f" for ecr.api ({second}) and ecr.dkr ({first}), behind {group}" in finding.wrong
    # The groups of a VPC that is shared with the account may be hidden from it.
    assert list(unfit(wanted, dataclasses.replace(found, groups={}))) == []
    ec2.modify_vpc_attribute(VpcId=network.vpc, EnableDnsHostnames={"Value": False})
    assert look(wanted, MADE).refused == []


def test_an_endpoint_for_parameters_counts_where_a_secret_is_one(ec2: Any) -> None:
    network = foreign(ec2, next(RANGES))
    made = endpoint(ec2, network, "ssm", group_of(ec2, network.vpc, "theirs"))
    wanted = settings(network)
    assert look(wanted, MADE) == Offered()
    data = wanted.model_dump(by_alias=True)
    data["service"]["secrets"] = {"KEY": "arn:aws:ssm:eu-central-1:000000000000:parameter/key"}
    (wrong,) = said(look(Settings.model_validate(data), MADE)).values()
    assert f" for ssm ({made}), behind " in wrong


@pytest.mark.parametrize("kind", ["public", "private"])
def test_a_subnet_with_ipv6_alone_is_refused(kind: str, ec2: Any) -> None:
    network = foreign(ec2, next(RANGES))
    ec2.associate_vpc_cidr_block(VpcId=network.vpc, AmazonProvidedIpv6CidrBlock=True)
    (vpc,) = ec2.describe_vpcs(VpcIds=[network.vpc])["Vpcs"]
    whole = vpc["Ipv6CidrBlockAssociationSet"][0]["Ipv6CidrBlock"]
    made = ec2.create_subnet(
        VpcId=network.vpc,
        Ipv6CidrBlock=whole.replace("::/56", "::/64"),
        Ipv6Native=True,
        AvailabilityZone="eu-central-1b",
    )["Subnet"]["SubnetId"]
    changes: Any = {kind: (getattr(network, kind)[0], made)}
    found = said(look(settings(dataclasses.replace(network, **changes)), MADE))
    assert found.keys() == {f"network.{kind}.ids[1]"}
    assert "has IPv6 addresses alone" in found[f"network.{kind}.ids[1]"]


def test_zones_are_held_against_the_subnets(ec2: Any) -> None:
    network = foreign(ec2, next(RANGES))
    base = ec2.describe_vpcs(VpcIds=[network.vpc])["Vpcs"][0]["CidrBlock"].removesuffix("0.0/16")
    beside = subnet(ec2, network.vpc, f"{base}40.0/24", "eu-central-1a", "public")
    third = subnet(ec2, network.vpc, f"{base}41.0/24", "eu-central-1c", "private")
    ec2.associate_route_table(RouteTableId=network.public_table, SubnetId=beside)
    ec2.associate_route_table(RouteTableId=network.private_table, SubnetId=third)
    one_zone = dataclasses.replace(network, public=(network.public[0], beside))
    found = said(look(settings(one_zone), MADE))
    assert found.keys() == {"network.public.ids"}
    elsewhere = dataclasses.replace(network, private=(network.private[0], third))
    found = said(look(settings(elsewhere), MADE))
    assert found.keys() == {"network.private.ids[1]"}
    assert "lies in eu-central-1c, which is not one of the zones" in found["network.private.ids[1]"]
    # By tags, the zones choose: the private one of the third is left out, the public one is not.
    found = said(look(settings(network, **TAGS), MADE))
    assert found.keys() == {"network.public.tags"}
    assert "several in eu-central-1a" in found["network.public.tags"]


def test_a_load_balancer_needs_room_when_it_is_made(ec2: Any) -> None:
    network = foreign(ec2, next(RANGES))
    base = ec2.describe_vpcs(VpcIds=[network.vpc])["Vpcs"][0]["CidrBlock"].removesuffix("0.0/16")
    small = subnet(ec2, network.vpc, f"{base}50.0/28", "eu-central-1b", "public")
    ec2.associate_route_table(RouteTableId=network.public_table, SubnetId=small)
    tight = dataclasses.replace(network, public=(network.public[0], small))
    found = said(look(settings(tight), MADE))
    assert found.keys() == {"network.public.ids[1]"}
    assert "a load balancer needs a /27 with 8 free addresses" in found["network.public.ids[1]"]
    assert look(settings(tight), MADE[:1]) == Offered()


def test_little_room_for_instances_and_no_host_names_are_warnings(ec2: Any) -> None:
    network = foreign(ec2, next(RANGES))
    ec2.modify_vpc_attribute(VpcId=network.vpc, EnableDnsHostnames={"Value": False})
    many = existing(
        {
            "existing": network.vpc,
            "availability_zones": list(ZONES),
            "public": {"ids": list(network.public)},
            "private": {"ids": list(network.private)},
        },
        cluster={"max_size": 500},
        database={"multi_az": True},
        cache={"replicas": 1},
    )
    found = look(many, MADE)
    assert found.refused == []
    warned = {dotted(one.key): one.wrong for one in found.warnings}
    assert warned.keys() == {"network.existing", "network.private"}
    assert "may need 504" in warned["network.private"]


def test_the_main_table_counts_for_a_subnet_without_one_of_its_own(ec2: Any) -> None:
    network = foreign(ec2, next(RANGES))
    base = ec2.describe_vpcs(VpcIds=[network.vpc])["Vpcs"][0]["CidrBlock"].removesuffix("0.0/16")
    loose = subnet(ec2, network.vpc, f"{base}60.0/24", "eu-central-1b", "private")
    table(ec2, network.vpc, ())
    found = said(
        look(settings(dataclasses.replace(network, private=(network.private[0], loose))), MADE)
    )
    assert found.keys() == {"network.private.ids[1]"}
    assert "no default route" in found["network.private.ids[1]"]


@pytest.mark.parametrize("ask", [offered_lines, require_offered])
def test_a_command_asks_about_it_once(
    good: Foreign, ask: Callable[..., list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    found, asked = existing_network.find, list[str | None]()

    def counting(session: Any, network: Any) -> existing_network.Found:
        asked.append(network.existing)
        return found(session, network)

    monkeypatch.setattr(existing_network, "find", counting)
    wanted = settings(good)
    account = Account(wanted.environment)
    require_network("local", wanted, account)
    assert ask("local", wanted, MADE, account) == []
    assert asked == [good.vpc]
    # Another choice of subnets is another question.
    assert ask("local", settings(good, **TAGS), MADE, account) == []
    assert asked == [good.vpc] * 2


def test_live_the_endpoints_of_others_are_those_that_names_lead_to(ec2: Any) -> None:
    network = foreign(ec2, next(RANGES))
    wanted = settings(network)
    group = ec2.create_security_group(
        GroupName="theirs", Description="theirs", VpcId=network.vpc
    )["GroupId"]  # fmt: skip

    def endpoint(service: str, subnet: str, *, names: bool) -> None:
        ec2.create_vpc_endpoint(
            VpcEndpointType="Interface", VpcId=network.vpc, PrivateDnsEnabled=names,
            ServiceName=f"com.amazonaws.{wanted.environment.region}.{service}",
            SubnetIds=[subnet], SecurityGroupIds=[group],
        )  # fmt: skip

    def places() -> list[str] | None:
        found = from_aws(wanted.environment, existing=network.vpc).endpoint("aws_endpoints")
        if found is None:
            return None
        assert found.theirs
        assert {one.address for place in found.interfaces for one in place.groups} == {group}
        return [place.subnet.address for place in found.interfaces]

    first, second = network.private[:2]
    endpoint("ecs", first, names=False)
    endpoint("sagemaker.api", first, names=True)
    assert places() is None
    endpoint("ecs-agent", second, names=True)
    assert places() == [second]
    endpoint("ecr.dkr", first, names=True)
    assert sorted(places() or []) == sorted([first, second])
