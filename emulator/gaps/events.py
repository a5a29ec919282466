"""EventBridge: a rule has no topic for a target, and no pattern for lists of objects."""

from typing import Any

from moto.events.models import EventPattern, Rule

from emulator.gaps.topics import publish

send = Rule.send_to_targets
matches = EventPattern._does_event_match


def _matches(self: Any, event: dict[str, Any], pattern: dict[str, Any], prefix: str = "") -> bool:
    """As EventBridge does it, all fields of a list's pattern match in one of its entries."""
    rest = {}
    for key, inner in pattern.items():
        path = f"{prefix}.{key}" if prefix else key
        entries = event.get(path)
        if not (isinstance(inner, dict) and isinstance(entries, list)):
            rest[key] = inner
            continue
        flat = (self._flatten_dict(one, path) for one in entries if isinstance(one, dict))
        if not any(_matches(self, one, inner, path) for one in flat):
            return False
    return bool(matches(self, event, rest, prefix))


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
    """Publish the events that a rule matches to the topics among its targets, and match lists."""
    EventPattern._does_event_match = _matches
    Rule.send_to_targets = _send
