"""What people changed by hand on the state bucket, which `strata bootstrap` makes, not a state."""

import json
from collections.abc import Iterator
from functools import partial
from typing import Any

from botocore.exceptions import ClientError

from strata.documents import Json
from strata.drift.below.edge import notifications
from strata.drift.below.model import Below, Child, Clients, StateResources, aws
from strata.state.bucket import protections

STATE_BUCKET = "state bucket"
"""Its name in the report, where other resources have their Terraform address."""

READS = {
    "public access block": "s3:GetBucketPublicAccessBlock",
    "object ownership": "s3:GetBucketOwnershipControls",
    "versioning": "s3:GetBucketVersioning",
    "encryption": "s3:GetEncryptionConfiguration",
    "lifecycle": "s3:GetLifecycleConfiguration",
    "policy": "s3:GetBucketPolicy",
}
"""Property -> the permission to read it, whose name differs from the call's."""

GONE = (
    "NoSuchPublicAccessBlockConfiguration",
    "OwnershipControlsNotFoundError",
    "ServerSideEncryptionConfigurationNotFoundError",
    "NoSuchLifecycleConfiguration",
    "NoSuchBucketPolicy",
)


def _look(what: str, clients: Clients, bucket: Json, _: StateResources) -> Iterator[Child]:
    name = bucket["bucket"]
    (protection,) = [candidate for candidate in protections(name) if candidate.name == what]
    try:
        response = getattr(clients["s3"], protection.get)(Bucket=name)
    except ClientError as error:
        if error.response["Error"]["Code"] not in GONE:
            raise
        does = "was removed"
    else:
        current = response.get(protection.answer) if protection.answer else response
        if _holds(_parsed(current), _parsed(protection.wanted)):
            return
        does = "is not what strata bootstrap sets"
    yield Child(protection.name, name, does, bucket["command"])


def _parsed(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value


def _holds(current: Any, wanted: Any) -> bool:
    """Whether a value is as it was set; AWS may return further keys, but no further entries."""
    if isinstance(wanted, dict):
        return isinstance(current, dict) and all(
            _holds(current.get(k), v) for k, v in wanted.items()
        )
    if isinstance(wanted, list):
        return (
            isinstance(current, list)
            and len(current) == len(wanted)
            and all(_holds(*pair) for pair in zip(current, wanted, strict=True))
        )
    return bool(current == wanted)


def _replication(clients: Clients, bucket: Json, _: StateResources) -> Iterator[Child]:
    name = bucket["bucket"]
    response = clients["s3"].get_bucket_replication(Bucket=name)
    for rule in response.get("ReplicationConfiguration", {}).get("Rules", []):
        yield Child(
            "replication",
            rule.get("ID", name),
            f"copies every state to {rule['Destination']['Bucket']}",
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
