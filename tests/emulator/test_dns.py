"""A certificate is issued when its records stand where the world looks for them."""

from collections.abc import Iterator

import pytest

from strata.local import emulator as emulation
from tests.emulator.refusals.world import Aws, name

pytestmark = pytest.mark.emulator


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aws]:
    """An account whose domains no registrar points here."""
    with emulation.emulator(tmp_path_factory.mktemp("dns")) as running:
        yield Aws(running.url)


def request(aws: Aws, *names: str) -> str:
    answer = aws("acm").request_certificate(
        DomainName=names[0], SubjectAlternativeNames=list(names), ValidationMethod="DNS"
    )
    return str(answer["CertificateArn"])


@pytest.fixture
def domain() -> str:
    return f"{name('shop')}.example"


def test_it_waits_for_the_registrar(aws: Aws, domain: str) -> None:
    arn, zone = request(aws, domain), aws.zone(domain)
    aws.validate(arn, zone)
    assert aws.status(arn) == "PENDING_VALIDATION"
    emulation.delegate(aws.url, domain)
    assert aws.status(arn) == "ISSUED"


def test_it_waits_for_the_record_of_each_name_and_its_value(aws: Aws, domain: str) -> None:
    emulation.delegate(aws.url, domain)
    arn, zone = request(aws, domain, f"www.{domain}"), aws.zone(domain)
    assert aws.status(arn) == "PENDING_VALIDATION"
    aws.validate(arn, zone, value="another.acm-validations.aws.")
    assert aws.status(arn) == "PENDING_VALIDATION"
    options = aws("acm").describe_certificate(CertificateArn=arn)["Certificate"]
    for option in options["DomainValidationOptions"]:
        assert aws.status(arn) == "PENDING_VALIDATION"
        record = option["ResourceRecord"]
        aws.record(zone, record["Name"], record["Value"])
    assert aws.status(arn) == "ISSUED"


def test_a_zone_further_down_is_found_through_its_parent(aws: Aws, domain: str) -> None:
    """Its records count when the parent names its servers, and those of the parent no longer do."""
    emulation.delegate(aws.url, domain)
    parent, inner = aws.zone(domain), f"staging.{domain}"
    zone, arn = aws.zone(inner), request(aws, inner)
    aws.validate(arn, zone)
    assert aws.status(arn) == "PENDING_VALIDATION"
    servers = aws("route53").get_hosted_zone(Id=zone)["DelegationSet"]["NameServers"]
    change = {
        "Name": inner,
        "Type": "NS",
        "TTL": 60,
        "ResourceRecords": [{"Value": one} for one in servers],
    }
    aws("route53").change_resource_record_sets(
        HostedZoneId=parent,
        ChangeBatch={"Changes": [{"Action": "CREATE", "ResourceRecordSet": change}]},
    )
    assert aws.status(arn) == "ISSUED"


def test_servers_of_another_zone_lead_nowhere(aws: Aws, domain: str) -> None:
    emulation.delegate(aws.url, domain)
    parent, inner = aws.zone(domain), f"staging.{domain}"
    arn = request(aws, inner)
    aws.validate(arn, aws.zone(inner))
    aws.record(parent, inner, "ns-1.awsdns-00.com.", "NS")
    assert aws.status(arn) == "PENDING_VALIDATION"


def test_what_was_issued_stays_issued(aws: Aws, domain: str) -> None:
    emulation.delegate(aws.url, domain)
    arn, zone = request(aws, domain), aws.zone(domain)
    aws.validate(arn, zone)
    assert aws.status(arn) == "ISSUED"
    emulation.account(aws.url, undelegate=domain)
    assert aws.status(arn) == "ISSUED"
