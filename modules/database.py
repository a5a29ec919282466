"""Database layer: RDS MySQL in the private subnets."""

from dataclasses import dataclass

from cdktf import TerraformOutput, TerraformResourceLifecycle, TerraformStack
from cdktf_cdktf_provider_aws.cloudwatch_log_group import CloudwatchLogGroup
from cdktf_cdktf_provider_aws.db_instance import DbInstance
from cdktf_cdktf_provider_aws.db_parameter_group import (
    DbParameterGroup,
    DbParameterGroupParameter,
)
from cdktf_cdktf_provider_aws.db_subnet_group import DbSubnetGroup
from cdktf_cdktf_provider_aws.secretsmanager_secret_rotation import (
    SecretsmanagerSecretRotation,
    SecretsmanagerSecretRotationRotationRules,
)
from constructs import Construct

from modules import app_user
from modules.naming import Names
from modules.network import MYSQL, NetworkOutputs
from strata.settings.models import Database as DatabaseSettings
from strata.settings.models import Settings
from strata.settings.resource_names import PARAMETERS_PREFIX, exported_log

WINDOW = "1h"
"""How long after the time of a cron expression a rotation may begin: the least that Secrets Manager
takes. A rate has none: the window is then the whole UTC day."""

LOG_SWITCHES = {"slowquery": "slow_query_log", "general": "general_log"}
"""Exported log -> the parameter that has MySQL write it. The error log is always written."""


@dataclass(frozen=True)
class DatabaseOutputs:
    """The address of the database, and the secret that the application logs in with: of a user of
    its own, or of the master user. Both are JSON with `username` and `password`."""

    address: str
    secret_arn: str
    identifier: str


class Database(Construct):
    """The MySQL instance of one environment."""

    def __init__(self, scope: Construct, settings: Settings, network: NetworkOutputs) -> None:
        super().__init__(scope, "database")
        names = Names(settings, "database")
        database = settings.database
        subnets = DbSubnetGroup(
            self,
            "subnet_group",
            name=names.name("database", 255).lower(),
            description="Private subnets",
            subnet_ids=list(network.private_subnet_ids),
            tags=names.tags("database"),
        )
        family = "mysql" + ".".join(database.engine_version.split(".")[:2])
        parameters = DbParameterGroup(
            self,
            "parameter_group",
            # A prefix: a group that is made again exists beside the old group for a while.
            name_prefix=f"{names.name(family.replace('.', '-'), PARAMETERS_PREFIX)}-".lower(),
            family=family,
            # Do not change it: another description makes another group.
            description=f"MySQL of {names.base}",
            parameter=[
                DbParameterGroupParameter(name=parameter, value=value)
                for parameter, value in _parameters(database).items()
            ],
            # AWS deletes no group in use: the database must switch to a new family's group first.
            lifecycle=TerraformResourceLifecycle(create_before_destroy=True),
            tags=names.tags("database"),
        )
        name = names.name("database", 63).lower()
        # Made before the database, since RDS makes those that are missing, without an end to what
        # they keep, and leaves them behind.
        logs = [
            CloudwatchLogGroup(
                self,
                f"log_group_{log}",
                name=exported_log(name, log),
                retention_in_days=database.log_retention_days,
                tags=names.tags(log),
            )
            for log in dict.fromkeys(database.log_exports)
        ]
        instance = DbInstance(
            self,
            "instance",
            identifier=name,
            engine="mysql",
            engine_version=database.engine_version,
            # A new major version in the settings is intended; without this AWS refuses it.
            allow_major_version_upgrade=True,
            instance_class=database.instance_class,
            allocated_storage=database.storage_gib,
            max_allocated_storage=database.max_storage_gib,
            storage_type="gp3",
            storage_encrypted=database.storage_encrypted,
            db_name=database.name,
            username=database.username,
            # RDS makes the password and keeps it in Secrets Manager; Terraform never sees it.
            manage_master_user_password=True,
            port=MYSQL,
            db_subnet_group_name=subnets.name,
            vpc_security_group_ids=[network.database_security_group_id],
            publicly_accessible=False,
            multi_az=database.multi_az,
            parameter_group_name=parameters.name,
            backup_retention_period=database.backup_retention_days,
            backup_window=database.backup_window,
            maintenance_window=database.maintenance_window.lower(),
            copy_tags_to_snapshot=True,
            deletion_protection=database.deletion_protection,
            skip_final_snapshot=not database.final_snapshot,
            final_snapshot_identifier=f"{name}-final" if database.final_snapshot else None,
            enabled_cloudwatch_logs_exports=list(database.log_exports) or None,
            auto_minor_version_upgrade=True,
            apply_immediately=database.apply_immediately,
            engine_lifecycle_support="open-source-rds-extended-support"
            if database.extended_support
            else "open-source-rds-extended-support-disabled",
            # The provider sends no change of it to RDS, and would plan the same change for ever.
            lifecycle=TerraformResourceLifecycle(ignore_changes=["engine_lifecycle_support"]),
            tags=names.tags("database"),
            depends_on=logs or None,
        )
        secret_arn = instance.master_user_secret.get(0).secret_arn
        SecretsmanagerSecretRotation(
            self,
            "password_rotation",
            secret_id=secret_arn,
            # RDS rotates it itself, without a function of ours, and not because of an apply.
            rotate_immediately=False,
            rotation_rules=SecretsmanagerSecretRotationRotationRules(
                schedule_expression=database.password_rotation,
                duration=WINDOW if database.password_rotation.startswith("cron") else None,
            ),
        )
        stack = TerraformStack.of(self)
        TerraformOutput(stack, "address", value=instance.address)
        TerraformOutput(stack, "master_user_secret_arn", value=secret_arn)
        if database.app_user:
            secret_arn = app_user.add(self, names, database.app_user, instance)
        self.outputs = DatabaseOutputs(instance.address, secret_arn, instance.identifier)


def _parameters(database: DatabaseSettings) -> dict[str, str]:
    """Parameter of MySQL -> its value. Without `FILE` MySQL logs to tables, which RDS does not
    export (RDS User Guide, publishing MySQL logs to CloudWatch Logs). All of them take effect
    without a restart."""
    switches = {LOG_SWITCHES[log]: "1" for log in database.log_exports if log in LOG_SWITCHES}
    return {
        "require_secure_transport": "1" if database.require_tls else "0",
        **({"log_output": "FILE", **switches} if switches else {}),
    }
