"""The cost of each environment, worked out by hand with the price rows that it rests on.

A line is: resource | price row | units x US dollars a unit = dollars, where `a / b / c` stand for
the minimum, desired and maximum size, and one number for all three. A month has 730 hours. The
prices are those of Frankfurt when this was written; the test holds them itself, so that renewed
prices do not spoil the arithmetic.
"""

import re
from collections.abc import Callable

import pytest

from strata.cost.estimate import Estimate, estimate
from strata.cost.prices import GLOBAL, Price, PriceList, shipped
from strata.cost.range import Range
from strata.cost.resources import label
from tests.cost.conftest import Environment

Numbers = tuple[float, float, float]

# 5 GiB of logs, stored at 15 %: 0.75 GiB a month, of which 30 days keep 0.75 x 30 / (730 / 24).
# Three subnets: three addresses of the load balancer.
COMMON = """
    vpc | transfer/internet | 50 x 0.09 = 4.50
    vpc | transfer/zones | 100 x 0.01 = 1.00
    flow_log_group | cloudwatch/vended-log-ingestion | 5 x 0.63 = 3.15
    repository | ecr/storage | 2 x 0.10 = 0.20
    instance | secretsmanager/secret | 1 x 0.40 = 0.40
    instance | secretsmanager/calls | 0.1 x 0.05 = 0.01
    capacity_provider | cloudwatch/alarm | 2 x 0.10 = 0.20
    load_balancer | elb/application-hours | 730 x 0.027 = 19.71
    load_balancer | elb/lcu | 730 x 0.008 = 5.84
    load_balancer | vpc/public-ipv4 | 2190 x 0.005 = 10.95
    target_tracking_cpu | cloudwatch/alarm | 2 x 0.10 = 0.20
    log_group | cloudwatch/log-ingestion | 5 x 0.63 = 3.15
"""
THIRTY_DAYS = """
    flow_log_group | cloudwatch/log-storage | 0.73973 x 0.0324 = 0.02
    log_group | cloudwatch/log-storage | 0.73973 x 0.0324 = 0.02
"""
ZONE = """
    zone | route53/zone | 1 x 0.50 = 0.50
    zone | route53/queries | 0.1 x 0.40 = 0.04
"""
INSIGHTS_FOR_THIRTY_DAYS = """
    insights_log_group | cloudwatch/log-storage | 0.07397 x 0.0324 = 0.00
"""
TOKEN_AND_INSIGHTS = """
    auth_token | secretsmanager/secret | 1 x 0.40 = 0.40
    auth_token | secretsmanager/calls | 0.1 x 0.05 = 0.01
    cluster | cloudwatch/metric | 25 x 0.30 = 7.50
    cluster | cloudwatch/log-ingestion | 0.5 x 0.63 = 0.32
"""

# t2.micro and t3.micro: 1024 MiB less 64 + 51 of the system and 32 of the agent leave 877, one
# task of 512 + 64.
# Tasks 1 to 5, 3 desired: instances 1, 3, 5. Storage may grow from 20 to 100 GiB.
T2_MICRO = """
    auto_scaling_group | ec2/t2.micro | 730 / 2190 / 3650 x 0.0134 = 9.78 / 29.35 / 48.91
"""
T3_MICRO = """
    auto_scaling_group | ec2/t3.micro | 730 / 2190 / 3650 x 0.012 = 8.76 / 26.28 / 43.80
"""
SMALL = """
    auto_scaling_group | ec2/volume-gp3 | 30 / 90 / 150 x 0.0952 = 2.86 / 8.57 / 14.28
    auto_scaling_group | vpc/public-ipv4 | 730 / 2190 / 3650 x 0.005 = 3.65 / 10.95 / 18.25
    auto_scaling_group | cloudwatch/metric | 7 / 21 / 35 x 0.30 = 2.10 / 6.30 / 10.50
    instance | rds/mysql/db.t3.micro/single-az | 730 x 0.02 = 14.60
    instance | rds/storage-gp3/single-az | 20 / 20 / 100 x 0.137 = 2.74 / 2.74 / 13.70
"""
LOCAL = (
    COMMON
    + THIRTY_DAYS
    + ZONE
    + TOKEN_AND_INSIGHTS
    + INSIGHTS_FOR_THIRTY_DAYS
    + T3_MICRO
    + SMALL
    + """
    replication_group | elasticache/redis/cache.t3.micro | 730 x 0.019 = 13.87
"""
)
AS_BLOGGED = (
    COMMON
    + THIRTY_DAYS
    + ZONE
    + T2_MICRO
    + SMALL
    + """
    replication_group | elasticache/redis/cache.t2.micro | 730 x 0.019 = 13.87
"""
)

