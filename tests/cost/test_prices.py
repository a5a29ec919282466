"""The price file: three regions, every row with its source and date."""

import itertools
import re
from pathlib import Path

import pytest

from strata.cost import prices as price_file
from strata.cost.prices import FILE, GLOBAL, dump, parse, shipped
from strata.cost.refresh import question_of
from strata.errors import StrataError
from strata.settings import figures

REGIONS = ["ap-northeast-2", "eu-central-1", "us-east-1"]


def test_three_regions_have_the_same_rows() -> None:
    assert shipped().regions == REGIONS
    for row in shipped():
        if row.region != GLOBAL:
            assert all(shipped().find(row.item, region) for region in REGIONS), row.item


def test_every_row_names_its_source_and_every_price_its_date() -> None:
    rows = list(shipped())
    assert len({(row.item, row.region) for row in rows}) == len(rows)
    for row in rows:
        assert re.fullmatch(r"[A-Za-z0-9]+", row.source), row
        assert row.unit, row
        assert (row.usd is None) == (row.as_of is None), row
        if row.usd is not None and row.as_of is not None:
            assert row.usd > 0, row
            assert re.fullmatch(r"20\d\d-\d\d(-\d\d)?", row.as_of), row


def test_every_price_names_where_it_was_read() -> None:
    for row in shipped():
        assert (row.usd is None) == (row.origin is None), row
        # Only the refresh knows the day, and it asks the price list itself.
        assert (len(row.as_of or "") == len("2026-11-24")) == (row.origin == "price list"), row


READ: list[tuple[str, str, str | None]] = [
    ("ec2/t3.micro", "eu-central-1", "public copy of the price list"),
    ("elasticache/redis/cache.m7g.large", "eu-central-1", "public copy of the price list"),
    ("elb/lcu", "us-east-1", "pricing page"),
    ("rds/mysql/db.t3.micro/single-az", "ap-northeast-2", "public copy of the price list"),
    ("s3/put", "ap-northeast-2", "published bill or reading of the price list"),
    ("rds/mysql/db.t4g.micro/single-az", "eu-central-1", None),
    ("ec2/t4g.small", "eu-central-1", "public copy of the price list"),
    ("ec2/m7g.large", "ap-northeast-2", "published bill or reading of the price list"),
    ("vpc/endpoint-hours", "eu-central-1", "published bill or reading of the price list"),
]


def test_where_a_price_was_read() -> None:
    """Until it is renewed."""
    for item, region, origin in READ:
        row = shipped().find(item, region)
        assert row, (item, region)
        assert row.origin in (origin, "price list"), (item, region)


def test_no_price_differs_between_regions_by_more_than_it_can() -> None:
    """A slipped decimal point: between regions no price differs by half."""
    for row in shipped():
        known = [
            price.usd
            for region in REGIONS
            if (price := shipped().find(row.item, region)) and price.usd is not None
        ]
        assert not known or max(known) <= 1.6 * min(known), row.item


def test_a_larger_size_is_never_cheaper() -> None:
    sizes = ("micro", "small", "medium", "large", "xlarge")
    families: dict[tuple[str, str], list[tuple[int, float]]] = {}
    for row in shipped():
        if (found := re.search(r"(.*)\.(\w+)(/.*)?$", row.item)) and row.usd is not None:
            key = (f"{found[1]}{found[3]}", row.region)
            families.setdefault(key, []).append((sizes.index(found[2]), row.usd))
    assert len(families) > 50
    for key, prices in families.items():
        amounts = [usd for _, usd in sorted(prices)]
        assert amounts == sorted(amounts), key


def test_types_are_types_of_aws() -> None:
    for row in shipped():
        if found := re.fullmatch(r"ec2/(\w+\.\w+)", row.item):
            assert found[1] in figures.instance_types()
        if found := re.search(r"(db|cache)\.\w+\.\w+", row.item):
            offered = figures.offerings()
            assert found[0] in {**offered.database_classes, **offered.cache_node_types}


def test_the_price_list_can_be_asked_for_every_row() -> None:
    assert all(question_of(row).usage for row in shipped())


def test_the_file_is_written_as_it_is_read() -> None:
    text = FILE.read_text(encoding="utf-8")
    assert dump(parse(text)) == text


@pytest.mark.parametrize("content", ["", "[]", '{"prices": 1}', '{"prices": [{}]}', "[" * 100_000])
def test_a_broken_file_of_prices_says_how_to_get_it_back(
    content: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "prices.json"
    file.write_text(content)
    monkeypatch.setattr(price_file, "FILE", file)
    price_file.shipped.cache_clear()
    try:
        with pytest.raises(StrataError, match=str(file)) as error:
            price_file.shipped()
    finally:
        price_file.shipped.cache_clear()
    assert error.value.hint is not None
    assert error.value.hint.startswith(f"git checkout -- {file}")


@pytest.mark.parametrize("region", REGIONS)
def test_a_size_of_graviton_costs_twice_the_one_below(region: str) -> None:
    """As of all families of T and M that were read, to the fourth place."""
    for family, sizes in {
        "t4g": ("micro", "small", "medium", "large", "xlarge"), "m7g": ("large", "xlarge"),
    }.items():  # fmt: skip
        found = [shipped().find(f"ec2/{family}.{size}", region) for size in sizes]
        usd = [one.usd for one in found if one and one.usd]
        assert len(usd) == len(sizes)
        for lower, upper in itertools.pairwise(usd):
            assert upper == pytest.approx(2 * lower, abs=1e-4)
