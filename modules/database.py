"""Database layer: RDS MySQL in the private subnets."""

from dataclasses import dataclass

from cdktf import TerraformOutput, TerraformResourceLifecycle, TerraformStack
from cdktf_cdktf_provider_aws.db_instance import DbInstance
from cdktf_cdktf_provider_aws.db_parameter_group import (
    DbParameterGroup,
    DbParameterGroupParameter,
)
from cdktf_cdktf_provider_aws.db_subnet_group import DbSubnetGroup
from constructs import Construct

from modules.naming import Names
from modules.network import MYSQL, NetworkOutputs
from strata.settings.models import Settings
from strata.settings.resource_names import PARAMETERS_PREFIX


@dataclass(frozen=True)
class DatabaseOutputs:
    """The address of the database and the secret with its password."""

    address: str
    secret_arn: str


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
                DbParameterGroupParameter(
                    name="require_secure_transport", value="1" if database.require_tls else "0"
                )
            ],
            # AWS deletes no group in use: the database must switch to a new family's group first.
            lifecycle=TerraformResourceLifecycle(create_before_destroy=True),
            tags=names.tags("database"),
        )
        name = names.name("database", 63).lower()
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
            maintenance_window=database.maintenance_window,
            copy_tags_to_snapshot=True,
            deletion_protection=database.deletion_protection,
            skip_final_snapshot=not database.final_snapshot,
            final_snapshot_identifier=f"{name}-final" if database.final_snapshot else None,
            enabled_cloudwatch_logs_exports=list(database.log_exports) or None,
            auto_minor_version_upgrade=True,
            apply_immediately=database.apply_immediately,
            tags=names.tags("database"),
        )
        secret_arn = instance.master_user_secret.get(0).secret_arn
        stack = TerraformStack.of(self)
        TerraformOutput(stack, "address", value=instance.address)
        TerraformOutput(stack, "master_user_secret_arn", value=secret_arn)
        self.outputs = DatabaseOutputs(instance.address, secret_arn)
