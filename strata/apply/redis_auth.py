"""Sets the AUTH token of Redis from Secrets Manager: Terraform would keep it in its state.

An object beside the cache's state names the version of the secret that Redis requires. The object
is deleted while the token is being set: between the two steps Redis accepts clients without a token
too, and AWS may report AUTH as enabled already. A secret that was created again has another
version, which must be set again.
"""

import contextlib
import time
from collections.abc import Callable, Iterator

from botocore.exceptions import BotoCoreError, ClientError

from strata.aws.session import session
from strata.documents.layers import state_key
from strata.errors import StrataError
from strata.settings.models import Environment
from strata.state.client import s3_client

NOTHING_TO_DO = "No modifications were requested"
"""What ElastiCache says to a step that an earlier run took before it was cut off (the provider
5.100.0 takes it as done as well)."""

POLL_SECONDS = 5
WAIT_SECONDS = 1800
"""ElastiCache changes a group within minutes; half an hour means that something is wrong."""

TOKEN_LENGTH = 64
"""Characters of a token, as of the first one that Terraform makes (`modules/cache.py`)."""

TERRAFORM = "TERRAFORM"
"""A label that keeps the version which Terraform made: of a version without any, Secrets Manager
may delete it, and Terraform would make another token."""


def version_note_key(environment: str) -> str:
    """The key of the object that names the secret version that was set."""
    return state_key(environment, "cache").removesuffix(".tfstate") + ".redis-auth"


class _Auth:
    """A replication group, the secret of its token, and the object that says what was set."""

    def __init__(self, environment: Environment, group: str, secret_arn: str) -> None:
        aws = session(environment)
        self.group, self.secret_arn = group, secret_arn
        self.elasticache = aws.client("elasticache")
        self.secrets = aws.client("secretsmanager")
        self._s3 = s3_client(environment)
        self._bucket, self._key = environment.state_bucket, version_note_key(environment.name)

    def ready(self) -> bool:
        """Wait until the group can be changed; whether it knows a token."""
        deadline = time.monotonic() + WAIT_SECONDS
        while True:
            answer = self.elasticache.describe_replication_groups(ReplicationGroupId=self.group)
            description = answer["ReplicationGroups"][0]
            if description["Status"] == "available":
                return bool(description.get("AuthTokenEnabled", False))
            if time.monotonic() > deadline:
                raise StrataError(f"replication group {self.group} stays {description['Status']}")
            time.sleep(POLL_SECONDS)

    def give(self, token: str, strategy: str) -> None:
        """Send a token: with ROTATE it is accepted as well, with SET nothing else is."""
        try:
            self.elasticache.modify_replication_group(
                ReplicationGroupId=self.group,
                AuthToken=token,
                AuthTokenUpdateStrategy=strategy,  # type: ignore[arg-type]
                ApplyImmediately=True,
            )
        except ClientError as error:
            if not _done_before(error):
                raise
        self.ready()

    def version(self, label: str) -> str:
        """The version of the secret that has a label; empty without one."""
        answer = self.secrets.describe_secret(SecretId=self.secret_arn)
        stages = answer.get("VersionIdsToStages", {})
        return next((name for name, labels in stages.items() if label in labels), "")

    def token(self, version: str) -> str:
        """The token of a version of the secret."""
        answer = self.secrets.get_secret_value(SecretId=self.secret_arn, VersionId=version)
        return answer["SecretString"]

    def noted(self) -> str:
        """The group and version that Redis requires, as they were noted; empty without a note."""
        if not self._s3.list_objects_v2(Bucket=self._bucket, Prefix=self._key)["KeyCount"]:
            return ""
        return self._s3.get_object(Bucket=self._bucket, Key=self._key)["Body"].read().decode()

    def note(self, version: str) -> None:
        """Note that Redis requires a version."""
        self._s3.put_object(
            Bucket=self._bucket, Key=self._key, Body=f"{self.group} {version}".encode()
        )

    def forget(self) -> None:
        """Delete the note: what Redis requires is being changed."""
        self._s3.delete_object(Bucket=self._bucket, Key=self._key)


