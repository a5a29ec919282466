"""What AWS offers this account, asked of AWS: zones, types, versions, quotas, the account's plan.

Each function asks one thing and raises botocore's errors.
"""

import json
from collections.abc import Iterator
from typing import Any

import boto3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.exceptions import ClientError, NoCredentialsError
from botocore.httpsession import URLLib3Session

from strata.aws import existing_network
from strata.aws.session import IMPATIENT, pages
from strata.settings.models import Network

FREE_TIER_REGION = "us-east-1"
"""The one region whose endpoint the Free Tier API has (AWS General Reference, AWS Free Tier)."""


TIMEOUT_SECONDS = 20

SERVICES = ("ec2", "rds", "elasticache", "service-quotas", "elbv2")
"""All that is asked, but the Free Tier API."""


class Offers:
    """Asks AWS in the region of a session, about a network of others once."""

    def __init__(self, session: boto3.Session) -> None:
        self._session = session
        self._clients: dict[str, Any] = {}
        self._network: tuple[Network, existing_network.Found] | None = None

    def _client(self, name: str) -> Any:
        if name not in self._clients:
            make: Any = self._session.client
            self._clients[name] = make(name, config=IMPATIENT)
        return self._clients[name]

    def read_descriptions(self) -> None:
        """Read botocore's descriptions of the services that are asked: parsing them is most of what
        the first question costs. Each is kept for later sessions."""
        for name in SERVICES:
            self._client(name)

    def zones(self) -> set[str]:
        """The availability zones that the account has in the region."""
        answer = self._client("ec2").describe_availability_zones(
            Filters=[
                {"Name": "zone-type", "Values": ["availability-zone"]},
                {"Name": "state", "Values": ["available"]},
            ]
        )
        return {entry["ZoneName"] for entry in answer["AvailabilityZones"]}

    def zones_of_type(self, instance_type: str) -> set[str]:
        """The zones that offer an EC2 instance type."""
        filters = [{"Name": "instance-type", "Values": [instance_type]}]
        return {entry["Location"] for entry in self._offerings(filters)}

    def types_in(self, zones: set[str]) -> set[str]:
        """The EC2 instance types that each of these zones offers."""
        filters = [{"Name": "location", "Values": sorted(zones)}]
        where: dict[str, set[str]] = {}
        for entry in self._offerings(filters):
            where.setdefault(entry["InstanceType"], set()).add(entry["Location"])
        return {name for name, offered in where.items() if offered >= zones}

    def _offerings(self, filters: list[dict[str, Any]]) -> Iterator[Any]:
        yield from pages(
            self._client("ec2"), "describe_instance_type_offerings", "InstanceTypeOfferings",
            LocationType="availability-zone", Filters=filters,
        )  # fmt: skip

    def free_types(self) -> set[str]:
        """The EC2 instance types that an account on the free plan may launch."""
        filters = [{"Name": "free-tier-eligible", "Values": ["true"]}]
        types = pages(
            self._client("ec2"), "describe_instance_types", "InstanceTypes", Filters=filters
        )
        return {entry["InstanceType"] for entry in types}

    def free_plan(self) -> bool:
        """Whether the account is on the free plan (Free Tier API, GetAccountPlanState).

        The pinned botocore, 1.35.99, does not have the call, so it is signed here.
        """
        client = self._session.client("freetier", region_name=FREE_TIER_REGION)
        request = AWSRequest(
            "POST",
            client.meta.endpoint_url,
            data=b"{}",
            headers={
                "Content-Type": "application/x-amz-json-1.0",
                "X-Amz-Target": "AWSFreeTierService.GetAccountPlanState",
            },
        )
        credentials = self._session.get_credentials()
        if credentials is None:
            raise NoCredentialsError
        SigV4Auth(credentials, "freetier", FREE_TIER_REGION).add_auth(request)
        answer = URLLib3Session(timeout=TIMEOUT_SECONDS).send(request.prepare())
        body = json.loads(answer.content or b"{}")
        if answer.status_code != 200:
            code = str(body.get("__type", answer.status_code)).rpartition("#")[2]
            error: Any = {"Error": {"Code": code, "Message": str(body.get("message", ""))}}
            raise ClientError(error, "GetAccountPlanState")
        return bool(body.get("accountPlanType") == "FREE")

    def databases(self, instance_class: str) -> list[dict[str, Any]]:
        """What can be ordered of an RDS class for MySQL, an entry for each version and storage."""
        return list(
            pages(
                self._client("rds"), "describe_orderable_db_instance_options",
                "OrderableDBInstanceOptions",
                Engine="mysql", DBInstanceClass=instance_class, Vpc=True,
            )
        )  # fmt: skip

    def has_cache_node_type(self, node_type: str) -> bool:
        """Whether ElastiCache sells reservations of a node type: it has no other list of types."""
        answer = self._client("elasticache").describe_reserved_cache_nodes_offerings(
            CacheNodeType=node_type, MaxRecords=20
        )
        return bool(answer["ReservedCacheNodesOfferings"])

    def cache_versions(self) -> set[str]:
        """The Redis versions that ElastiCache has."""
        versions = pages(
            self._client("elasticache"), "describe_cache_engine_versions", "CacheEngineVersions",
            Engine="redis",
        )  # fmt: skip
        return {entry["EngineVersion"] for entry in versions}

    def quota(self, service: str, code: str) -> float:
        """The quota that applies to the account, or AWS's default where it has none of its own."""
        client = self._client("service-quotas")
        try:
            answer = client.get_service_quota(ServiceCode=service, QuotaCode=code)
        except client.exceptions.NoSuchResourceException:
            answer = client.get_aws_default_service_quota(ServiceCode=service, QuotaCode=code)
        return float(answer["Quota"]["Value"])

    def network(self, network: Network) -> existing_network.Found:
        """The VPC that others made, and the subnets that the settings choose."""
        if self._network is None or self._network[0] != network:
            self._network = network, existing_network.find(self._session, network)
        return self._network[1]

    def vpcs(self) -> int:
        """The number of VPCs in the region."""
        return len(list(pages(self._client("ec2"), "describe_vpcs", "Vpcs")))

    def addresses(self) -> int:
        """The number of elastic addresses in the region."""
        return len(self._client("ec2").describe_addresses()["Addresses"])

    def load_balancers(self) -> int:
        """The number of application load balancers in the region."""
        balancers = pages(self._client("elbv2"), "describe_load_balancers", "LoadBalancers")
        return sum(entry["Type"] == "application" for entry in balancers)

    def instances(self) -> list[dict[str, Any]]:
        """The instances that run or start, on-demand and Spot: type, vCPUs, spot and tags."""
        filters = [{"Name": "instance-state-name", "Values": ["pending", "running"]}]
        return [
            {
                "type": instance["InstanceType"],
                "vcpus": _vcpus(instance.get("CpuOptions", {})),
                "spot": instance.get("InstanceLifecycle") == "spot",
                "tags": {tag["Key"]: tag["Value"] for tag in instance.get("Tags", [])},
            }
            for reservation in pages(
                self._client("ec2"), "describe_instances", "Reservations", Filters=filters
            )
            for instance in reservation["Instances"]
            # Those of capacity blocks count for neither quota.
            if instance.get("InstanceLifecycle") in (None, "spot")
        ]


def _vcpus(options: dict[str, int]) -> int:
    return options.get("CoreCount", 1) * options.get("ThreadsPerCore", 1)
