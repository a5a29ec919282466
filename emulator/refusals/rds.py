"""What Amazon RDS refuses."""

import re
from typing import Any

from emulator.calls import Call
from emulator.refusals import offered, plans
from emulator.refusals.network import vpc_of, zones_of
from emulator.refusals.table import Table

TABLE = Table("rds")
MAJOR = re.compile(r"\d+\.\d+")
LEAST_GIB = {"gp2": 20, "gp3": 20, "io1": 100, "io2": 100, "standard": 5}
"""Least storage of MySQL by type (RDS User Guide, DB instance storage)."""
LOGS = {"mysql": {"audit", "error", "general", "slowquery", "iam-db-auth-error"}}
"""What MySQL can export (RDS User Guide, Publishing MySQL logs)."""


def _database(call: Call) -> Any | None:
    """The database that a call names, if it is there."""
    return call.backend("rds").databases.get(call.get("DBInstanceIdentifier", ""))


def _engine(call: Call) -> str:
    found = _database(call)
    return str(call.get("Engine") or (found.engine if found else "")).lower()


def _version(call: Call) -> str:
    found = _database(call)
    return str(call.get("EngineVersion") or (found.engine_version if found else ""))


def _family(call: Call) -> str:
    major = MAJOR.match(_version(call))
    return _engine(call) + (major[0] if major else "")


@TABLE.row(
    "CreateDBSubnetGroup",
    "ModifyDBSubnetGroup",
    code="DBSubnetGroupDoesNotCoverEnoughAZs",
    source="botocore 1.44.5, DBSubnetGroupDoesNotCoverEnoughAZs; RDS User Guide, Working with a DB "
    "instance in a VPC, 2026-11",
)
def subnets_of_one_zone(call: Call) -> str | None:
    zones = sorted(set(zones_of(call, call.get("SubnetIds"))))
    if len(zones) < 2:
        return (
            "The DB subnet group doesn't meet Availability Zone (AZ) coverage requirement. Current "
            f"AZ coverage: {', '.join(zones)}. Add subnets to cover at least 2 AZs."
        )
    return None


@TABLE.row(
    "CreateDBSubnetGroup",
    "ModifyDBSubnetGroup",
    code="InvalidSubnet",
    source="botocore 1.44.5, InvalidSubnet: not all in a common VPC",
)
def subnets_of_two_vpcs(call: Call) -> str | None:
    if len(vpc_of(call, call.get("SubnetIds"))) > 1:
        return "The subnets are not all in a common VPC."
    return None


@TABLE.row(
    "DeleteDBSubnetGroup",
    code="InvalidDBSubnetGroupStateFault",
    source="anomalyco/sst issue 6592, 2026-03-15",
)
def subnet_group_in_use(call: Call) -> str | None:
    name = call.get("DBSubnetGroupName")
    for identifier, database in call.backend("rds").databases.items():
        if getattr(database, "_db_subnet_group_name", None) == name:
            return (
                f"Cannot delete the subnet group '{name}' because at least one database instance: "
                f"{identifier} is still using it."
            )
    return None


@TABLE.row(
    "CreateDBInstance",
    code="InvalidParameterValue",
    source="botocore 1.44.5, CreateDBInstance DBInstanceIdentifier; RDS User Guide, Settings, 2026-11",
)
def identifier_that_is_none(call: Call) -> str | None:
    name = call.get("DBInstanceIdentifier", "")
    if re.fullmatch(r"(?!.*--)(?!.*-$)[a-zA-Z][a-zA-Z0-9-]{0,62}", name):
        return None
    return (
        "The parameter DBInstanceIdentifier is not a valid identifier. Identifiers must begin with a "
        "letter; must contain only ASCII letters, digits, and hyphens; and must not end with a hyphen "
        "or contain two consecutive hyphens."
    )


