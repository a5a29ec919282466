"""ElastiCache: replication groups have no members, and neither they nor subnet groups go away.

Subnet groups cannot be changed either: the call answers 500, retried for minutes. Replicas come and
go by two calls that are not there.
"""

import inspect
from typing import Any

from moto.core.responses import ActionResult, EmptyResult
from moto.elasticache.exceptions import CacheSubnetGroupNotFound, ElastiCacheException
from moto.elasticache.models import CacheCluster, CacheSubnetGroup, ElastiCacheBackend
from moto.elasticache.responses import ElastiCacheResponse

create = ElastiCacheBackend.create_replication_group
modify = ElastiCacheBackend.modify_replication_group
answer_modify = ElastiCacheResponse.modify_replication_group

MODIFIABLE = {
    "CacheParameterGroupName": "cache_parameter_group_name",
    "EngineVersion": "engine_version",
    "PreferredMaintenanceWindow": "preferred_maintenance_window",
    "SnapshotWindow": "snapshot_window",
}
"""Parameter of ModifyReplicationGroup that moto does not read -> attribute of its group."""


class CacheSubnetGroupInUse(ElastiCacheException):
    """A subnet group that a cluster still lies in."""

    code = "CacheSubnetGroupInUse"


class InvalidParameterCombination(ElastiCacheException):
    """A token where there is no TLS."""

    code = "InvalidParameterCombination"


class InvalidParameterValue(ElastiCacheException):
    """A token that AWS would not take."""

    code = "InvalidParameterValue"


def _member(backend: Any, group: Any, name: str) -> CacheCluster:
    parameters = list(inspect.signature(CacheCluster.__init__).parameters)[1:]
    values: dict[str, Any] = dict.fromkeys(parameters)
    values.update(
        account_id=backend.account_id,
        region_name=backend.region_name,
        cache_cluster_id=name,
        cache_subnet_group_name=group.cache_subnet_group_name,
        engine=group.engine,
        ip_discovery=group.ip_discovery,
        network_type=group.network_type,
        port=group.port,
        replication_group_id=group.replication_group_id,
        snapshot_retention_limit=group.snapshot_retention_limit,
        snapshot_window=group.snapshot_window,
    )
    return CacheCluster(**values)


def _copy(group: Any, member: Any) -> None:
    """Give a member what the Terraform provider reads of its group there."""
    version = (group.engine_version or "7.1").split(".")
    member.engine_version = ".".join([*version, "0", "0"][:3])
    for attribute in (
        "at_rest_encryption_enabled",
        "auto_minor_version_upgrade",
        "cache_node_type",
        "preferred_maintenance_window",
        "transit_encryption_enabled",
    ):
        setattr(member, attribute, getattr(group, attribute))
    member.cache_parameter_group = {
        "CacheParameterGroupName": group.cache_parameter_group_name,
        "ParameterApplyStatus": "in-sync",
    }
    member.security_groups = [
        {"SecurityGroupId": one, "Status": "active"} for one in group.security_group_ids or []
    ]


def _create(self: Any, **request: Any) -> Any:
    subnets = request.get("cache_subnet_group_name")
    if subnets and subnets not in self.cache_subnet_groups:
        raise CacheSubnetGroupNotFound(subnets)
    nodes = request.get("num_cache_clusters")
    if nodes and not request.get("num_node_groups"):
        request["replicas_per_node_group"] = int(nodes) - 1
    group = create(self, **request)
    group.auto_minor_version_upgrade = str(request["auto_minor_version_upgrade"]).lower() != "false"
    group.snapshot_window = request["snapshot_window"] or "05:00-06:00"
    window = request["preferred_maintenance_window"]
    group.preferred_maintenance_window = window or "sun:07:00-sun:08:00"
    if group.transit_encryption_enabled and not group.transit_encryption_mode:
        group.transit_encryption_mode = "required"
    for node_group in group.node_groups:
        address = node_group.get("reader_endpoint_address")
        if address:
            node_group["reader_endpoint"] = {"address": address, "port": group.port}
    for name in group.member_clusters:
        self.cache_clusters[name] = _member(self, group, name)
        _copy(group, self.cache_clusters[name])
    return group


def _modify(self: Any, **request: Any) -> Any:
    group = modify(self, **request)
    for name in group.member_clusters:
        if name not in self.cache_clusters:
            self.cache_clusters[name] = _member(self, group, name)
        _copy(group, self.cache_clusters[name])
    return group


