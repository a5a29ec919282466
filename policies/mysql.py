"""The database: private, encrypted, TLS; and no secret's value in Terraform."""

from policies.policy import Conf, Policy, blocks, disabled, enabled, value, values


def _tls(conf: Conf) -> bool:
    if "engine" in conf:
        # Without a group of its own it has AWS's default one, which nobody can change.
        group = str(value(conf, "parameter_group_name") or "default")
        return not str(value(conf, "engine")).startswith(("mysql", "mariadb")) or not (
            group.startswith("default")
        )
    if not str(value(conf, "family")).startswith(("mysql", "mariadb")):
        return True
    wanted = [
        one for one in blocks(conf, "parameter") if value(one, "name") == "require_secure_transport"
    ]
    return bool(wanted) and all(enabled(value(one, "value")) for one in wanted)


def _no_value(conf: Conf) -> bool:
    """Whether no argument holds a secret that would stand in the state."""
    if value(conf, "type") not in (None, "SecureString") and "insecure_value" not in conf:
        return True
    keys = ("secret_string", "secret_binary", "auth_token", "passwords", "value")
    return not any(values(conf, key) for key in keys)


Policy("STRATA_DB_1", "The database is not public",
       ["aws_db_instance", "aws_rds_cluster_instance"],
       lambda conf: disabled(value(conf, "publicly_accessible")))  # fmt: skip
Policy("STRATA_DB_2", "The database is encrypted", ["aws_db_instance", "aws_rds_cluster"],
       lambda conf: enabled(value(conf, "storage_encrypted")))  # fmt: skip
Policy("STRATA_DB_3", "The database requires TLS",
       ["aws_db_parameter_group", "aws_db_instance"], _tls)  # fmt: skip
Policy("STRATA_DB_4", "The database's password is not in Terraform",
       ["aws_db_instance", "aws_rds_cluster"],
       lambda conf: not (value(conf, "password") or value(conf, "master_password")))  # fmt: skip
Policy("STRATA_SECRET_1", "No secret's value is in Terraform",
       ["aws_secretsmanager_secret_version", "aws_ssm_parameter", "aws_elasticache_user",
        "aws_elasticache_replication_group"], _no_value)  # fmt: skip
