"""Route 53 refuses reserved domains and records that do not belong."""

from typing import Any

import pytest

from tests.emulator.refusals.world import Aws, name, refuses

pytestmark = pytest.mark.emulator


def change(aws: Aws, zone: str, record: dict[str, Any]) -> None:
    aws("route53").change_resource_record_sets(
        HostedZoneId=zone,
        ChangeBatch={"Changes": [{"Action": "CREATE", "ResourceRecordSet": record}]},
    )


@pytest.mark.parametrize("domain", ["example.com", "EXAMPLE.org.", "shop"])
def test_reserved_domain(aws: Aws, domain: str) -> None:
    with refuses("InvalidDomainName", "is reserved by AWS!"):
        aws.zone(domain)


def test_alias_name_at_the_apex(aws: Aws) -> None:
    domain = f"{name('shop')}.example"
    with refuses("InvalidChangeBatch", "is not permitted at apex in zone"):
        aws.record(aws.zone(domain), domain, "other.example.")


def test_record_of_another_zone(aws: Aws) -> None:
    zone = aws.zone(f"{name('shop')}.example")
    with refuses("InvalidChangeBatch", "is not permitted in zone"):
        aws.record(zone, "www.other.example", "a.example.")


def test_record_without_value(aws: Aws) -> None:
    domain = f"{name('shop')}.example"
    zone = aws.zone(domain)
    for more in ({}, {"TTL": 60}):
        with refuses("InvalidInput", "Expected exactly one of"):
            change(aws, zone, {"Name": f"a.{domain}", "Type": "A", **more})


def test_alias_of_no_load_balancer(aws: Aws) -> None:
    domain = f"{name('shop')}.example"
    zone = aws.zone(domain)
    [balancer] = aws("elbv2").describe_load_balancers(LoadBalancerArns=[aws.balancer()])[
        "LoadBalancers"
    ]
    target = {
        "HostedZoneId": balancer["CanonicalHostedZoneId"],
        "DNSName": "none-1.eu-central-1.elb.amazonaws.com",
        "EvaluateTargetHealth": True,
    }
    record = {"Name": domain, "Type": "A", "AliasTarget": target}
    with refuses("InvalidChangeBatch", "but that target was not found"):
        change(aws, zone, record)
    target["DNSName"] = f"dualstack.{balancer['DNSName']}"
    change(aws, zone, record)
