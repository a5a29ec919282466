"""Application Auto Scaling refuses services that are not there."""

from collections.abc import Mapping

import pytest

from tests.emulator.refusals.test_ecs import service
from tests.emulator.refusals.world import Aws, refuses

pytestmark = pytest.mark.emulator


def register(aws: Aws, resource: str, least: int = 1, most: int = 2) -> None:
    aws("application-autoscaling").register_scalable_target(
        ServiceNamespace="ecs",
        ResourceId=resource,
        ScalableDimension="ecs:service:DesiredCount",
        MinCapacity=least,
        MaxCapacity=most,
    )


def test_most_below_least(aws: Aws) -> None:
    made = service(aws)
    with refuses("ValidationException", "cannot be less than minimum capacity"):
        register(aws, f"service/{made['cluster']}/{made['serviceName']}", 3, 2)


def test_service_that_is_not_active(aws: Aws) -> None:
    made = service(aws)
    resource = f"service/{made['cluster']}/{made['serviceName']}"
    register(aws, resource)
    aws("ecs").delete_service(cluster=made["cluster"], service=made["serviceName"])
    with refuses("ValidationException", "ECS service doesn't exist"):
        register(aws, resource)


MESSAGES = {"Id": "messages", "ReturnData": False, "MetricStat": {
    "Metric": {"Namespace": "AWS/SQS", "MetricName": "ApproximateNumberOfMessagesVisible"},
    "Stat": "Sum",
}}  # fmt: skip
CPU = {"PredefinedMetricSpecification": {"PredefinedMetricType": "ECSServiceAverageCPUUtilization"}}


def customized(*queries: dict[str, object]) -> dict[str, object]:
    return {"CustomizedMetricSpecification": {"Metrics": [*queries]}}


@pytest.mark.parametrize(
    ("metric", "said"),
    [
        ({}, "Exactly one of a predefined and a customized"),
        ({**CPU, **customized(MESSAGES)}, "Exactly one of a predefined and a customized"),
        (customized(), "needs either metrics or the name of one"),
        (customized(MESSAGES), "Exactly one metric must return data"),
        (customized(MESSAGES, {"Id": "x", "Expression": "messages / 2"},
                    {"Id": "y", "Expression": "messages / 3"}), "Exactly one metric must return"),
        (customized(MESSAGES, {"Id": "messages", "Expression": "messages / 2"}), "be unique"),
        (customized({**MESSAGES, "Id": "Messages"}), "begin with a lower-case letter"),
        (customized(MESSAGES, {"Id": "x", "Expression": "messages / tasks"}), "names tasks, which"),
        (customized(MESSAGES, {"Id": "x"}), "x must have either an expression or a metric"),
    ],
)  # fmt: skip
def test_metric_that_is_none(aws: Aws, metric: dict[str, object], said: str) -> None:
    made = service(aws)
    resource = f"service/{made['cluster']}/{made['serviceName']}"
    register(aws, resource)

    def put(specification: Mapping[str, object]) -> None:
        aws("application-autoscaling").put_scaling_policy(
            PolicyName="p", ServiceNamespace="ecs", ResourceId=resource,
            ScalableDimension="ecs:service:DesiredCount", PolicyType="TargetTrackingScaling",
            TargetTrackingScalingPolicyConfiguration={"TargetValue": 10.0, **specification},
        )  # fmt: skip

    with refuses("ValidationException", said):
        put(metric)
    put(customized(MESSAGES, {"Id": "x", "Expression": "IF(messages > 0, messages / 2, 0)"}))
    put(CPU)
