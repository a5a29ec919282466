"""What Amazon Route 53 refuses."""

from collections.abc import Iterator
from typing import Any

from emulator.calls import Call
from emulator.refusals.table import Table

TABLE = Table("route53")
RESERVED = ("example.com", "example.net", "example.org")


def _zone(call: Call) -> str:
    identifier = call.get("HostedZoneId", "").split("/")[-1]
    found = call.backend("route53").zones.get(identifier)
    return _plain(found.name) if found else ""


def _plain(name: str) -> str:
    return name.rstrip(".").lower()


def _records(call: Call) -> Iterator[tuple[str, dict[str, Any]]]:
    for change in call.get("ChangeBatch", {}).get("Changes", ()):
        yield change["Action"], change["ResourceRecordSet"]


@TABLE.row(
    "CreateHostedZone",
    code="InvalidDomainName",
    source="aws-samples/sample-agentic-value-accelerator PR 126, 2026-08-21; "
    "awslabs/aws-saas-boost issue 404, 2022-11-02",
)
def reserved_domain(call: Call) -> str | None:
    name = _plain(call.get("Name", ""))
    if name in RESERVED or "." not in name:
        return f"{name} is reserved by AWS!"
    return None


@TABLE.row(
    "ChangeResourceRecordSets",
    code="InvalidChangeBatch",
    source="Route 53 Developer Guide, Supported DNS record types, CNAME, 2026-11; "
    "botocore 1.44.5, InvalidChangeBatch",
)
def alias_name_at_the_apex(call: Call) -> str | None:
    zone = _zone(call)
    for action, record in _records(call):
        if action != "DELETE" and record["Type"] == "CNAME" and _plain(record["Name"]) == zone:
            return f"[RRSet of type CNAME with DNS name {zone}. is not permitted at apex in zone {zone}.]"
    return None


@TABLE.row(
    "ChangeResourceRecordSets",
    code="InvalidChangeBatch",
    source="serverless-components/domain issue 12, 2020-01-04",
)
def record_of_another_zone(call: Call) -> str | None:
    zone = _zone(call)
    for _, record in _records(call):
        name = _plain(record["Name"])
        if zone and name != zone and not name.endswith(f".{zone}"):
            return f"[RRSet with DNS name {name}. is not permitted in zone {zone}.]"
    return None


@TABLE.row(
    "ChangeResourceRecordSets",
    code="InvalidInput",
    source="Route 53 API Reference, ResourceRecordSet: TTL and ResourceRecords or AliasTarget, 2026-11: "
    "words believed",
)
def record_without_value(call: Call) -> str | None:
    for _, record in _records(call):
        alias, values = record.get("AliasTarget"), record.get("ResourceRecords")
        if alias and (values or record.get("TTL") is not None):
            return "Invalid request: an alias record has neither TTL nor ResourceRecords"
        if not alias and not (values and record.get("TTL") is not None):
            return (
                "Invalid request: Expected exactly one of [AliasTarget, all of [TTL, and "
                "ResourceRecords], or TrafficPolicyInstanceId], but found none in Change with "
                f"[Name={record['Name']}, Type={record['Type']}]"
            )
    return None


@TABLE.row(
    "ChangeResourceRecordSets",
    code="InvalidChangeBatch",
    source="Route 53 Developer Guide, Values for alias records, 2026-11: words believed",
)
def alias_of_no_load_balancer(call: Call) -> str | None:
    """Only of load balancers, which are what our aliases name."""
    known = {_plain(one.dns_name) for one in _balancers(call)}
    for action, record in _records(call):
        target = _plain(record.get("AliasTarget", {}).get("DNSName", "")).removeprefix("dualstack.")
        if action != "DELETE" and ".elb.amazonaws.com" in target and target not in known:
            return (
                f"[Tried to create an alias that targets {target}., type {record['Type']} in zone "
                f"{record['AliasTarget']['HostedZoneId']}, but that target was not found]"
            )
    return None


def _balancers(call: Call) -> Iterator[Any]:
    from moto.backends import get_backend  # noqa: PLC0415 - not there beside the tests

    for backend in get_backend("elbv2")[call.account].values():
        yield from backend.load_balancers.values()
