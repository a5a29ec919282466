"""A topic of our own that an address is subscribed to, and the key that encrypts it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from cdktf_cdktf_provider_aws.provider import AwsProvider
from cdktf_cdktf_provider_aws.sns_topic import SnsTopic
from cdktf_cdktf_provider_aws.sns_topic_subscription import SnsTopicSubscription
from constructs import Construct

from modules.keys import own_key
from modules.naming import Names


@dataclass(frozen=True)
class Senders:
    """The services that publish to a topic, and the name of the statement that lets them."""

    name: str
    services: Sequence[str]

    @property
    def principal(self) -> dict[str, list[str] | str]:
        """For a policy."""
        services = list(self.services)
        return {"Service": services if len(services) > 1 else services[0]}


def own_topic(
    scope: Construct,
    names: Names,
    what: str,
    email: str,
    senders: Senders,
    *,
    provider: AwsProvider | None = None,
) -> str:
    """Add a topic to `scope`, named after `what` is sent to it; gives its ARN.

    It is in the environment's region, or in that of `provider`.
    """
    environment = names.settings.environment
    account = environment.account_id
    region = str(provider.region_input) if provider else environment.region
    key = own_key(
        scope,
        "topic_key",
        names,
        what,
        # Services cannot use the key of AWS's own that SNS has: its policy names none of them.
        f"Topic of the {what.replace('-', ' ')} of {names.base}",
        {
            "Sid": senders.name,
            "Effect": "Allow",
            # Without a condition: EventBridge sends no source with its request.
            "Principal": senders.principal,
            "Action": ["kms:Decrypt", "kms:GenerateDataKey*"],
            "Resource": "*",
        },
        provider=provider,
    )
    name = names.name(what, 256)
    topic = SnsTopic(
        scope,
        "topic",
        provider=provider,
        name=name,
        kms_master_key_id=key.arn,
        # Not a resource of its own: the topic would show it as drift of its own policy.
        policy=json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Sid": senders.name,
                        "Effect": "Allow",
                        "Principal": senders.principal,
                        "Action": "sns:Publish",
                        "Resource": f"arn:aws:sns:{region}:{account}:{name}",
                        "Condition": {"StringEquals": {"aws:SourceAccount": account}},
                    }
                ],
            }
        ),
        tags=names.tags(what),
    )
    SnsTopicSubscription(
        scope,
        "email",
        provider=provider,
        topic_arn=topic.arn,
        protocol="email",
        endpoint=email,
    )
    return topic.arn
