"""Who is told of releases."""

import re
from collections.abc import Iterator

from strata.settings.models import Settings
from strata.settings.rules.alarms import EMAIL, topic
from strata.settings.rules.finding import Finding

WEBHOOK = re.compile(
    r"arn:aws:secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:[A-Za-z0-9/_+=.@-]{1,512}"
)
"""A secret (Secrets Manager API reference, CreateSecret); of any account and region, as the secret
is read by who releases."""


def check(settings: Settings) -> Iterator[Finding]:
    """Check `[notify]`."""
    notify = settings.notify
    if notify is None:
        return
    if notify.email is not None and notify.topic is not None:
        yield Finding(("notify",), "names an address and a topic", "either email or topic")
    if notify.email is None and notify.topic is None and notify.webhook_secret is None:
        yield Finding(("notify",), "names nobody to tell", "email, topic or webhook_secret")
    if notify.email is not None and not EMAIL.fullmatch(notify.email):
        yield Finding(("notify", "email"), "is no address", "such as releases@shop.example")
    if notify.topic is not None:
        yield from topic(("notify", "topic"), notify.topic, settings.environment, "EventBridge")
    if notify.webhook_secret is not None and not WEBHOOK.fullmatch(notify.webhook_secret):
        where = f"{settings.environment.region}:{settings.environment.account_id}"
        yield Finding(
            ("notify", "webhook_secret"),
            "is no ARN of a secret",
            f"such as arn:aws:secretsmanager:{where}:secret:releases-webhook-AbCdEf; whoever has "
            "the URL itself can post there, so that it does not belong in a file",
        )
    if len(set(notify.on)) < len(notify.on):
        yield Finding(("notify", "on"), "names something twice", "each once")
