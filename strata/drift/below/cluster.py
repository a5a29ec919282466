"""What hands add to the auto scaling group and to the ECS cluster."""

from collections.abc import Iterator

from strata.aws.session import pages
from strata.documents import Json
from strata.drift.below.model import Below, Child, Clients, Ours, aws, hundreds, limits

ECS_MANAGED_POLICY = "ECSManagedAutoScalingPolicy-"
ECS_MANAGED_HOOK = "ecs-managed-draining-termination-hook"
"""What ECS puts on a group that a capacity provider scales and drains (ECS Developer Guide,
managed scaling and managed instance draining)."""


def _group_policies(clients: Clients, group: Json, ours: Ours) -> Iterator[Child]:
    held = ours.held("aws_autoscaling_policy", "autoscaling_group_name", "name")
    for one in _of_group(clients, group, "describe_policies", "ScalingPolicies"):
        name = one["PolicyName"]
        if (group["name"], name) in held or name.startswith(ECS_MANAGED_POLICY):
            continue
        by = one.get("ScalingAdjustment")
        does = f"changes the number of instances by {by}" if by else "moves the number of instances"
        yield Child(
            "scaling policy",
            name,
            f"{does} ({one.get('PolicyType', 'SimpleScaling')})",
            aws(
                "autoscaling delete-policy", auto_scaling_group_name=group["name"], policy_name=name
            ),
        )


def _group_hooks(clients: Clients, group: Json, ours: Ours) -> Iterator[Child]:
    held = ours.held("aws_autoscaling_lifecycle_hook", "autoscaling_group_name", "name") | {
        (group["name"], one.get("name")) for one in group.get("initial_lifecycle_hook") or []
    }
    answer = clients["autoscaling"].describe_lifecycle_hooks(AutoScalingGroupName=group["name"])
    for one in answer["LifecycleHooks"]:
        name = one["LifecycleHookName"]
        if (group["name"], name) in held or name == ECS_MANAGED_HOOK:
            continue
        when = str(one.get("LifecycleTransition", "")).rpartition("_")[2].lower() or "changing"
        seconds = one.get("HeartbeatTimeout", 3600)
        yield Child(
            "lifecycle hook",
            name,
            f"holds every instance that is {when} for {seconds} s",
            aws(
                "autoscaling delete-lifecycle-hook",
                auto_scaling_group_name=group["name"],
                lifecycle_hook_name=name,
            ),
        )


def _group_schedules(clients: Clients, group: Json, ours: Ours) -> Iterator[Child]:
    held = ours.held("aws_autoscaling_schedule", "autoscaling_group_name", "scheduled_action_name")
    for one in _of_group(
        clients, group, "describe_scheduled_actions", "ScheduledUpdateGroupActions"
    ):
        name = one["ScheduledActionName"]
        if (group["name"], name) not in held:
            yield Child(
                "scheduled action",
                name,
                limits(one, "", "Size"),
                aws(
                    "autoscaling delete-scheduled-action",
                    auto_scaling_group_name=group["name"],
                    scheduled_action_name=name,
                ),
            )


def _of_group(clients: Clients, group: Json, operation: str, answer: str) -> Iterator[Json]:
    yield from pages(clients["autoscaling"], operation, answer, AutoScalingGroupName=group["name"])


def _services(clients: Clients, cluster: Json, ours: Ours) -> Iterator[Child]:
    held = {arn for (arn,) in ours.held("aws_ecs_service", "id")}
    name = cluster["name"]
    for arn in pages(clients["ecs"], "list_services", "serviceArns", cluster=name):
        if arn not in held:
            service = arn.rpartition("/")[2]
            yield Child(
                "service",
                service,
                "runs tasks on the instances of the cluster",
                aws("ecs delete-service", cluster=name, service=service, force=""),
                arn,
            )


def _tasks(clients: Clients, cluster: Json, _: Ours) -> Iterator[Child]:
    """Tasks that no service started."""
    name = cluster["name"]
    arns = list(pages(clients["ecs"], "list_tasks", "taskArns", cluster=name))
    for some in hundreds(arns):
        for one in clients["ecs"].describe_tasks(cluster=name, tasks=some)["tasks"]:
            if str(one.get("group", "")).startswith("service:"):
                continue
            task = one["taskArn"].rpartition("/")[2]
            family = one["taskDefinitionArn"].rpartition("/")[2]
            yield Child(
                "task",
                task,
                f"runs {family} outside of every service",
                aws("ecs stop-task", cluster=name, task=task),
                one["taskArn"],
            )


SERVICE_MANAGED_RULES = ("AutoScalingManagedRule", "AmazonECSManagedRule")


def _event_rules(clients: Clients, cluster: Json, ours: Ours) -> Iterator[Child]:
    held = {name for (name,) in ours.held("aws_cloudwatch_event_rule", "name")}
    for name in pages(
        clients["events"], "list_rule_names_by_target", "RuleNames", TargetArn=cluster["arn"]
    ):
        if name in held or name.startswith(SERVICE_MANAGED_RULES):
            continue
        rule = clients["events"].describe_rule(Name=name)
        if rule.get("State") != "DISABLED":
            when = rule.get("ScheduleExpression") or "on an event"
            yield Child(
                "event rule",
                name,
                f"starts tasks in the cluster, {when}",
                aws("events disable-rule", name=name),
            )


BELOW = (
    Below(
        "aws_autoscaling_group",
        "scaling policies",
        "autoscaling:DescribePolicies",
        "autoscaling",
        _group_policies,
    ),
    Below(
        "aws_autoscaling_group",
        "lifecycle hooks",
        "autoscaling:DescribeLifecycleHooks",
        "autoscaling",
        _group_hooks,
    ),
    Below(
        "aws_autoscaling_group",
        "scheduled actions",
        "autoscaling:DescribeScheduledActions",
        "autoscaling",
        _group_schedules,
    ),
    Below("aws_ecs_cluster", "services", "ecs:ListServices", "ecs", _services),
    Below("aws_ecs_cluster", "tasks", "ecs:ListTasks, ecs:DescribeTasks", "ecs", _tasks),
    Below(
        "aws_ecs_cluster",
        "event rules",
        "events:ListRuleNamesByTarget, events:DescribeRule",
        "events",
        _event_rules,
    ),
)