@TABLE.row(
    "CreateDBInstance",
    "ModifyDBInstance",
    code="InvalidParameterCombination",
    source="aws-samples/eks-workshop-v2 issue 503, 2023-05-10; cfn-lint 1.58.0 for the versions",
)
def engine_version_that_does_not_exist(call: Call) -> str | None:
    version, known = call.get("EngineVersion"), offered.database_versions(_engine(call))
    if not version or not known:
        return None
    if version in known or any(one.startswith(f"{version}.") for one in known):
        return None
    return f"Cannot find version {version} for {_engine(call)}"


@TABLE.row(
    "CreateDBInstance",
    "ModifyDBInstance",
    code="InvalidParameterCombination",
    source="hashicorp-education/learn-terraform-outputs issue 11, 2024-03-25; "
    "cfn-lint 1.58.0 for the classes of each region",
)
def class_that_is_not_offered(call: Call) -> str | None:
    name, known = call.get("DBInstanceClass"), offered.database_classes(call.region, _engine(call))
    if name and known and name not in known:
        return (
            "RDS does not support creating a DB instance with the following combination: "
            f"DBInstanceClass={name}, Engine={_engine(call)}, EngineVersion={_version(call)}, "
            "LicenseModel=general-public-license. For supported combinations of instance class and "
            "database engine version, see the documentation."
        )
    return None


@TABLE.row(
    "CreateDBInstance",
    "ModifyDBInstance",
    code="InvalidParameterCombination",
    source="RDS User Guide, Working with parameter groups, 2026-11: words believed",
)
def parameter_group_of_another_family(call: Call) -> str | None:
    name = call.get("DBParameterGroupName", "")
    group = call.backend("rds").db_parameter_groups.get(name)
    if group is not None and group.family and group.family != _family(call):
        return (
            f"The parameter group {name} with DBParameterGroupFamily {group.family} can't be used "
            "for this instance. Please use a parameter group with DBParameterGroupFamily "
            f"{_family(call)}"
        )
    return None


@TABLE.row(
    "CreateDBInstance",
    "ModifyDBInstance",
    code="DBParameterGroupNotFound",
    source="botocore 1.44.5, DBParameterGroupNotFound",
)
def parameter_group_that_does_not_exist(call: Call) -> str | None:
    name = call.get("DBParameterGroupName", "")
    if (
        name
        and not name.startswith("default.")
        and name not in call.backend("rds").db_parameter_groups
    ):
        return f"DBParameterGroup not found: {name}"
    return None


@TABLE.row(
    "CreateDBInstance",
    "ModifyDBInstance",
    code="InvalidParameterValue",
    source="botocore 1.44.5, CreateDBInstance BackupRetentionPeriod: 0 to 35",
)
def backups_of_more_than_35_days(call: Call) -> str | None:
    days = call.get("BackupRetentionPeriod", 0)
    if not 0 <= days <= 35:
        return f"Invalid backup retention period: {days}. Must be between 0 and 35"
    return None


@TABLE.row(
    "CreateDBInstance",
    code="InvalidParameterValue",
    source="RDS User Guide, DB instance storage, 2026-11",
)
def storage_that_is_too_small(call: Call) -> str | None:
    size, kind = call.get("AllocatedStorage"), call.get("StorageType", "gp2")
    if size is not None and _engine(call) == "mysql" and size < LEAST_GIB.get(kind, 0):
        return f"Invalid storage size for engine name mysql and storage type {kind}: {size}"
    return None


@TABLE.row(
    "CreateDBInstance",
    "ModifyDBInstance",
    code="InvalidParameterCombination",
    source="botocore 1.44.5, CreateDBInstance MonitoringRoleArn; RDS User Guide, Enhanced Monitoring",
)
def monitoring_without_a_role(call: Call) -> str | None:
    found = _database(call)
    role = call.get("MonitoringRoleArn") or getattr(found, "monitoring_role_arn", None)
    if call.get("MonitoringInterval") and not role:
        return (
            "A MonitoringRoleARN value is required if you specify a MonitoringInterval value other "
            "than 0."
        )
    return None


