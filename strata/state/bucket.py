"""Makes the bucket that holds the state of every layer, and mends it when it was changed."""

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from strata.errors import StrataError
from strata.settings.models import Environment
from strata.state.client import s3_client
from strata.state.preflight import check_account

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

OLD_VERSION_DAYS = 90
"""Days that a state which was replaced stays readable."""


def bootstrap(environment: Environment) -> bool:
    """Make or mend the state bucket; True when it was made. Runs the same however often."""
    check_account(environment)
    s3 = s3_client(environment)
    try:
        made = _make(s3, environment)
        _protect(s3, environment.state_bucket, environment.account_id)
    except (ClientError, BotoCoreError) as error:
        raise StrataError(f"state bucket {environment.state_bucket}: {error}") from error
    return made


def _make(s3: "S3Client", environment: Environment) -> bool:
    bucket, account = environment.state_bucket, environment.account_id
    try:
        s3.head_bucket(Bucket=bucket, ExpectedBucketOwner=account)
    except ClientError as error:
        code = error.response["ResponseMetadata"]["HTTPStatusCode"]
        if code == 403:
            raise StrataError(
                f"the bucket {bucket} belongs to another account than {account}",
                "bucket names are shared by all of AWS: choose another state_bucket",
            ) from error
        if code != 404:
            raise
    else:
        return False
    if environment.region == "us-east-1":
        # The one region that S3 refuses to be told.
        s3.create_bucket(Bucket=bucket)
    else:
        s3.create_bucket(
            Bucket=bucket,
            CreateBucketConfiguration={"LocationConstraint": environment.region},  # type: ignore[typeddict-item]
        )
    s3.get_waiter("bucket_exists").wait(Bucket=bucket, ExpectedBucketOwner=account)
    return True


@dataclass(frozen=True)
class Protection:
    """A property of the bucket: the calls that set and give it, and what it is set to.

    `argument` is the parameter that sets it, `answer` the key that gives it, "" for all of it.
    """

    name: str
    put: str
    get: str
    argument: str
    answer: str
    wanted: Any


def protections(bucket: str) -> tuple[Protection, ...]:
    """What the state bucket is protected by, in the order it is set."""
    public = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
    lifecycle = {
        "ID": "expire-old-versions",
        "Status": "Enabled",
        "Filter": {"Prefix": ""},
        "NoncurrentVersionExpiration": {"NoncurrentDays": OLD_VERSION_DAYS},
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
    }
    encryption = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
    tls_only = {
        "Sid": "TlsOnly",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    return (
        Protection(
            "public access block", "put_public_access_block", "get_public_access_block",
            "PublicAccessBlockConfiguration", "PublicAccessBlockConfiguration",
            dict.fromkeys(public, True),
        ),
        Protection(
            "object ownership", "put_bucket_ownership_controls", "get_bucket_ownership_controls",
            "OwnershipControls", "OwnershipControls",
            {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]},
        ),
        Protection(
            "versioning", "put_bucket_versioning", "get_bucket_versioning",
            "VersioningConfiguration", "", {"Status": "Enabled"},
        ),
        Protection(
            "encryption", "put_bucket_encryption", "get_bucket_encryption",
            "ServerSideEncryptionConfiguration", "ServerSideEncryptionConfiguration",
            {"Rules": [encryption]},
        ),
        Protection(
            "lifecycle", "put_bucket_lifecycle_configuration", "get_bucket_lifecycle_configuration",
            "LifecycleConfiguration", "", {"Rules": [lifecycle]},
        ),
        Protection(
            "policy", "put_bucket_policy", "get_bucket_policy", "Policy", "Policy",
            json.dumps({"Version": "2012-10-17", "Statement": [tls_only]}),
        ),
    )  # fmt: skip


def _protect(s3: Any, bucket: str, account: str) -> None:
    for one in protections(bucket):
        put = getattr(s3, one.put)
        put(Bucket=bucket, ExpectedBucketOwner=account, **{one.argument: one.wanted})
