"""Redis: encrypted at rest, encrypted in transit, AUTH."""

from policies.explanations import explain
from policies.policy import Conf, Policy, blocks, disabled, enabled, value, values

RESOURCES = ["aws_elasticache_replication_group", "aws_elasticache_cluster"]


def _elsewhere(conf: Conf) -> bool:
    """Whether it is Memcached, or a member of a group, which is judged on its own."""
    return value(conf, "engine") == "memcached" or bool(value(conf, "replication_group_id") and (
        value(conf, "engine") is None and "num_cache_clusters" not in conf
        and "node_type" not in conf
    ))  # fmt: skip


def _at_rest(conf: Conf) -> bool:
    return _elsewhere(conf) or enabled(value(conf, "at_rest_encryption_enabled"))


def _in_transit(conf: Conf) -> bool:
    # In mode `preferred` Redis takes connections without TLS too.
    return _elsewhere(conf) or (
        enabled(value(conf, "transit_encryption_enabled"))
        and value(conf, "transit_encryption_mode") in (None, "required")
    )


def _auth(conf: Conf) -> bool:
    """Whether it has a token, users, or a token set outside of Terraform, which is ignored here."""
    ignored = [
        argument
        for block in blocks(conf, "lifecycle")
        for argument in values(block, "ignore_changes")
    ]
    return _elsewhere(conf) or bool(
        value(conf, "auth_token") or values(conf, "user_group_ids") or "auth_token" in ignored
    )


explain(
    "STRATA_REDIS_1", "high",
    "Redis without encryption at rest: whoever gets a disk or a snapshot can read it",
    "at_rest_encryption_enabled = true",
    "https://docs.aws.amazon.com/securityhub/latest/userguide/elasticache-controls.html#elasticache-4",
)  # fmt: skip
Policy("STRATA_REDIS_1", "Redis is encrypted at rest", RESOURCES, _at_rest)
explain(
    "STRATA_REDIS_2", "high",
    "Redis without encryption in transit: its data crosses the network in clear",
    "transit_encryption_enabled = true, transit_encryption_mode = required",
    "https://docs.aws.amazon.com/securityhub/latest/userguide/elasticache-controls.html#elasticache-5",
)  # fmt: skip
Policy("STRATA_REDIS_2", "Redis is encrypted in transit", RESOURCES, _in_transit)
explain(
    "STRATA_REDIS_3", "high",
    "Redis without AUTH: any client that reaches its port may read and delete",
    "auth_token_wo, or user_group_ids",
    "https://docs.aws.amazon.com/securityhub/latest/userguide/elasticache-controls.html#elasticache-6",
)  # fmt: skip
Policy("STRATA_REDIS_3", "Redis asks for a token", RESOURCES, _auth)


def _user(conf: Conf) -> bool:
    """Whether a Redis user must give a password, or signs in by IAM."""
    modes = [value(block, "type") for block in blocks(conf, "authentication_mode")]
    has_authentication = bool(values(conf, "passwords") or modes)
    return (
        has_authentication
        and disabled(value(conf, "no_password_required"))
        and "no-password-required" not in modes
    )


explain(
    "STRATA_REDIS_4", "high",
    "A Redis user needs no password: any client that reaches the port may read and delete",
    'authentication_mode { type = "iam" }',
    "https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/Clusters.RBAC.html",
)  # fmt: skip
Policy("STRATA_REDIS_4", "Redis users have a password", ["aws_elasticache_user"], _user)
