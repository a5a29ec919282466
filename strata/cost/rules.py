"""What each type of resource costs: its charges, in units of a priced item a month."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from strata.cost.capacity import HOURS, instances
from strata.cost.range import Range, always
from strata.cost.resources import Resource, Resources, blocks
from strata.documents.stacks import is_on, references
from strata.settings import Settings
from strata.settings.capacity import on_demand
from strata.settings.models import Usage
from strata.settings.resource_names import dead_letters, exported_log, insights_log
from strata.settings.rules.support import MYSQL, today
from strata.text.words import counted, plain

DAYS = HOURS / 24

DETAILED_METRICS = 7
"""Metrics of an instance that detailed monitoring charges for (CloudWatch pricing)."""

ALARMS_OF_A_TRACKING = 2
"""A target tracking policy makes an alarm for each direction (Application Auto Scaling User Guide).

Managed scaling of a capacity provider makes such a policy for its auto scaling group.
"""

LOG_COMPRESSION = 0.15
"""Share of ingested logs that is stored, since they are compressed (CloudWatch pricing)."""

ENDLESS_DAYS = 365
"""Data kept for ever grows by the month; a year of it is counted."""

LOG_FILES_AN_HOUR = 12
"""A load balancer writes a file for each of its nodes every five minutes (ELB User Guide)."""

GP3_INCLUDED = (3000, 125)
"""IOPS and MiB/s that are part of a gp3 volume's price (EBS pricing, RDS User Guide)."""

LARGE_GP3_GIB, LARGE_GP3_INCLUDED = 400, (12_000, 500)
"""From this size RDS stripes gp3 for MySQL over four volumes, and includes theirs (User Guide)."""

INSIGHTS_LOGS = insights_log("").partition("//")[0] + "/"
"""What the names of Container Insights' log groups begin with."""

FREE_INSIGHTS_DAYS = 7
"""Days that Performance Insights keeps for nothing (RDS pricing)."""

ENDPOINT_HOURS, ENDPOINT_TRAFFIC = "vpc/endpoint-hours", "vpc/endpoint-traffic"
NAT_TRAFFIC = "ec2/nat-traffic"

MINUTE = 60
"""Alarms of shorter periods, in seconds, are of high resolution (CloudWatch pricing)."""


@dataclass(frozen=True)
class Charge:
    """A number of units of a priced item; `quantity` is the units of a month."""

    what: str
    item: str
    quantity: Range


@dataclass(frozen=True)
class Unpriced:
    """Something that costs money, and why the amount is not known."""

    what: str
    why: str


@dataclass(frozen=True)
class Context:
    """What a rule may read in addition to its own resource."""

    resources: Resources
    settings: Settings

    @property
    def usage(self) -> Usage:
        """The use that is assumed."""
        return self.settings.cost.usage


Rule = Callable[[Resource, Context], Iterator[Charge | Unpriced]]


def auto_scaling_group(group: Resource, context: Context) -> Iterator[Charge | Unpriced]:
    """Its instances, their volumes, public addresses and monitoring."""
    mixed = group.block("mixed_instances_policy")
    named = group.values.get("launch_template") or mixed.get("launch_template")
    template = context.resources.target(named, "aws_launch_template")
    if template is None:
        yield Unpriced("instances", "their launch template is not in the stack")
        return
    count = instances(group, template, context.resources, context.settings)
    kind = template.values.get("instance_type")
    charged = _on_demand(count, mixed)
    spot = count - charged
    if charged or not spot:
        yield Charge(f"{_sizes(charged)} x {kind}", f"ec2/{kind}", charged * HOURS)
    if spot:
        # Their price changes by the hour, and no list has it.
        percent = context.usage.spot_price_percent
        yield Charge(
            f"{_sizes(spot)} Spot instances, assumed at {percent:g} % of {kind}",
            f"ec2/{kind}",
            spot * HOURS * (percent / 100),
        )
    for mapping in template.blocks("block_device_mappings"):
        for volume in blocks(mapping, "ebs"):
            size, of = volume.get("volume_size") or 0, volume.get("volume_type")
            yield Charge(f"volumes, {size} GiB {of} each", f"ec2/volume-{of}", count * size)
            asked = (volume.get("iops"), volume.get("throughput"))
            yield from _beyond("volumes", of, asked, GP3_INCLUDED)
    if _public(group, template, context):
        yield Charge("public IPv4 addresses", "vpc/public-ipv4", count * HOURS)
    if any(is_on(monitoring.get("enabled")) for monitoring in template.blocks("monitoring")):
        yield Charge("detailed monitoring", "cloudwatch/metric", count * DETAILED_METRICS)


