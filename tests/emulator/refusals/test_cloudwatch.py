"""CloudWatch refuses an alarm that would tell a topic of another region."""

from typing import Any

import pytest

from tests.emulator.refusals.world import ACCOUNT, REGION, Aws, refuses

pytestmark = pytest.mark.emulator

ALARM: dict[str, Any] = {
    "AlarmName": "domain", "Namespace": "AWS/Route53", "MetricName": "HealthCheckStatus",
    "Statistic": "Minimum", "Period": 60, "EvaluationPeriods": 1, "Threshold": 1.0,
    "ComparisonOperator": "LessThanThreshold",
}  # fmt: skip


@pytest.mark.parametrize("actions", ["AlarmActions", "OKActions", "InsufficientDataActions"])
def test_action_in_another_region(aws: Aws, actions: str) -> None:
    cloudwatch = aws("cloudwatch")
    with refuses("ValidationError", "Invalid region us-west-2 specified"):
        cloudwatch.put_metric_alarm(
            **ALARM, **{actions: [f"arn:aws:sns:us-west-2:{ACCOUNT}:oncall"]}
        )
    cloudwatch.put_metric_alarm(**ALARM, **{actions: [f"arn:aws:sns:{REGION}:{ACCOUNT}:oncall"]})
