"""Which listed resources are strangers."""

import pytest

from strata.drift.strangers import Listed, cache_cluster, known, scaling_group, strangers

ARN = "arn:aws:ec2:eu-central-1:123456789012:"
OURS = known(
    [
        ("aws_vpc.network_vpc", {"id": "vpc-1", "default_network_acl_id": "acl-1"}),
        ("aws_security_group.network_g", {"id": "sg-1", "arn": f"{ARN}security-group/sg-1"}),
        ("aws_autoscaling_group.cluster_a", {"id": "shop", "name": "shop", "arn": "arn:asg"}),
        ("aws_elasticache_replication_group.cache_r", {"member_clusters": ["shop-1"]}),
        ("aws_cloudwatch_log_group.service_l", {"arn": "arn:aws:logs:r:a:log-group:/shop"}),
        ("aws_ecs_task_definition.service_t", {
            "arn": "arn:aws:ecs:r:a:task-definition/shop:3",
            "arn_without_revision": "arn:aws:ecs:r:a:task-definition/shop",
        }),
        ("aws_db_instance.database_d", {
            "arn": "arn:aws:rds:r:a:db:shop", "vpc_security_group_ids": ["sg-by-hand"],
            "master_user_secret": [{"secret_arn": "arn:secret"}],
            "final_snapshot_identifier": "shop-last",
        }),
        ("aws_lb.edge_lb", {"arn": "arn:lb", "arn_suffix": "app/shop/1", "name": ""}),
    ]
)  # fmt: skip


NONE = [
    Listed("security group", "sg-1", "vpc"),
    Listed("ec2 security-group", f"{ARN}security-group/sg-1", "tags"),
    Listed("network ACL", "acl-1", "vpc"),
    Listed("instance", "i-1", "vpc", made_by=scaling_group("shop")),
    Listed("logs log-group", "arn:aws:logs:r:a:log-group:/shop:*", "tags"),
    Listed("ecs task-definition", "arn:aws:ecs:r:a:task-definition/shop:1", "tags"),
    # Of a worker that has left the settings.
    Listed("ecs task-definition", "arn:aws:ecs:r:a:task-definition/shop-mail:1", "tags"),
    Listed("ecs task", "arn:aws:ecs:r:a:task/shop/1", "tags"),
    Listed("rds snapshot", "arn:aws:rds:r:a:snapshot:rds:shop-2026", "tags"),
    Listed("rds snapshot", "arn:aws:rds:r:a:snapshot:shop-last", "tags"),
    Listed("elasticache cluster", "arn:aws:elasticache:r:a:cluster:shop-1", "tags"),
    Listed("secretsmanager secret", "arn:secret", "tags"),
    Listed("network interface", "eni-1", "vpc", made_by="app/shop/1"),
    Listed("network interface", "eni-2", "vpc", made_by=cache_cluster("shop-1")),
]


def test_ours_and_what_ours_made_are_none() -> None:
    for one in NONE:
        assert strangers([one], OURS) == [], one


OTHERS = [
    Listed("security group", "sg-2", "vpc"),
    # On a list of ours, where a hand has put it.
    Listed("security group", "sg-by-hand", "vpc"),
    Listed("instance", "i-1", "vpc", made_by=scaling_group("another")),
    Listed("instance", "i-1", "vpc"),
    Listed("ecs task-definition", "arn:aws:ecs:r:a:task-definition/other:1", "tags"),
    Listed("ecs task-definition", "arn:aws:ecs:r:a:task-definition/shopping:1", "tags"),
    Listed("rds snapshot", "arn:aws:rds:r:a:snapshot:by-hand", "tags"),
    # Of the same name as something of ours, and no part of it.
    Listed("cache cluster", "arn:aws:elasticache:r:a:cluster:shop", "vpc"),
    Listed("network interface", "eni-1", "vpc", made_by="app/another/1"),
]


def test_others_are() -> None:
    for one in OTHERS:
        assert [found.identifier for found in strangers([one], OURS)] == [one.identifier], one


def test_a_volume_of_our_instance_is_none_though_its_tags_do_not_say_whose_it_is() -> None:
    """A launch template tags it, and only its instance is of the group."""
    volume = Listed("ec2 volume", f"{ARN}volume/vol-1", "tags", "shop")
    instance = Listed("instance", "i-1", "vpc", made_by=scaling_group("shop"))
    its = Listed("volume", "vol-1", "vpc", made_by="i-1")
    assert strangers([volume, instance, its], OURS) == []
    assert [one.identifier for one in strangers([volume], OURS)] == [volume.identifier]


@pytest.mark.parametrize(
    ("group", "made"),
    [
        (
            Listed("elasticache replicationgroup", "arn:aws:elasticache:r:a:replicationgroup:x",
                   "tags"),
            Listed("elasticache cluster", "arn:aws:elasticache:r:a:cluster:x-001", "tags",
                   made_by="arn:aws:elasticache:r:a:replicationgroup:x"),
        ),
        (
            Listed("auto scaling group", scaling_group("x"), "tags"),
            Listed("ec2 instance", f"{ARN}instance/i-1", "tags", made_by=scaling_group("x")),
        ),
    ],
)  # fmt: skip
def test_what_a_stranger_made_is_not_named_beside_it(group: Listed, made: Listed) -> None:
    assert [one.kind for one in strangers([group, made], OURS)] == [group.kind]


def test_each_is_named_once_and_not_what_belongs_to_it() -> None:
    listed = [
        Listed("instance", "i-9", "vpc", "mine"),
        Listed("ec2 instance", f"{ARN}instance/i-9", "tags", "mine"),
        Listed("volume", "vol-9", "vpc", made_by="i-9"),
    ]
    assert [(one.kind, one.identifier) for one in strangers(listed, OURS)] == [("instance", "i-9")]