def _sizes(count: Range) -> str:
    return f"{count.minimum:g}, {count.desired:g}, {count.maximum:g}"


def _on_demand(count: Range, mixed: dict[str, Any]) -> Range:
    """The instances of a group that are on-demand, by its mixed instances policy.

    Without one, all are (EC2 Auto Scaling API reference, InstancesDistribution).
    """
    distribution = next(iter(blocks(mixed, "instances_distribution")), {})
    base = int(distribution.get("on_demand_base_capacity") or 0)
    given = distribution.get("on_demand_percentage_above_base_capacity")
    percent = 100 if given is None else int(given)

    def of(number: float) -> float:
        # An instance that only jobs need is there for a part of the month.
        whole = int(number)
        least, most = (on_demand(one, base, percent) for one in (whole, whole + 1))
        return least + (most - least) * (number - whole)

    return Range(minimum=of(count.minimum), desired=of(count.desired), maximum=of(count.maximum))


def _public(group: Resource, template: Resource, context: Context) -> bool:
    """Whether instances get public addresses.

    The launch template decides, or else their subnets, which may still be unknown in a plan.
    """
    in_template = template.block("network_interfaces").get("associate_public_ip_address")
    if in_template not in (None, ""):
        return is_on(in_template)
    subnets = context.resources.targets(group.values.get("vpc_zone_identifier"), "aws_subnet")
    if subnets:
        return any(subnet.is_on("map_public_ip_on_launch") for subnet in subnets)
    network = context.settings.network
    return network.nat == "none" and not network.existing


def _beyond(
    what: str, of: str | None, asked: tuple[Any, Any], included: tuple[int, int]
) -> Iterator[Unpriced]:
    """IOPS and MiB/s of a volume that are charged in addition to its size; not with gp2."""
    if of != "gp3" and not str(of).startswith("io"):
        return
    free = included if of == "gp3" else (0, 0)
    for name, wanted, most in zip(("IOPS", "MiB/s"), asked, free, strict=True):
        if int(wanted or 0) > most:
            yield Unpriced(f"{name} of {what}", f"beyond the {most} {name} that {of} includes")


def elastic_address(_resource: Resource, _context: Context) -> Iterator[Charge | Unpriced]:
    """A public address costs the same in use and idle."""
    yield Charge("public IPv4 address", "vpc/public-ipv4", always(HOURS))


def nat_gateway(_resource: Resource, context: Context) -> Iterator[Charge | Unpriced]:
    """Its hours and its share of the traffic."""
    share = context.usage.nat_gib / len(context.resources.of("aws_nat_gateway"))
    yield Charge("hours", "ec2/nat-hours", always(HOURS))
    yield Charge("traffic", NAT_TRAFFIC, always(share))


