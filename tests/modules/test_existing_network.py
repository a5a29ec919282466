"""An environment in a VPC that others made: what is built, and what is said of the rest."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from strata.cost.estimate import Estimate, estimate
from strata.cost.prices import shipped
from strata.cost.resources import of_stack
from strata.documents import Json
from strata.documents.stacks import Stack, stack
from strata.gate.documents import read
from strata.gate.judge import begin
from strata.gate.networks import network_faults
from strata.gate.paths import judged_paths
from strata.gate.scan import scan_stacks
from strata.gate.whole_environment import environment_failures, resolve_environment, unjudged_words
from strata.map.write import Drawn, drawn, files
from strata.plan_file.changes import Change, Plan
from strata.reach import explain, from_stack
from strata.reach.report import path, table_report
from strata.reach.table import table
from strata.review.ranks import reasons
from strata.settings import Settings, load
from strata.settings.models import Reach
from strata.synthesis.synthesize import synthesize
from strata.views.text.reach import path_lines, table_lines
from tests.composing import compose

VPC = "vpc-0a1b2c3d4e5f60718"
BY_ID = {
    "public": {"ids": ["subnet-0a1b2c3d", "subnet-1a1b2c3d"]},
    "private": {"ids": ["subnet-2a1b2c3d", "subnet-3a1b2c3d"]},
}
BY_TAG = {"public": {"tags": {"Tier": "public"}}, "private": {"tags": {"Tier": "private"}}}
DATABASE_RULE = "aws_vpc_security_group_ingress_rule.network_database_ingress_instance"
INSTANCE_RULE = "aws_vpc_security_group_ingress_rule.network_instance_ingress_load_balancer"


def existing(chosen: dict[str, Any], **sections: Json) -> Settings:
    """`local` in a VPC that others made."""
    data = load("local").model_dump(by_alias=True)
    zones = data["network"]["availability_zones"]
    data["network"] = {"availability_zones": zones, "existing": VPC, **chosen}
    for name, changes in sections.items():
        data[name] |= changes
    return Settings.model_validate(data)


WAYS = pytest.mark.parametrize("chosen", [BY_ID, BY_TAG], ids=["by id", "by tag"])


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Both ways to name the subnets, each in a folder."""
    folder = tmp_path_factory.mktemp("existing")
    synthesize([existing(BY_ID)], folder / "by_id")
    synthesize([existing(BY_TAG)], folder / "by_tag")
    return folder


def composed_in(folder: Path) -> Json:
    return dict(json.loads((folder / "composed" / "local" / "cdk.tf.json").read_text()))


@pytest.fixture(scope="module")
def by_id(out: Path) -> Json:
    return composed_in(out / "by_id")


@pytest.fixture(scope="module")
def by_tag(out: Path) -> Json:
    return composed_in(out / "by_tag")


@pytest.fixture(params=["by_id", "by_tag"])
def either(request: pytest.FixtureRequest) -> Json:
    """Both ways to name the subnets, one after the other."""
    composed: Json = request.getfixturevalue(request.param)
    return composed


def test_of_the_network_only_security_groups_are_made(either: Json) -> None:
    made = {one.type for one in stack(either).resources.values() if one.layer == "network"}
    assert made == {
        "aws_security_group",
        "aws_vpc_security_group_egress_rule",
        "aws_vpc_security_group_ingress_rule",
    }
    groups = either["resource"]["aws_security_group"].values()
    assert {group["vpc_id"] for group in groups} == {"${data.aws_vpc.network_vpc.id}"}
    looked_up = either["data"]["aws_vpc"]["network_vpc"]["filter"]
    assert looked_up == [{"name": "vpc-id", "values": [VPC]}]


def places(found: Stack) -> dict[str, list[str]]:
    """What lies in which subnets."""
    arguments = {
        "aws_lb.edge_load_balancer": "subnets",
        "aws_autoscaling_group.cluster_auto_scaling_group": "vpc_zone_identifier",
        "aws_db_subnet_group.database_subnet_group": "subnet_ids",
        "aws_elasticache_subnet_group.cache_subnet_group": "subnet_ids",
    }
    return {
        address.partition(".")[0]: [
            target.address for target in found.targets(found.resources[address].body[argument])
        ]
        for address, argument in arguments.items()
    }


def test_subnets_by_id_must_lie_in_the_vpc(by_id: Json) -> None:
    found = stack(by_id)
    private = [f"data.aws_subnet.network_private_subnet_{i}" for i in range(2)]
    assert places(found) == {
        "aws_lb": [f"data.aws_subnet.network_public_subnet_{i}" for i in range(2)],
        "aws_autoscaling_group": private,
        "aws_db_subnet_group": private,
        "aws_elasticache_subnet_group": private,
    }
    assert [found.data[one].body for one in private] == [
        {
            "filter": [{"name": "subnet-id", "values": [name]}],
            "vpc_id": "${data.aws_vpc.network_vpc.id}",
        }
        for name in BY_ID["private"]["ids"]
    ]


