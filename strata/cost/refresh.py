"""Renews the price file from AWS's price list (Price List Query API, GetProducts).

Each row has a request of its own, with filters that leave one product. Among the products of the
answer the usage type decides, since a filter on an instance type also matches surcharges for old
engines.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from strata.cost.prices import GLOBAL, Price, PriceList, dump
from strata.errors import StrataError
from strata.machine.files import write_whole

ENDPOINT_REGION = "us-east-1"
"""A region whose endpoint answers for all others (Billing User Guide, price list endpoints)."""

PREFIX = r"(?:[A-Z]{2,4}\d?-|[a-z]{2}(?:-[a-z]+)+-\d-)?"
"""The prefix of a usage type outside of us-east-1: `EUC1-`, and `eu-central-1-` for KMS."""


@dataclass(frozen=True)
class Question:
    """The request for a row.

    `usage` is the usage type without its region; a price is for `units` of the unit of AWS.
    """

    usage: str
    filters: Mapping[str, str]
    units: int = 1


@dataclass(frozen=True)
class Refreshed:
    """The renewed prices, how many of them changed, and the rows without an answer."""

    prices: PriceList
    changed: int
    unanswered: tuple[str, ...]


Client = Any
"""boto3's `pricing` client."""


def client() -> Client:
    """A client for the price list, with the credentials that boto3 finds."""
    import boto3  # noqa: PLC0415 - takes its time

    # A session of its own: the shared session keeps the first credentials that it finds.
    make: Any = boto3.Session().client
    return make("pricing", region_name=ENDPOINT_REGION)


def refreshed(prices: PriceList, pricing: Client = None, today: str = "") -> Refreshed:
    """Asks for every row again; raises StrataError when the price list does not answer."""
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415

    day = today or datetime.now(UTC).date().isoformat()
    try:
        pages = (pricing or client()).get_paginator("get_products")
        answers = [(row, _ask(pages, row)) for row in prices]
    except (BotoCoreError, ClientError) as error:
        raise StrataError(
            f"the price list of AWS does not answer: {error}; the prices stay as they were",
            "credentials that allow pricing:GetProducts, such as AWS_PROFILE=... in front",
        ) from None
    read = {"as_of": day, "origin": "price list", "derived": None}
    rows = [
        row if usd is None else row.model_copy(update={"usd": usd, **read}) for row, usd in answers
    ]
    return Refreshed(
        prices=PriceList(rows),
        changed=sum(1 for row, usd in answers if usd is not None and usd != row.usd),
        unanswered=tuple(f"{row.item} in {row.region}" for row, usd in answers if usd is None),
    )


def write(prices: PriceList, file: Path) -> None:
    """Replace the file in one step: a reader sees either the old file or the new one, whole."""
    write_whole(file, dump(prices))


def _ask(pages: Any, row: Price) -> float | None:
    """The on-demand price of a row; None unless the price list names exactly one."""
    question = question_of(row)
    filters = dict(question.filters)
    if row.region != GLOBAL:
        filters["fromRegionCode" if row.source == "AWSDataTransfer" else "regionCode"] = row.region
    answer = pages.paginate(
        ServiceCode=row.source,
        Filters=[
            {"Type": "TERM_MATCH", "Field": field, "Value": value}
            for field, value in sorted(filters.items())
        ],
    )
    pattern = re.compile(PREFIX + re.escape(question.usage))
    prices: set[float] = set()
    for page in answer:
        for text in page["PriceList"]:
            product = json.loads(text)
            if pattern.fullmatch(product["product"]["attributes"].get("usagetype", "")):
                prices.update(_on_demand(product))
    return round(prices.pop() * question.units, 10) if len(prices) == 1 else None


def _on_demand(product: dict[str, Any]) -> Iterator[float]:
    """The price of a product's first paid tier."""
    for term in product.get("terms", {}).get("OnDemand", {}).values():
        tiers = sorted(
            (float(tier.get("beginRange") or 0), float(tier["pricePerUnit"]["USD"]))
            for tier in term["priceDimensions"].values()
            if "USD" in tier["pricePerUnit"]
        )
        paid = [usd for _, usd in tiers if usd > 0]
        if paid:
            yield paid[0]


def question_of(row: Price) -> Question:
    """The request for a row; raises KeyError for an item that is in no table of this module."""
    kind, _, rest = row.item.partition("/")
    if row.item in PLAIN:
        return PLAIN[row.item]
    return BY_TYPE[kind](rest)