def vpc_endpoint(resource: Resource, context: Context) -> Iterator[Charge | Unpriced]:
    """Gateway endpoints are free (AWS PrivateLink guide, gateway endpoints); interface endpoints
    are charged by the hour in each zone, and by their traffic."""
    kind = resource.values.get("vpc_endpoint_type")
    if kind in (None, "Gateway"):
        return
    if kind != "Interface":
        yield Unpriced("hours and traffic", f"{kind} endpoints have no price here")
        return
    zones = len(resource.values.get("subnet_ids") or ())
    share = context.usage.endpoint_gib / len(interface_endpoints(context.resources))
    yield Charge(f"hours in {counted(zones, 'zone')}", ENDPOINT_HOURS, always(zones * HOURS))
    yield Charge("traffic", ENDPOINT_TRAFFIC, always(share))


def interface_endpoints(resources: Resources) -> list[Resource]:
    """The interface endpoints among the resources."""
    endpoints = resources.of("aws_vpc_endpoint")
    return [one for one in endpoints if one.values.get("vpc_endpoint_type") == "Interface"]


def load_balancer(resource: Resource, context: Context) -> Iterator[Charge | Unpriced]:
    """Its hours, its load, and an address in each subnet."""
    kind = resource.values.get("load_balancer_type") or "application"
    if kind != "application":
        yield Unpriced("hours and load", f"a {kind} load balancer has no rule")
        return
    lcus = context.usage.load_balancer_lcus
    yield Charge("hours", "elb/application-hours", always(HOURS))
    yield Charge(f"load of {plain(lcus)} LCU", "elb/lcu", always(HOURS * lcus))
    if context.settings.network.existing:
        # The VPC is somebody else's, and whoever has what sends its traffic pays for it.
        yield from vpc(resource, context)
    if not resource.is_on("internal"):
        count = _nodes(resource, context)
        yield Charge(f"{count} public IPv4 addresses", "vpc/public-ipv4", always(count * HOURS))


def _nodes(balancer: Resource, context: Context) -> int:
    subnets = balancer.values.get("subnets")
    found = [*references(subnets)]
    if any(reference.address.startswith("data.aws_subnets.") for reference in found):
        # A search by tags in these zones; a load balancer takes one subnet of each.
        return len(context.settings.network.availability_zones)
    return len(subnets or balancer.blocks("subnet_mapping"))


def database(resource: Resource, context: Context) -> Iterator[Charge | Unpriced]:
    """Its hours, storage, backups beyond the free share, password and logs."""
    engine, kind = resource.values.get("engine"), resource.values.get("instance_class")
    zones = "multi-az" if resource.is_on("multi_az") else "single-az"
    yield Charge(f"{kind}, {zones}", f"rds/{engine}/{kind}/{zones}", always(HOURS))
    version = str(resource.values.get("engine_version") or "")
    support = MYSQL.get(".".join(version.split(".")[:2]))
    if engine == "mysql" and support and today() > support.standard:
        yield Unpriced("extended support", f"MySQL {version} is past its standard support")
    size = int(resource.values.get("allocated_storage") or 0)
    most = max(size, int(resource.values.get("max_allocated_storage") or 0))
    of = resource.values.get("storage_type") or "gp2"
    storage = Range(minimum=size, desired=size, maximum=most)
    yield Charge(f"storage, {size} GiB {of}", f"rds/storage-{of}/{zones}", storage)
    large = size >= LARGE_GP3_GIB
    asked = (resource.values.get("iops"), resource.values.get("storage_throughput"))
    yield from _beyond("the storage", of, asked, LARGE_GP3_INCLUDED if large else GP3_INCLUDED)
    yield from _insights(resource)
    kept = storage * _backup_share(resource, context.usage)
    beyond = Range(
        minimum=max(kept.minimum - storage.minimum, 0),
        desired=max(kept.desired - storage.desired, 0),
        maximum=max(kept.maximum - storage.maximum, 0),
    )
    yield Charge("backups beyond the free share", "rds/backup", beyond)
    if resource.is_on("manage_master_user_password"):
        yield from secret(resource, context)
    exports = resource.values.get("enabled_cloudwatch_logs_exports") or []
    missing = len(exports) - len(_exported(resource, context))
    if missing > 0:
        # RDS makes these log groups itself, and keeps what is in them for ever.
        gib = context.usage.database_log_gib * missing / len(exports)
        yield from _logs("exported logs", "log-ingestion", gib, 0)


