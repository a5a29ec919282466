"""The database: private, encrypted, TLS, its password in nobody's file."""

from policies.policy import Conf, Policy, blocks, enabled, value


def _tls(conf: Conf) -> bool:
    if not str(value(conf, "family")).startswith("mysql"):
        return True
    return any(
        value(one, "name") == "require_secure_transport" and enabled(value(one, "value"))
        for one in blocks(conf, "parameter")
    )


Policy("STRATA_DB_1", "The database is not public", ["aws_db_instance"],
       lambda conf: not enabled(value(conf, "publicly_accessible")))  # fmt: skip
Policy("STRATA_DB_2", "The database is encrypted", ["aws_db_instance"],
       lambda conf: enabled(value(conf, "storage_encrypted")))  # fmt: skip
Policy("STRATA_DB_3", "The database requires TLS", ["aws_db_parameter_group"], _tls)
Policy("STRATA_DB_4", "The database's password is not in Terraform", ["aws_db_instance"],
       lambda conf: not value(conf, "password"))  # fmt: skip
Policy("STRATA_SECRET_1", "No secret's value is in Terraform",
       ["aws_secretsmanager_secret_version"],
       lambda conf: not (value(conf, "secret_string") or value(conf, "secret_binary")))  # fmt: skip
