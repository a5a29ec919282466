"""S3 refuses names, policies and settings of buckets."""

import json
from typing import Any

import pytest

from tests.emulator.refusals.world import REGION, Aws, refuses

pytestmark = pytest.mark.emulator


@pytest.mark.parametrize(
    "given",
    ["ab", "a" * 64, "Shop", "shop_one", "192.168.1.1", "xn--shop", "shop-s3alias", "a..b", "x-an"],
)
def test_bucket_name_that_is_none(aws: Aws, given: str) -> None:
    place = {"LocationConstraint": REGION}
    with refuses("InvalidBucketName", "The specified bucket is not valid."):
        aws("s3").create_bucket(Bucket=given, CreateBucketConfiguration=place)


def put(aws: Aws, bucket: str, *statements: dict[str, Any]) -> None:
    document = {"Version": "2012-10-17", "Statement": list(statements)}
    aws("s3").put_bucket_policy(Bucket=bucket, Policy=json.dumps(document))


def public(bucket: str) -> dict[str, Any]:
    return {
        "Effect": "Allow",
        "Principal": "*",
        "Action": "s3:GetObject",
        "Resource": f"arn:aws:s3:::{bucket}/*",
    }


def test_policy_that_is_none(aws: Aws) -> None:
    bucket = aws.bucket()
    with refuses("MalformedPolicy", "This policy contains invalid Json"):
        aws("s3").put_bucket_policy(Bucket=bucket, Policy="{")
    with refuses("MalformedPolicy", "Missing required field Principal"):
        put(aws, bucket, {"Effect": "Allow", "Action": "s3:*", "Resource": "*"})


def test_policy_of_another_bucket(aws: Aws) -> None:
    with refuses("MalformedPolicy", "Policy has invalid resource"):
        put(aws, aws.bucket(), public("another"))


def test_public_policy_that_is_blocked(aws: Aws) -> None:
    s3, bucket = aws("s3"), aws.bucket()
    put(aws, bucket, public(bucket))
    members = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
    s3.put_public_access_block(
        Bucket=bucket, PublicAccessBlockConfiguration=dict.fromkeys(members, True)
    )
    with refuses("AccessDenied", "public policies are prevented by the BlockPublicPolicy setting"):
        put(aws, bucket, public(bucket))


def test_acl_of_an_owner_who_enforces(aws: Aws) -> None:
    s3, bucket = aws("s3"), aws.bucket()
    s3.put_bucket_ownership_controls(
        Bucket=bucket, OwnershipControls={"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    )
    with refuses("AccessControlListNotSupported", "The bucket does not allow ACLs"):
        s3.put_bucket_acl(Bucket=bucket, ACL="public-read")


def rules(aws: Aws, bucket: str, *given: dict[str, Any]) -> None:
    filled = [{"Status": "Enabled", "Filter": {"Prefix": ""}, **one} for one in given]
    aws("s3").put_bucket_lifecycle_configuration(
        Bucket=bucket, LifecycleConfiguration={"Rules": filled}
    )


def test_days_of_nothing(aws: Aws) -> None:
    bucket = aws.bucket()
    with refuses("InvalidArgument", "must be a positive integer"):
        rules(aws, bucket, {"ID": "a", "Expiration": {"Days": 0}})
    rules(aws, bucket, {"ID": "a", "Expiration": {"Days": 1}})


def test_two_rules_of_one_name(aws: Aws) -> None:
    one = {"ID": "a", "Expiration": {"Days": 1}}
    with refuses("InvalidArgument", "Rule ID must be unique"):
        rules(aws, aws.bucket(), one, one)


def test_versions_of_a_locked_bucket(aws: Aws) -> None:
    s3, bucket = aws("s3"), "locked-bucket"
    s3.create_bucket(
        Bucket=bucket,
        CreateBucketConfiguration={"LocationConstraint": REGION},
        ObjectLockEnabledForBucket=True,
    )
    with refuses("InvalidBucketState"):
        s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Suspended"})
