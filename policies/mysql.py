"""The database: private, encrypted, TLS; and no secret's value in Terraform."""

import re

from policies.explanations import explain
from policies.policy import Conf, Policy, blocks, disabled, enabled, value, values


def _tls(conf: Conf) -> bool:
    if "engine" in conf:
        # Without its own group it has AWS's default group, which nobody can change.
        group = str(value(conf, "parameter_group_name") or "default")
        return not str(value(conf, "engine")).startswith(("mysql", "mariadb")) or not (
            group.startswith("default")
        )
    if not str(value(conf, "family")).startswith(("mysql", "mariadb")):
        return True
    tls_parameters = [
        parameter
        for parameter in blocks(conf, "parameter")
        if value(parameter, "name") == "require_secure_transport"
    ]
    return bool(tls_parameters) and all(
        enabled(value(parameter, "value")) for parameter in tls_parameters
    )


OLD_TLS = re.compile(r"tlsv1(\.1)?\s*(,|$)", re.IGNORECASE)
OPENING = ("local_infile", "skip_grant_tables", "old_passwords", "skip_name_resolve")


def _parameters(conf: Conf) -> bool:
    """Whether no parameter allows old TLS, reading clients' files, or access without a password."""
    for parameter in blocks(conf, "parameter"):
        name, content = str(value(parameter, "name")).lower(), str(value(parameter, "value"))
        if name == "tls_version" and (
            OLD_TLS.search(content) or not content.upper().startswith("TLSV")
        ):
            return False
        if name in OPENING and not disabled(content):
            return False
    return True


def _own_parameters(conf: Conf) -> bool:
    """Whether the parameter group is in this code, where its parameters are judged."""
    group = str(value(conf, "parameter_group_name") or "default")
    own = "aws_db_parameter_group." in group or "aws_rds_cluster_parameter_group." in group
    return own or group.startswith("default")


def _no_value(conf: Conf) -> bool:
    """Whether no argument has a secret that would be in the state."""
    if value(conf, "type") not in (None, "SecureString") and "insecure_value" not in conf:
        return True
    keys = ("secret_string", "secret_binary", "auth_token", "passwords", "value")
    return not any(values(conf, key) for key in keys)


explain(
    "STRATA_DB_1", "critical",
    "The database can be reached from the internet",
    "publicly_accessible = false",
    "https://docs.aws.amazon.com/securityhub/latest/userguide/rds-controls.html#rds-2",
)  # fmt: skip
Policy("STRATA_DB_1", "The database is not public",
       ["aws_db_instance", "aws_rds_cluster_instance"],
       lambda conf: disabled(value(conf, "publicly_accessible")))  # fmt: skip
explain(
    "STRATA_DB_2", "high",
    "The database's storage is not encrypted",
    "storage_encrypted = true",
    "https://docs.aws.amazon.com/securityhub/latest/userguide/rds-controls.html#rds-3",
)  # fmt: skip
Policy("STRATA_DB_2", "The database is encrypted", ["aws_db_instance", "aws_rds_cluster"],
       lambda conf: enabled(value(conf, "storage_encrypted")))  # fmt: skip
explain(
    "STRATA_DB_3", "high",
    "The database takes connections without TLS",
    "a parameter group of this code with require_secure_transport = 1",
    "https://docs.aws.amazon.com/securityhub/latest/userguide/rds-controls.html#rds-39",
)  # fmt: skip
Policy("STRATA_DB_3", "The database requires TLS",
       ["aws_db_parameter_group", "aws_db_instance"], _tls)  # fmt: skip
explain(
    "STRATA_DB_4 STRATA_SECRET_1", "critical",
    "A secret value would be in Terraform's JSON and state",
    "an ARN in Secrets Manager",
    "https://developer.hashicorp.com/terraform/language/manage-sensitive-data",
)  # fmt: skip
Policy("STRATA_DB_4", "The database's password is not in Terraform",
       ["aws_db_instance", "aws_rds_cluster"],
       lambda conf: not (value(conf, "password") or value(conf, "master_password")))  # fmt: skip
Policy("STRATA_SECRET_1", "No secret's value is in Terraform",
       ["aws_secretsmanager_secret_version", "aws_ssm_parameter", "aws_elasticache_user",
        "aws_elasticache_replication_group"], _no_value)  # fmt: skip
explain(
    "STRATA_DB_5", "high",
    "A parameter of the database allows TLS below 1.2, or unsafe access",
    "tls_version TLSv1.2,TLSv1.3, local_infile 0",
    "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/MySQL.Concepts.SSLSupport.html",
)  # fmt: skip
Policy("STRATA_DB_5", "The database's parameters are safe", ["aws_db_parameter_group"],
       _parameters)  # fmt: skip
explain(
    "STRATA_DB_6", "high",
    "The database has a parameter group that is not in this code, so its content is not known",
    "a reference to an aws_db_parameter_group of this code",
    "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_WorkingWithParamGroups.html",
)  # fmt: skip
Policy("STRATA_DB_6", "The database's parameter group is in this code",
       ["aws_db_instance", "aws_rds_cluster_instance"], _own_parameters)  # fmt: skip