def test_subnets_by_tag_are_those_of_the_vpc_in_the_zones(by_tag: Json) -> None:
    found = stack(by_tag)
    private = "data.aws_subnets.network_private_subnets"
    assert places(found) == {
        "aws_lb": ["data.aws_subnets.network_public_subnets"],
        "aws_autoscaling_group": [private],
        "aws_db_subnet_group": [private],
        "aws_elasticache_subnet_group": [private],
    }
    body = found.data[private].body
    assert body["tags"] == {"Tier": "private"}
    assert {one["name"]: one["values"] for one in body["filter"]} == {
        "vpc-id": ["${data.aws_vpc.network_vpc.id}"],
        "availability-zone": load("local").network.availability_zones,
    }


@pytest.fixture(scope="module")
def elsewhere(synthesized: Path) -> set[str]:
    """The checks that fail in a network of our own, where each is waived."""
    return {failure.check for failure in scan_stacks(read(synthesized, ["local"]))}


@pytest.mark.parametrize(
    ("way", "chosen"), [("by_id", BY_ID), ("by_tag", BY_TAG)], ids=["by id", "by tag"]
)
def test_the_gate_says_what_it_did_not_judge(
    way: str, chosen: dict[str, Any], out: Path, elsewhere: set[str]
) -> None:
    found = existing(chosen)
    environments = read(out / way)
    paths = judged_paths(environments, {"local": found})
    assert paths.failures == []
    (line,) = paths.not_judged
    for words in (VPC, "is not Strata's", "network ACLs, flow logs", "default security group"):
        assert words in line
    assert "8 paths that must be open may be shut" in line
    whole = [resolve_environment(one) for one in environments]
    assert list(environment_failures(whole, {"local": found})) == []
    assert unjudged_words(whole) == []
    assert {failure.check for failure in scan_stacks(environments)} <= elsewhere


def test_the_verdict_has_the_line_and_the_settings_name_the_vpc(out: Path) -> None:
    """Against the settings of `local`, which has a network of its own, it is the wrong VPC."""
    begun = begin(out / "by_id", {"local": ""})
    verdict = begun.verdict()
    assert [one for one in verdict.warnings if VPC in one]
    assert verdict.findings == []
    judged = [resolve_environment(one) for one in read(out / "by_id")]
    (failure,) = environment_failures(judged, {"local": load("local")})
    assert (failure.check, failure.address) == ("STRATA_PLACE_2", "data.aws_vpc.network_vpc")


def changed(body: Json, change: Callable[[Json], None]) -> Json:
    """A copy of a stack that somebody changed by hand."""
    import copy  # noqa: PLC0415

    copied = copy.deepcopy(body)
    change(copied)
    return copied


def test_a_database_where_the_load_balancer_is_is_found(by_id: Json) -> None:
    def move(body: Json) -> None:
        body["resource"]["aws_db_subnet_group"]["database_subnet_group"]["subnet_ids"] = [
            "${data.aws_subnet.network_public_subnet_0.id}"
        ]

    assert list(network_faults(by_id)) == []
    faults = list(network_faults(changed(by_id, move)))
    assert faults == [("STRATA_ROUTE_2", "aws_db_subnet_group.database_subnet_group")]


def test_reach_knows_what_groups_shut_and_says_the_rest_is_unknown(either: Json) -> None:
    rows = table(from_stack(stack(either)))
    assert all(row.met for row in rows)
    by_state = {row.verdict.state for row in rows if not row.expectation.open}
    assert by_state == {"shut"}
    assert {row.verdict.state for row in rows if row.expectation.open} == {"unknown"}
    report = table_report("local", rows, live=False, file="", lines=[])
    assert report.foreign == VPC
    text = "\n".join(line for line, _ in table_lines(report))
    assert f"{len(rows) - 8} of {len(rows)} paths are as expected, 8 are not known" in text
    assert VPC in text
    assert "--live" in text


def test_one_path_names_what_is_not_known_on_its_way(either: Json) -> None:
    network = from_stack(stack(either))
    text = "\n".join(path_lines("local", path(explain(network, "instances", "database", 3306))))
    assert text.startswith("local: instances to database, tcp 3306: unknown\n")
    assert "network ACL: not known" in text
    assert "route: not known" in text
    assert "security group: passes" in text
    shut = path(explain(network, "load_balancer", "database", 3306))
    assert (shut.state, shut.foreign) == ("shut", VPC)


def test_a_group_without_its_rule_is_shut_for_certain(by_id: Json) -> None:
    def remove(body: Json) -> None:
        del body["resource"][DATABASE_RULE.partition(".")[0]][DATABASE_RULE.partition(".")[2]]

    rows = table(from_stack(stack(changed(by_id, remove))))
    broken = [(row.verdict.source, row.verdict.target) for row in rows if not row.met]
    assert broken == [("tasks", "database")]


def test_a_group_that_lets_the_internet_in_is_not_called_shut(by_id: Json) -> None:
    """Whether the subnets give public addresses is not known, so neither is this."""

    def admit(body: Json) -> None:
        type_, _, name = INSTANCE_RULE.partition(".")
        rule = body["resource"][type_][name]
        del rule["referenced_security_group_id"]
        rule["cidr_ipv4"] = "0.0.0.0/0"

    rows = table(from_stack(stack(changed(by_id, admit))))
    broken = {
        (row.verdict.source, row.verdict.target): row.verdict.state for row in rows if not row.met
    }
    assert broken[("internet", "instances")] == "unknown"


