"""Delivers events of AWS's services to state machines: moto matches rules, and starts none.

Of a state machine only steps that call UpdateService of ECS are played; each is a request to this
emulator like any other, sent after the answer to the request that the event is about.
"""

import json
import threading
import uuid
from datetime import UTC, datetime
from typing import Any

import boto3
from moto.backends import get_backend

UPDATE_SERVICE = "arn:aws:states:::aws-sdk:ecs:updateService"


def send(endpoint: str, account: str, region: str, event: dict[str, Any]) -> None:
    """Send an event to the default bus of an account and region; `endpoint` is the emulator's."""
    whole = {
        "version": "0",
        "id": str(uuid.uuid4()),
        "account": account,
        "time": datetime.now(tz=UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "region": region,
        **event,
    }
    bus = get_backend("events")[account][region].event_buses["default"]
    for rule in bus.rules.values():
        if rule.state == "ENABLED" and rule.event_pattern.matches_event(whole):
            for target in rule.targets:
                if ":stateMachine:" in target["Arn"]:
                    _start(endpoint, account, region, target["Arn"])


def _start(endpoint: str, account: str, region: str, arn: str) -> None:
    machines = get_backend("stepfunctions")[account][region].state_machines
    for machine in machines:
        if machine.arn == arn:
            states = json.loads(machine.definition)["States"].values()
            steps = [one["Parameters"] for one in states if one.get("Resource") == UPDATE_SERVICE]
            threading.Thread(target=_run, args=(endpoint, region, steps), daemon=True).start()


def _run(endpoint: str, region: str, steps: list[dict[str, Any]]) -> None:
    ecs = boto3.client(
        "ecs",
        endpoint_url=endpoint,
        region_name=region,
        aws_access_key_id="emulator",
        aws_secret_access_key="emulator",  # noqa: S106
    )
    for parameters in steps:
        # The integration with an SDK writes parameters with a capital first.
        ecs.update_service(**{name[0].lower() + name[1:]: one for name, one in parameters.items()})
