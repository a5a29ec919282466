"""Resources with an environment's tags that still exist.

The tagging service goes on listing deleted resources, and does not list groups of EC2 Auto Scaling.
"""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from strata.aws.session import pages, parts, tagged

if TYPE_CHECKING:
    import boto3


def existing_resources(
    aws: "boto3.Session", region: str, tags: Mapping[str, str]
) -> Iterator[tuple[str, dict[str, str]]]:
    """ARN and tags of the resources with `tags` in a region that still exist.

    Deleted instances and NAT gateways keep their tags for an hour, and ECS lists deleted task
    definitions for good.
    """
    existing: set[str] | None = None
    for arn, own_tags in tagged(aws, region, tags):
        _, kind, name = parts(arn)
        if kind in ("instance", "natgateway"):
            existing = _existing(aws, region, tags) if existing is None else existing
            if name not in existing:
                continue
        if not _inactive(aws, arn) and not _to_be_deleted(aws, arn):
            yield arn, own_tags


def groups(aws: "boto3.Session", tags: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """The auto scaling groups that carry `tags`."""
    yield from pages(
        aws.client("autoscaling"),
        "describe_auto_scaling_groups",
        "AutoScalingGroups",
        Filters=_filters(tags),
    )


def _filters(tags: Mapping[str, str]) -> list[dict[str, Any]]:
    return [{"Name": f"tag:{key}", "Values": [value]} for key, value in tags.items()]


def _existing(aws: "boto3.Session", region: str, tags: Mapping[str, str]) -> set[str]:
    """Ids of the instances and NAT gateways in a region that are not deleted."""
    ec2, filters = aws.client("ec2", region_name=region), _filters(tags)
    ids: set[str] = set()
    for reservation in pages(ec2, "describe_instances", "Reservations", Filters=filters):
        for instance in reservation["Instances"]:
            if instance["State"]["Name"] != "terminated":
                ids.add(instance["InstanceId"])
    for gateway in pages(ec2, "describe_nat_gateways", "NatGateways", Filter=filters):
        if gateway["State"] != "deleted":
            ids.add(gateway["NatGatewayId"])
    return ids


def _to_be_deleted(aws: "boto3.Session", arn: str) -> bool:
    """Whether it is a KMS key that waits for its deletion, which takes AWS a week at least."""
    service, kind, _ = parts(arn)
    if (service, kind) != ("kms", "key"):
        return False
    make: Any = aws.client
    key = make("kms", region_name=arn.split(":")[3]).describe_key(KeyId=arn)["KeyMetadata"]
    return str(key["KeyState"]).startswith("Pending") and str(key["KeyState"]).endswith("Deletion")


def _inactive(aws: "boto3.Session", arn: str) -> bool:
    """Whether it is a cluster, service or task definition that ECS lists as inactive."""
    service, kind, name = parts(arn)
    if service != "ecs" or kind not in ("task-definition", "cluster", "service"):
        return False
    make: Any = aws.client
    ecs = make("ecs", region_name=arn.split(":")[3])
    statuses: list[str]
    if kind == "task-definition":
        statuses = [ecs.describe_task_definition(taskDefinition=arn)["taskDefinition"]["status"]]
    elif kind == "cluster":
        clusters = ecs.describe_clusters(clusters=[arn])["clusters"]
        statuses = [cluster["status"] for cluster in clusters]
    else:
        try:
            answer = ecs.describe_services(cluster=name.partition("/")[0], services=[arn])
        except ecs.exceptions.ClusterNotFoundException:
            return True
        statuses = [service["status"] for service in answer["services"]]
    return all(status == "INACTIVE" for status in statuses)
