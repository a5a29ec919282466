"""Redis: encrypted at rest, encrypted in transit, AUTH."""

from policies.policy import Conf, Policy, blocks, enabled, value, values

RESOURCES = ["aws_elasticache_replication_group"]


def _in_transit(conf: Conf) -> bool:
    # In mode `preferred` Redis takes connections without TLS too.
    return enabled(value(conf, "transit_encryption_enabled")) and (
        value(conf, "transit_encryption_mode") != "preferred"
    )


def _auth(conf: Conf) -> bool:
    """A token, users, or a token that is set outside of Terraform and therefore ignored here."""
    ignored = [
        one for block in blocks(conf, "lifecycle") for one in values(block, "ignore_changes")
    ]
    return bool(
        value(conf, "auth_token") or values(conf, "user_group_ids") or "auth_token" in ignored
    )


Policy("STRATA_REDIS_1", "Redis is encrypted at rest", RESOURCES,
       lambda conf: enabled(value(conf, "at_rest_encryption_enabled")))  # fmt: skip
Policy("STRATA_REDIS_2", "Redis is encrypted in transit", RESOURCES, _in_transit)
Policy("STRATA_REDIS_3", "Redis asks for a token", RESOURCES, _auth)