def _exported(database: Resource, context: Context) -> list[Resource]:
    """The log groups of the stack that a database exports to."""
    beginning = exported_log(str(database.values.get("identifier")), "")
    return [
        group
        for group in context.resources.of("aws_cloudwatch_log_group")
        if str(group.values.get("name")).startswith(beginning)
    ]


def _insights(resource: Resource) -> Iterator[Unpriced]:
    """What watching a database costs beyond what is free."""
    if int(resource.values.get("performance_insights_retention_period") or 0) > FREE_INSIGHTS_DAYS:
        why = f"more than {FREE_INSIGHTS_DAYS} days are charged by vCPU"
        yield Unpriced("Performance Insights", why)
    if resource.values.get("database_insights_mode") == "advanced":
        yield Unpriced("Database Insights", "the advanced mode is charged by vCPU")
    if int(resource.values.get("monitoring_interval") or 0):
        why = "what its agent writes to CloudWatch Logs is not known"
        yield Unpriced("enhanced monitoring", why)


def _backup_share(resource: Resource, usage: Usage) -> float:
    """Backups as a share of the storage: the used storage once, and the changes of each day.

    Their sum up to the size of the storage is free (RDS pricing, backup storage).
    """
    days = int(resource.values.get("backup_retention_period") or 0)
    if not days:
        return 0
    used, change = usage.database_used_percent / 100, usage.database_change_percent_a_day / 100
    return used * (1 + change * days)


def replication_group(resource: Resource, context: Context) -> Iterator[Charge | Unpriced]:
    """Its nodes, and the snapshots beyond the free one."""
    engine, kind = resource.values.get("engine"), resource.values.get("node_type")
    nodes = int(resource.values.get("num_cache_clusters") or _nodes_of_groups(resource))
    what = f"{nodes} x {kind}" if nodes > 1 else f"{kind}"
    yield Charge(what, f"elasticache/{engine}/{kind}", always(nodes * HOURS))
    if re.match(r"[0-5]\.", str(resource.values.get("engine_version") or "")):
        yield Unpriced("extended support", "this Redis is past its standard support")
    kept = max(int(resource.values.get("snapshot_retention_limit") or 0) - 1, 0)
    size = context.usage.cache_snapshot_gib
    yield Charge("snapshots beyond the free one", "elasticache/backup", always(kept * size))


def _nodes_of_groups(resource: Resource) -> int:
    """A primary in each node group, and its replicas."""
    groups = int(resource.values.get("num_node_groups") or 1)
    return groups * (1 + int(resource.values.get("replicas_per_node_group") or 0))


def secret(_resource: Resource, context: Context) -> Iterator[Charge | Unpriced]:
    """A secret and its reads."""
    yield Charge("secret", "secretsmanager/secret", always(1))
    reads = context.usage.secret_reads / 10_000
    yield Charge("reads of the secret", "secretsmanager/calls", always(reads))


def queue(resource: Resource, context: Context) -> Iterator[Charge | Unpriced]:
    """Its requests: the few of dead letters are free, as is the first million (SQS pricing)."""
    if resource.values.get("name") != dead_letters(context.settings.environment):
        yield Unpriced("requests", "how many there are is not known")


def hosted_zone(_resource: Resource, context: Context) -> Iterator[Charge | Unpriced]:
    """The zone and its queries; those of an alias to a load balancer are free."""
    yield Charge("zone", "route53/zone", always(1))
    yield Charge("queries", "route53/queries", always(context.usage.dns_queries_millions))


def health_check(resource: Resource, _context: Context) -> Iterator[Charge | Unpriced]:
    """A check of a name that leads to a load balancer, which is an endpoint in AWS."""
    yield Charge("health check", "route53/health-check", always(1))
    if str(resource.values.get("type", "")).startswith("HTTPS"):
        yield Charge("HTTPS", "route53/health-check-option", always(1))


