"""Tells Redis the AUTH token that Secrets Manager holds: Terraform would keep it in its state.

An object beside the cache's state names the version of the secret that Redis demands. While Redis
is being told there is none: between the two steps it goes without a token too, and AWS may say
already that AUTH is on. A secret that was made anew is another version, which Redis must be told.
"""

import time

from botocore.exceptions import BotoCoreError, ClientError

from strata.aws.session import session
from strata.documents.layers import state_key
from strata.errors import StrataError
from strata.settings.models import Environment
from strata.state.client import s3_client

POLL_SECONDS = 5
WAIT_SECONDS = 1800
"""ElastiCache changes a group within minutes; half an hour means that something is wrong."""


def told_key(environment: str) -> str:
    """The key of the object that names what Redis was told."""
    return state_key(environment, "cache").removesuffix(".tfstate") + ".redis-auth"


def set_redis_auth(environment: Environment, group: str, secret_arn: str) -> bool:
    """Have a replication group demand the secret's token; False when it does so already.

    First ROTATE, which accepts the token beside what was before, then SET, which demands it
    (ElastiCache User Guide, authenticating with the AUTH command). The token appears in no message.
    """
    aws, s3 = session(environment), s3_client(environment)
    elasticache = aws.client("elasticache")
    bucket, key = environment.state_bucket, told_key(environment.name)

    def ready() -> bool:
        deadline = time.monotonic() + WAIT_SECONDS
        while True:
            answer = elasticache.describe_replication_groups(ReplicationGroupId=group)
            found = answer["ReplicationGroups"][0]
            if found["Status"] == "available":
                return bool(found.get("AuthTokenEnabled", False))
            if time.monotonic() > deadline:
                raise StrataError(f"replication group {group} stays {found['Status']}")
            time.sleep(POLL_SECONDS)

    def told() -> str:
        if not s3.list_objects_v2(Bucket=bucket, Prefix=key)["KeyCount"]:
            return ""
        return s3.get_object(Bucket=bucket, Key=key)["Body"].read().decode()

    try:
        on = ready()
        secret = aws.client("secretsmanager").get_secret_value(SecretId=secret_arn)
        wanted = f"{group} {secret['VersionId']}"
        if on and told() == wanted:
            return False
        s3.delete_object(Bucket=bucket, Key=key)
        for strategy in ("ROTATE", "SET"):
            elasticache.modify_replication_group(
                ReplicationGroupId=group,
                AuthToken=secret["SecretString"],
                AuthTokenUpdateStrategy=strategy,
                ApplyImmediately=True,
            )
            ready()
        s3.put_object(Bucket=bucket, Key=key, Body=wanted.encode())
    except ClientError as error:
        # The message of AWS may quote the request: only its code goes on.
        code = error.response["Error"]["Code"]
        operation = error.operation_name
        raise StrataError(f"AUTH of replication group {group}: {operation}: {code}") from None
    except BotoCoreError as error:
        # Its kind alone, for the same reason.
        raise StrataError(f"AUTH of replication group {group}: {type(error).__name__}") from None
    return True
