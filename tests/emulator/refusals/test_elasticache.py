"""ElastiCache refuses what does not exist or does not fit together."""

from typing import Any

import pytest

from tests.emulator.refusals.world import Aws, name, refuses

pytestmark = pytest.mark.emulator


def change(aws: Aws, group: str, **wanted: Any) -> None:
    aws("elasticache").modify_replication_group(ReplicationGroupId=group, **wanted)


@pytest.mark.parametrize("given", ["1shop", "shop-", "a--b", "a" * 41])
def test_identifier_that_is_none(aws: Aws, given: str) -> None:
    with refuses("InvalidParameterValue", "is not a valid identifier"):
        aws.cache(ReplicationGroupId=given)


@pytest.mark.parametrize("version", ["9.9", "7.0.7", "3.2.6"])
def test_engine_version_that_does_not_exist(aws: Aws, version: str) -> None:
    with refuses("InvalidParameterCombination", f"Cannot find version {version} for redis"):
        aws.cache(EngineVersion=version)


@pytest.mark.parametrize("kind", ["cache.t1.micro", "cache.x.large"])
def test_node_type_that_is_not_offered(aws: Aws, kind: str) -> None:
    with refuses("InvalidParameterValue", kind):
        aws.cache(CacheNodeType=kind)


def test_failover_without_a_replica(aws: Aws) -> None:
    with refuses("InvalidParameterCombination", "there must be at least 2 cache clusters"):
        aws.cache(AutomaticFailoverEnabled=True)
    aws.cache(AutomaticFailoverEnabled=True, NumCacheClusters=2)


def test_failover_of_a_group_without_replica(aws: Aws) -> None:
    group = aws.cache()
    with refuses("InvalidParameterValue", "Must have at least 1 replica"):
        change(aws, group, AutomaticFailoverEnabled=True)


def test_zones_without_failover(aws: Aws) -> None:
    with refuses("InvalidParameterCombination", "Automatic failover must be enabled"):
        aws.cache(MultiAZEnabled=True, NumCacheClusters=2)
    aws.cache(MultiAZEnabled=True, AutomaticFailoverEnabled=True, NumCacheClusters=2)


def test_token_without_tls(aws: Aws) -> None:
    with refuses("InvalidParameterValue", "only supported when encryption-in-transit is enabled"):
        aws.cache(AuthToken="a" * 20)
    aws.cache(AuthToken="a" * 20, TransitEncryptionEnabled=True)


def test_token_of_a_group_without_tls(aws: Aws) -> None:
    group = aws.cache()
    with refuses("InvalidParameterCombination", "encryption-in-transit"):
        change(aws, group, AuthToken="a" * 20, AuthTokenUpdateStrategy="SET")


@pytest.mark.parametrize("token", ["abc", "a" * 129, "with spaces in the token", 'a"b/c@d' * 4])
def test_token_that_is_none(aws: Aws, token: str) -> None:
    with refuses("InvalidParameterValue", "Invalid AuthToken provided."):
        aws.cache(AuthToken=token, TransitEncryptionEnabled=True)


def test_strategy_without_a_token(aws: Aws) -> None:
    group = aws.cache(TransitEncryptionEnabled=True)
    with refuses("InvalidParameterCombination"):
        change(aws, group, AuthTokenUpdateStrategy="ROTATE")


@pytest.mark.parametrize(
    ("version", "family", "given"),
    [("7.1", "redis7", "default.redis6.x"), ("6.2", "redis6.x", "default.redis7")],
)
def test_parameter_group_of_another_family(aws: Aws, version: str, family: str, given: str) -> None:
    with refuses(
        "InvalidParameterCombination", f"Expected a parameter group of family {family} but found"
    ):
        aws.cache(EngineVersion=version, CacheParameterGroupName=given)
    own = name("parameters")
    aws("elasticache").create_cache_parameter_group(
        CacheParameterGroupName=own, CacheParameterGroupFamily=family, Description="d"
    )
    aws.cache(EngineVersion=version, CacheParameterGroupName=own)


def test_group_that_does_not_exist(aws: Aws) -> None:
    with refuses("InvalidParameterValue", "sg-0"):
        aws.cache(SecurityGroupIds=["sg-0"])
