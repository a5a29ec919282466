"""What people add by hand to the scalable target."""

from collections.abc import Iterator

from strata.aws.session import pages
from strata.documents import Json
from strata.drift.below.model import Below, Child, Clients, StateResources, aws, limits


def _scaling_policies(clients: Clients, target: Json, ours: StateResources) -> Iterator[Child]:
    known = ours.values_of("aws_appautoscaling_policy", "resource_id", "scalable_dimension", "name")
    client, where = clients["application-autoscaling"], _target(target)
    for policy in pages(client, "describe_scaling_policies", "ScalingPolicies", **where):
        name = policy["PolicyName"]
        if (policy["ResourceId"], policy["ScalableDimension"], name) not in known:
            yield Child(
                "scaling policy",
                name,
                _tracking(policy),
                aws(
                    "application-autoscaling delete-scaling-policy",
                    policy_name=name,
                    **_flags(where),
                ),
            )


def _scaling_schedules(clients: Clients, target: Json, ours: StateResources) -> Iterator[Child]:
    known = ours.values_of(
        "aws_appautoscaling_scheduled_action", "resource_id", "scalable_dimension", "name"
    )
    client, where = clients["application-autoscaling"], _target(target)
    for action in pages(client, "describe_scheduled_actions", "ScheduledActions", **where):
        name = action["ScheduledActionName"]
        if (action["ResourceId"], action["ScalableDimension"], name) not in known:
            yield Child(
                "scheduled action",
                name,
                limits(action, "ScalableTargetAction", "Capacity"),
                aws(
                    "application-autoscaling delete-scheduled-action",
                    scheduled_action_name=name,
                    **_flags(where),
                ),
            )


def _target(values: Json) -> Json:
    return {
        "ServiceNamespace": values["service_namespace"],
        "ResourceId": values["resource_id"],
        "ScalableDimension": values["scalable_dimension"],
    }


def _flags(target: Json) -> dict[str, str]:
    return {
        "service_namespace": target["ServiceNamespace"],
        "resource_id": target["ResourceId"],
        "scalable_dimension": target["ScalableDimension"],
    }


def _tracking(policy: Json) -> str:
    configured = policy.get("TargetTrackingScalingPolicyConfiguration", {})
    if not configured:
        return f"moves the number of tasks ({policy.get('PolicyType', 'a policy')})"
    metric = configured.get("PredefinedMetricSpecification", {}).get("PredefinedMetricType")
    return f"keeps {metric or 'a metric of its own'} at {configured.get('TargetValue')}"


BELOW = (
    Below(
        "aws_appautoscaling_target",
        "scaling policies",
        "application-autoscaling:DescribeScalingPolicies",
        "application-autoscaling",
        _scaling_policies,
    ),
    Below(
        "aws_appautoscaling_target",
        "scheduled actions",
        "application-autoscaling:DescribeScheduledActions",
        "application-autoscaling",
        _scaling_schedules,
    ),
)
