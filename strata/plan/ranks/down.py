"""What goes down for a while: the way of requests, the stores behind it, the instances."""

from collections.abc import Iterator
from typing import Any

from strata.plan.changes import Change
from strata.plan.ranks.reason import Reason

Json = dict[str, Any]

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
    "aws_lb_listener": "its port answers nobody until it is back",
    "aws_lb_target_group": "requests have no target until tasks are healthy in the new one",
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
    "aws_route53_record",
    "aws_ecs_cluster",
    "aws_ecs_service",
    "aws_autoscaling_group",
    "aws_db_instance",
    "aws_elasticache_replication_group",
)
"""Types in the path whose end is an outage."""

RESTARTS: dict[str, dict[str, str]] = {
    "aws_db_instance": {
        "instance_class": "the database restarts on another machine, {when}",
        "engine_version": "the database is down while it is upgraded, {when}",
        "identifier": "the database gets another address, and restarts, {when}",
        "port": "the database restarts, and answers on another port, {when}",
        "parameter_group_name": "parameters take effect with the next restart, which is yours",
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
"""What of an ECS service ends its tasks and starts others when it changes (ECS, UpdateService)."""


def down(change: Change) -> Iterator[Reason]:
    """What requests wait for, or fail on, while the change is made."""
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


def _interrupted(change: Change, before: Json, after: Json) -> Iterator[Reason]:
    for attribute, words in RESTARTS.get(change.type, {}).items():
        if attribute in change.changed:
            when = "at once" if after.get("apply_immediately") else "in the maintenance window"
            yield Reason("down", words.format(when=when), (attribute,))
    if change.type == "aws_autoscaling_group":
        left = set(before.get("vpc_zone_identifier") or [])
        stays = set(after.get("vpc_zone_identifier") or [])
        if "vpc_zone_identifier" in change.changed and left - stays:
            yield Reason(
                "down", "instances in the subnets that go are ended", ("vpc_zone_identifier",)
            )
        most, now = after.get("max_size"), before.get("desired_capacity")
        if isinstance(most, int) and isinstance(now, int) and most < now:
            yield Reason("down", f"{now - most} of {now} instances are ended", ("max_size",))
        started = {"launch_template", "mixed_instances_policy"} & set(change.changed)
        if after.get("instance_refresh") and started:
            yield Reason("down", "the instances are refreshed", tuple(started))
    deploys = tuple(name for name in DEPLOYS if name in change.changed)
    if deploys and after.get("deployment_minimum_healthy_percent") == 0:
        yield Reason(
            "down", "all tasks may end before new ones run: minimum healthy percent is 0", deploys
        )
    if change.type == "aws_lb_listener" and "port" in change.changed:
        yield Reason("down", "the old port answers nobody from then on", ("port",))
