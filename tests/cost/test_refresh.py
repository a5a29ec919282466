"""Prices renewed through AWS's price list: botocore's real client, its answers stubbed."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from strata.cost.prices import FILE, Price, PriceList, dump, parse, shipped
from strata.cost.refresh import PREFIX, question_of, refreshed, write
from strata.errors import StrataError

Json = dict[str, Any]
TODAY = "2026-11-24"
ZONE = Price(item="route53/zone", region="global", unit="month", usd=0.5, source="AmazonRoute53",
             as_of="2025-01", origin="pricing page")  # fmt: skip
NODE = Price(item="elasticache/redis/cache.t4g.micro", region="ap-northeast-2", unit="hour",
             usd=None, source="AmazonElastiCache", as_of=None)  # fmt: skip
OUT = Price(item="transfer/internet", region="eu-central-1", unit="GB", usd=0.09,
            source="AWSDataTransfer", as_of="2025-01")  # fmt: skip
PUT = Price(item="s3/put", region="eu-central-1", unit="1,000 requests", usd=0.0054,
            source="AmazonS3", as_of="2025-01")  # fmt: skip


@pytest.fixture
def pricing() -> Iterator[tuple[Any, Stubber]]:
    make: Any = boto3.client
    client = make(
        "pricing", region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x"
    )
    with Stubber(client) as stub:
        yield client, stub


def product(usage: str, *tiers: tuple[str, str], **attributes: str) -> str:
    """A product as GetProducts gives it: JSON in a string; tiers are (begin, price)."""
    dimensions = {
        f"R.{i}": {"unit": "Hrs", "beginRange": begin, "pricePerUnit": {"USD": usd}}
        for i, (begin, usd) in enumerate(tiers)
    }
    return json.dumps({
        "product": {"attributes": {"usagetype": usage, **attributes}},
        "terms": {
            "OnDemand": {"S.T": {"priceDimensions": dimensions}},
            "Reserved": {"S.R": {"priceDimensions": {"x": {"pricePerUnit": {"USD": "0.001"}}}}},
        },
    })  # fmt: skip


def answers(stub: Stubber, *products: str, code: str, token: str = "", **filters: str) -> None:
    fields = [
        {"Type": "TERM_MATCH", "Field": field, "Value": value}
        for field, value in sorted(filters.items())
    ]
    expected: Json = {"ServiceCode": code, "Filters": fields}
    answer: Json = {"PriceList": list(products), "FormatVersion": "aws_v1"}
    if token:
        answer["NextToken"] = token
    stub.add_response("get_products", answer, expected)


def test_prices_and_dates_are_renewed_and_nothing_else(pricing: tuple[Any, Stubber]) -> None:
    client, stub = pricing
    answers(stub, product("HostedZone", ("25", "0.1"), ("0", "0.55")), code="AmazonRoute53")
    answers(
        stub,
        # Surcharges for old engines come back with the type; they are not its price.
        product("APN2-ExtendedSupportYr1_Yr2-NodeUsage:cache.t4g.micro", ("0", "0.019")),
        product("APN2-NodeUsage:cache.t4g.micro", ("0", "0.0240000000")),
        product("APN2-NodeUsage:cache.t4g.microscopic", ("0", "0.9")),
        code="AmazonElastiCache",
        regionCode="ap-northeast-2",
        productFamily="Cache Instance",
        instanceType="cache.t4g.micro",
        cacheEngine="Redis",
    )
    answers(
        stub,
        product("EUC1-DataTransfer-Out-Bytes", ("0", "0"), ("1", "0.085"), ("10240", "0.07")),
        code="AWSDataTransfer",
        fromRegionCode="eu-central-1",
        transferType="AWS Outbound",
    )
    answers(
        stub,
        product("EUC1-Requests-Tier1", ("0", "0.0000054000")),
        code="AmazonS3",
        regionCode="eu-central-1",
        productFamily="API Request",
    )
    result = refreshed(PriceList([ZONE, NODE, OUT, PUT]), client, TODAY)
    stub.assert_no_pending_responses()
    assert list(result.prices) == [
        ZONE.model_copy(update={"usd": 0.55, "as_of": TODAY, "origin": "price list"}),
        NODE.model_copy(update={"usd": 0.024, "as_of": TODAY, "origin": "price list"}),
        OUT.model_copy(update={"usd": 0.085, "as_of": TODAY, "origin": "price list"}),
        PUT.model_copy(update={"as_of": TODAY, "origin": "price list"}),
    ]
    assert (result.changed, result.unanswered) == (3, ())


def test_all_pages_are_read(pricing: tuple[Any, Stubber]) -> None:
    client, stub = pricing
    first: Json = {"PriceList": [product("Other", ("0", "9"))], "NextToken": "t"}
    stub.add_response("get_products", first)
    stub.add_response("get_products", {"PriceList": [product("HostedZone", ("0", "0.6"))]})
    assert [row.usd for row in refreshed(PriceList([ZONE]), client, TODAY).prices] == [0.6]


@pytest.mark.parametrize(
    "products",
    [
        [],
        [product("HostedZone", ("0", "0"))],
        [product("HostedZone", ("0", "0.6")), product("HostedZone", ("0", "0.7"))],
    ],
)
def test_a_row_without_exactly_one_price_stays_as_it_was_and_is_named(
    products: list[str], pricing: tuple[Any, Stubber]
) -> None:
    client, stub = pricing
    stub.add_response("get_products", {"PriceList": products})
    result = refreshed(PriceList([ZONE]), client, TODAY)
    assert list(result.prices) == [ZONE]
    assert result.unanswered == ("route53/zone in global",)


def test_a_failure_midway_is_told_with_what_is_needed(pricing: tuple[Any, Stubber]) -> None:
    client, stub = pricing
    stub.add_response("get_products", {"PriceList": [product("HostedZone", ("0", "0.6"))]})
    stub.add_client_error("get_products", "AccessDeniedException", "not authorized")
    before = FILE.read_bytes()
    with pytest.raises(StrataError) as caught:
        refreshed(PriceList([ZONE, NODE]), client, TODAY)
    assert "AccessDeniedException" in caught.value.message
    assert "pricing:GetProducts" in str(caught.value.hint)
    assert FILE.read_bytes() == before


def test_the_file_is_replaced_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "prices.json"
    write(PriceList([ZONE]), file)
    assert list(parse(file.read_text())) == [ZONE]
    monkeypatch.setattr("strata.cost.refresh.dump", lambda prices: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        write(PriceList([NODE]), file)
    assert file.read_text() == dump(PriceList([ZONE]))
    assert list(tmp_path.iterdir()) == [file]


USAGE_TYPES = {
    "ec2/t3.micro": "APN2-BoxUsage:t3.micro",
    "ec2/volume-gp3": "EUC1-EBS:VolumeUsage.gp3",
    "ec2/nat-hours": "APN2-NatGateway-Hours",
    "ec2/nat-traffic": "APN2-NatGateway-Bytes",
    "vpc/public-ipv4": "EUC1-PublicIPv4:InUseAddress",
    "elb/application-hours": "EUC1-LoadBalancerUsage",
    "elb/lcu": "APN2-LCUUsage",
    "rds/mysql/db.t4g.small/single-az": "EUC1-InstanceUsage:db.t4g.small",
    "rds/mysql/db.t4g.micro/multi-az": "APN2-Multi-AZUsage:db.t4g.micro",
    "rds/storage-gp3/single-az": "EUC1-RDS:GP3-Storage",
    "rds/backup": "EUC1-RDS:ChargedBackupUsage",
    "elasticache/redis/cache.t3.micro": "NodeUsage:cache.t3.micro",
    "secretsmanager/secret": "EUC1-AWSSecretsManager-Secrets",
    "cloudwatch/log-ingestion": "APN2-DataProcessing-Bytes",
    "cloudwatch/vended-log-ingestion": "EUC1-VendedLog-Bytes",
    "cloudwatch/log-storage": "APN2-TimedStorage-ByteHrs",
    "cloudwatch/metric": "EUC1-CW:MetricMonitorUsage",
    "s3/storage": "EUC1-TimedStorage-ByteHrs",
    "s3/put": "APN2-Requests-Tier1",
    "kms/key": "eu-central-1-KMS-Keys",
    "transfer/internet": "EUC1-DataTransfer-Out-Bytes",
    "route53/zone": "HostedZone",
}
"""Usage types as they stand in bills and price lists that others have published."""


def test_usage_types_are_those_of_bills() -> None:
    for item, billed in USAGE_TYPES.items():
        row = next(one for one in shipped() if one.item == item)
        assert re.fullmatch(PREFIX + re.escape(question_of(row).usage), billed), item
