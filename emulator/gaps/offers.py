"""What AWS offers: moto lists no MySQL that can be ordered, no cache nodes and next to no quotas.

`emulator/refusals/offered.py` has the lists. A version is taken for one of every class, and a class
for one of every zone: cfn-lint's lists tell neither. The quotas are those that the account is set
to, and which types are eligible follows from its plan.
"""

from typing import Any

from moto.core.responses import ActionResult
from moto.ec2.models import EC2Backend
from moto.elasticache.responses import ElastiCacheResponse
from moto.rds.responses import RDSResponse
from moto.servicequotas.models import ServiceQuotasBackend

from emulator.refusals import offered, plans

describe_instance_types = EC2Backend.describe_instance_types
describe_options = RDSResponse.describe_orderable_db_instance_options
get_quota = ServiceQuotasBackend.get_service_quota

RAISED = 1000.0
"""What every quota is in an account whose quotas are raised."""

QUOTAS = {
    "L-1216C47A": 5.0,
    "L-34B43A08": 5.0,
    "L-0263D0A3": float(plans.NEW_ADDRESSES),
    "L-F678F1CE": float(plans.NEW_VPCS),
    "L-53DA6B97": 50.0,
}
"""Code -> what a new account has (AWS General Reference); that it has 5 vCPUs
of either kind is believed."""


def _options(self: Any) -> Any:
    engine, kind = self.params.get("Engine"), self.params.get("DBInstanceClass")
    if engine != "mysql":
        return describe_options(self)
    region = self.backend.region_name
    zones = [{"Name": zone} for zone in sorted(offered.instance_types(region))]
    options = [
        {
            "Engine": engine,
            "EngineVersion": version,
            "DBInstanceClass": one,
            "AvailabilityZones": zones,
            "MultiAZCapable": True,
            "Vpc": True,
            "StorageType": "gp3",
        }
        for one in sorted(offered.database_classes(region, engine))
        if kind in (None, one)
        for version in sorted(offered.database_versions(engine))
    ]
    return ActionResult({"OrderableDBInstanceOptions": options})


def _reservations(self: Any) -> ActionResult:
    kind = self.params.get("CacheNodeType")
    types = offered.cache_node_types(self.elasticache_backend.region_name)
    offers = [
        {"ReservedCacheNodesOfferingId": one, "CacheNodeType": one, "ProductDescription": "redis"}
        for one in sorted(types)
        if kind in (None, one)
    ]
    return ActionResult({"ReservedCacheNodesOfferings": offers})


def _versions(self: Any) -> ActionResult:
    engine = self.params.get("Engine") or "redis"
    versions = [
        {"Engine": engine, "EngineVersion": one} for one in sorted(offered.cache_versions(engine))
    ]
    return ActionResult({"CacheEngineVersions": versions})


def _quota(self: Any, service_code: str, quota_code: str) -> Any:
    if quota_code not in QUOTAS:
        return get_quota(self, service_code, quota_code)
    value = QUOTAS[quota_code] if plans.new() else RAISED
    return {"ServiceCode": service_code, "QuotaCode": quota_code, "Value": value}


def _types(self: Any, instance_types: Any = None, filters: Any = None) -> Any:
    rest = dict(filters or {})
    eligible = rest.pop("free-tier-eligible", None)
    return [
        {**one, "FreeTierEligible": free}
        for one in describe_instance_types(self, instance_types, rest)
        for free in [
            one["InstanceType"] in plans.FREE_TYPES if plans.free() else one["FreeTierEligible"]
        ]
        if not eligible or str(free).lower() in eligible
    ]


def fill() -> None:
    """Say what is offered."""
    EC2Backend.describe_instance_types = _types
    ElastiCacheResponse.describe_cache_engine_versions = _versions
    ElastiCacheResponse.describe_reserved_cache_nodes_offerings = _reservations
    RDSResponse.describe_orderable_db_instance_options = _options
    ServiceQuotasBackend.get_service_quota = _quota
