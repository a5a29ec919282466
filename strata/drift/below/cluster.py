"""What people add by hand to the auto scaling group and to the ECS cluster."""

from collections.abc import Iterator

from strata.aws.session import pages
from strata.documents import Json
from strata.drift.below.model import Below, Child, Clients, StateResources, aws, hundreds, limits
from strata.settings.resource_names import job_group

ECS_MANAGED_POLICY = "ECSManagedAutoScalingPolicy-"
ECS_MANAGED_HOOK = "ecs-managed-draining-termination-hook"
"""What ECS adds to a group that a capacity provider scales and drains (ECS Developer Guide, managed
scaling and managed instance draining)."""


def _group_policies(clients: Clients, group: Json, ours: StateResources) -> Iterator[Child]:
    known = ours.values_of("aws_autoscaling_policy", "autoscaling_group_name", "name")
    for policy in _of_group(clients, group, "describe_policies", "ScalingPolicies"):
        name = policy["PolicyName"]
        if (group["name"], name) in known or name.startswith(ECS_MANAGED_POLICY):
            continue
        by = policy.get("ScalingAdjustment")
        does = f"changes the number of instances by {by}" if by else "moves the number of instances"
        yield Child(
            "scaling policy",
            name,
            f"{does} ({policy.get('PolicyType', 'SimpleScaling')})",
            aws(
                "autoscaling delete-policy", auto_scaling_group_name=group["name"], policy_name=name
            ),
        )


def _group_hooks(clients: Clients, group: Json, ours: StateResources) -> Iterator[Child]:
    known = ours.values_of("aws_autoscaling_lifecycle_hook", "autoscaling_group_name", "name") | {
        (group["name"], hook.get("name")) for hook in group.get("initial_lifecycle_hook") or []
    }
    response = clients["autoscaling"].describe_lifecycle_hooks(AutoScalingGroupName=group["name"])
    for hook in response["LifecycleHooks"]:
        name = hook["LifecycleHookName"]
        if (group["name"], name) in known or name == ECS_MANAGED_HOOK:
            continue
        when = str(hook.get("LifecycleTransition", "")).rpartition("_")[2].lower() or "changing"
        seconds = hook.get("HeartbeatTimeout", 3600)
        yield Child(
            "lifecycle hook",
            name,
            f"pauses every instance that is {when} for {seconds} s",
            aws(
                "autoscaling delete-lifecycle-hook",
                auto_scaling_group_name=group["name"],
                lifecycle_hook_name=name,
            ),
        )


def _group_schedules(clients: Clients, group: Json, ours: StateResources) -> Iterator[Child]:
    known = ours.values_of(
        "aws_autoscaling_schedule", "autoscaling_group_name", "scheduled_action_name"
    )
    for action in _of_group(
        clients, group, "describe_scheduled_actions", "ScheduledUpdateGroupActions"
    ):
        name = action["ScheduledActionName"]
        if (group["name"], name) not in known:
            yield Child(
                "scheduled action",
                name,
                limits(action, "", "Size"),
                aws(
                    "autoscaling delete-scheduled-action",
                    auto_scaling_group_name=group["name"],
                    scheduled_action_name=name,
                ),
            )


def _of_group(clients: Clients, group: Json, operation: str, answer: str) -> Iterator[Json]:
    yield from pages(clients["autoscaling"], operation, answer, AutoScalingGroupName=group["name"])


def _services(clients: Clients, cluster: Json, ours: StateResources) -> Iterator[Child]:
    known = {arn for (arn,) in ours.values_of("aws_ecs_service", "id")}
    name = cluster["name"]
    for arn in pages(clients["ecs"], "list_services", "serviceArns", cluster=name):
        if arn not in known:
            service = arn.rpartition("/")[2]
            yield Child(
                "service",
                service,
                "runs tasks on the instances of the cluster",
                aws("ecs delete-service", cluster=name, service=service, force=""),
                arn,
            )


def _tasks(clients: Clients, cluster: Json, ours: StateResources) -> Iterator[Child]:
    """Tasks that no service started, and no job of ours."""
    name = cluster["name"]
    jobs = {job_group(job) for (job,) in ours.values_of("aws_scheduler_schedule", "name")}
    arns = list(pages(clients["ecs"], "list_tasks", "taskArns", cluster=name))
    for batch in hundreds(arns):
        for task in clients["ecs"].describe_tasks(cluster=name, tasks=batch)["tasks"]:
            group = str(task.get("group", ""))
            if group.startswith("service:") or group in jobs:
                continue
            task_id = task["taskArn"].rpartition("/")[2]
            family = task["taskDefinitionArn"].rpartition("/")[2]
            yield Child(
                "task",
                task_id,
                f"runs {family} outside of every service",
                aws("ecs stop-task", cluster=name, task=task_id),
                task["taskArn"],
            )


SERVICE_MANAGED_RULES = ("AutoScalingManagedRule", "AmazonECSManagedRule")


def _event_rules(clients: Clients, cluster: Json, ours: StateResources) -> Iterator[Child]:
    known = {name for (name,) in ours.values_of("aws_cloudwatch_event_rule", "name")}
    for name in pages(
        clients["events"], "list_rule_names_by_target", "RuleNames", TargetArn=cluster["arn"]
    ):
        if name in known or name.startswith(SERVICE_MANAGED_RULES):
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


def _schedules(clients: Clients, group: Json, ours: StateResources) -> Iterator[Child]:
    known = {name for (name,) in ours.values_of("aws_scheduler_schedule", "name")}
    name = group["name"]
    for schedule in pages(clients["scheduler"], "list_schedules", "Schedules", GroupName=name):
        if schedule["Name"] not in known and schedule.get("State") != "DISABLED":
            target = schedule.get("Target", {}).get("Arn", "")
            yield Child(
                "schedule",
                schedule["Name"],
                f"starts {target.rpartition(':')[2] or 'something'} by the clock",
                aws("scheduler delete-schedule", group_name=name, name=schedule["Name"]),
                schedule.get("Arn", ""),
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
    Below(
        "aws_scheduler_schedule_group",
        "schedules",
        "scheduler:ListSchedules",
        "scheduler",
        _schedules,
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
