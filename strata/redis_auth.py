"""Tells Redis the AUTH token that Secrets Manager holds: Terraform would keep it in its state."""

import time

import boto3
from botocore.exceptions import ClientError

from strata.errors import StrataError

POLL_SECONDS = 5
WAIT_SECONDS = 1800
"""ElastiCache changes a group within minutes; half an hour means that something is wrong."""


def set_redis_auth(region: str, group: str, secret_arn: str) -> bool:
    """Turn AUTH on for a replication group; False when it was on already.

    First ROTATE, which accepts the token beside no token, then SET, which demands it (ElastiCache
    User Guide, authenticating with the AUTH command). The token appears in no message.
    """
    session = boto3.Session(region_name=region)
    elasticache = session.client("elasticache")

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
        if ready():
            return False
        token = session.client("secretsmanager").get_secret_value(SecretId=secret_arn)
        for strategy in ("ROTATE", "SET"):
            elasticache.modify_replication_group(
                ReplicationGroupId=group,
                AuthToken=token["SecretString"],
                AuthTokenUpdateStrategy=strategy,
                ApplyImmediately=True,
            )
            ready()
    except ClientError as error:
        # The message of AWS may quote the request: only its code goes on.
        code = error.response["Error"]["Code"]
        operation = error.operation_name
        raise StrataError(f"AUTH of replication group {group}: {operation}: {code}") from None
    return True
