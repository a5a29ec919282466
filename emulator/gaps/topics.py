"""What services of AWS publish to topics: the state of alarms, and events of EventBridge rules.

A service needs the topic's policy and, where it is encrypted, the key's. With SNS's own key, whose
policy names no service, nothing arrives (SNS Developer Guide, key management, compatibility with
event sources from AWS services).
"""

import json
from typing import Any

from moto.kms.models import kms_backends
from moto.sns.models import sns_backends

MANAGED = "alias/aws/sns"


def publish(arn: str, service: str, message: dict[str, Any], subject: str | None = None) -> None:
    """Send a message of a service, such as `cloudwatch.amazonaws.com`, if it may."""
    _, _, _, region, account, _ = arn.split(":", 5)
    topic = sns_backends[account][region].topics.get(arn)
    if topic is None or not _admits(topic.policy, service):
        return
    key = topic.kms_master_key_id
    if key and (key == MANAGED or not _admits(_policy(account, region, key), service)):
        return
    topic.publish(json.dumps(message), subject=subject)


def _policy(account: str, region: str, key: str) -> str:
    keys = kms_backends[account][region]
    return str(keys.keys[keys.any_id_to_key_id(key)].policy)


def _admits(policy: str | dict[str, Any], service: str) -> bool:
    """Whether a policy allows something to a service; conditions are not read."""
    document = json.loads(policy) if isinstance(policy, str) else policy
    for statement in document.get("Statement", []):
        principal = statement.get("Principal")
        named = principal.get("Service", []) if isinstance(principal, dict) else []
        if statement.get("Effect") == "Allow" and service in (
            [named] if isinstance(named, str) else named
        ):
            return True
    return False
