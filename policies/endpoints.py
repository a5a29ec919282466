"""VPC endpoints: ways out of a network that no route and no security group of ours shows."""

import re

from policies.explanations import explain
from policies.policy import Conf, Policy, value

OF_AWS = re.compile(
    r"com\.amazonaws\.(?!vpce\.)([a-z0-9-]+|\$\{[^}]+\})\.(?!vpce-svc-)[a-z0-9-]+(\.[a-z0-9-]+)*"
)
"""A service of AWS's own; those of other accounts are `com.amazonaws.vpce.REGION.vpce-svc-...` (AWS
PrivateLink guide, services that integrate with PrivateLink)."""


def _leads_to_aws(conf: Conf) -> bool:
    return bool(OF_AWS.fullmatch(str(value(conf, "service_name") or "")))


explain(
    "STRATA_ENDPOINT_1", "high",
    "An endpoint leads to a service of another account, by which data can leave unseen",
    "a service of AWS, such as com.amazonaws.eu-central-1.s3",
    "https://docs.aws.amazon.com/vpc/latest/privatelink/aws-services-privatelink-support.html",
)  # fmt: skip
Policy("STRATA_ENDPOINT_1", "VPC endpoints lead to services of AWS", ["aws_vpc_endpoint"],
       _leads_to_aws)  # fmt: skip
