"""What Amazon ElastiCache refuses."""

import re
from typing import Any

from emulator.calls import Call
from emulator.refusals import offered
from emulator.refusals.table import Table

TABLE = Table("elasticache")
TOKEN = re.compile(r"[A-Za-z0-9!&#$^<>-]{16,128}")
"""An AUTH token (botocore 1.44.5, CreateReplicationGroup AuthToken)."""


def _group(call: Call) -> Any | None:
    return call.backend("elasticache").replication_groups.get(call.get("ReplicationGroupId", ""))


def _engine(call: Call) -> str:
    found = _group(call)
    return str(call.get("Engine") or (found.engine if found else "redis")).lower()


def _nodes(call: Call) -> int:
    """The nodes of each shard."""
    replicas = call.get("ReplicasPerNodeGroup")
    return int(call.get("NumCacheClusters", 1 if replicas is None else replicas + 1))


@TABLE.row(
    "CreateReplicationGroup",
    code="InvalidParameterValue",
    source="botocore 1.44.5, CreateReplicationGroup ReplicationGroupId; ElastiCache User Guide",
)
def identifier_that_is_none(call: Call) -> str | None:
    name = call.get("ReplicationGroupId", "")
    if re.fullmatch(r"(?!.*--)(?!.*-$)[a-zA-Z][a-zA-Z0-9-]{0,39}", name):
        return None
    return (
        "The parameter ReplicationGroupIdentifier is not a valid identifier. Identifiers must begin "
        "with a letter; must contain only ASCII letters, digits, and hyphens; and must not end with a "
        "hyphen or contain two consecutive hyphens."
    )


@TABLE.row(
    "CreateReplicationGroup",
    "ModifyReplicationGroup",
    code="InvalidParameterCombination",
    source="ElastiCache User Guide, Supported versions, 2026-11; cfn-lint 1.58.0 for the versions: "
    "words of RDS",
)
def engine_version_that_does_not_exist(call: Call) -> str | None:
    version, known = call.get("EngineVersion"), offered.cache_versions(_engine(call))
    if version and known and version not in known:
        return f"Cannot find version {version} for {_engine(call)}"
    return None


@TABLE.row(
    "CreateReplicationGroup",
    "ModifyReplicationGroup",
    code="InvalidParameterValue",
    source="ElastiCache User Guide, Supported node types by region, 2026-11; cfn-lint 1.58.0: words "
    "believed",
)
def node_type_that_is_not_offered(call: Call) -> str | None:
    name, known = call.get("CacheNodeType"), offered.cache_node_types(call.region)
    if name and known and name not in known:
        return f"Invalid Cache Node Type: {name}"
    return None


@TABLE.row(
    "CreateReplicationGroup",
    code="InvalidParameterCombination",
    source="hashicorp/terraform issue 25077, 2020-05-29",
)
def failover_without_a_replica(call: Call) -> str | None:
    if call.get("AutomaticFailoverEnabled") and _nodes(call) < 2 and not call.get("NumNodeGroups"):
        return (
            "When using automatic failover, there must be at least 2 cache clusters in the "
            "replication group."
        )
    return None


@TABLE.row(
    "ModifyReplicationGroup",
    code="InvalidParameterValue",
    source="hashicorp/terraform-provider-aws issue 24244, 2022-04-14",
)
def failover_of_a_group_without_replica(call: Call) -> str | None:
    found = _group(call)
    if found and call.get("AutomaticFailoverEnabled") and len(found.member_clusters) < 2:
        return (
            "Must have at least 1 replica when cluster mode is disabled with auto failover enabled."
        )
    return None


