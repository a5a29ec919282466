"""Cache layer: ElastiCache Redis, cluster mode off, in the private subnets."""

from dataclasses import dataclass

from cdktf import TerraformOutput, TerraformResourceLifecycle, TerraformStack
from cdktf_cdktf_provider_aws.elasticache_parameter_group import ElasticacheParameterGroup
from cdktf_cdktf_provider_aws.elasticache_replication_group import ElasticacheReplicationGroup
from cdktf_cdktf_provider_aws.elasticache_subnet_group import ElasticacheSubnetGroup
from cdktf_cdktf_provider_aws.secretsmanager_secret import SecretsmanagerSecret
from cdktf_cdktf_provider_aws.secretsmanager_secret_version import SecretsmanagerSecretVersion
from constructs import Construct

from modules.naming import Names
from modules.network import REDIS, NetworkOutputs
from strata.settings.models import Settings
from strata.settings.resource_names import redis_family
from strata.settings.rules.stores import CACHE_SNAPSHOTS

TOKEN_LENGTH = 64
"""Characters of the AUTH token; ElastiCache takes 16 to 128 (ElastiCache User Guide, AUTH)."""


@dataclass(frozen=True)
class CacheOutputs:
    """The address of Redis and the secret of its AUTH token; `secret_arn` is None without AUTH."""

    address: str
    secret_arn: str | None
    replication_group_id: str


class Cache(Construct):
    """The Redis replication group of one environment."""

    def __init__(self, scope: Construct, settings: Settings, network: NetworkOutputs) -> None:
        super().__init__(scope, "cache")
        self._names = Names(settings, "cache")
        names = self._names
        cache = settings.cache
        subnets = ElasticacheSubnetGroup(
            self,
            "subnet_group",
            name=names.name("cache", 255).lower(),
            description="Private subnets",
            subnet_ids=list(network.private_subnet_ids),
            tags=names.tags("cache"),
        )
        family = redis_family(cache.engine_version)
        parameters = ElasticacheParameterGroup(
            self,
            "parameter_group",
            name=names.name(family.replace(".", "-"), 255).lower(),
            family=family,
            description="Redis, cluster mode off",
            # AWS deletes no group in use: Redis must switch to the group of a new family first.
            lifecycle=TerraformResourceLifecycle(create_before_destroy=True),
            tags=names.tags("cache"),
        )
        group = ElasticacheReplicationGroup(
            self,
            "replication_group",
            replication_group_id=names.name("cache", 40).lower(),
            description=f"Redis of {names.base}",
            engine="redis",
            engine_version=cache.engine_version,
            node_type=cache.node_type,
            num_cache_clusters=1 + cache.replicas,
            port=REDIS,
            parameter_group_name=parameters.name,
            subnet_group_name=subnets.name,
            security_group_ids=[network.cache_security_group_id],
            multi_az_enabled=cache.multi_az,
            automatic_failover_enabled=cache.automatic_failover,
            at_rest_encryption_enabled=str(cache.encryption_at_rest).lower(),
            transit_encryption_enabled=cache.encryption_in_transit,
            snapshot_retention_limit=cache.snapshot_retention_days,
            snapshot_window=CACHE_SNAPSHOTS,
            maintenance_window=cache.maintenance_window.lower(),
            auto_minor_version_upgrade="true",
            apply_immediately=cache.apply_immediately,
            # Terraform would keep the token in its state, so `strata redis-auth` sets it instead.
            lifecycle=TerraformResourceLifecycle(
                ignore_changes=["auth_token", "auth_token_update_strategy"]
            )
            if cache.auth
            else None,
            tags=names.tags("cache"),
        )
        stack = TerraformStack.of(self)
        TerraformOutput(stack, "replication_group_id", value=group.id)
        secret_arn = self._auth_token() if cache.auth else None
        if secret_arn:
            TerraformOutput(stack, "auth_token_secret_arn", value=secret_arn)
        self.outputs = CacheOutputs(
            group.primary_endpoint_address, secret_arn, group.replication_group_id
        )

    def _auth_token(self) -> str:
        """A secret with a random token, which Terraform passes on without storing it."""
        secret = SecretsmanagerSecret(
            self,
            "auth_token",
            name_prefix=self._names.name("redis-auth-", 200),
            description="AUTH token of Redis",
            # A token is useless once its replication group is deleted.
            recovery_window_in_days=0,
            tags=self._names.tags("redis-auth"),
        )
        TerraformStack.of(self).add_override(
            "ephemeral.aws_secretsmanager_random_password.cache_auth_token",
            {"password_length": TOKEN_LENGTH, "exclude_punctuation": True},
        )
        version = SecretsmanagerSecretVersion(
            self,
            "auth_token_version",
            secret_id=secret.id,
            secret_string_wo="${ephemeral.aws_secretsmanager_random_password"
            ".cache_auth_token.random_password}",
            secret_string_wo_version=1,
        )
        # The ARN of the version, so that nothing reads the secret before it has a value.
        return version.arn
