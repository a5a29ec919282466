"""What people add by hand to the VPC, to log groups and to roles."""

from collections.abc import Iterator

from strata.aws.session import pages
from strata.documents import Json
from strata.drift.below.model import Below, Child, Clients, StateResources, aws


def _ranges(clients: Clients, vpc: Json, ours: StateResources) -> Iterator[Child]:
    known = ours.values_of(
        "aws_vpc_ipv4_cidr_block_association", "vpc_id", "cidr_block"
    ) | ours.values_of("aws_vpc_ipv6_cidr_block_association", "vpc_id", "ipv6_cidr_block")
    # The VPC's own attributes show these.
    own = {vpc.get("cidr_block"), vpc.get("ipv6_cidr_block")}
    (described,) = clients["ec2"].describe_vpcs(VpcIds=[vpc["id"]])["Vpcs"]
    for version in ("", "Ipv6"):
        key = f"{version}CidrBlock"
        for association in described.get(f"{key}AssociationSet", []):
            gone = association.get(f"{key}State", {}).get("State") in ("disassociated", "failed")
            cidr = association[key]
            if gone or cidr in own or (vpc["id"], cidr) in known:
                continue
            yield Child(
                "address range",
                cidr,
                "subnets and routes of the VPC can lie in it",
                aws("ec2 disassociate-vpc-cidr-block", association_id=association["AssociationId"]),
                association["AssociationId"],
            )


def _subscriptions(clients: Clients, group: Json, ours: StateResources) -> Iterator[Child]:
    known = ours.values_of("aws_cloudwatch_log_subscription_filter", "log_group_name", "name")
    for subscription in pages(
        clients["logs"],
        "describe_subscription_filters",
        "subscriptionFilters",
        logGroupName=group["name"],
    ):
        name = subscription["filterName"]
        if (group["name"], name) not in known:
            yield Child(
                "subscription filter",
                name,
                f"sends the logs to {subscription['destinationArn']}",
                aws(
                    "logs delete-subscription-filter",
                    log_group_name=group["name"],
                    filter_name=name,
                ),
            )


def _metric_filters(clients: Clients, group: Json, ours: StateResources) -> Iterator[Child]:
    known = ours.values_of("aws_cloudwatch_log_metric_filter", "log_group_name", "name")
    for metric_filter in pages(
        clients["logs"], "describe_metric_filters", "metricFilters", logGroupName=group["name"]
    ):
        name = metric_filter["filterName"]
        if (group["name"], name) not in known:
            yield Child(
                "metric filter",
                name,
                "counts log lines as a metric",
                aws("logs delete-metric-filter", log_group_name=group["name"], filter_name=name),
            )


def _profiles(clients: Clients, role: Json, ours: StateResources) -> Iterator[Child]:
    known = {name for (name,) in ours.values_of("aws_iam_instance_profile", "name")}
    for profile in pages(
        clients["iam"],
        "list_instance_profiles_for_role",
        "InstanceProfiles",
        RoleName=role["name"],
    ):
        name = profile["InstanceProfileName"]
        if name not in known:
            yield Child(
                "instance profile",
                name,
                f"gives instances the role {role['name']}",
                aws(
                    "iam remove-role-from-instance-profile",
                    instance_profile_name=name,
                    role_name=role["name"],
                ),
                profile["Arn"],
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
