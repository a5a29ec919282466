"""`[network]` of a VPC that exists: what the file alone shows, refused by key."""

import tomllib
from typing import Any

from strata.settings.load import judge
from tests import ROOT

Json = dict[str, Any]

VPC = "vpc-0a1b2c3d4e5f60718"
A, B, C, D, E = (f"subnet-{i}a1b2c3d" for i in range(5))
PUBLIC, PRIVATE = {"ids": [A, B]}, {"ids": [C, D]}


def network(**changes: Any) -> Json:
    """`local` with a network of others, as its file would say it."""
    data = tomllib.loads((ROOT / "envs" / "local.toml").read_text())
    zones = ["eu-central-1a", "eu-central-1b"]
    section = {"existing": VPC, "availability_zones": zones, "public": PUBLIC, "private": PRIVATE}
    data["network"] = {
        key: value for key, value in (section | changes).items() if value is not None
    }
    return data


def problems(**changes: Any) -> dict[str, str]:
    """Dotted key -> what is wrong with it, and what would be right."""
    found = judge(network(**changes))[1]
    return {".".join(map(str, one.key)): f"{one.wrong} | {one.right}" for one in found}


NETWORKS: list[Json] = [
    {},
    {"existing": "vpc-0a1b2c3d"},
    {"private": {"ids": [C, D, E]}},
    {
        "public": {"tags": {"Tier": "public"}},
        "private": {"tags": {"Tier": "private", "App": ""}},
    },
    {"public": {"tags": {"Tier": "public"}}},
]


def test_a_network_of_others_is_right() -> None:
    for changes in NETWORKS:
        assert problems(**changes) == {}, changes


MEANING_NOTHING: list[tuple[str, Any, str]] = [
    ("vpc_cidr", "10.0.0.0/16", "the VPC has its ranges"),
    ("public_subnets", ["10.0.0.0/24", "10.0.1.0/24"], "network.public"),
    ("private_subnets", ["10.0.0.0/24", "10.0.1.0/24"], "network.private"),
    ("nat", "none", "its ways out"),
    ("endpoints", [], "ask its team"),
    ("endpoints", ["s3"], "ask its team"),
    ("flow_log_retention_days", 30, "its team's"),
    ("emptied_zones", ["eu-central-1b"], "leave a zone"),
]


def test_a_key_that_means_nothing_there_is_refused_by_name() -> None:
    for key, value, words in MEANING_NOTHING:
        found = problems(**{key: value})
        assert list(found) == [f"network.{key}"], key
        assert "means nothing in an existing VPC" in found[f"network.{key}"], key
        assert words in found[f"network.{key}"], key


BAD: list[tuple[Json, str, str]] = [
    ({"existing": "shop-vpc"}, "existing", "vpc-0a1b2c3d4e5f60718"),
    ({"existing": ""}, "existing", "is not the id of a VPC"),
    ({"existing": "vpc-0a1b2c3"}, "existing", "is not the id of a VPC"),
    ({"existing": VPC.upper()}, "existing", "is not the id of a VPC"),
    ({"public": None}, "public", "is missing"),
    ({"private": None}, "private", 'Tier = "private"'),
    ({"private": {}}, "private", "neither ids nor tags"),
    ({"public": {"ids": [A, B], "tags": {"Tier": "public"}}}, "public", "both ids and tags"),
    ({"public": {"ids": [A, "10.0.0.0/24"]}}, "public.ids.1", "is not the id of a subnet"),
    ({"private": {"ids": [C, VPC]}}, "private.ids.1", "is not the id of a subnet"),
    ({"public": {"ids": [A, A]}}, "public.ids.1", "listed twice"),
    ({"public": {"ids": [A]}}, "public.ids", "at least two subnets"),
    ({"public": {"ids": [A, B, E]}}, "public.ids", "takes one of each"),
    ({"private": {"ids": [C, B]}}, "private.ids.1", "is a public subnet too"),
    (
        {"public": {"tags": {"App": "shop"}}, "private": {"tags": {"App": "shop"}}},
        "private.tags",
        "tags that only the private subnets have",
    ),
    ({"availability_zones": ["eu-central-1a"]}, "availability_zones", "needs two"),
    ({"public": {"id": [A, B]}}, "public.id", "perhaps ids"),
    ({"public": [A, B]}, "public", "a table"),
]


def test_what_cannot_be_is_named() -> None:
    for changes, key, words in BAD:
        found = problems(**changes)
        assert f"network.{key}" in found, (key, words)
        assert words in found[f"network.{key}"], (key, words)


def test_subnets_of_others_need_their_vpc() -> None:
    found = problems(existing=None, availability_zones=[f"eu-central-1{zone}" for zone in "abc"])
    assert list(found) == ["network.public", "network.private"]
    assert "network.existing" in found["network.public"]


def test_a_way_out_is_not_held_against_a_range_that_the_vpc_may_not_have() -> None:
    data = network()
    data["service"]["egress"] = [{"port": 5432, "ranges": ["10.0.5.0/24"]}]
    assert judge(data)[1] == []