def _instance(kind: str) -> Question:
    return Question(
        f"BoxUsage:{kind}",
        {
            "instanceType": kind,
            "operatingSystem": "Linux",
            "tenancy": "Shared",
            "preInstalledSw": "NA",
            "capacitystatus": "Used",
        },
    )


def _database(rest: str) -> Question:
    """`mysql/db.t3.micro/single-az`, or `storage-gp3/multi-az`."""
    if rest.startswith("storage-"):
        volume, _, zones = rest.removeprefix("storage-").upper().partition("/")
        both = "Multi-AZ-" if zones == "MULTI-AZ" else ""
        return Question(
            f"RDS:{both}{volume}-Storage",
            {"productFamily": "Database Storage", "databaseEngine": "MySQL"},
        )
    _, kind, zones = rest.split("/")
    multi = zones == "multi-az"
    return Question(
        f"{'Multi-AZUsage' if multi else 'InstanceUsage'}:{kind}",
        {
            "productFamily": "Database Instance",
            "instanceType": kind,
            "databaseEngine": "MySQL",
            "deploymentOption": "Multi-AZ" if multi else "Single-AZ",
        },
    )


def _node(rest: str) -> Question:
    """`redis/cache.t3.micro`."""
    kind = rest.partition("/")[2]
    return Question(
        f"NodeUsage:{kind}",
        {"productFamily": "Cache Instance", "instanceType": kind, "cacheEngine": "Redis"},
    )


BY_TYPE: Mapping[str, Callable[[str], Question]] = {
    "ec2": _instance,
    "rds": _database,
    "elasticache": _node,
}
"""Items with many variants, by their first part."""

PLAIN: Mapping[str, Question] = {
    "ec2/volume-gp2": Question("EBS:VolumeUsage.gp2", {"volumeApiName": "gp2"}),
    "ec2/volume-gp3": Question("EBS:VolumeUsage.gp3", {"volumeApiName": "gp3"}),
    "vpc/endpoint-hours": Question("VpcEndpoint-Hours", {"productFamily": "VpcEndpoint"}),
    "vpc/endpoint-traffic": Question("VpcEndpoint-Bytes", {"productFamily": "VpcEndpoint"}),
    "ec2/nat-hours": Question("NatGateway-Hours", {"productFamily": "NAT Gateway"}),
    "ec2/nat-traffic": Question("NatGateway-Bytes", {"productFamily": "NAT Gateway"}),
    "vpc/public-ipv4": Question("PublicIPv4:InUseAddress", {}),
    "elb/application-hours": Question(
        "LoadBalancerUsage", {"productFamily": "Load Balancer-Application"}
    ),
    "elb/lcu": Question("LCUUsage", {"productFamily": "Load Balancer-Application"}),
    "rds/backup": Question("RDS:ChargedBackupUsage", {"productFamily": "Storage Snapshot"}),
    "elasticache/backup": Question("BackupUsage", {"productFamily": "Storage Snapshot"}),
    "route53/zone": Question("HostedZone", {}),
    "route53/queries": Question("DNS-Queries", {}, units=1_000_000),
    "route53/health-check": Question("Health-Check-AWS", {}),
    "route53/health-check-option": Question("Health-Check-Option-AWS", {}),
    "secretsmanager/secret": Question("AWSSecretsManager-Secrets", {}),
    "secretsmanager/calls": Question("AWSSecretsManagerAPIRequest", {}, units=10_000),
    "cloudwatch/log-ingestion": Question("DataProcessing-Bytes", {}),
    "cloudwatch/vended-log-ingestion": Question("VendedLog-Bytes", {}),
    "cloudwatch/log-storage": Question("TimedStorage-ByteHrs", {}),
    "cloudwatch/metric": Question("CW:MetricMonitorUsage", {"productFamily": "Metric"}),
    "cloudwatch/alarm": Question("CW:AlarmMonitorUsage", {"productFamily": "Alarm"}),
    "ecr/storage": Question("TimedStorage-ByteHrs", {}),
    "s3/storage": Question("TimedStorage-ByteHrs", {"productFamily": "Storage"}),
    "s3/put": Question("Requests-Tier1", {"productFamily": "API Request"}, units=1000),
    "kms/key": Question("KMS-Keys", {}),
    "transfer/internet": Question("DataTransfer-Out-Bytes", {"transferType": "AWS Outbound"}),
    "transfer/zones": Question("DataTransfer-Regional-Bytes", {"transferType": "IntraRegion"}),
}
"""Items with one row in a region."""
