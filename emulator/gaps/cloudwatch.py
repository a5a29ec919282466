"""CloudWatch: an alarm that changes its state tells nobody."""

from datetime import UTC
from typing import Any

from moto.cloudwatch.models import Alarm

from emulator.gaps.topics import publish

update = Alarm.update_state


def _update(self: Any, reason: str, reason_data: str, state_value: str) -> None:
    before = self.state_value
    update(self, reason, reason_data, state_value)
    if state_value == before or not self.actions_enabled:
        return
    actions = {
        "ALARM": self.alarm_actions,
        "OK": self.ok_actions,
        "INSUFFICIENT_DATA": self.insufficient_data_actions,
    }[state_value]
    for arn in actions:
        if arn.split(":")[2] == "sns":
            publish(
                arn,
                "cloudwatch.amazonaws.com",
                _message(self, before),
                f'{state_value}: "{self.name}" in {self.region_name}',
            )


def _message(alarm: Any, before: str) -> dict[str, Any]:
    """The message of an alarm (CloudWatch User Guide, notifying users on alarm changes)."""
    return {
        "AlarmName": alarm.name,
        "AlarmDescription": alarm.description,
        "AWSAccountId": alarm.alarm_arn.split(":")[4],
        "NewStateValue": alarm.state_value,
        "NewStateReason": alarm.state_reason,
        "StateChangeTime": alarm.state_updated_timestamp.replace(tzinfo=UTC).isoformat(),
        "Region": alarm.region_name,
        "AlarmArn": alarm.alarm_arn,
        "OldStateValue": before,
        "Trigger": {"MetricName": alarm.metric_name, "Namespace": alarm.namespace},
    }


def fill() -> None:
    """Publish to the topics of an alarm when its state changes."""
    Alarm.update_state = _update
