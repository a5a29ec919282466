"""What AWS says about one VPC and what lies in it, as its API answers. It only ever reads."""

import shlex
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from strata.documents import Json
from strata.errors import StrataError
from strata.reach.agent import cluster

Clients = Callable[[str], Any]
"""Service -> its boto3 client."""


@dataclass(frozen=True)
class Answers:
    """Lists as the API gives them; `prefix_lists` is None for a list whose content is kept back.

    `templates` are the launch templates' data by auto scaling group, `tasks` the task definitions
    by the name of their service.
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


def ask(clients: Clients, project: str, environment: str, env: str | None = None) -> Answers:
    """All about the VPC that carries the tags of an environment; raises StrataError without one.

    `env` is how the user names it.
    """
    ec2 = clients("ec2")
    tags = {"tag:Project": project, "tag:Environment": environment}
    vpcs = _all(ec2, "describe_vpcs", "Vpcs", Filters=_filters(tags))
    if len(vpcs) != 1:
        raise StrataError(
            f"{len(vpcs)} VPCs carry the tags Project={project} and Environment={environment}",
            f"strata apply {shlex.quote(env or environment)}" if not vpcs else None,
        )
    vpc = vpcs[0]["VpcId"]
    inside: Json = {"Filters": _filters({"vpc-id": vpc})}
    attached: Json = {"Filters": _filters({"attachment.vpc-id": vpc})}
    # One service's parameter is called Filter.
    nat: Json = {"Filter": _filters({"vpc-id": vpc, "state": "available"})}
    tables = _all(ec2, "describe_route_tables", "RouteTables", **inside)
    groups = _all(ec2, "describe_security_groups", "SecurityGroups", **inside)
    subnets = _all(ec2, "describe_subnets", "Subnets", **inside)
    scaling = [
        one
        for one in _all(clients("autoscaling"), "describe_auto_scaling_groups", "AutoScalingGroups")
        if {s["SubnetId"] for s in subnets} & set(one.get("VPCZoneIdentifier", "").split(","))
    ]
    templates = {one["AutoScalingGroupName"]: _template(ec2, one) for one in scaling}
    caches = _all(clients("elasticache"), "describe_cache_clusters", "CacheClusters")
    cache_subnets = {
        one["CacheSubnetGroupName"]: [s["SubnetIdentifier"] for s in one["Subnets"]]
        for one in _all(clients("elasticache"), "describe_cache_subnet_groups", "CacheSubnetGroups")
        if one["VpcId"] == vpc
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
            one
            for one in _all(clients("elbv2"), "describe_load_balancers", "LoadBalancers")
            if one["VpcId"] == vpc
        ],
        auto_scaling_groups=scaling,
        templates=templates,
        tasks=_tasks(clients("ecs"), templates),
        databases=[
            one
            for one in _all(clients("rds"), "describe_db_instances", "DBInstances")
            if one.get("DBSubnetGroup", {}).get("VpcId") == vpc
        ],
        caches=[one for one in caches if one.get("CacheSubnetGroupName") in cache_subnets],
        cache_subnets=cache_subnets,
    )


def _filters(wanted: dict[str, str]) -> list[Json]:
    return [{"Name": name, "Values": [value]} for name, value in wanted.items()]


def _all(client: Any, call: str, key: str, **arguments: Any) -> list[Json]:
    """Every page of a listing."""
    pages = client.get_paginator(call).paginate(**arguments)
    return [one for page in pages for one in page[key]]


def _template(ec2: Any, group: Json) -> Json:
    """The data of the launch template that a group starts instances from."""
    policy = group.get("MixedInstancesPolicy", {}).get("LaunchTemplate", {})
    named = group.get("LaunchTemplate") or policy.get("LaunchTemplateSpecification")
    if not named:
        return {}
    found = ec2.describe_launch_template_versions(
        LaunchTemplateId=named["LaunchTemplateId"], Versions=[named.get("Version", "$Default")]
    )
    return dict(found["LaunchTemplateVersions"][0]["LaunchTemplateData"])


def _tasks(ecs: Any, templates: dict[str, Json]) -> dict[str, Json]:
    """The task definitions of all services in the clusters that the instances join."""
    found: dict[str, Json] = {}
    for name in sorted({cluster(one.get("UserData", "")) for one in templates.values()}):
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
            answer = ecs.describe_task_definition(taskDefinition=service["taskDefinition"])
            found[service["serviceName"]] = answer["taskDefinition"]
    return found


def _prefix_lists(ec2: Any, tables: list[Json], groups: list[Json]) -> dict[str, list[str] | None]:
    """What each prefix list holds that a route or a rule names."""
    rules = [rule for one in groups for rule in one["IpPermissions"] + one["IpPermissionsEgress"]]
    named = {one["PrefixListId"] for rule in rules for one in rule.get("PrefixListIds", [])}
    named |= {
        route["DestinationPrefixListId"]
        for table in tables
        for route in table["Routes"]
        if "DestinationPrefixListId" in route
    }
    return {
        one: [
            entry["Cidr"]
            for entry in _all(ec2, "get_managed_prefix_list_entries", "Entries", PrefixListId=one)
        ]
        for one in sorted(named)
    }
