"""The events of a running Terraform: the lines of its `-json` output.

Terraform documents them as the machine-readable UI. Each line is an object with `type`, a sentence
in `@message`, and further data of the type under `hook`, `changes` or `diagnostic`.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

Event = dict[str, Any]

Watch = Callable[[Event], None]
"""Receives each event as it comes."""

STARTS = {"apply_start", "refresh_start", "provision_start", "ephemeral_op_start"}
ENDS = {
    "apply_complete",
    "apply_errored",
    "refresh_complete",
    "provision_complete",
    "provision_errored",
    "ephemeral_op_complete",
    "ephemeral_op_errored",
}
PHASES = {"init": "init", "plan": "planning", "apply": "applying", "destroy": "destroying"}
"""Terraform's command -> what a layer is doing while it runs."""


def ignore(_: Event) -> None:
    """Watch nothing."""


def event(line: str) -> Event:
    """A line of output; text that is no JSON (a crash, a provider's print) becomes the message."""
    try:
        document = json.loads(line)
    except ValueError:
        document = None
    if isinstance(document, dict):
        return document
    return {"type": "text", "@message": line.rstrip("\n")}


def command(*arguments: str) -> Event:
    """The line of a log before the output of a command."""
    return {"type": "command", "@message": f"terraform {' '.join(arguments)}"}


def makes(event: Event) -> bool:
    """Whether the event is the begin of a change by an apply; a plan only reads."""
    return event.get("type") == "apply_start" and event["hook"].get("action") != "read"


def beside(phase: str, what: str) -> Event:
    """What a layer does beside Terraform, in words; its phase has at most 12 characters."""
    return {"type": "beside", "phase": phase, "@message": what}


REFUSALS = ("Saved plan is stale", "Error acquiring the state lock")
"""Errors of Terraform 1.11 that come before it has changed or written anything."""


def refused(events: list[Event]) -> bool:
    """Whether Terraform refused to begin; interrupted it writes a state, even an empty one."""
    return any(
        event.get("type") == "diagnostic" and event["diagnostic"]["summary"] in REFUSALS
        for event in events
    )


def error_text(events: list[Event]) -> str:
    """The errors among events in Terraform's and the provider's own words.

    Without an error, as after a crash, the last five lines of the output.
    """
    errors = [
        event["diagnostic"]
        for event in events
        if event.get("type") == "diagnostic" and event["diagnostic"]["severity"] == "error"
    ]
    if not errors:
        return "\n".join(str(event.get("@message", "")) for event in events[-5:]).strip()
    return "\n".join(dict.fromkeys(_error(diagnostic) for diagnostic in errors))


def _error(diagnostic: Event) -> str:
    lines = [f"Error: {diagnostic['summary']}"]
    if diagnostic.get("address"):
        lines.append(f"  with {diagnostic['address']}")
    if diagnostic.get("detail"):
        lines += ["", str(diagnostic["detail"]).strip()]
    return "\n".join(lines)


def without_source(event: Event) -> Event:
    """A diagnostic without its quotation of the stack, which may contain values."""
    diagnostic = {k: v for k, v in (event.get("diagnostic") or {}).items() if k != "snippet"}
    return {**event, "diagnostic": diagnostic} if diagnostic else event


@dataclass
class Activity:
    """What a layer is doing, from the events of all its commands.

    Times are seconds of a clock that only goes forward.
    """

    phase: str = ""
    beside: str = ""
    """What is done beside Terraform, until it runs again."""
    changes: int = 0
    done: int = 0
    working: dict[str, float] = field(default_factory=dict)
    """Address -> when work on it began."""
    longest: tuple[str, float] | None = None
    """The resource whose change took longest, and its seconds."""

    def hear(self, event: Event, now: float) -> None:
        """Update from an event."""
        kind = event.get("type")
        if kind == "command":
            words = str(event["@message"]).split()
            self.phase = PHASES.get(words[1], self.phase)
            self.beside = ""
            self.working.clear()
        elif kind == "beside":
            self.phase, self.beside = event["phase"], str(event["@message"])
        elif kind == "change_summary" and event["changes"]["operation"] == "plan":
            counts = event["changes"]
            self.changes = sum(counts[name] for name in ("add", "change", "remove"))
        elif kind in STARTS:
            self.working[event["hook"]["resource"]["addr"]] = now
        elif kind in ENDS:
            address = event["hook"]["resource"]["addr"]
            seconds = now - self.working.pop(address, now)
            if kind == "apply_complete" and event["hook"]["action"] != "read":
                self.done += 1
                if self.longest is None or seconds > self.longest[1]:
                    self.longest = (address, seconds)

    def now(self, clock: float) -> str:
        """What takes longest at this moment: `2/4  aws_db_instance.database_instance 43 s`."""
        words = [self.beside] if self.beside else []
        if self.phase in ("applying", "destroying") and self.changes:
            words.append(f"{self.done}/{self.changes}")
        if self.working:
            address, since = min(self.working.items(), key=lambda entry: entry[1])
            words.append(f"{address} {clock - since:.0f} s")
        return "  ".join(words)
