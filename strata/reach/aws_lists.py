"""What the AWS API returns about a VPC and the resources in it. It only reads."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from strata.aws.existing_network import leads_there
from strata.documents import Json
from strata.errors import StrataError
from strata.reach.agent import cluster
from strata.settings.models import Environment

Clients = Callable[[str], Any]
"""Service -> its boto3 client."""


@dataclass(frozen=True)
class Answers:
    """Lists as the API returns them; `prefix_lists` is None for a list whose content it withholds.

    `shared` is whether others made the VPC and its interface endpoints. `templates` are the launch
    templates' data by auto scaling group, `tasks` the task definitions by the name of their
    service.
    """

    vpc: Json
    subnets: list[Json] = field(default_factory=list)
    route_tables: list[Json] = field(default_factory=list)
    acls: list[Json] = field(default_factory=list)
    groups: list[Json] = field(default_factory=list)
    internet_gateways: list[Json] = field(default_factory=list)
    nat_gateways: list[Json] = field(default_factory=list)
    prefix_lists: dict[str, list[str] | None] = field(default_factory=dict)
    load_balancers: list[Json] = field(default_factory=list)
    auto_scaling_groups: list[Json] = field(default_factory=list)
    templates: dict[str, Json] = field(default_factory=dict)
    tasks: dict[str, Json] = field(default_factory=dict)
    databases: list[Json] = field(default_factory=list)
    caches: list[Json] = field(default_factory=list)
    cache_subnets: dict[str, list[str]] = field(default_factory=dict)
    interface_endpoints: list[Json] = field(default_factory=list)
    shared: bool = False


def ask(clients: Clients, environment: Environment, existing: str | None = None) -> Answers:
    """Everything about the VPC with the tags of an environment; raises StrataError without one.

    `existing` is the id of a VPC that it shares with others: then what has none of its security
    groups is left out, but for the interface endpoints to which the VPC's DNS leads its instances.
    """
    ec2 = clients("ec2")
    project, name = environment.project, environment.name
    tags = {"tag:Project": project, "tag:Environment": name}
    sought = {"vpc-id": existing} if existing else tags
    vpcs = _all(ec2, "describe_vpcs", "Vpcs", Filters=_filters(sought))
    if existing and not vpcs:
        raise StrataError(
            f"{existing}, which network.existing names, is not in this account and region"
        )
    if len(vpcs) != 1:
        raise StrataError(
            f"{len(vpcs)} VPCs carry the tags Project={project} and Environment={name}",
            environment.command("apply") if not vpcs else None,
        )
    vpc = vpcs[0]["VpcId"]
    inside: Json = {"Filters": _filters({"vpc-id": vpc})}
    attached: Json = {"Filters": _filters({"attachment.vpc-id": vpc})}
    # For NAT gateways the parameter is called Filter.
    nat: Json = {"Filter": _filters({"vpc-id": vpc, "state": "available"})}
    tables = _all(ec2, "describe_route_tables", "RouteTables", **inside)
    groups = _all(ec2, "describe_security_groups", "SecurityGroups", **inside)
    ours = _Ours(
        {
            group["GroupId"]
            for group in groups
            if {"Project": project, "Environment": name}.items() <= _tags(group).items()
        }
        if existing
        else None
    )
    subnets = _all(ec2, "describe_subnets", "Subnets", **inside)
    scaling = [
        group
        for group in _all(
            clients("autoscaling"), "describe_auto_scaling_groups", "AutoScalingGroups"
        )
        if {s["SubnetId"] for s in subnets} & set(group.get("VPCZoneIdentifier", "").split(","))
    ]
    templates = {group["AutoScalingGroupName"]: _template(ec2, group) for group in scaling}
    templates = {name: body for name, body in templates.items() if ours.has(_groups_of(body))}
    scaling = [group for group in scaling if group["AutoScalingGroupName"] in templates]
    caches = _all(clients("elasticache"), "describe_cache_clusters", "CacheClusters")
    cache_subnets = {
        subnet_group["CacheSubnetGroupName"]: [
            s["SubnetIdentifier"] for s in subnet_group["Subnets"]
        ]
        for subnet_group in _all(
            clients("elasticache"), "describe_cache_subnet_groups", "CacheSubnetGroups"
        )
        if subnet_group["VpcId"] == vpc
    }
    return Answers(
        vpc=vpcs[0],
        subnets=subnets,
        route_tables=tables,
        acls=_all(ec2, "describe_network_acls", "NetworkAcls", **inside),
        groups=groups,
        internet_gateways=_all(ec2, "describe_internet_gateways", "InternetGateways", **attached),
        nat_gateways=_all(ec2, "describe_nat_gateways", "NatGateways", **nat),
        prefix_lists=_prefix_lists(ec2, tables, groups),
        load_balancers=[
            balancer
            for balancer in _all(clients("elbv2"), "describe_load_balancers", "LoadBalancers")
            if balancer["VpcId"] == vpc and ours.has(balancer.get("SecurityGroups", []))
        ],
        auto_scaling_groups=scaling,
        templates=templates,
        tasks=_tasks(clients("ecs"), templates),
        databases=[
            database
            for database in _all(clients("rds"), "describe_db_instances", "DBInstances")
            if database.get("DBSubnetGroup", {}).get("VpcId") == vpc
            and ours.has(one["VpcSecurityGroupId"] for one in database["VpcSecurityGroups"])
        ],
        caches=[
            cache
            for cache in caches
            if cache.get("CacheSubnetGroupName") in cache_subnets
            and ours.has(one["SecurityGroupId"] for one in cache.get("SecurityGroups", []))
        ],
        cache_subnets=cache_subnets,
        interface_endpoints=[
            endpoint
            for endpoint in _all(ec2, "describe_vpc_endpoints", "VpcEndpoints", **inside)
            if endpoint["VpcEndpointType"] == "Interface"
            # AWS goes on to list what is gone for a while.
            and endpoint["State"].lower() not in ("deleting", "deleted", "rejected", "failed")
            and (not existing or leads_there(endpoint))
        ],
        shared=bool(existing),
    )


@dataclass(frozen=True)
class _Ours:
    """What has one of our security groups; in a VPC of our own (None) that is everything."""

    groups: set[str] | None

    def has(self, groups: Iterable[str]) -> bool:
        return self.groups is None or not self.groups.isdisjoint(groups)


def _tags(body: Json) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in body.get("Tags", [])}


def _groups_of(template: Json) -> list[str]:
    """The security groups of a launch template's first network interface."""
    card: Json = next(iter(template.get("NetworkInterfaces", [])), {})
    return list(card.get("Groups") or template.get("SecurityGroupIds", []))


