"""A new password of the database, and the deployment that gives it to the tasks.

Values of secrets are never read: the database makes the password, and its version says when.
"""

import time
from collections.abc import Callable, Collection
from dataclasses import dataclass

from strata.aws.session import session
from strata.errors import StrataError
from strata.release.ecs import Ecs, asking
from strata.release.model import Deployment
from strata.release.place import places
from strata.settings.models import Environment, Settings


@dataclass(frozen=True)
class Patience:
    """Seconds between two looks at AWS, and before giving up."""

    poll: float = 5
    rotation: float = 900
    event: float = 60
    """How long the rule of the service layer has to begin a deployment itself: EventBridge delivers
    within seconds."""
    deployment: float = 3600


PATIENT = Patience()


def rotate_password(
    environment: Environment, secret_arn: str, patience: Patience = PATIENT
) -> None:
    """Have RDS make a new password now, and wait until the database takes it.

    RDS marks it as current after it has changed the database (Secrets Manager User Guide, managed
    rotation). Raises StrataError in AWS's words, or when it takes too long.
    """
    client = session(environment).client("secretsmanager")

    def current() -> str:
        with asking():
            stages = client.describe_secret(SecretId=secret_arn).get("VersionIdsToStages", {})
        return next((name for name, labels in stages.items() if "AWSCURRENT" in labels), "")

    before = current()
    with asking():
        client.rotate_secret(SecretId=secret_arn)
    deadline = time.monotonic() + patience.rotation
    while current() == before:
        if time.monotonic() > deadline:
            raise StrataError(
                f"RDS has made no new password for {patience.rotation:.0f} s; the old one holds",
                f"aws secretsmanager describe-secret --secret-id {secret_arn} shows how far it is; "
                "an event of RDS says why it failed",
            )
        time.sleep(patience.poll)


def deployments(ecs: Ecs) -> frozenset[str]:
    """The ids of the service's deployments, before something begins another one."""
    return frozenset(one.id for one in ecs.service().deployments)


@dataclass(frozen=True)
class Services:
    """All services of an environment, whose tasks have the same secrets, and the ids of the
    deployments that each had before something began another one."""

    services: tuple[tuple[Ecs, frozenset[str]], ...]

    @classmethod
    def of(cls, settings: Settings) -> "Services":
        """The services as they are now."""
        found = (Ecs(settings.environment, one) for one in places(settings))
        return cls(tuple((ecs, deployments(ecs)) for ecs in found))

    def deploy_anew(
        self, *, by_rule: bool, patience: Patience = PATIENT, say: Callable[[str], None]
    ) -> None:
        """Deploy each anew, one after the other; raises StrataError at the first that fails."""
        for ecs, before in self.services:
            deploy_anew(ecs, before, by_rule=by_rule, patience=patience, say=say)


def deploy_anew(
    ecs: Ecs,
    before: Collection[str],
    *,
    by_rule: bool,
    patience: Patience = PATIENT,
    say: Callable[[str], None] = lambda _: None,
) -> Deployment:
    """Give every task what its secrets hold now: wait for a deployment that is not in `before`.

    With `by_rule` EventBridge begins it; only when it does not, this does. Raises StrataError with
    ECS's reason when the deployment fails, and when it takes too long.
    """
    if not (by_rule and _begun(ecs, before, patience)):
        ecs.update(ecs.revision(ecs.service().revision))
    deadline = time.monotonic() + patience.deployment
    said = ""
    while True:
        primary = ecs.service().primary
        if primary is not None:
            words = f"{primary.running} of {primary.desired} tasks of the new deployment run"
            if words != said:
                say(words)
                said = words
            if primary.rollout == "FAILED" or primary.id in before:
                raise StrataError(
                    f"ECS gave up the deployment: {primary.reason or 'its circuit breaker'}",
                    "running tasks keep what they had; the events of aws ecs describe-services "
                    f"--cluster {ecs.place.cluster} --services {ecs.place.service} show why",
                )
            # Without a circuit breaker ECS gives no state of a rollout.
            steady = not primary.rollout and primary.running == primary.desired
            if primary.rollout == "COMPLETED" or steady:
                return primary
        if time.monotonic() > deadline:
            raise StrataError(
                f"the deployment has not ended after {patience.deployment:.0f} s: "
                f"{said or 'no task of it runs'}",
                "it goes on without this command",
            )
        time.sleep(patience.poll)


def _begun(ecs: Ecs, before: Collection[str], patience: Patience) -> bool:
    deadline = time.monotonic() + patience.event
    while True:
        primary = ecs.service().primary
        if primary is not None and primary.id not in before:
            return True
        if time.monotonic() > deadline:
            return False
        time.sleep(min(patience.poll, 1))