@TABLE.row(
    "CreateReplicationGroup",
    "ModifyReplicationGroup",
    code="InvalidParameterCombination",
    source="botocore 1.44.5, MultiAZEnabled; ElastiCache User Guide, Multi-AZ, 2026-11: words believed",
)
def zones_without_failover(call: Call) -> str | None:
    found = _group(call)
    failover = call.get("AutomaticFailoverEnabled")
    if failover is None and found is not None:
        failover = found.automatic_failover not in (None, "disabled", False)
    if call.get("MultiAZEnabled") and not failover:
        return "Automatic failover must be enabled when Multi-AZ is enabled."
    return None


@TABLE.row(
    "CreateReplicationGroup",
    code="InvalidParameterValue",
    source="aws/aws-cli issue 5007, 2020-02-26; widdix/aws-cf-templates issue 263, 2019-02-01",
)
def token_without_tls(call: Call) -> str | None:
    if call.get("AuthToken") is not None and not call.get("TransitEncryptionEnabled"):
        return "The AUTH token is only supported when encryption-in-transit is enabled"
    return None


@TABLE.row(
    "ModifyReplicationGroup",
    code="InvalidParameterCombination",
    source="ElastiCache User Guide, Authenticating with the AUTH command, 2026-11: words of "
    "aws/aws-cli issue 5007",
)
def token_of_a_group_without_tls(call: Call) -> str | None:
    found = _group(call)
    if call.get("AuthToken") is not None and found and not found.transit_encryption_enabled:
        return "The AUTH token is only supported when encryption-in-transit is enabled"
    return None


@TABLE.row(
    "CreateReplicationGroup",
    "ModifyReplicationGroup",
    code="InvalidParameterValue",
    source="magenx/Magento-2-aws-cluster-terraform issue 43, 2024-07-16",
)
def token_that_is_none(call: Call) -> str | None:
    token = call.get("AuthToken")
    if token is not None and not TOKEN.fullmatch(token):
        return "Invalid AuthToken provided."
    return None


@TABLE.row(
    "ModifyReplicationGroup",
    code="InvalidParameterCombination",
    source="botocore 1.44.5, ModifyReplicationGroup AuthTokenUpdateStrategy: words believed",
)
def strategy_without_a_token(call: Call) -> str | None:
    strategy = call.get("AuthTokenUpdateStrategy")
    if strategy in ("SET", "ROTATE") and call.get("AuthToken") is None:
        return "AuthTokenUpdateStrategy needs an AuthToken."
    return None


@TABLE.row(
    "CreateReplicationGroup",
    "ModifyReplicationGroup",
    code="InvalidParameterCombination",
    source="hashicorp/terraform-provider-aws issue 27709, 2022-11-09",
)
def parameter_group_of_another_family(call: Call) -> str | None:
    name, found = call.get("CacheParameterGroupName", ""), _group(call)
    version = str(call.get("EngineVersion") or (found.engine_version if found else "") or "7.1")
    family = _family(_engine(call), version)
    given = _given_family(call, name)
    if given and given != family:
        return f"Expected a parameter group of family {family} but found one of family {given}"
    return None


def _family(engine: str, version: str) -> str:
    major, _, minor = version.partition(".")
    if engine == "redis" and int(major) < 6:
        return f"redis{major}.{minor.partition('.')[0]}"
    return "redis6.x" if (engine, major) == ("redis", "6") else f"{engine}{major}"


def _given_family(call: Call, name: str) -> str:
    if name.startswith("default."):
        return name.removeprefix("default.").removesuffix(".cluster.on")
    for one in getattr(call.backend("elasticache"), "strata_parameter_groups", {}).values():
        if one["CacheParameterGroupName"] == name:
            return str(one["CacheParameterGroupFamily"])
    return ""


@TABLE.row(
    "CreateReplicationGroup",
    code="InvalidParameterValue",
    source="ElastiCache API Reference, Common errors, 2026-11: words believed",
)
def group_that_does_not_exist(call: Call) -> str | None:
    for one in call.get("SecurityGroupIds", ()):
        if call.backend("ec2").get_security_group_from_id(one) is None:
            return f"Some security group Ids or names could not be found: {one}"
    return None
