"""What hands add to the VPC, to log groups and to roles."""

from collections.abc import Iterator

from strata.aws.session import pages
from strata.documents import Json
from strata.drift.below.model import Below, Child, Clients, Ours, aws


def _ranges(clients: Clients, vpc: Json, ours: Ours) -> Iterator[Child]:
    held = ours.held("aws_vpc_ipv4_cidr_block_association", "vpc_id", "cidr_block") | ours.held(
        "aws_vpc_ipv6_cidr_block_association", "vpc_id", "ipv6_cidr_block"
    )
    # The VPC's own attributes show these.
    shown = {vpc.get("cidr_block"), vpc.get("ipv6_cidr_block")}
    (found,) = clients["ec2"].describe_vpcs(VpcIds=[vpc["id"]])["Vpcs"]
    for version in ("", "Ipv6"):
        key = f"{version}CidrBlock"
        for one in found.get(f"{key}AssociationSet", []):
            gone = one.get(f"{key}State", {}).get("State") in ("disassociated", "failed")
            cidr = one[key]
            if gone or cidr in shown or (vpc["id"], cidr) in held:
                continue
            yield Child(
                "address range",
                cidr,
                "subnets and routes of the VPC can lie in it",
                aws("ec2 disassociate-vpc-cidr-block", association_id=one["AssociationId"]),
                one["AssociationId"],
            )


def _subscriptions(clients: Clients, group: Json, ours: Ours) -> Iterator[Child]:
    held = ours.held("aws_cloudwatch_log_subscription_filter", "log_group_name", "name")
    for one in pages(
        clients["logs"],
        "describe_subscription_filters",
        "subscriptionFilters",
        logGroupName=group["name"],
    ):
        name = one["filterName"]
        if (group["name"], name) not in held:
            yield Child(
                "subscription filter",
                name,
                f"sends the logs to {one['destinationArn']}",
                aws(
                    "logs delete-subscription-filter",
                    log_group_name=group["name"],
                    filter_name=name,
                ),
            )


def _metric_filters(clients: Clients, group: Json, ours: Ours) -> Iterator[Child]:
    held = ours.held("aws_cloudwatch_log_metric_filter", "log_group_name", "name")
    for one in pages(
        clients["logs"], "describe_metric_filters", "metricFilters", logGroupName=group["name"]
    ):
        name = one["filterName"]
        if (group["name"], name) not in held:
            yield Child(
                "metric filter",
                name,
                "counts log lines as a metric",
                aws("logs delete-metric-filter", log_group_name=group["name"], filter_name=name),
            )


def _profiles(clients: Clients, role: Json, ours: Ours) -> Iterator[Child]:
    held = {name for (name,) in ours.held("aws_iam_instance_profile", "name")}
    for one in pages(
        clients["iam"],
        "list_instance_profiles_for_role",
        "InstanceProfiles",
        RoleName=role["name"],
    ):
        name = one["InstanceProfileName"]
        if name not in held:
            yield Child(
                "instance profile",
                name,
                f"gives instances the role {role['name']}",
                aws(
                    "iam remove-role-from-instance-profile",
                    instance_profile_name=name,
                    role_name=role["name"],
                ),
                one["Arn"],
            )


BELOW = (
    Below("aws_vpc", "address ranges", "ec2:DescribeVpcs", "ec2", _ranges),
    Below(
        "aws_cloudwatch_log_group",
        "subscription filters",
        "logs:DescribeSubscriptionFilters",
        "logs",
        _subscriptions,
    ),
    Below(
        "aws_cloudwatch_log_group",
        "metric filters",
        "logs:DescribeMetricFilters",
        "logs",
        _metric_filters,
    ),
    Below("aws_iam_role", "instance profiles", "iam:ListInstanceProfilesForRole", "iam", _profiles),
)
