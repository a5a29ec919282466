"""What goes down for a while: the way of requests, the stores behind it, the instances."""

from collections.abc import Iterator

from strata.documents import Json
from strata.plan_file.changes import Change, any_unknown
from strata.review.ranks import listeners
from strata.review.ranks.admits import refuses
from strata.review.ranks.network import Network
from strata.review.ranks.reason import Reason

PATH = {
    "aws_vpc": "everything lies in it",
    "aws_subnet": "what lies in it moves",
    "aws_internet_gateway": "nothing reaches the load balancer without it",
    "aws_nat_gateway": "the instances reach AWS through it",
    "aws_route": "packets have no way until it is back",
    "aws_route_table": "packets have no way until it is back",
    "aws_route_table_association": "the subnet has no way out until it is back",
    "aws_network_acl": "its subnets fall back on the default until it is back",
    "aws_network_acl_rule": "packets are denied until the rule is back",
    "aws_security_group": "what is in it must be moved to the new one",
    "aws_vpc_security_group_ingress_rule": "connections are refused until the rule is back",
    "aws_vpc_security_group_egress_rule": "connections are refused until the rule is back",
    "aws_lb": "every request comes through it",
    "aws_lb_listener": "its port does not answer until it is back",
    "aws_lb_target_group": "requests have no target until tasks are healthy in the new one",
    "aws_lb_target_group_attachment": "the target gets no request until it is back",
    "aws_autoscaling_attachment": "its instances get no request until it is back",
    "aws_route53_record": "the name leads nowhere until it is back",
    "aws_ecs_cluster": "the service runs in it",
    "aws_ecs_service": "its tasks end before new ones start",
    "aws_ecs_capacity_provider": "no task is placed until it is back",
    "aws_ecs_cluster_capacity_providers": "no task is placed until it is back",
    "aws_autoscaling_group": "its instances end, and their tasks with them",
    "aws_ecr_repository": "no task starts until its image is pushed to the new one",
    "aws_iam_instance_profile": "instances lose their credentials until it is back",
    "aws_db_instance": "the application has no database until the new one is up",
    "aws_elasticache_replication_group": "the application has no Redis until the new one is up",
}
"""Resource type in the path of requests -> what its replacement does to them."""

SERVING = (
    "aws_internet_gateway",
    "aws_nat_gateway",
    "aws_lb",
    "aws_lb_listener",
    "aws_lb_target_group",
    "aws_lb_target_group_attachment",
    "aws_autoscaling_attachment",
    "aws_route53_record",
    "aws_ecs_cluster",
    "aws_ecs_service",
    "aws_ecs_capacity_provider",
    "aws_ecs_cluster_capacity_providers",
    "aws_autoscaling_group",
    "aws_iam_instance_profile",
    "aws_db_instance",
    "aws_elasticache_replication_group",
)
"""Types in the path whose deletion is an outage."""

RESTARTS: dict[str, dict[str, str]] = {
    "aws_db_instance": {
        "instance_class": "the database restarts on another machine, {when}",
        "engine_version": "the database is down while it is upgraded, {when}",
        "identifier": "the database gets another address, and restarts, {when}",
        "port": "the database restarts, and answers on another port, {when}",
        "parameter_group_name": "parameters take effect with the next restart, which is yours",
        "db_subnet_group_name": "the database moves to other subnets, {when}",
    },
    "aws_elasticache_replication_group": {
        "node_type": "the nodes are replaced; keys survive, connections do not, {when}",
        "engine_version": "the nodes are replaced with the new version, {when}",
        "parameter_group_name": "the parameter group may need a restart, {when}",
    },
}
"""Resource type -> attribute -> what changing it in place does, and `when`.

From the RDS and ElastiCache guides.
"""


WAYS = (
    "aws_network_acl_rule",
    "aws_route",
    "aws_route_table_association",
    "aws_vpc_security_group_egress_rule",
    "aws_vpc_security_group_ingress_rule",
)
"""Types that let packets through: a later layer may need what an earlier one takes away."""

DEPLOYS = (
    "task_definition", "force_new_deployment", "triggers", "capacity_provider_strategy",
    "load_balancer", "network_configuration", "platform_version", "service_connect_configuration",
    "service_registries", "volume_configuration",
)  # fmt: skip
"""Attributes of an ECS service whose change replaces its tasks (ECS, UpdateService)."""


SWITCHED_OFF: dict[str, dict[str, str]] = {
    "aws_vpc": {
        "enable_dns_support": "AWS's resolver does not answer in the VPC: no name resolves, "
        "neither the database's nor AWS's own",
        "enable_dns_hostnames": "nothing in the VPC gets a name, and private names of endpoints "
        "and zones do not resolve",
    },
    "aws_db_instance": {
        "multi_az": "no standby takes over: what fails is down until it is back, as is every "
        "maintenance",
    },
    "aws_elasticache_replication_group": {
        "multi_az_enabled": "a zone that fails takes Redis along",
        "automatic_failover_enabled": "no replica takes over from a primary that fails",
    },
}
"""Resource type -> attribute that keeps it available -> what turning it off means."""

