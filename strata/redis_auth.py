"""Tells Redis the AUTH token that Secrets Manager holds: Terraform would keep it in its state.

Between its two steps Redis takes the token and goes without it too, and AWS may say already that
AUTH is on. So an object stands beside the cache's state from before the first until after the
second.
"""

import time

from botocore.exceptions import ClientError

from strata.aws import session
from strata.errors import StrataError
from strata.layers import state_key
from strata.settings.models import Environment
from strata.state_bucket import s3_client

POLL_SECONDS = 5
WAIT_SECONDS = 1800
"""ElastiCache changes a group within minutes; half an hour means that something is wrong."""


def begun_key(environment: str) -> str:
    """The key of the object that says that AUTH was begun and is not done."""
    return state_key(environment, "cache").removesuffix(".tfstate") + ".redis-auth-begun"


def set_redis_auth(environment: Environment, group: str, secret_arn: str) -> bool:
    """Turn AUTH on for a replication group; False when it was on already and demanded.

    First ROTATE, which accepts the token beside no token, then SET, which demands it (ElastiCache
    User Guide, authenticating with the AUTH command). The token appears in no message.
    """
    aws, s3 = session(environment), s3_client(environment)
    elasticache = aws.client("elasticache")
    bucket, begun = environment.state_bucket, begun_key(environment.name)

    def is_begun() -> bool:
        return bool(s3.list_objects_v2(Bucket=bucket, Prefix=begun)["KeyCount"])

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

    try:
        if ready() and not is_begun():
            return False
        token = aws.client("secretsmanager").get_secret_value(SecretId=secret_arn)
        s3.put_object(Bucket=bucket, Key=begun)
        for strategy in ("ROTATE", "SET"):
            elasticache.modify_replication_group(
                ReplicationGroupId=group,
                AuthToken=token["SecretString"],
                AuthTokenUpdateStrategy=strategy,
                ApplyImmediately=True,
            )
            ready()
        s3.delete_object(Bucket=bucket, Key=begun)
    except ClientError as error:
        # The message of AWS may quote the request: only its code goes on.
        code = error.response["Error"]["Code"]
        operation = error.operation_name
        raise StrataError(f"AUTH of replication group {group}: {operation}: {code}") from None
    return True
