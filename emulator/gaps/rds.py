"""RDS: what Terraform reads back is not what it made, or is of another database, or is gone.

Parameters that were set have no `Source`, so Terraform plans to set them again. Every database has
the same resource identifier, by which Terraform waits for its own: with a second one beside it, it
finds two. A subnet group whose subnets change is forgotten, and a parameter group goes although a
database uses it. Two calls are not there: parameters cannot be set back, and a role that a database
got cannot be taken away. Some settings of a database are dropped, and its port never changes. A
window of maintenance that ends when that of the backups begins is taken for one that overlaps it,
and one from Sunday to Monday for one of most of a week.
"""

import secrets
import string
from datetime import datetime, timedelta
from typing import Any

from moto.core.responses import ActionResult, EmptyResult
from moto.rds import utils
from moto.rds.exceptions import (
    DBParameterGroupNotFoundError,
    DBSubnetGroupNotFoundError,
    RDSClientError,
)
from moto.rds.models import DBInstance, DBParameterGroup, RDSBackend
from moto.rds.responses import RDSResponse

overlap = utils.get_overlap_between_two_date_ranges
days = utils.get_start_date_end_date
delete_parameters = RDSBackend.delete_db_parameter_group
modify_subnets = RDSBackend.modify_db_subnet_group
update = DBParameterGroup.update_parameters
make = DBInstance.__init__
create_instance = RDSResponse.create_db_instance
modify_instance = RDSResponse.modify_db_instance

FIELDS: dict[str, tuple[str, Any]] = {
    "BackupTarget": ("backup_target", "region"),
    "DatabaseInsightsMode": ("database_insights_mode", "standard"),
    "DedicatedLogVolume": ("dedicated_log_volume", False),
    "EnableCustomerOwnedIp": ("customer_owned_ip_enabled", False),
    "EnablePerformanceInsights": ("performance_insights_enabled", False),
    "EngineLifecycleSupport": ("engine_lifecycle_support", "open-source-rds-extended-support"),
    "NetworkType": ("network_type", "IPV4"),
    "PerformanceInsightsKMSKeyId": ("performance_insights_kms_key_id", None),
    "PerformanceInsightsRetentionPeriod": ("performance_insights_retention_period", None),
}
"""Parameter -> attribute of moto's database, and what AWS answers when it was not given."""


def _update(self: Any, new_parameters: list[dict[str, Any]]) -> None:
    update(self, [{**parameter, "Source": "user"} for parameter in new_parameters])


def _make(self: Any, *args: Any, **kwargs: Any) -> None:
    make(self, *args, **kwargs)
    letters = string.ascii_uppercase + string.digits
    self.dbi_resource_id = "db-" + "".join(secrets.choice(letters) for _ in range(26))


def _keep(response: Any, *, created: bool) -> None:
    database = response.backend.databases[response.params["DBInstanceIdentifier"]]
    for parameter, (attribute, default) in FIELDS.items():
        given = response.params.get(parameter)
        if given is not None or created:
            setattr(database, attribute, default if given is None else given)
    if response.params.get("DBPortNumber"):
        database.port = response.params["DBPortNumber"]


def _create_instance(self: Any) -> Any:
    answer = create_instance(self)
    _keep(self, created=True)
    return answer


def _modify_instance(self: Any) -> Any:
    answer = modify_instance(self)
    _keep(self, created=False)
    return answer


def _modify_subnets(self: Any, subnet_name: str, description: str, subnets: list[Any]) -> Any:
    if subnet_name not in self.subnet_groups:
        raise DBSubnetGroupNotFoundError(subnet_name)
    group = modify_subnets(self, subnet_name, description, subnets)
    self.subnet_groups[subnet_name] = group
    return group


def _delete_parameters(self: Any, db_parameter_group_name: str) -> Any:
    for database in self.databases.values():
        if database.db_parameter_group_name == db_parameter_group_name:
            raise RDSClientError(
                "InvalidDBParameterGroupState",
                "One or more database instances are still members of this parameter group "
                f"{db_parameter_group_name}, so the group cannot be deleted",
            )
    return delete_parameters(self, db_parameter_group_name)


def _reset_parameters(self: Any) -> ActionResult:
    name = self.params["DBParameterGroupName"]
    if name not in self.backend.db_parameter_groups:
        raise DBParameterGroupNotFoundError(name)
    group = self.backend.db_parameter_groups[name]
    if self.params.get("ResetAllParameters"):
        group.parameters.clear()
    for parameter in self.params.get("Parameters", []):
        group.parameters.pop(parameter["ParameterName"], None)
    return ActionResult({"DBParameterGroupName": group.name})


def _remove_role(self: Any) -> EmptyResult:
    (database,) = self.backend.describe_db_instances(self.params["DBInstanceIdentifier"])
    arn = self.params["RoleArn"]
    kept = [one for one in database._associated_roles if one.role_arn != arn]
    if len(kept) == len(database._associated_roles):
        raise RDSClientError("DBInstanceRoleNotFound", f"{arn} is no role of this database")
    database._associated_roles = kept
    return EmptyResult()


def _overlap(*window: Any) -> int:
    """Seconds that two windows share; less than 0 where they only meet, which moto asks for."""
    return overlap(*window) or -1


def _days(*window: Any) -> tuple[datetime, datetime]:
    """Start and end of a window of a week, which may go round its end."""
    start, end = days(*window)
    return start, end if end >= start else end + timedelta(days=7)


def fill() -> None:
    """Let windows meet and go round the week, say who set parameters and set them back, name each
    database and keep its settings, keep the groups that are there or in use, take roles away."""
    utils.get_overlap_between_two_date_ranges = _overlap
    utils.get_start_date_end_date = _days
    RDSResponse.create_db_instance = _create_instance
    RDSResponse.modify_db_instance = _modify_instance
    RDSResponse.remove_role_from_db_instance = _remove_role
    RDSResponse.reset_db_parameter_group = _reset_parameters
    RDSBackend.delete_db_parameter_group = _delete_parameters
    RDSBackend.modify_db_subnet_group = _modify_subnets
    DBParameterGroup.update_parameters = _update
    DBInstance.__init__ = _make
