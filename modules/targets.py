"""Target groups, and the listener rules of the services that have a route of their own."""

from dataclasses import dataclass

from cdktf_cdktf_provider_aws.lb_listener_rule import (
    LbListenerRule,
    LbListenerRuleAction,
    LbListenerRuleCondition,
    LbListenerRuleConditionHostHeader,
    LbListenerRuleConditionPathPattern,
)
from cdktf_cdktf_provider_aws.lb_target_group import LbTargetGroup, LbTargetGroupHealthCheck
from constructs import Construct

from modules.naming import Names
from strata.settings.models import Route
from strata.settings.routes import HealthCheck, health_check


@dataclass(frozen=True)
class Entrance:
    """Where requests come in: the VPC, and the listeners that forward them, HTTPS first."""

    vpc_id: str
    https_listener_arn: str
    http_listener_arn: str
    """Empty where port 80 only redirects."""


@dataclass(frozen=True)
class Target:
    """The target group of a route, the port of its containers, and the seconds that a new task has
    before its checks count."""

    arn: str
    arn_suffix: str
    container_port: int
    grace_seconds: int


def target_group(
    scope: Construct, id_: str, *, names: Names, suffix: str, vpc_id: str, check: HealthCheck
) -> LbTargetGroup:
    """A target group for tasks, which ECS registers with the host ports of their instances."""
    return LbTargetGroup(
        scope,
        id_,
        name=names.name(suffix, 32),
        # ECS registers each task with its own host port; this port is never used.
        port=80,
        protocol="HTTP",
        target_type="instance",
        vpc_id=vpc_id,
        deregistration_delay=str(names.settings.edge.deregistration_delay_seconds),
        health_check=LbTargetGroupHealthCheck(
            enabled=True,
            protocol="HTTP",
            port="traffic-port",
            path=check.health_check_path,
            matcher=check.health_check_matcher,
            interval=check.health_check_interval_seconds,
            timeout=check.health_check_timeout_seconds,
            healthy_threshold=check.healthy_threshold,
            unhealthy_threshold=check.unhealthy_threshold,
        ),
        tags=names.tags(suffix),
    )


def construct_id(name: str) -> str:
    """The beginning of the ids of all that a service of `[services]` has."""
    return f"worker_{name.replace('-', '_')}"


def add(scope: Construct, names: Names, name: str, route: Route, entrance: Entrance) -> Target:
    """Send the requests of a route to a target group of its own.

    Both are in the service's layer and not in the edge: a service that goes, goes first.
    """
    id_ = construct_id(name)
    suffix = f"tasks-{name}"
    group = target_group(
        scope,
        f"{id_}_target_group",
        names=names,
        suffix=suffix,
        vpc_id=entrance.vpc_id,
        check=health_check(names.settings.edge, route),
    )

    def rule(key: str, listener_arn: str) -> LbListenerRule:
        return LbListenerRule(
            scope,
            f"{id_}_{key}",
            listener_arn=listener_arn,
            priority=route.priority,
            condition=_conditions(route),
            action=[LbListenerRuleAction(type="forward", target_group_arn=group.arn)],
            tags=names.tags(suffix),
        )

    if entrance.http_listener_arn:
        rule("http_rule", entrance.http_listener_arn)
    # Taken from the rule: ECS refuses a target group that no load balancer uses yet.
    arn = rule("rule", entrance.https_listener_arn).action.get(0).target_group_arn
    service, grace = names.settings.service, route.health_check_grace_seconds
    return Target(
        arn,
        group.arn_suffix,
        route.container_port or service.container_port,
        service.health_check_grace_seconds if grace is None else grace,
    )


def _conditions(route: Route) -> list[LbListenerRuleCondition]:
    conditions = []
    if route.hosts:
        hosts = LbListenerRuleConditionHostHeader(values=route.hosts)
        conditions.append(LbListenerRuleCondition(host_header=hosts))
    if route.paths:
        paths = LbListenerRuleConditionPathPattern(values=route.paths)
        conditions.append(LbListenerRuleCondition(path_pattern=paths))
    return conditions
