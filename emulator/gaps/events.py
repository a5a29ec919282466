"""EventBridge: a rule has no topic for a target, and no pattern for lists of objects.

Its rules without a pattern match every event, and those that are disabled as well. A target that
cannot be played, or that is gone, fails the request that the event is about: AWS delivers on its
own, and whoever sent the event does not hear of it.
"""

import contextlib
from typing import Any

from moto.core.exceptions import ServiceException
from moto.events.models import EventPattern, Rule
from werkzeug.exceptions import HTTPException

from emulator.gaps.topics import publish

PLAYED = ("events", "logs", "sqs")
"""Services whose targets moto delivers to."""

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
    by_schedule = self.scheduled_expression and not self.event_pattern.get_pattern()
    if by_schedule or self.state == "DISABLED":
        return
    targets = self.targets
    try:
        for target in targets:
            if target["Arn"].split(":")[2] in PLAYED:
                self.targets = [target]
                with contextlib.suppress(HTTPException, ServiceException):
                    send(self, original_event, transform_input)
    finally:
        self.targets = targets
    if self.event_pattern.matches_event(original_event):
        for target in targets:
            if target["Arn"].split(":")[2] == "sns":
                publish(target["Arn"], "events.amazonaws.com", dict(original_event))


def fill() -> None:
    """Deliver the events that a rule matches to what can be played of its targets."""
    EventPattern._does_event_match = _matches
    Rule.send_to_targets = _send