# t3.small: 2048 less 64 + 102 + 32 leave 1850, two tasks of 768 + 64: 3 tasks need 2 instances.
# Access logs: 3 x 12 files an hour x 730 / 1000, and 1 GiB a month kept 90 / (730 / 24) months.
# Exported logs: 1 GiB at 15 % for thirty days, half of it in each group.
STAGING = (
    COMMON
    + THIRTY_DAYS
    + ZONE
    + TOKEN_AND_INSIGHTS
    + INSIGHTS_FOR_THIRTY_DAYS
    + """
    nat_address_0 | vpc/public-ipv4 | 730 x 0.005 = 3.65
    nat_gateway_0 | ec2/nat-hours | 730 x 0.052 = 37.96
    nat_gateway_0 | ec2/nat-traffic | 50 x 0.052 = 2.60
    auto_scaling_group | ec2/t3.small | 730 / 1460 / 3650 x 0.024 = 17.52 / 35.04 / 87.60
    auto_scaling_group | ec2/volume-gp3 | 30 / 60 / 150 x 0.0952 = 2.86 / 5.71 / 14.28
    auto_scaling_group | cloudwatch/metric | 7 / 14 / 35 x 0.30 = 2.10 / 4.20 / 10.50
    instance | rds/mysql/db.t4g.small/single-az | 730 x 0.037 = 27.01
    instance | rds/storage-gp3/single-az | 20 / 20 / 100 x 0.137 = 2.74 / 2.74 / 13.70
    log_group_error | cloudwatch/log-ingestion | 0.5 x 0.63 = 0.32
    log_group_error | cloudwatch/log-storage | 0.07397 x 0.0324 = 0.00
    log_group_slowquery | cloudwatch/log-ingestion | 0.5 x 0.63 = 0.32
    log_group_slowquery | cloudwatch/log-storage | 0.07397 x 0.0324 = 0.00
    replication_group | elasticache/redis/cache.t4g.micro | 1460 x 0.018 = 26.28
    access_log_bucket | s3/put | 26.28 x 0.0054 = 0.14
    access_log_bucket | s3/storage | 2.95890 x 0.0245 = 0.07
"""
)

# m6i.large: 8192 less 64 + 410 + 32 leave 7686, three tasks of 2048 + 64; 2 vCPU hold two of 1024
# units.
# 3 tasks need 2 instances of at least 3; 6 need 3; the group has 9 at most. NAT: 50 GiB over three.
# Logs of a year: 0.75 x 12. Snapshots: 14, one of them free, of 0.5 GiB.
PROD = (
    COMMON
    + TOKEN_AND_INSIGHTS
    + """
    insights_log_group | cloudwatch/log-storage | 0.9 x 0.0324 = 0.03
    flow_log_group | cloudwatch/log-storage | 9 x 0.0324 = 0.29
    log_group | cloudwatch/log-storage | 9 x 0.0324 = 0.29
    nat_address_0 | vpc/public-ipv4 | 730 x 0.005 = 3.65
    nat_address_1 | vpc/public-ipv4 | 730 x 0.005 = 3.65
    nat_address_2 | vpc/public-ipv4 | 730 x 0.005 = 3.65
    nat_gateway_0 | ec2/nat-hours | 730 x 0.052 = 37.96
    nat_gateway_1 | ec2/nat-hours | 730 x 0.052 = 37.96
    nat_gateway_2 | ec2/nat-hours | 730 x 0.052 = 37.96
    nat_gateway_0 | ec2/nat-traffic | 16.66667 x 0.052 = 0.87
    nat_gateway_1 | ec2/nat-traffic | 16.66667 x 0.052 = 0.87
    nat_gateway_2 | ec2/nat-traffic | 16.66667 x 0.052 = 0.87
    auto_scaling_group | ec2/m6i.large | 2190 / 2190 / 6570 x 0.115 = 251.85 / 251.85 / 755.55
    auto_scaling_group | ec2/volume-gp3 | 90 / 90 / 270 x 0.0952 = 8.57 / 8.57 / 25.70
    auto_scaling_group | cloudwatch/metric | 21 / 21 / 63 x 0.30 = 6.30 / 6.30 / 18.90
    instance | rds/mysql/db.m6g.large/multi-az | 730 x 0.361 = 263.53
    instance | rds/storage-gp3/multi-az | 100 / 100 / 500 x 0.274 = 27.40 / 27.40 / 137.00
    log_group_error | cloudwatch/log-ingestion | 0.5 x 0.63 = 0.32
    log_group_error | cloudwatch/log-storage | 0.9 x 0.0324 = 0.03
    log_group_slowquery | cloudwatch/log-ingestion | 0.5 x 0.63 = 0.32
    log_group_slowquery | cloudwatch/log-storage | 0.9 x 0.0324 = 0.03
    replication_group | elasticache/redis/cache.m7g.large | 2190 x 0.188 = 411.72
    replication_group | elasticache/backup | 6.5 x 0.085 = 0.55
    access_log_bucket | s3/put | 26.28 x 0.0054 = 0.14
    access_log_bucket | s3/storage | 12 x 0.0245 = 0.29
    target_tracking_requests_per_target | cloudwatch/alarm | 2 x 0.10 = 0.20
"""
)

