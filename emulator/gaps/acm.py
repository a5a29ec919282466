"""ACM: a certificate is issued to anybody after a minute, whatever stands in the DNS.

On AWS it is issued when the world finds the validation record of each of its names (ACM User Guide,
DNS validation). Here that is looked up whenever it is described, so that it takes no time.

Every certificate is said to have an RSA key, whichever was asked for.
"""

from typing import Any

from moto.acm.models import CertBundle
from moto.acm.responses import AWSCertificateManagerResponse as Response
from moto.backends import get_backend

from emulator import dns

check = CertBundle.check
describe = CertBundle.describe
request = Response.request_certificate


def _check(self: Any) -> None:
    if self.type == "AMAZON_ISSUED" and self.status == "PENDING_VALIDATION":
        account = self.arn.split(":")[4]
        zones = list(get_backend("route53")[account]["aws"].zones.values())
        options = self.describe()["Certificate"]["DomainValidationOptions"]
        records = [one["ResourceRecord"] for one in options]
        if all(dns.stands(one["Name"], one["Value"], zones) for one in records):
            self.status = "ISSUED"
        return
    check(self)


def _request(self: Any) -> Any:
    answer = request(self)
    certificate = self.acm_backend._certificates[answer.result["CertificateArn"]]
    certificate.strata_key = self._get_param("KeyAlgorithm")
    return answer


def _describe(self: Any) -> Any:
    found = describe(self)
    key = getattr(self, "strata_key", None)
    if key:
        found["Certificate"]["KeyAlgorithm"] = key
    return found


def fill() -> None:
    """Issue a certificate when its records stand where the world looks; say what key it has."""
    CertBundle.describe = _describe
    Response.request_certificate = _request
    CertBundle.check = _check
