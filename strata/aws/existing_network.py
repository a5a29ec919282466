"""What AWS says of a VPC that others made: itself, the chosen subnets, their routes, endpoints."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import boto3

from strata.aws.session import IMPATIENT, pages
from strata.documents import Json
from strata.settings.models import Network, Subnets

KINDS = ("public", "private")

NEEDED_SERVICES = (
    "ecs", "ecs-agent", "ecs-telemetry", "ecr.api", "ecr.dkr", "s3", "logs", "secretsmanager",
    "ssm",
)  # fmt: skip
"""What instances and tasks talk to before the application does (ECS Developer Guide and ECR User
Guide, interface VPC endpoints; layers of images come from S3)."""


@dataclass(frozen=True)
class Found:
    """Bodies as the EC2 API has them; `vpc` is None where there is none of that id.

    `subnets` are those chosen, by `public` and `private`, wherever they lie; `dns` is whether
    `enableDnsSupport` and `enableDnsHostnames` are on; `endpoints` are the last parts of the names
    of services that have an endpoint in the VPC. `named` are the interface endpoints that
    `leads_there`, and `groups` then all security groups of the VPC by id.
    """

    vpc: Json | None
    subnets: Mapping[str, Sequence[Json]] = field(default_factory=dict)
    dns: Mapping[str, bool] = field(default_factory=dict)
    route_tables: Sequence[Json] = ()
    endpoints: frozenset[str] = frozenset()
    named: Sequence[Json] = ()
    groups: Mapping[str, Json] = field(default_factory=dict)

    def default_route(self, subnet: Json) -> Json | None:
        """The IPv4 default route of a subnet: in its own table, or in the VPC's main one."""
        own = [
            table
            for table in self.route_tables
            if any(tie.get("SubnetId") == subnet["SubnetId"] for tie in table["Associations"])
        ]
        main = [
            table
            for table in self.route_tables
            if any(tie.get("Main") for tie in table["Associations"])
        ]
        for table in (own or main)[:1]:
            for route in table["Routes"]:
                if route.get("DestinationCidrBlock") == "0.0.0.0/0":
                    return dict(route)
        return None


def find(session: boto3.Session, network: Network) -> Found:
    """Ask about the VPC and the subnets that the settings name; raises botocore's errors."""
    make: Any = session.client
    ec2 = make("ec2", config=IMPATIENT)
    inside = _filters({"vpc-id": [network.existing]})
    vpcs = list(pages(ec2, "describe_vpcs", "Vpcs", Filters=inside))
    if not vpcs:
        return Found(None)
    subnets = {
        kind: list(pages(ec2, "describe_subnets", "Subnets", Filters=_chosen(network, chosen)))
        for kind in KINDS
        if (chosen := getattr(network, kind)) is not None
    }
    attributes = {
        "enableDnsSupport": "EnableDnsSupport",
        "enableDnsHostnames": "EnableDnsHostnames",
    }
    endpoints = [
        endpoint
        for endpoint in pages(ec2, "describe_vpc_endpoints", "VpcEndpoints", Filters=inside)
        if endpoint["State"].lower() == "available"
    ]
    named = [endpoint for endpoint in endpoints if leads_there(endpoint)]
    groups = pages(ec2, "describe_security_groups", "SecurityGroups", Filters=inside)
    return Found(
        vpcs[0],
        subnets,
        {
            name: ec2.describe_vpc_attribute(VpcId=network.existing, Attribute=name)[key]["Value"]
            for name, key in attributes.items()
        },
        list(pages(ec2, "describe_route_tables", "RouteTables", Filters=inside)),
        frozenset(map(service_of, endpoints)),
        named,
        {group["GroupId"]: group for group in groups} if named else {},
    )


def service_of(endpoint: Json) -> str:
    """The last part of the name of an endpoint's service, such as `ecr.dkr`."""
    return str(endpoint["ServiceName"].split(".", 3)[-1])


def leads_there(endpoint: Json) -> bool:
    """Whether the names that instances and tasks ask for lead to an endpoint that others made.

    The private names of an S3 endpoint may hold for on-premises networks alone (EC2 API,
    DnsOptions).
    """
    return bool(
        service_of(endpoint) in NEEDED_SERVICES
        and endpoint.get("PrivateDnsEnabled")
        and not endpoint.get("DnsOptions", {}).get("PrivateDnsOnlyForInboundResolverEndpoint")
    )


def _chosen(network: Network, subnets: Subnets) -> list[Json]:
    """The filters by which subnets are found; those by tags as the data source has them."""
    if subnets.ids:
        return _filters({"subnet-id": subnets.ids})
    return _filters(
        {
            "vpc-id": [network.existing],
            "availability-zone": network.availability_zones,
            **{f"tag:{key}": [value] for key, value in subnets.tags.items()},
        }
    )


def _filters(values: Mapping[str, Sequence[Any]]) -> list[Json]:
    return [{"Name": name, "Values": list(found)} for name, found in values.items()]