def log_group(resource: Resource, context: Context) -> Iterator[Charge | Unpriced]:
    """What is written to it and what it keeps."""
    flows = any(
        resource in context.resources.targets(flow_log.values.get("log_destination"), resource.type)
        for flow_log in context.resources.of("aws_flow_log")
    )
    days = int(resource.values.get("retention_in_days") or 0)
    if flows:
        yield from _logs("flow logs", "vended-log-ingestion", context.usage.flow_log_gib, days)
        return
    for database in context.resources.of("aws_db_instance"):
        if resource in (groups := _exported(database, context)):
            gib = context.usage.database_log_gib / len(groups)
            yield from _logs("exported logs", "log-ingestion", gib, days)
            return
    if str(resource.values.get("name")).startswith(INSIGHTS_LOGS):
        # What comes in is charged at the cluster, which decides on it.
        yield from _kept_logs("performance logs", context.usage.insights_log_gib, days)
        return
    if any(
        resource in context.resources.targets(cluster.values.get("configuration"), resource.type)
        for cluster in context.resources.of("aws_ecs_cluster")
    ):
        # Sessions of ECS Exec: what people type and read, which is no cent.
        return
    yield from _logs("logs", "log-ingestion", context.usage.application_log_gib, days)


def _logs(what: str, ingestion: str, gib: float, days: int) -> Iterator[Charge | Unpriced]:
    """Logs of so many GiB a month that are kept for `days`; 0: for ever."""
    yield Charge(f"{what}, ingestion", f"cloudwatch/{ingestion}", always(gib))
    yield from _kept_logs(what, gib, days)


def _kept_logs(what: str, gib: float, days: int) -> Iterator[Charge]:
    kept = gib * LOG_COMPRESSION * (days or ENDLESS_DAYS) / DAYS
    yield Charge(_kept(what, days), "cloudwatch/log-storage", always(kept))


def _kept(what: str, days: int) -> str:
    return f"{what}, {days} days kept" if days else f"{what}, first year of no end"


def ecs_cluster(resource: Resource, context: Context) -> Iterator[Charge | Unpriced]:
    """Container Insights; the cluster itself is free."""
    settings = {setting.get("name"): setting.get("value") for setting in resource.blocks("setting")}
    insights = settings.get("containerInsights")
    if insights == "enhanced":
        yield Unpriced("Container Insights, enhanced", "its metrics depend on every task")
    elif insights == "enabled":
        metrics, gib = context.usage.insights_metrics, context.usage.insights_log_gib
        yield Charge("Container Insights, metrics", "cloudwatch/metric", always(metrics))
        yield Charge("Container Insights, logs", "cloudwatch/log-ingestion", always(gib))


def capacity_provider(resource: Resource, _context: Context) -> Iterator[Charge | Unpriced]:
    """The alarms of managed scaling."""
    provider = resource.block("auto_scaling_group_provider")
    if any(scaling.get("status") == "ENABLED" for scaling in blocks(provider, "managed_scaling")):
        yield Charge("alarms of managed scaling", "cloudwatch/alarm", always(ALARMS_OF_A_TRACKING))


def scaling_policy(resource: Resource, _context: Context) -> Iterator[Charge | Unpriced]:
    """The alarms that target tracking makes; the alarms of step scaling are resources.

    An alarm on an expression is charged for each metric in it (pricing page of CloudWatch, alarm
    metrics).
    """
    if resource.values.get("policy_type") == "TargetTrackingScaling":
        metrics = [
            metric
            for tracking in resource.blocks("target_tracking_scaling_policy_configuration")
            for custom in blocks(tracking, "customized_metric_specification")
            for metric in blocks(custom, "metrics")
            if blocks(metric, "metric_stat")
        ]
        alarms = ALARMS_OF_A_TRACKING * max(len(metrics), 1)
        yield Charge("alarms of tracking", "cloudwatch/alarm", always(alarms))