def test_a_users_own_paths_are_held_against_the_groups_alone(by_id: Json) -> None:
    """A way out that the others' routes shut is unknown; one that a group shuts is not open."""
    own = [
        Reach.model_validate({"from": "instances", "to": "internet", "port": 443, "open": False}),
        Reach.model_validate({"from": "instances", "to": "instances", "port": 9100, "open": True}),
    ]
    rows = [row for row in table(from_stack(stack(by_id)), own) if row.expectation.own is not None]
    assert [(row.verdict.state, row.met) for row in rows] == [("unknown", True), ("shut", False)]


def anew(address: str, *forcing: str) -> Change:
    return Change(address, ("delete", "create"), {}, {}, replace_paths=tuple((f,) for f in forcing))


def test_a_review_ranks_a_change_of_the_vpc_among_what_aws_would_refuse(by_id: Json) -> None:
    vpc = Change("aws_vpc.network_vpc", ("delete",), {}, None)
    group = anew("aws_security_group.network_cache_security_group", "vpc_id")
    described = anew("aws_security_group.network_cache_security_group", "description")
    balancer = Change("aws_lb.edge_load_balancer", ("update",), {}, {})

    def refused(change: Change, *others: Change) -> list[str]:
        plan = Plan((change, *others), (), {})
        found = reasons(change, plan, stack(by_id))
        return [one.why for one in found if one.rank == "refused"]

    for change in (vpc, group):
        (why,) = refused(change, balancer)
        assert "leaves its VPC" in why
        assert "network.existing" in why
        # Nothing is in it yet, or goes with it.
        assert refused(change) == []
    assert refused(described, balancer) == []


@pytest.fixture(scope="module")
def maps(by_id: Json, by_tag: Json) -> dict[str, Drawn]:
    return {name: drawn(stack(body), "shop-local") for name, body in
            (("by id", by_id), ("by tag", by_tag))}  # fmt: skip


def test_the_map_draws_the_network_as_foreign(maps: dict[str, Drawn]) -> None:
    network, system = maps["by id"].pictures
    vpc = network.node("data.aws_vpc.network_vpc")
    assert (vpc.label, vpc.title) == ("VPC, not Strata's", VPC)
    private = network.node("data.aws_subnet.network_private_subnet_1")
    assert private.label == "Private subnet, not Strata's"
    assert (private.title, private.parent) == ("subnet-3a1b2c3d", vpc.id)
    assert " ".join(private.lines) == "made elsewhere instances, tasks, database, cache"
    public = network.node("data.aws_subnet.network_public_subnet_0")
    assert public.lines == ("made elsewhere", "load balancer")
    arrows = [edge for edge in system.edges if edge.target == "aws_db_instance.database_instance"]
    assert [(edge.kind, edge.lines) for edge in arrows if edge.kind in ("traffic", "part")] == [
        ("part", ("if routes let it:", "tcp 3306"))
    ]


def test_the_map_of_subnets_by_tag_counts_none(maps: dict[str, Drawn]) -> None:
    network, system = maps["by tag"].pictures
    private = network.node("data.aws_subnets.network_private_subnets")
    assert (private.label, private.title) == ("Private subnets, not Strata's", "Tier = private")
    balancer = system.node("aws_lb.edge_load_balancer")
    assert balancer.lines == ("internet-facing, in the subnets with its tags",)
    (thing,) = [one for one in maps["by tag"].things if one.id == private.id]
    assert "subnets" in thing.label


def test_the_files_of_the_map_are_written_without_any_line_to_explain(by_tag: Json) -> None:
    written = files(stack(by_tag), "local", "eu-central-1")
    assert written.keys() == {"map.html", "network.svg", "system.svg"}
    assert f">{VPC}<" in written["network.svg"]
    assert "on some paths only, or not known" in written["system.svg"]
    assert "on some paths only" not in written["network.svg"]


def cost(settings: Settings) -> Estimate:
    return estimate(of_stack(stack(compose(settings))), settings, shipped())


@WAYS
def test_the_cost_leaves_out_what_is_not_ours_and_says_so(chosen: dict[str, Any]) -> None:
    found, own = cost(existing(chosen)), cost(load("local"))
    (note,) = [one for one in found.notes if VPC in one]
    assert "NAT gateways" in note
    items = {(line.resource, line.item): line.quantity.desired for line in found.lines}
    gone = {line.item for line in own.lines} - {item for _, item in items}
    assert gone == {"cloudwatch/vended-log-ingestion"}
    assert items["aws_lb.edge_load_balancer", "transfer/internet"] == 50
    addresses = {resource: n for (resource, item), n in items.items() if item == "vpc/public-ipv4"}
    nodes = 2 if chosen is BY_ID else 3
    assert addresses == {"aws_lb.edge_load_balancer": nodes * 730}
    assert found.not_priced == own.not_priced
