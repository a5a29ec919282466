"""What AWS Certificate Manager refuses."""

from emulator.calls import Call
from emulator.refusals.table import Table

TABLE = Table("acm")
LONGEST_FIRST = 64


@TABLE.row(
    "RequestCertificate",
    code="ValidationException",
    source="botocore 1.44.5, RequestCertificate DomainName: the first one has at most 64 octets: words "
    "believed",
)
def first_name_of_more_than_64(call: Call) -> str | None:
    if len(call.get("DomainName", "")) > LONGEST_FIRST:
        return "The first domain name can be no longer than 64 characters."
    return None


@TABLE.row(
    "DeleteCertificate",
    code="ResourceInUseException",
    source="botocore 1.44.5, ResourceInUseException of DeleteCertificate; "
    "hashicorp/terraform-provider-aws issue 3866",
)
def certificate_in_use(call: Call) -> str | None:
    arn = call.get("CertificateArn", "")
    for balancer in call.backend("elbv2").load_balancers.values():
        for listener in balancer.listeners.values():
            if arn in (listener.certificate, *(listener.certificates or ())):
                return f"Certificate {arn} in account {call.account} is in use."
    return None
