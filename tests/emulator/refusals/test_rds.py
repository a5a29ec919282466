"""RDS refuses what does not exist, does not fit together or is in use."""

from typing import Any

import pytest

from tests.emulator.refusals.world import ACCOUNT, Aws, account, name, refuses

pytestmark = pytest.mark.emulator


def test_subnets_of_one_zone(aws: Aws) -> None:
    rds = aws("rds")
    wanted = {"DBSubnetGroupDescription": "d", "SubnetIds": aws.shared.subnets[:1]}
    with refuses("DBSubnetGroupDoesNotCoverEnoughAZs", "Current AZ coverage: eu-central-1a."):
        rds.create_db_subnet_group(DBSubnetGroupName=name(), **wanted)
    with refuses("DBSubnetGroupDoesNotCoverEnoughAZs"):
        rds.modify_db_subnet_group(DBSubnetGroupName=aws.subnet_group(), **wanted)


def test_subnets_of_two_vpcs(aws: Aws) -> None:
    subnets = [aws.shared.subnets[0], aws.network().subnets[1]]
    with refuses("InvalidSubnet", "not all in a common VPC"):
        aws("rds").create_db_subnet_group(
            DBSubnetGroupName=name(), DBSubnetGroupDescription="d", SubnetIds=subnets
        )


def test_subnet_group_in_use(aws: Aws) -> None:
    rds, group = aws("rds"), aws.subnet_group()
    database = aws.database(DBSubnetGroupName=group)
    with refuses("InvalidDBSubnetGroupStateFault", f"{database} is still using it."):
        rds.delete_db_subnet_group(DBSubnetGroupName=group)
    rds.delete_db_instance(DBInstanceIdentifier=database, SkipFinalSnapshot=True)
    rds.delete_db_subnet_group(DBSubnetGroupName=group)


@pytest.mark.parametrize("given", ["1shop", "shop-", "a--b", "a" * 64, "shop_one"])
def test_identifier_that_is_none(aws: Aws, given: str) -> None:
    with refuses("InvalidParameterValue", "DBInstanceIdentifier is not a valid identifier"):
        aws.database(DBInstanceIdentifier=given)


@pytest.mark.parametrize("version", ["9.9", "8.0.1", "8"])
def test_engine_version_that_does_not_exist(aws: Aws, version: str) -> None:
    if version == "8":
        # A prefix of what exists is taken for the newest of it.
        aws.database(EngineVersion=version)
        return
    with refuses("InvalidParameterCombination", f"Cannot find version {version} for mysql"):
        aws.database(EngineVersion=version)


@pytest.mark.parametrize("kind", ["db.t2.micro", "db.x9.large", "db.m4.large"])
def test_class_that_is_not_offered(aws: Aws, kind: str) -> None:
    with refuses("InvalidParameterCombination", f"DBInstanceClass={kind}, Engine=mysql"):
        aws.database(DBInstanceClass=kind)


def parameters(aws: Aws, family: str) -> str:
    given = name("parameters")
    aws("rds").create_db_parameter_group(
        DBParameterGroupName=given, DBParameterGroupFamily=family, Description="d"
    )
    return given


def test_parameter_group_of_another_family(aws: Aws) -> None:
    with refuses("InvalidParameterCombination", "DBParameterGroupFamily mysql8.4"):
        aws.database(DBParameterGroupName=parameters(aws, "mysql8.0"))
    aws.database(DBParameterGroupName=parameters(aws, "mysql8.4"))


def test_parameter_group_that_does_not_exist(aws: Aws) -> None:
    with refuses("DBParameterGroupNotFound", "DBParameterGroup not found: none"):
        aws.database(DBParameterGroupName="none")


def test_backups_of_more_than_35_days(aws: Aws) -> None:
    with refuses("InvalidParameterValue", "Invalid backup retention period: 36"):
        aws.database(BackupRetentionPeriod=36)


@pytest.mark.parametrize("kind", ["gp2", "gp3"])
def test_storage_that_is_too_small(aws: Aws, kind: str) -> None:
    with refuses("InvalidParameterValue", f"storage type {kind}: 10"):
        aws.database(AllocatedStorage=10, StorageType=kind)


def test_monitoring_without_a_role(aws: Aws) -> None:
    with refuses("InvalidParameterCombination", "A MonitoringRoleARN value is required"):
        aws.database(MonitoringInterval=60)


def test_monitoring_role_that_does_not_exist(aws: Aws) -> None:
    role = f"arn:aws:iam::{ACCOUNT}:role/none"
    with refuses("InvalidParameterValue", "ENHANCED_MONITORING"):
        aws.database(MonitoringInterval=60, MonitoringRoleArn=role)
    aws.database(MonitoringInterval=60, MonitoringRoleArn=aws.role())


def test_log_that_the_engine_has_not(aws: Aws) -> None:
    with refuses("InvalidParameterCombination", "You cannot use the log types 'postgresql'"):
        aws.database(EnableCloudwatchLogsExports=["error", "postgresql"])


def test_group_of_another_vpc(aws: Aws) -> None:
    wanted: dict[str, Any] = {"DBSubnetGroupName": aws.subnet_group()}
    with refuses("InvalidParameterCombination", "are in different VPCs"):
        aws.database(VpcSecurityGroupIds=[aws.network().group], **wanted)
    aws.database(VpcSecurityGroupIds=[aws.shared.group], **wanted)


def test_group_that_does_not_exist(aws: Aws) -> None:
    with refuses("InvalidParameterValue", "Invalid security group , groupId= sg-0"):
        aws.database(VpcSecurityGroupIds=["sg-0"])


def test_no_final_snapshot(aws: Aws) -> None:
    database = aws.database()
    with refuses("InvalidParameterCombination", "FinalDBSnapshotIdentifier is required"):
        aws("rds").delete_db_instance(DBInstanceIdentifier=database)


def test_snapshot_of_that_name(aws: Aws) -> None:
    rds, database, snapshot = aws("rds"), aws.database(), name("snapshot")
    rds.create_db_snapshot(DBInstanceIdentifier=database, DBSnapshotIdentifier=snapshot)
    with refuses("DBSnapshotAlreadyExists"):
        rds.delete_db_instance(DBInstanceIdentifier=database, FinalDBSnapshotIdentifier=snapshot)


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        ({"BackupRetentionPeriod": 7}, "exceeds the maximum available to free tier customers"),
        ({"DBInstanceClass": "db.t4g.small"}, "isn't available with free plan accounts"),
    ],
)
def test_database_that_is_not_free(aws: Aws, wanted: dict[str, Any], words: str) -> None:
    account(aws.url, plan="free")
    try:
        with refuses("FreeTierRestrictionError", words):
            aws.database(**wanted)
        aws.database(BackupRetentionPeriod=1)
    finally:
        account(aws.url, plan="paid")
