"""What hands changed at the state bucket, which no state has: `strata bootstrap` makes it."""

import json
import shlex
from collections.abc import Iterator
from functools import partial
from typing import Any

from botocore.exceptions import ClientError

from strata.documents import Json
from strata.drift.below.edge import notifications
from strata.drift.below.model import Below, Child, Clients, Ours, aws
from strata.state.bucket import protections

STATE_BUCKET = "state bucket"
"""What it is told under, where others have their Terraform address."""

READS = {
    "public access block": "s3:GetBucketPublicAccessBlock",
    "object ownership": "s3:GetBucketOwnershipControls",
    "versioning": "s3:GetBucketVersioning",
    "encryption": "s3:GetEncryptionConfiguration",
    "lifecycle": "s3:GetLifecycleConfiguration",
    "policy": "s3:GetBucketPolicy",
}
"""Property -> the permission to read it, which is not named like the call."""

GONE = (
    "NoSuchPublicAccessBlockConfiguration",
    "OwnershipControlsNotFoundError",
    "ServerSideEncryptionConfigurationNotFoundError",
    "NoSuchLifecycleConfiguration",
    "NoSuchBucketPolicy",
)


def _look(what: str, clients: Clients, bucket: Json, _: Ours) -> Iterator[Child]:
    name = bucket["bucket"]
    (one,) = [each for each in protections(name) if each.name == what]
    try:
        answer = getattr(clients["s3"], one.get)(Bucket=name)
    except ClientError as error:
        if error.response["Error"]["Code"] not in GONE:
            raise
        does = "is gone"
    else:
        now = answer.get(one.answer) if one.answer else answer
        if _holds(_parsed(now), _parsed(one.wanted)):
            return
        does = "is not what strata bootstrap sets"
    yield Child(one.name, name, does, f"strata bootstrap {shlex.quote(bucket['environment'])}")


def _parsed(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value


def _holds(now: Any, wanted: Any) -> bool:
    """Whether a value is as it was set; AWS answers further keys, but no further entries."""
    if isinstance(wanted, dict):
        return isinstance(now, dict) and all(_holds(now.get(k), v) for k, v in wanted.items())
    if isinstance(wanted, list):
        return (
            isinstance(now, list)
            and len(now) == len(wanted)
            and all(_holds(*pair) for pair in zip(now, wanted, strict=True))
        )
    return bool(now == wanted)


def _replication(clients: Clients, bucket: Json, _: Ours) -> Iterator[Child]:
    name = bucket["bucket"]
    answer = clients["s3"].get_bucket_replication(Bucket=name)
    for one in answer.get("ReplicationConfiguration", {}).get("Rules", []):
        yield Child(
            "replication",
            one.get("ID", name),
            f"copies every state to {one['Destination']['Bucket']}",
            aws("s3api delete-bucket-replication", bucket=name),
        )


BELOW = (
    *(
        Below(STATE_BUCKET, what, action, "s3", partial(_look, what))
        for what, action in READS.items()
    ),
    Below(STATE_BUCKET, "replication", "s3:GetReplicationConfiguration", "s3", _replication),
    Below(STATE_BUCKET, "notifications", "s3:GetBucketNotification", "s3", notifications),
)