BY_HAND: dict[str, tuple[str, Numbers]] = {
    "as-blogged": (AS_BLOGGED, (99.49, 136.27, 184.00)),
    "local": (LOCAL, (106.69, 141.42, 187.12)),
    "dev": (LOCAL, (106.69, 141.42, 187.12)),
    "staging": (STAGING, (181.68, 204.16, 282.54)),
    "prod": (PROD, (1156.81, 1156.81, 1799.85)),
}

Line = tuple[Numbers, float, Numbers]


def read(table: str) -> dict[tuple[str, str], Line]:
    """(resource, price row) -> units, price, dollars."""
    found: dict[tuple[str, str], Line] = {}
    for line in table.splitlines():
        if line.strip():
            resource, item, product = (part.strip() for part in line.split("|"))
            units, price, dollars = re.split(" x | = ", product)
            assert (resource, item) not in found
            found[resource, item] = (sizes(units), float(price), sizes(dollars))
    return found


def sizes(text: str) -> Numbers:
    numbers = [float(part) for part in text.split("/")]
    least, desired, most = numbers * 3 if len(numbers) == 1 else numbers
    return least, desired, most


def three(amount: Range) -> Numbers:
    return amount.minimum, amount.desired, amount.maximum


@pytest.fixture
def by_hand(environment: Callable[[str], Environment]) -> Callable[[str], Estimate]:
    """An estimate with the prices that the hand's table names."""

    def make(name: str) -> Estimate:
        items, settings = environment(name)
        rows = [
            Price(
                item=item,
                region=GLOBAL if item.startswith("route53") else settings.environment.region,
                unit="",
                usd=price,
                source="",
                as_of="2025-01",
            )
            for (_, item), (_, price, _) in read(BY_HAND[name][0]).items()
        ]
        return estimate(items, settings, PriceList(rows))

    return make


@pytest.mark.parametrize("name", BY_HAND)
def test_the_hand_can_multiply_and_add(name: str) -> None:
    table, total = BY_HAND[name]
    sums = [0.0, 0.0, 0.0]
    for units, price, dollars in read(table).values():
        for index in range(3):
            assert units[index] * price == pytest.approx(dollars[index], abs=0.0051)
            sums[index] += units[index] * price
    assert sums == pytest.approx(list(total), abs=0.006)


@pytest.mark.parametrize("name", BY_HAND)
def test_the_shipped_prices_that_were_collected_by_hand_are_those_of_the_hand(
    name: str, environment: Callable[[str], Environment]
) -> None:
    """A day stands for a price that was renewed, which may well be another one."""
    region = environment(name)[1].environment.region
    for (_, item), (_, price, _) in read(BY_HAND[name][0]).items():
        row = shipped().find(item, region)
        assert row, item
        if not re.fullmatch(r"\d{4}-\d\d-\d\d", str(row.as_of)):
            assert row.usd == price, item


@pytest.mark.parametrize("name", BY_HAND)
def test_an_environment_costs_what_the_hand_says(
    name: str, by_hand: Callable[[str], Estimate]
) -> None:
    table, total = BY_HAND[name]
    cost, expected = by_hand(name), read(table)
    found = {(label(line.resource), line.item): line for line in cost.lines}
    assert set(found) == set(expected)
    for key, (units, price, dollars) in expected.items():
        assert three(found[key].quantity) == pytest.approx(units, abs=1e-4), key
        assert found[key].usd_per_unit == price, key
        assert three(found[key].usd) == pytest.approx(dollars, abs=0.0051), key
    assert three(cost.usd) == pytest.approx(total, abs=0.006)
    assert cost.complete, cost.not_priced
