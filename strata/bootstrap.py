"""Makes the bucket that holds the state of every layer, and mends it when it was changed."""

import json
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from strata.errors import StrataError
from strata.preflight import check_account
from strata.settings.models import Environment
from strata.state_bucket import s3_client

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


def _protect(s3: "S3Client", bucket: str, account: str) -> None:
    s3.put_public_access_block(
        Bucket=bucket,
        ExpectedBucketOwner=account,
        PublicAccessBlockConfiguration={
            "BlockPublicAcls": True,
            "IgnorePublicAcls": True,
            "BlockPublicPolicy": True,
            "RestrictPublicBuckets": True,
        },
    )
    s3.put_bucket_ownership_controls(
        Bucket=bucket,
        ExpectedBucketOwner=account,
        OwnershipControls={"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]},
    )
    s3.put_bucket_versioning(
        Bucket=bucket,
        ExpectedBucketOwner=account,
        VersioningConfiguration={"Status": "Enabled"},
    )
    s3.put_bucket_encryption(
        Bucket=bucket,
        ExpectedBucketOwner=account,
        ServerSideEncryptionConfiguration={
            "Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]
        },
    )
    s3.put_bucket_lifecycle_configuration(
        Bucket=bucket,
        ExpectedBucketOwner=account,
        LifecycleConfiguration={
            "Rules": [
                {
                    "ID": "expire-old-versions",
                    "Status": "Enabled",
                    "Filter": {"Prefix": ""},
                    "NoncurrentVersionExpiration": {"NoncurrentDays": OLD_VERSION_DAYS},
                    "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
                }
            ]
        },
    )
    statement = {
        "Sid": "TlsOnly",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    s3.put_bucket_policy(
        Bucket=bucket,
        ExpectedBucketOwner=account,
        Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
    )
