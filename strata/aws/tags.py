"""What carries an environment's tags and is still there.

The tagging service goes on listing what is gone, and does not list groups of EC2 Auto Scaling.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from strata.aws.session import pages, parts, tagged

if TYPE_CHECKING:
    import boto3


def standing(
    aws: "boto3.Session", region: str, tags: Mapping[str, str], types: Sequence[str] = ()
) -> Iterator[tuple[str, dict[str, str]]]:
    """ARN and tags of what carries `tags` in a region and is more than a memory.

    `types` are those of the tagging service, none for all. Instances and NAT gateways that are gone
    keep their tags for an hour, and ECS remembers task definitions for good.
    """
    living: set[str] | None = None
    for arn, given in tagged(aws, region, tags, types):
        _, kind, name = parts(arn)
        if kind in ("instance", "natgateway"):
            living = _living(aws, tags) if living is None else living
            if name not in living:
                continue
        if not _inactive(aws, arn):
            yield arn, given


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


def _living(aws: "boto3.Session", tags: Mapping[str, str]) -> set[str]:
    """Ids of the instances and NAT gateways that are more than a memory."""
    ec2, filters = aws.client("ec2"), _filters(tags)
    reservations = pages(ec2, "describe_instances", "Reservations", Filters=filters)
    instances = [one for each in reservations for one in each["Instances"]]
    gateways = pages(ec2, "describe_nat_gateways", "NatGateways", Filter=filters)
    return {
        *(one["InstanceId"] for one in instances if one["State"]["Name"] != "terminated"),
        *(one["NatGatewayId"] for one in gateways if one["State"] != "deleted"),
    }


def _inactive(aws: "boto3.Session", arn: str) -> bool:
    """Whether it is a cluster, service or task definition that ECS remembers as gone."""
    service, kind, name = parts(arn)
    if service != "ecs" or kind not in ("task-definition", "cluster", "service"):
        return False
    ecs = aws.client("ecs")
    found: list[str]
    if kind == "task-definition":
        found = [ecs.describe_task_definition(taskDefinition=arn)["taskDefinition"]["status"]]
    elif kind == "cluster":
        found = [one["status"] for one in ecs.describe_clusters(clusters=[arn])["clusters"]]
    else:
        try:
            answer = ecs.describe_services(cluster=name.partition("/")[0], services=[arn])
        except ecs.exceptions.ClusterNotFoundException:
            return True
        found = [one["status"] for one in answer["services"]]
    return all(status == "INACTIVE" for status in found)
