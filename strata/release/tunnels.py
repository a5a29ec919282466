"""Port forwarding through an instance of the cluster, by Session Manager and without port 22."""

from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from strata.aws.session import IMPATIENT, session
from strata.errors import StrataError
from strata.release.ecs import Ecs, asking
from strata.release.sessions import Session
from strata.settings.models import Environment

REMOTE = "AWS-StartPortForwardingSessionToRemoteHost"
OWN = "AWS-StartPortForwardingSession"
"""AWS's documents for a port of another host, and of the instance itself (Systems Manager User
Guide, starting a session)."""

NOT_CONNECTED = "TargetNotConnected"


@dataclass(frozen=True)
class Goal:
    """What a tunnel leads to; an empty host is the instance itself, `secret` an ARN or empty."""

    name: str
    host: str
    port: int
    secret: str


def start(
    environment: Environment, ecs: Ecs, goal: Goal, local: int
) -> tuple[Session, dict[str, Any]]:
    """Start a session through the first instance that Session Manager reaches; with the request."""
    ssm: Any = session(environment).client("ssm", config=IMPATIENT)
    instances = _instances(ecs)
    if not instances:
        raise StrataError(
            f"no instance of the cluster {ecs.place.cluster} runs that could be gone through",
            "its tasks start one: see desired_count and min_size of the settings",
        )
    for instance in instances:
        request = _request(instance, goal, local)
        with asking():
            try:
                answer = ssm.start_session(**request)
            except ClientError as error:
                if error.response["Error"]["Code"] == NOT_CONNECTED:
                    continue
                raise
        return Session(answer["SessionId"], answer["StreamUrl"], answer["TokenValue"]), request
    raise StrataError(
        f"Session Manager reaches none of the instances {', '.join(instances)}",
        "an instance takes some minutes after its start; it needs AmazonSSMManagedInstanceCore and "
        "a way to ssm and ssmmessages over 443",
    )


def _request(instance: str, goal: Goal, local: int) -> dict[str, Any]:
    ports = {"portNumber": [str(goal.port)], "localPortNumber": [str(local)]}
    if not goal.host:
        return {"Target": instance, "DocumentName": OWN, "Parameters": ports}
    return {
        "Target": instance,
        "DocumentName": REMOTE,
        "Parameters": {"host": [goal.host], **ports},
    }


def _instances(ecs: Ecs) -> list[str]:
    """The EC2 ids of the cluster's active instances, those with a connected agent first."""
    active = [one for one in ecs.instances() if one["status"] == "ACTIVE"]
    found = sorted(active, key=lambda one: not one.get("agentConnected"))
    return [one["ec2InstanceId"] for one in found]