def _filters(values: dict[str, str]) -> list[Json]:
    return [{"Name": name, "Values": [value]} for name, value in values.items()]


def _all(client: Any, call: str, key: str, **arguments: Any) -> list[Json]:
    """Every page of a listing."""
    pages = client.get_paginator(call).paginate(**arguments)
    return [item for page in pages for item in page[key]]


def _template(ec2: Any, group: Json) -> Json:
    """The data of the launch template that a group starts instances from."""
    policy = group.get("MixedInstancesPolicy", {}).get("LaunchTemplate", {})
    template = group.get("LaunchTemplate") or policy.get("LaunchTemplateSpecification")
    if not template:
        return {}
    versions = ec2.describe_launch_template_versions(
        LaunchTemplateId=template["LaunchTemplateId"],
        Versions=[template.get("Version", "$Default")],
    )
    return dict(versions["LaunchTemplateVersions"][0]["LaunchTemplateData"])


def _tasks(ecs: Any, templates: dict[str, Json]) -> dict[str, Json]:
    """The task definitions of all services in the clusters that the instances join."""
    tasks: dict[str, Json] = {}
    for name in sorted({cluster(template.get("UserData", "")) for template in templates.values()}):
        try:
            arns = [
                arn
                for page in ecs.get_paginator("list_services").paginate(cluster=name)
                for arn in page["serviceArns"]
            ]
        except ecs.exceptions.ClusterNotFoundException:
            continue
        for arn in arns:
            service = ecs.describe_services(cluster=name, services=[arn])["services"][0]
            response = ecs.describe_task_definition(taskDefinition=service["taskDefinition"])
            tasks[service["serviceName"]] = response["taskDefinition"]
    return tasks


def _prefix_lists(ec2: Any, tables: list[Json], groups: list[Json]) -> dict[str, list[str] | None]:
    """The entries of each prefix list that a route or a rule names."""
    rules = [
        rule for group in groups for rule in group["IpPermissions"] + group["IpPermissionsEgress"]
    ]
    identifiers = {
        prefix_list["PrefixListId"]
        for rule in rules
        for prefix_list in rule.get("PrefixListIds", [])
    }
    identifiers |= {
        route["DestinationPrefixListId"]
        for table in tables
        for route in table["Routes"]
        if "DestinationPrefixListId" in route
    }
    return {
        identifier: [
            entry["Cidr"]
            for entry in _all(
                ec2, "get_managed_prefix_list_entries", "Entries", PrefixListId=identifier
            )
        ]
        for identifier in sorted(identifiers)
    }
