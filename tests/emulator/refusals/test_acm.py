"""ACM refuses to delete a certificate that a listener shows."""

import pytest

from tests.emulator.refusals.world import Aws, refuses

pytestmark = pytest.mark.emulator


def test_first_name_of_more_than_64(aws: Aws) -> None:
    domain = f"{'a' * 60}.example"
    with refuses("ValidationException", "The first domain name can be no longer than 64"):
        aws("acm").request_certificate(DomainName=domain, ValidationMethod="DNS")
    aws("acm").request_certificate(
        DomainName="shop.example", SubjectAlternativeNames=[domain], ValidationMethod="DNS"
    )


def test_certificate_in_use(aws: Aws) -> None:
    arn = aws.certificate()
    made = aws.listener(Protocol="HTTPS", Port=443, Certificates=[{"CertificateArn": arn}])
    with refuses("ResourceInUseException", "is in use."):
        aws("acm").delete_certificate(CertificateArn=arn)
    listener = made["Listeners"][0]["ListenerArn"]
    aws("elbv2").delete_listener(ListenerArn=listener)
    aws("acm").delete_certificate(CertificateArn=arn)
