"""EventBridge: a rule has no topic for a target."""

from typing import Any

from moto.events.models import Rule

from emulator.gaps.topics import publish

send = Rule.send_to_targets


def _send(self: Any, original_event: Any, transform_input: bool = True) -> None:
    targets = self.targets
    topics = [target["Arn"] for target in targets if target["Arn"].split(":")[2] == "sns"]
    self.targets = [target for target in targets if target["Arn"] not in topics]
    try:
        send(self, original_event, transform_input)
    finally:
        self.targets = targets
    if self.event_pattern.matches_event(original_event):
        for arn in topics:
            publish(arn, "events.amazonaws.com", dict(original_event))


def fill() -> None:
    """Publish the events that a rule matches to the topics among its targets."""
    Rule.send_to_targets = _send