def set_redis_auth(
    environment: Environment,
    group: str,
    secret_arn: str,
    tell: Callable[[str], None] = lambda _: None,
) -> bool:
    """Have a replication group require the secret's token; False when it does so already.

    `tell` is told what is done before the first change, which ElastiCache takes minutes for.

    First ROTATE, which accepts the token in addition to the earlier setting, then SET, which
    requires it (ElastiCache User Guide, authenticating with the AUTH command). The token appears in
    no message.
    """
    auth = _Auth(environment, group, secret_arn)
    with _telling(group):
        on = auth.ready()
        secret = auth.secrets.get_secret_value(SecretId=secret_arn)
        if on and auth.noted() == f"{group} {secret['VersionId']}":
            return False
        tell("Redis gets its token, then requires it")
        auth.forget()
        for strategy in ("ROTATE", "SET"):
            auth.give(secret["SecretString"], strategy)
        auth.note(secret["VersionId"])
    return True


def rotate_redis_auth(
    environment: Environment, group: str, secret_arn: str, deploy: Callable[[], None]
) -> None:
    """Give Redis a new token while tasks go on: `deploy` gives it to them in between.

    Redis takes the old and the new token from ROTATE on, and only the new one after SET. Cut off
    anywhere, the next call goes on: with the token that was made, or with the deployment. Raises
    StrataError; what `deploy` raises leaves both tokens valid.
    """
    auth = _Auth(environment, group, secret_arn)
    with _telling(group):
        if not auth.ready():
            raise StrataError(
                f"replication group {group} has no token to rotate",
                "strata apply gives it its first one",
            )
        current = auth.version("AWSCURRENT")
        if auth.noted() == f"{group} {current}":
            current = _next_version(auth, current)
    deploy()
    with _telling(group):
        auth.forget()
        auth.give(auth.token(current), "SET")
        if auth.version("AWSPENDING") == current:
            auth.secrets.update_secret_version_stage(
                SecretId=secret_arn, VersionStage="AWSPENDING", RemoveFromVersionId=current
            )
        auth.note(current)


def _next_version(auth: _Auth, current: str) -> str:
    """Make a version with a new token current, after Redis takes it beside the old one."""
    if not auth.version(TERRAFORM):
        auth.secrets.update_secret_version_stage(
            SecretId=auth.secret_arn, VersionStage=TERRAFORM, MoveToVersionId=current
        )
    pending = auth.version("AWSPENDING")
    if pending in ("", current):
        made = auth.secrets.get_random_password(
            PasswordLength=TOKEN_LENGTH, ExcludePunctuation=True
        )
        pending = auth.secrets.put_secret_value(
            SecretId=auth.secret_arn,
            SecretString=made["RandomPassword"],
            VersionStages=["AWSPENDING"],
        )["VersionId"]
    auth.give(auth.token(pending), "ROTATE")
    auth.secrets.update_secret_version_stage(
        SecretId=auth.secret_arn,
        VersionStage="AWSCURRENT",
        RemoveFromVersionId=current,
        MoveToVersionId=pending,
    )
    return pending


@contextlib.contextmanager
def _telling(group: str) -> Iterator[None]:
    """Have errors of AWS in the block raised as StrataErrors that repeat no request."""
    try:
        yield
    except ClientError as error:
        # AWS's message may quote the request, so only its code is shown.
        code = error.response["Error"]["Code"]
        operation = error.operation_name
        raise StrataError(f"AUTH of replication group {group}: {operation}: {code}") from None
    except BotoCoreError as error:
        # Only the type of the error, for the same reason.
        raise StrataError(f"AUTH of replication group {group}: {type(error).__name__}") from None


def _done_before(error: ClientError) -> bool:
    """Whether ElastiCache refused a step only because it has the token already."""
    said = error.response["Error"]
    return said["Code"] == "InvalidParameterCombination" and said.get("Message", "").startswith(
        NOTHING_TO_DO
    )