NODES: dict[str, dict[str, str]] = {
    "aws_elasticache_replication_group": {
        "num_cache_clusters": "nodes",
        "number_cache_clusters": "nodes",
        "replicas_per_node_group": "replicas of a shard",
        "num_node_groups": "shards",
    },
    "aws_elasticache_cluster": {"num_cache_nodes": "nodes"},
    "aws_autoscaling_group": {"desired_capacity": "instances"},
    "aws_ecs_service": {"desired_count": "tasks"},
}
"""Resource type -> attribute with a number -> what it counts."""


def down(change: Change, network: Network) -> Iterator[Reason]:
    """Why requests wait or fail while the change is made."""
    before, after = change.before or {}, change.settled
    if change.type == "aws_route53_record" and before.get("type") not in ("A", "AAAA"):
        return
    if change.actions == ("delete", "create") and change.type in PATH:
        yield Reason("down", PATH[change.type], change.forcing)
    elif change.actions == ("delete",) and change.type in SERVING:
        yield Reason("down", f"nothing comes in its place: {PATH[change.type]}")
    elif change.actions == ("delete",) and change.type in WAYS:
        if before.get("rule_action") != "deny":
            yield Reason("down", "what it let through is refused from then on")
    elif change.actions == ("update",):
        yield from _interrupted(change, before, after)
    yield from listeners.down(change, network)
    yield from refuses(change, network)
    if change.before is not None and change.after is not None:
        yield from _fewer(change, before, after)
        yield from _scaled_in(change, network, before, after)
        yield from _leaves(change, before, after)
        for attribute, words in SWITCHED_OFF.get(change.type, {}).items():
            if before.get(attribute) is True and after.get(attribute) is not True:
                yield Reason("down", words, (attribute,))


def _fewer(change: Change, before: Json, after: Json) -> Iterator[Reason]:
    for attribute, unit in NODES.get(change.type, {}).items():
        old, new = before.get(attribute), after.get(attribute)
        if isinstance(old, int) and isinstance(new, int) and new < old:
            yield Reason("down", f"{old - new} of {old} {unit} are ended", (attribute,))


def _scaled_in(change: Change, network: Network, before: Json, after: Json) -> Iterator[Reason]:
    """Application Auto Scaling ends what runs above a new maximum at once (its User Guide)."""
    most = after.get("max_capacity")
    if change.type != "aws_appautoscaling_target" or "max_capacity" not in change.changed:
        return
    name = str(before.get("resource_id") or "").rpartition("/")[2]
    for _, body, _ in network.of("aws_ecs_service", side="before"):
        runs = body.get("desired_count")
        if body.get("name") != name or not isinstance(runs, int) or not isinstance(most, int):
            continue
        if most < runs:
            words = f"{runs - most} of {runs} tasks are ended"
            yield Reason("down", words, ("max_capacity",))


def _leaves(change: Change, before: Json, after: Json) -> Iterator[Reason]:
    """A service whose tasks leave a target group, or a load balancer that leaves a subnet."""
    if change.type == "aws_ecs_service":
        was, will = (body.get("load_balancer") or [] for body in (before, after))
        gone = _target_groups(was) - _target_groups(will)
        known = not any_unknown(change.unknown.get("load_balancer"))
        if len(will) < len(was) or (gone and known):
            which = f" {', '.join(sorted(gone))}" if gone else ""
            words = f"its tasks leave the target group{which}: the load balancer sends it nothing"
            yield Reason("down", words, ("load_balancer",))
    if change.type == "aws_lb" and not any_unknown(change.unknown.get("subnets")):
        subnets_left = set(before.get("subnets") or []) - set(after.get("subnets") or [])
        if subnets_left and "subnets" in change.changed:
            words = (
                f"the load balancer leaves {', '.join(sorted(subnets_left))}: connections there end"
            )
            yield Reason("down", words, ("subnets",))


def _target_groups(blocks: list[Json]) -> set[str]:
    """The target groups, or classic load balancers, of a service's blocks."""
    names = {str(block.get("target_group_arn") or block.get("elb_name") or "") for block in blocks}
    return names - {""}


def _interrupted(change: Change, before: Json, after: Json) -> Iterator[Reason]:
    for attribute, words in RESTARTS.get(change.type, {}).items():
        if attribute in change.changed:
            when = "at once" if after.get("apply_immediately") else "in the maintenance window"
            yield Reason("down", words.format(when=when), (attribute,))
    if change.type == "aws_autoscaling_group":
        old_subnets = set(before.get("vpc_zone_identifier") or [])
        new_subnets = set(after.get("vpc_zone_identifier") or [])
        if "vpc_zone_identifier" in change.changed and old_subnets - new_subnets:
            yield Reason(
                "down", "instances in the subnets that go are ended", ("vpc_zone_identifier",)
            )
        most, running = after.get("max_size"), before.get("desired_capacity")
        if isinstance(most, int) and isinstance(running, int) and most < running:
            yield Reason(
                "down", f"{running - most} of {running} instances are ended", ("max_size",)
            )
        started = {"launch_template", "mixed_instances_policy"} & set(change.changed)
        if after.get("instance_refresh") and started:
            yield Reason("down", "the instances are refreshed", tuple(started))
    deploys = tuple(name for name in DEPLOYS if name in change.changed)
    if deploys and after.get("deployment_minimum_healthy_percent") == 0:
        yield Reason(
            "down", "all tasks may end before new ones run: minimum healthy percent is 0", deploys
        )
    if change.type == "aws_lb_listener" and "port" in change.changed:
        yield Reason("down", "the old port no longer answers", ("port",))