@TABLE.row(
    "CreateDBInstance",
    "ModifyDBInstance",
    code="InvalidParameterValue",
    source="RDS User Guide, Enhanced Monitoring: the role must be there, 2026-11: words believed",
)
def monitoring_role_that_does_not_exist(call: Call) -> str | None:
    role = call.get("MonitoringRoleArn")
    if role and role not in {one.arn for one in call.backend("iam").roles.values()}:
        return (
            f"IAM role ARN value is invalid or does not include the required permissions for: "
            f"ENHANCED_MONITORING ({role})"
        )
    return None


@TABLE.row(
    "CreateDBInstance",
    "ModifyDBInstance",
    code="InvalidParameterCombination",
    source="RDS User Guide, Publishing MySQL logs to CloudWatch Logs, 2026-11",
)
def log_that_the_engine_has_not(call: Call) -> str | None:
    known = LOGS.get(_engine(call))
    changes = call.get("CloudwatchLogsExportConfiguration", {}).get("EnableLogTypes", ())
    wanted = {*call.get("EnableCloudwatchLogsExports", ()), *changes}
    if known and wanted - known:
        return (
            f"You cannot use the log types '{', '.join(sorted(wanted - known))}' with engine version "
            f"{_engine(call)} {_version(call)}. For supported log types, see the documentation."
        )
    return None


@TABLE.row(
    "CreateDBInstance",
    "ModifyDBInstance",
    code="InvalidParameterCombination",
    source="RDS User Guide, Controlling access with security groups, 2026-11: words believed",
)
def group_of_another_vpc(call: Call) -> str | None:
    rds, ec2, found = call.backend("rds"), call.backend("ec2"), _database(call)
    name = call.get("DBSubnetGroupName") or getattr(found, "_db_subnet_group_name", None)
    subnet_group = rds.subnet_groups.get(name or "")
    for one in call.get("VpcSecurityGroupIds", ()) if subnet_group else ():
        group = ec2.get_security_group_from_id(one)
        if group is not None and group.vpc_id != subnet_group.vpc_id:
            return (
                "The DB instance and EC2 security group are in different VPCs. The DB instance is in "
                f"{subnet_group.vpc_id} and the EC2 security group is in {group.vpc_id}"
            )
    return None


@TABLE.row(
    "CreateDBInstance",
    "ModifyDBInstance",
    code="InvalidParameterValue",
    source="RDS API Reference, Common errors; botocore 1.44.5, VpcSecurityGroupIds: words believed",
)
def group_that_does_not_exist(call: Call) -> str | None:
    for one in call.get("VpcSecurityGroupIds", ()):
        if call.backend("ec2").get_security_group_from_id(one) is None:
            return f"Invalid security group , groupId= {one}, groupName=."
    return None


@TABLE.row(
    "DeleteDBInstance",
    code="InvalidParameterCombination",
    source="botocore 1.44.5, DeleteDBInstance FinalDBSnapshotIdentifier",
)
def no_final_snapshot(call: Call) -> str | None:
    if _database(call) is None or call.get("SkipFinalSnapshot"):
        return None
    if not call.get("FinalDBSnapshotIdentifier"):
        return "FinalDBSnapshotIdentifier is required unless SkipFinalSnapshot is specified."
    return None


@TABLE.row(
    "DeleteDBInstance",
    code="DBSnapshotAlreadyExists",
    source="botocore 1.44.5, DBSnapshotAlreadyExistsFault of DeleteDBInstance",
)
def snapshot_of_that_name(call: Call) -> str | None:
    name = call.get("FinalDBSnapshotIdentifier", "")
    if (
        name
        and name in call.backend("rds").database_snapshots
        and not call.get("SkipFinalSnapshot")
    ):
        return f"Cannot create the snapshot because a snapshot with the identifier {name} already exists."
    return None


@TABLE.row(
    "CreateDBInstance",
    "ModifyDBInstance",
    code="FreeTierRestrictionError",
    source="yc-software/qm issue 352, 2026-08-12",
)
def database_that_is_not_free(call: Call) -> str | None:
    return plans.database_that_is_not_free(call)
