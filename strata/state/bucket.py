"""Makes the bucket for the state of every layer, and repairs its protections."""

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
"""Days for which an earlier version of a state stays readable."""


def bootstrap(environment: Environment) -> bool:
    """Make or repair the state bucket; True when it was made. May be run any number of times."""
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
        # The only region that S3 refuses as a LocationConstraint.
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
    """A property of the bucket: the calls that set and get it, and the wanted value.

    `argument` is the parameter of the call that sets it; `answer` is the key of the answer that has
    it, "" for the whole answer.
    """

    name: str
    put: str
    get: str
    argument: str
    answer: str
    wanted: Any


def protections(bucket: str) -> tuple[Protection, ...]:
    """The protections of the state bucket, in the order in which they are set."""
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
    for protection in protections(bucket):
        put = getattr(s3, protection.put)
        argument = {protection.argument: protection.wanted}
        put(Bucket=bucket, ExpectedBucketOwner=account, **argument)