def alarm(resource: Resource, _context: Context) -> Iterator[Charge | Unpriced]:
    """An alarm on one metric at standard resolution."""
    if resource.blocks("metric_query"):
        yield Unpriced("alarm", "each metric of its expression is charged")
    elif 0 < int(resource.values.get("period") or 0) < MINUTE:
        yield Unpriced("alarm", "a period below a minute costs more")
    else:
        yield Charge("alarm", "cloudwatch/alarm", always(1))


def repository(_resource: Resource, context: Context) -> Iterator[Charge | Unpriced]:
    """Its images."""
    yield Charge("images", "ecr/storage", always(context.usage.images_gib))


def bucket(resource: Resource, context: Context) -> Iterator[Charge | Unpriced]:
    """Access logs; the lifecycle rule decides how many are kept."""
    balancers = [
        balancer
        for balancer in context.resources.of("aws_lb")
        if resource
        in context.resources.targets(balancer.block("access_logs").get("bucket"), resource.type)
    ]
    if not balancers:
        yield Unpriced("storage", "the stack does not show how much is stored in it")
        return
    files = sum(_nodes(balancer, context) for balancer in balancers) * LOG_FILES_AN_HOUR * HOURS
    yield Charge("access logs, writes", "s3/put", always(files / 1000))
    days = _expiration_days(resource, context.resources)
    kept = context.usage.access_log_gib * (days or ENDLESS_DAYS) / DAYS
    yield Charge(_kept("access logs", days), "s3/storage", always(kept))


def _expiration_days(resource: Resource, resources: Resources) -> int:
    for lifecycle in resources.of("aws_s3_bucket_lifecycle_configuration"):
        if resource in resources.targets(lifecycle.values.get("bucket"), resource.type):
            for rule in lifecycle.blocks("rule"):
                for expiration in blocks(rule, "expiration"):
                    return int(expiration.get("days") or 0)
    return 0


def key(_resource: Resource, _context: Context) -> Iterator[Charge | Unpriced]:
    """A customer managed key; AWS managed keys are free."""
    yield Charge("key", "kms/key", always(1))


def vpc(_resource: Resource, context: Context) -> Iterator[Charge | Unpriced]:
    """Its traffic to the internet and between its zones, which is charged in both of them."""
    usage = context.usage
    yield Charge("traffic to the internet", "transfer/internet", always(usage.internet_gib))
    both = usage.between_zones_gib * 2
    yield Charge("traffic between zones", "transfer/zones", always(both))


RULES: Mapping[str, Rule] = {
    "aws_appautoscaling_policy": scaling_policy,
    "aws_autoscaling_group": auto_scaling_group,
    "aws_cloudwatch_log_group": log_group,
    "aws_cloudwatch_metric_alarm": alarm,
    "aws_db_instance": database,
    "aws_ecr_repository": repository,
    "aws_ecs_capacity_provider": capacity_provider,
    "aws_ecs_cluster": ecs_cluster,
    "aws_eip": elastic_address,
    "aws_elasticache_replication_group": replication_group,
    "aws_kms_key": key,
    "aws_lb": load_balancer,
    "aws_nat_gateway": nat_gateway,
    "aws_route53_health_check": health_check,
    "aws_route53_zone": hosted_zone,
    "aws_s3_bucket": bucket,
    "aws_secretsmanager_secret": secret,
    "aws_sqs_queue": queue,
    "aws_vpc": vpc,
    "aws_vpc_endpoint": vpc_endpoint,
}

_NETWORK = "part of the VPC, free; its traffic is charged at the VPC"
_IAM = "IAM is free"
_SETTING = "a setting of something that is charged itself"

