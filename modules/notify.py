"""Tells an address or a topic of the service's deployments: `[notify]`.

ECS sends an event at the end of each deployment, whoever began it:
docs/decisions/0023-who-is-told-of-releases.md.
"""

import json
from collections.abc import Sequence
from typing import Literal

from cdktf_cdktf_provider_aws.cloudwatch_event_rule import CloudwatchEventRule
from cdktf_cdktf_provider_aws.cloudwatch_event_target import CloudwatchEventTarget
from cdktf_cdktf_provider_aws.data_aws_sns_topic import DataAwsSnsTopic
from constructs import Construct

from modules.naming import Names
from modules.topic import Senders, own_topic
from strata.settings.models import Environment, Settings, Told
from strata.settings.resource_names import service_name

EVENTS: dict[Told, str] = {
    "failed": "SERVICE_DEPLOYMENT_FAILED",
    "completed": "SERVICE_DEPLOYMENT_COMPLETED",
}
"""What happened -> ECS's name of the event (Developer Guide, service deployment state change
events)."""


Prefix = dict[Literal["prefix"], str]
"""The beginning of a value, as a pattern of EventBridge has it."""

LONGEST_PATTERN = 2048
"""Characters (Amazon EventBridge User Guide, quotas)."""


def notify(scope: Construct, names: Names, services: Sequence[str | Prefix]) -> None:
    """Add to the service layer what tells of the deployments of `services`, as `deploying` has them."""
    wanted = names.settings.notify
    if wanted is None or not (wanted.email or wanted.topic):
        return
    own = Construct(scope, "notify")
    if wanted.topic:
        # Looked up, so that a plan fails where there is none.
        topic = DataAwsSnsTopic(own, "topic", name=wanted.topic.rpartition(":")[2]).arn
    else:
        senders = Senders("Events", ("events.amazonaws.com",))
        topic = own_topic(own, names, "releases", wanted.email or "", senders)
    rule = CloudwatchEventRule(
        own,
        "deployment",
        name=names.name("releases", 64),
        description=f"A deployment has {' or '.join(sorted(wanted.on))}",
        event_pattern=deployment_pattern(services, wanted.on),
        tags=names.tags("releases"),
    )
    CloudwatchEventTarget(own, "deployment_target", rule=rule.name, arn=topic)


def service_arn(environment: Environment, cluster: str, service: str) -> str:
    """The ARN of a service by the names of it and its cluster."""
    where = f"{environment.region}:{environment.account_id}"
    return f"arn:aws:ecs:{where}:service/{cluster}/{service}"


def deploying(settings: Settings, cluster: str, services: Sequence[str]) -> list[str | Prefix]:
    """What events of deployments of all services, by name, have for resources: their ARNs, or,
    where these are too long for a pattern, the beginning of every ARN in this cluster."""
    environment = settings.environment
    arns: list[str | Prefix] = [service_arn(environment, cluster, one) for one in services]
    # CDKTF's tokens have other lengths than the names that they become.
    named = [
        service_arn(environment, service_name(environment), service_name(environment, one))
        for one in ("", *settings.services)
    ]
    if len(deployment_pattern(named, [*EVENTS])) <= LONGEST_PATTERN:
        return arns
    return [{"prefix": service_arn(environment, cluster, "")}]


def deployment_pattern(services: Sequence[str | Prefix], on: Sequence[Told]) -> str:
    """The events that say how a deployment of one of `services` ended, as `deploying` has them."""
    return json.dumps(
        {
            "source": ["aws.ecs"],
            "detail-type": ["ECS Deployment State Change"],
            "detail": {"eventName": [EVENTS[one] for one in EVENTS if one in on]},
            "resources": list(services),
        }
    )
