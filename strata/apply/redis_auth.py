"""Sets the AUTH token of Redis from Secrets Manager: Terraform would keep it in its state.

An object beside the cache's state names the version of the secret that Redis requires. The object
is deleted while the token is being set: between the two steps Redis accepts clients without a token
too, and AWS may report AUTH as enabled already. A secret that was created again has another
version, which must be set again.
"""

import time

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


def version_note_key(environment: str) -> str:
    """The key of the object that names the secret version that was set."""
    return state_key(environment, "cache").removesuffix(".tfstate") + ".redis-auth"


def set_redis_auth(environment: Environment, group: str, secret_arn: str) -> bool:
    """Have a replication group require the secret's token; False when it does so already.

    First ROTATE, which accepts the token in addition to the earlier setting, then SET, which
    requires it (ElastiCache User Guide, authenticating with the AUTH command). The token appears in
    no message.
    """
    aws, s3 = session(environment), s3_client(environment)
    elasticache = aws.client("elasticache")
    bucket, key = environment.state_bucket, version_note_key(environment.name)

    def ready() -> bool:
        deadline = time.monotonic() + WAIT_SECONDS
        while True:
            answer = elasticache.describe_replication_groups(ReplicationGroupId=group)
            description = answer["ReplicationGroups"][0]
            if description["Status"] == "available":
                return bool(description.get("AuthTokenEnabled", False))
            if time.monotonic() > deadline:
                raise StrataError(f"replication group {group} stays {description['Status']}")
            time.sleep(POLL_SECONDS)

    def noted() -> str:
        if not s3.list_objects_v2(Bucket=bucket, Prefix=key)["KeyCount"]:
            return ""
        return s3.get_object(Bucket=bucket, Key=key)["Body"].read().decode()

    try:
        on = ready()
        secret = aws.client("secretsmanager").get_secret_value(SecretId=secret_arn)
        wanted = f"{group} {secret['VersionId']}"
        if on and noted() == wanted:
            return False
        s3.delete_object(Bucket=bucket, Key=key)
        for strategy in ("ROTATE", "SET"):
            try:
                elasticache.modify_replication_group(
                    ReplicationGroupId=group,
                    AuthToken=secret["SecretString"],
                    AuthTokenUpdateStrategy=strategy,
                    ApplyImmediately=True,
                )
            except ClientError as error:
                if not _done_before(error):
                    raise
            ready()
        s3.put_object(Bucket=bucket, Key=key, Body=wanted.encode())
    except ClientError as error:
        # AWS's message may quote the request, so only its code is shown.
        code = error.response["Error"]["Code"]
        operation = error.operation_name
        raise StrataError(f"AUTH of replication group {group}: {operation}: {code}") from None
    except BotoCoreError as error:
        # Only the type of the error, for the same reason.
        raise StrataError(f"AUTH of replication group {group}: {type(error).__name__}") from None
    return True


def _done_before(error: ClientError) -> bool:
    """Whether ElastiCache refused a step only because it has the token already."""
    said = error.response["Error"]
    return said["Code"] == "InvalidParameterCombination" and said.get("Message", "").startswith(
        NOTHING_TO_DO
    )