FREE: Mapping[str, str] = {
    "aws_acm_certificate": "public certificates for load balancers are free",
    "aws_acm_certificate_validation": "no resource of AWS's: Terraform waits",
    "aws_appautoscaling_scheduled_action": "Application Auto Scaling is free",
    "aws_appautoscaling_target": "Application Auto Scaling is free",
    "aws_budgets_budget": "budgets that only tell are free",
    "aws_cloudwatch_dashboard": "the first three of an account are free; a further one is 3 US "
    "dollars a month (CloudWatch pricing, 2025-01)",
    "aws_db_parameter_group": _SETTING,
    "aws_db_subnet_group": _SETTING,
    "aws_default_route_table": _NETWORK,
    "aws_default_security_group": _NETWORK,
    "aws_ecr_lifecycle_policy": _SETTING,
    "aws_ecs_cluster_capacity_providers": _SETTING,
    "aws_cloudwatch_event_rule": "events of AWS's own services are free",
    "aws_cloudwatch_event_target": "events of AWS's own services are free",
    "aws_secretsmanager_secret_rotation": "a rotation by RDS itself is free",
    "aws_sfn_state_machine": "two transitions a rotation: less than a cent a month",
    "aws_ecs_service": "ECS on EC2 is free; its instances are charged",
    "aws_ecs_task_definition": "ECS on EC2 is free; its instances are charged",
    "aws_elasticache_parameter_group": _SETTING,
    "aws_elasticache_subnet_group": _SETTING,
    "aws_flow_log": "charged where it is written to, at its log group",
    "aws_iam_instance_profile": _IAM,
    "aws_iam_role": _IAM,
    "aws_iam_role_policy": _IAM,
    "aws_iam_role_policy_attachment": _IAM,
    "aws_internet_gateway": _NETWORK,
    "aws_launch_template": "charged where instances are made from it, at the auto scaling group",
    "aws_lb_listener": "charged with the load balancer",
    "aws_lb_listener_rule": "charged with the load balancer",
    "aws_lb_target_group": "charged with the load balancer",
    "aws_network_acl": _NETWORK,
    "aws_network_acl_rule": _NETWORK,
    "aws_route": _NETWORK,
    "aws_route53_record": "charged by query, at the zone",
    "aws_route_table": _NETWORK,
    "aws_route_table_association": _NETWORK,
    "aws_s3_bucket_lifecycle_configuration": _SETTING,
    "aws_s3_bucket_policy": _SETTING,
    "aws_s3_bucket_public_access_block": _SETTING,
    "aws_s3_bucket_server_side_encryption_configuration": _SETTING,
    "aws_s3_bucket_versioning": _SETTING,
    "aws_secretsmanager_secret_version": "charged with its secret",
    "aws_security_group": _NETWORK,
    "aws_scheduler_schedule": "the first 14 million starts a month are free (EventBridge pricing, "
    "2025-01)",
    "aws_scheduler_schedule_group": _SETTING,
    "aws_service_discovery_http_namespace": "ECS does not charge Service Connect; its proxies are "
    "part of the tasks (ECS Developer Guide, Service Connect pricing)",
    "aws_sns_topic": "the first 1,000 mails of a month are free (SNS pricing)",
    "aws_sns_topic_policy": _SETTING,
    "aws_sns_topic_subscription": _SETTING,
    "aws_ssm_parameter": "standard parameters are free",
    "aws_subnet": _NETWORK,
    "aws_vpc_security_group_egress_rule": _NETWORK,
    "aws_vpc_security_group_ingress_rule": _NETWORK,
}
"""Types that cost nothing by themselves, and why."""


def charges(resource: Resource, context: Context) -> Iterator[Charge | Unpriced]:
    """All charges of a resource; a type without a rule is not priced."""
    if rule := RULES.get(resource.type):
        yield from rule(resource, context)
    elif resource.type not in FREE:
        yield Unpriced("everything", f"{resource.type} has no rule")
