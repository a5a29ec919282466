"""What moto lacks ends at the first request, and the error says what it is."""

import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from emulator.missing import FAILED, LACKS
from strata.local import emulator as emulation

pytestmark = pytest.mark.emulator

REGION = "eu-central-1"
BUCKET = "a-bucket"
OBJECT = {"Bucket": BUCKET, "Key": "a/key"}


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Starts an emulator with a bucket; gives its log."""
    folder = tmp_path_factory.mktemp("missing")
    with emulation.emulator(folder):
        make: Any = boto3.client
        s3 = make("s3", region_name=REGION)
        s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
        s3.put_object(**OBJECT, Body=b"a")
        yield folder / "log"


FILTER = {"Filters": [{"Name": "nonsense", "Values": ["x"]}]}
OWNER = {"ObjectOwnership": "ObjectWriter"}
ANALYSIS = {
    "Expression": "nonsense", "ExpressionType": "SQL", "InputSerialization": {"CSV": {}},
    "OutputSerialization": {"CSV": {}},
}  # fmt: skip

CASES: dict[str, tuple[str, str, dict[str, Any], str, str]] = {
    # what moto does: service, operation, parameters, code, what the message names
    "query, unknown action": (
        "rds", "DescribeCertificates", {}, LACKS, "rds DescribeCertificates",
    ),
    "query, unknown action of a service of two versions": (
        "elbv2", "DescribeTrustStores", {}, LACKS, "elasticloadbalancing DescribeTrustStores",
    ),
    "ec2, unknown action": ("ec2", "DescribeFpgaImages", {}, LACKS, "ec2 DescribeFpgaImages"),
    "ec2, a method that only raises": (
        "ec2", "ResetImageAttribute", {"ImageId": "ami-1", "Attribute": "launchPermission"},
        LACKS, "ec2 ResetImageAttribute",
    ),
    "ec2, an unknown filter": ("ec2", "DescribeSubnets", FILTER, LACKS, "filter 'nonsense'"),
    "json 1.1, unknown action": (
        "ecs", "ListServicesByNamespace", {"namespace": "x"}, LACKS, "ecs ListServicesByNamespace",
    ),
    "json 1.0, unknown action": (
        "sqs", "StartMessageMoveTask", {"SourceArn": "x"}, LACKS, "sqs StartMessageMoveTask",
    ),
    "json 1.1, moto fails": ("kms", "ListGrants", {"KeyId": "x"}, FAILED, "kms ListGrants"),
    "rest-xml, no route": (
        "route53", "ListTrafficPolicies", {}, LACKS, "route53 ListTrafficPolicies",
    ),
    "rest-json, no route": (
        "lambda", "GetRuntimeManagementConfig", {"FunctionName": "f"},
        LACKS, "lambda GetRuntimeManagementConfig",
    ),
    "rest-json, a service that moto does not have": (
        "outposts", "ListOutposts", {}, LACKS, "outposts ListOutposts",
    ),
    "json, a service that moto does not have": (
        "freetier", "GetFreeTierUsage", {}, LACKS, "freetier GetFreeTierUsage",
    ),
    "s3, moto fails at a bucket": (
        "s3", "PutBucketOwnershipControls",
        {"Bucket": BUCKET, "OwnershipControls": {"Rules": [OWNER, OWNER]}},
        FAILED, "s3 PutBucketOwnershipControls",
    ),
    "s3, moto fails at a list": (
        "s3", "ListObjectsV2", {"Bucket": BUCKET, "ContinuationToken": "nonsense"},
        FAILED, "s3 ListObjectsV2",
    ),
    "s3, moto fails at an object": (
        "s3", "SelectObjectContent", {**OBJECT, **ANALYSIS}, FAILED, "s3 SelectObjectContent",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_it_is_asked_for_once_and_named(log: Path, case: str) -> None:
    service, operation, parameters, code, named = CASES[case]
    make: Any = boto3.client
    client = make(service, region_name=REGION)
    sent: list[str] = []
    client.meta.events.register("before-send", lambda request, **_: sent.append(request.url))
    with pytest.raises(ClientError) as raised:
        client._make_api_call(operation, parameters)
    error = raised.value.response["Error"]
    assert error["Code"] == code
    assert named in error["Message"]
    assert len(sent) == 1
    assert error["Message"].partition(":")[0] in log.read_text()


def test_what_is_not_there_on_aws_either_is_answered_as_aws_does(log: Path) -> None:
    make: Any = boto3.client
    for service, operation, parameters, code in (
        ("s3", "get_object", {"Bucket": BUCKET, "Key": "none"}, "NoSuchKey"),
        ("s3", "get_bucket_policy", {"Bucket": BUCKET}, "NoSuchBucketPolicy"),
        ("iam", "get_role", {"RoleName": "none"}, "NoSuchEntity"),
        ("route53", "get_hosted_zone", {"Id": "Z0"}, "NoSuchHostedZone"),
        ("lambda", "get_function", {"FunctionName": "none"}, "ResourceNotFoundException"),
    ):
        with pytest.raises(ClientError) as raised:
            getattr(make(service, region_name=REGION), operation)(**parameters)
        assert raised.value.response["Error"]["Code"] == code


def test_an_address_that_no_service_has_is_refused(log: Path) -> None:
    running = emulation.status(log.parent)
    assert running is not None
    with pytest.raises(urllib.error.HTTPError) as raised:
        urllib.request.urlopen(f"{running.url}/moto-api/nothing-there")
    assert raised.value.code == 400