def _answer_modify(self: Any) -> Any:
    backend = self.elasticache_backend
    group = backend.describe_replication_groups(self._get_param("ReplicationGroupId"))[0]
    token = self._get_param("AuthToken")
    if token is not None:
        if not group.transit_encryption_enabled:
            raise InvalidParameterCombination("AuthToken needs encryption in transit.")
        if not 16 <= len(token) <= 128:
            raise InvalidParameterValue("AuthToken must have 16 to 128 characters.")
        group.auth_token_enabled = True
    for parameter, attribute in MODIFIABLE.items():
        value = self._get_param(parameter)
        if value:
            setattr(group, attribute, value)
    groups = self._get_param("SecurityGroupIds")
    if groups:
        group.security_group_ids = groups
    return answer_modify(self)


def _change_replicas(self: Any) -> ActionResult:
    """Have as many replicas as are asked for, of a group whose cluster mode is off."""
    backend = self.elasticache_backend
    group = backend.describe_replication_groups(self._get_param("ReplicationGroupId"))[0]
    count = 1 + int(self._get_param("NewReplicaCount"))
    (node_group,) = group.node_groups
    primary, *replicas = node_group["node_group_members"]
    own = primary["cache_cluster_id"]
    for number in range(len(replicas) + 2, count + 1):
        name = f"{group.replication_group_id}-{number:03}"
        address = primary["read_endpoint"]["address"].replace(own, name, 1)
        endpoint = {**primary["read_endpoint"], "address": address}
        replicas.append(
            {
                **primary,
                "cache_cluster_id": name,
                "current_role": "replica",
                "read_endpoint": endpoint,
            }
        )
        backend.cache_clusters[name] = _member(backend, group, name)
        _copy(group, backend.cache_clusters[name])
    for gone in replicas[count - 1 :]:
        backend.cache_clusters.pop(gone["cache_cluster_id"], None)
    node_group["node_group_members"] = [primary, *replicas[: count - 1]]
    group.member_clusters[:] = [
        member["cache_cluster_id"] for member in node_group["node_group_members"]
    ]
    return ActionResult({"ReplicationGroup": group})


def _delete(self: Any, replication_group_id: str, retain_primary_cluster: Any = None) -> Any:
    group = self.describe_replication_groups(replication_group_id)[0]
    group.status = "deleting"
    for name in group.member_clusters:
        self.cache_clusters.pop(name, None)
    return self.replication_groups.pop(replication_group_id)


def _modify_subnet_group(self: Any) -> ActionResult:
    backend = self.elasticache_backend
    name = self._get_param("CacheSubnetGroupName")
    if name not in backend.cache_subnet_groups:
        raise CacheSubnetGroupNotFound(name)
    before = backend.cache_subnet_groups[name]
    description = self._get_param("CacheSubnetGroupDescription")
    after = CacheSubnetGroup(
        backend.account_id,
        backend.region_name,
        name,
        before.cache_subnet_group_description if description is None else description,
        self._get_param("SubnetIds", []) or before.subnet_ids,
        before.tags,
    )
    backend.cache_subnet_groups[name] = after
    return ActionResult({"CacheSubnetGroup": after})


def _delete_subnet_group(self: Any) -> EmptyResult:
    backend = self.elasticache_backend
    name = self._get_param("CacheSubnetGroupName")
    if name not in backend.cache_subnet_groups:
        raise CacheSubnetGroupNotFound(name)
    for owner in (*backend.replication_groups.values(), *backend.cache_clusters.values()):
        if owner.cache_subnet_group_name == name:
            raise CacheSubnetGroupInUse(f"Cache subnet group {name} is in use.")
    del backend.cache_subnet_groups[name]
    return EmptyResult()


def fill() -> None:
    """Give groups members, and let groups and subnet groups be changed and deleted."""
    ElastiCacheBackend.create_replication_group = _create
    ElastiCacheBackend.modify_replication_group = _modify
    ElastiCacheBackend.delete_replication_group = _delete
    ElastiCacheResponse.increase_replica_count = _change_replicas
    ElastiCacheResponse.decrease_replica_count = _change_replicas
    ElastiCacheResponse.modify_replication_group = _answer_modify
    ElastiCacheResponse.modify_cache_subnet_group = _modify_subnet_group
    ElastiCacheResponse.delete_cache_subnet_group = _delete_subnet_group
